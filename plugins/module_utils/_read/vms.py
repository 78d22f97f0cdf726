# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual machines, read in one narrow retrieval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, one_line
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import NOT_SET, Hardware, Vm
from ansible_collections.directpath.nvme.plugins.module_utils._read.vm_devices import passthrough_devices, raw_disks
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


SWITCHES = (
    "memoryReservationLockedToMax",
    "fixedPassthruHotPlugEnabled",
    "cpuHotAddEnabled",
    "cpuHotRemoveEnabled",
    "memoryHotAddEnabled",
    "nestedHVEnabled",
)
"""Settings that VirtualMachineConfigSpec and ``config`` call the same; one that a server does not set is off."""

VM_PATHS = (
    "name",
    "config.template",
    "config.uuid",
    "config.version",
    "config.firmware",
    "config.hardware",
    "config.flags",
    "config.guestId",
    "config.memoryAllocation",
    *(f"config.{name}" for name in SWITCHES),
    "environmentBrowser",
    "guest.toolsRunningStatus",
    "runtime.connectionState",
    "runtime.faultToleranceState",
    "runtime.host",
    "runtime.powerState",
    "runtime.question",
    "snapshot",
)
"""What vm_of() needs. A server older than 8.0.1.0 refuses the path of the hot-plug flag, so require_api() comes first.

``config`` as a whole would bring every extraConfig entry of every VM along.
"""

_TOOLS_RUN = ("guestToolsRunning", "guestToolsExecutingScripts")


def read_vm(session: Session, moid: str) -> Vm:
    """The facts of one VM, and the name of its host, in one retrieval.

    :raises DirectPathError: ``not_found``, if it was removed since it was looked up.
    """
    found = read_vms(session, [session.object(vim.VirtualMachine, moid)])
    if moid not in found:
        raise no_longer_there(moid)
    return found[moid]


def read_vms(session: Session, refs: Sequence[Any]) -> dict[str, Vm]:
    """The facts of several VMs with the names of their hosts, by MoID, in one retrieval.

    One that was removed since it was looked up is missing.
    """
    if not refs:
        return {}
    return vms_of(retrieve(session, refs, {vim.VirtualMachine: VM_PATHS, vim.HostSystem: ["name"]}, [to_host()]))


def to_host() -> Any:
    """From VMs to the hosts that they are on."""
    return vmodl.query.PropertyCollector.TraversalSpec(type=vim.VirtualMachine, path="runtime.host", skip=False)


def vms_of(found: Sequence[ObjectProperties]) -> dict[str, Vm]:
    """The VMs of a retrieval that has VM_PATHS, and the names of hosts, by MoID."""
    names = {item.obj: item.get("name") for item in found if isinstance(item.obj, vim.HostSystem)}
    return {item.obj._moId: vm_of(item, names) for item in found if isinstance(item.obj, vim.VirtualMachine)}


def no_longer_there(moid: str) -> DirectPathError:
    """What a VM is answered that was removed since it was looked up."""
    return DirectPathError(
        f"The VM {moid} is no longer in the inventory.", "not_found", vm=moid, remedy="Check it in vSphere."
    )


def vm_of(properties: ObjectProperties, host_names: Mapping[Any, str | None] | None = None) -> Vm:
    """A VM from a retrieval that has VM_PATHS among its paths.

    :param host_names: HostSystem -> name, of the hosts that were read with it.
    """
    get = properties.get
    hardware = get("config.hardware")
    memory = get("config.memoryAllocation")
    host = get("runtime.host")
    devices = hardware.device if hardware else []
    unreadable = {path: properties.missing[path] for path in VM_PATHS if path in properties.missing}
    return Vm(
        moid=properties.obj._moId,
        name=unquote(get("name", properties.obj._moId)),
        uuid=get("config.uuid"),
        host_moid=host._moId if host else None,
        host_name=(host_names or {}).get(host),
        power_state=str(get("runtime.powerState", "unknown")),
        connection_state=str(get("runtime.connectionState", "unknown")),
        template=bool(get("config.template")),
        unreadable=unreadable if hardware else {"config.hardware": NOT_SET, **unreadable},
        hardware=Hardware(
            version=_hardware_version(get("config.version", "")),
            cpus=hardware.numCPU if hardware else 0,
            memory_mb=hardware.memoryMB if hardware else 0,
            memory_reservation_mb=(memory.reservation or 0) if memory else 0,
        ),
        settings=_settings(properties),
        fault_tolerance=str(get("runtime.faultToleranceState", "notConfigured")) != "notConfigured",
        snapshots=get("snapshot") is not None,
        tools_running=get("guest.toolsRunningStatus") in _TOOLS_RUN,
        devices=passthrough_devices(devices),
        raw_disks=raw_disks(devices),
        guest_id=get("config.guestId"),
        question=one_line(get("runtime.question").text) if get("runtime.question") else None,
    )


def _settings(properties: ObjectProperties) -> dict[str, Any]:
    """What Vm.settings has; the layout is None where the server does not say."""
    get = properties.get
    hardware, flags = get("config.hardware"), get("config.flags")
    return {
        "firmware": get("config.firmware"),
        "motherboardLayout": hardware.motherboardLayout if hardware else None,
        "flags.vvtdEnabled": bool(flags and flags.vvtdEnabled),
        **{name: bool(get(f"config.{name}")) for name in SWITCHES},
    }


def _hardware_version(text: str) -> int:
    number = text.rpartition("-")[2]
    return int(number) if number.isdigit() else 0

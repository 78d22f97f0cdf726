# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual machines, read in one narrow retrieval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import parse_address, parse_hex_id, unsigned16
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


VM_PATHS = (
    "name",
    "config.template",
    "config.uuid",
    "config.version",
    "config.firmware",
    "config.hardware",
    "config.flags",
    "config.memoryAllocation",
    "config.memoryReservationLockedToMax",
    "config.fixedPassthruHotPlugEnabled",
    "config.cpuHotAddEnabled",
    "config.cpuHotRemoveEnabled",
    "config.memoryHotAddEnabled",
    "config.nestedHVEnabled",
    "environmentBrowser",
    "guest.toolsRunningStatus",
    "runtime.connectionState",
    "runtime.faultToleranceState",
    "runtime.host",
    "runtime.powerState",
    "snapshot",
)
"""What vm_of() needs. A server older than 8.0.1.0 refuses the path of the hot-plug flag, so require_api() comes first.

``config`` as a whole would bring every extraConfig entry of every VM along.
"""

_TOOLS_RUN = ("guestToolsRunning", "guestToolsExecutingScripts")


def read_vms(session: Session, refs: Sequence[Any]) -> list[Vm]:
    """The facts of several VMs in one retrieval, in the order given; one that is gone by now is left out."""
    host = vmodl.query.PropertyCollector.TraversalSpec(type=vim.VirtualMachine, path="runtime.host", skip=False)
    found = retrieve(session, refs, {vim.VirtualMachine: VM_PATHS, vim.HostSystem: ["name"]}, [host])
    names = {item.obj: item.get("name") for item in found if isinstance(item.obj, vim.HostSystem)}
    vms = {item.obj: vm_of(item, names) for item in found if isinstance(item.obj, vim.VirtualMachine)}
    return [vms[ref] for ref in refs if ref in vms]


def read_vms_on(session: Session, hosts: Sequence[Any]) -> list[Vm]:
    """The VMs of several hosts, running or not, in one retrieval."""
    members = vmodl.query.PropertyCollector.TraversalSpec(type=vim.HostSystem, path="vm", skip=False)
    found = retrieve(session, hosts, {vim.VirtualMachine: VM_PATHS}, [members], include_start=False)
    return [vm_of(item) for item in found]


def read_vm(session: Session, ref: Any) -> Vm:
    """The facts of one VM in one retrieval.

    :raises DirectPathError: ``not_found``, if it was removed since it was looked up.
    """
    for item in read_vms(session, [ref]):
        return item
    raise DirectPathError(
        f"The VM {ref._moId} is no longer in the inventory.", "not_found", vm=ref._moId, remedy="Check it in vSphere."
    )


def vm_of(properties: ObjectProperties, host_names: Mapping[Any, str | None] | None = None) -> Vm:
    """A VM from a retrieval that has VM_PATHS among its paths.

    :param host_names: HostSystem -> name, of the hosts that were read with it.
    """
    get = properties.get
    hardware = get("config.hardware")
    memory = get("config.memoryAllocation")
    flags = get("config.flags")
    return Vm(
        ref=properties.obj,
        name=unquote(get("name", properties.obj._moId)),
        uuid=get("config.uuid"),
        power_state=str(get("runtime.powerState", "unknown")),
        connection_state=str(get("runtime.connectionState", "unknown")),
        template=bool(get("config.template")),
        config_error=None if hardware else properties.missing.get("config.hardware", "it is not set"),
        hardware_version=_hardware_version(get("config.version", "")),
        firmware=get("config.firmware"),
        layout=hardware.motherboardLayout if hardware else None,
        memory_mb=hardware.memoryMB if hardware else 0,
        memory_reservation_mb=(memory.reservation or 0) if memory else 0,
        memory_locked=bool(get("config.memoryReservationLockedToMax")),
        hot_plug=bool(get("config.fixedPassthruHotPlugEnabled")),
        cpus=hardware.numCPU if hardware else 0,
        iommu=bool(flags and flags.vvtdEnabled),
        cpu_hot_add=bool(get("config.cpuHotAddEnabled")),
        cpu_hot_remove=bool(get("config.cpuHotRemoveEnabled")),
        memory_hot_add=bool(get("config.memoryHotAddEnabled")),
        nested_hv=bool(get("config.nestedHVEnabled")),
        fault_tolerance=str(get("runtime.faultToleranceState", "notConfigured")) != "notConfigured",
        snapshots=get("snapshot") is not None,
        tools_running=get("guest.toolsRunningStatus") in _TOOLS_RUN,
        host=get("runtime.host"),
        host_name=(host_names or {}).get(get("runtime.host")),
        environment_browser=get("environmentBrowser"),
        devices=_passthrough_devices(hardware.device if hardware else []),
        raw_disks=_raw_disks(hardware.device if hardware else []),
    )


def _hardware_version(text: str) -> int:
    number = text.rpartition("-")[2]
    return int(number) if number.isdigit() else 0


def _passthrough_devices(devices: Sequence[Any]) -> tuple[VmPciDevice, ...]:
    """The DirectPath I/O devices among a VM's devices; a vGPU has the same type, but is no host device."""
    passthrough = vim.vm.device.VirtualPCIPassthrough
    found: list[VmPciDevice] = []
    for device in devices:
        if not isinstance(device, passthrough):
            continue
        if isinstance(device.backing, passthrough.DeviceBackingInfo):
            found.append(_fixed_device(device))
        elif isinstance(device.backing, passthrough.DynamicBackingInfo):
            found.append(_dynamic_device(device))
    return tuple(found)


def _raw_disks(devices: Sequence[Any]) -> tuple[str, ...]:
    mapping = vim.vm.device.VirtualDisk.RawDiskMappingVer1BackingInfo
    return tuple(item.backing.lunUuid for item in devices if isinstance(item.backing, mapping) and item.backing.lunUuid)


def _fixed_device(device: Any) -> VmPciDevice:
    backing = device.backing
    return VmPciDevice(
        address=_address(backing.id),
        name=backing.deviceName or "",
        vendor_id=unsigned16(backing.vendorId),
        device_id=_device_id(backing.deviceId),
        system_id=backing.systemId,
        dynamic=False,
        **_common(device),
    )


def _dynamic_device(device: Any) -> VmPciDevice:
    backing = device.backing
    return VmPciDevice(
        address=_address(backing.assignedId) if backing.assignedId else None,
        name=backing.deviceName or "",
        vendor_id=None,
        device_id=None,
        system_id=None,
        dynamic=True,
        **_common(device),
    )


def _common(device: Any) -> dict[str, Any]:
    return {
        "key": device.key,
        "label": device.deviceInfo.label if device.deviceInfo else f"PCI device {device.key}",
        # Only the slot of a PCI bus has a number; the base type of slotInfo has none.
        "pci_slot_number": getattr(device.slotInfo, "pciSlotNumber", None),
        "raw": device,
    }


def _address(text: str) -> str:
    """The address of an entry, normalised. One in a form we do not know must not keep the VM from being read."""
    try:
        return parse_address(text)
    except DirectPathError:
        return text


def _device_id(text: str) -> int | None:
    """Servers give the device id back as ``10d3``, ``0x0a54`` or, made by a careless client, as no number at all."""
    try:
        return parse_hex_id(text)
    except ValueError:
        return None

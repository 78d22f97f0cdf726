# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The running VMs of hosts, and whether DRS would move them away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm
from ansible_collections.directpath.nvme.plugins.module_utils._read.clusters import drs_behavior
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import LISTED
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


AGENT_MANAGER = "com.vmware.vim.eam"
"""The owner of vSphere's own agent VMs (vCLS), which vCenter itself takes off a host that enters maintenance mode."""

EMBEDDED_AGENT = ("VirtualCenter", "vcls-entity")
"""Owner and type of the agent VMs that hosts run by themselves since 8.0 U3 (embedded vCLS)."""

_AUTOMATED = "fullyAutomated"


def vm_paths() -> dict[Any, list[str]]:
    """What a retrieval of hosts reads beside them for running_vms(), with vm_traversals()."""
    return {
        vim.VirtualMachine: ["name", "runtime.powerState", "runtime.host", "config.managedBy"],
        vim.ComputeResource: ["host", "configurationEx"],
    }


def vm_traversals() -> list[Any]:
    """From hosts to their VMs and to the cluster that they are in."""
    traversal: Any = vmodl.query.PropertyCollector.TraversalSpec
    return [
        traversal(type=vim.HostSystem, path="vm", skip=False),
        traversal(type=vim.HostSystem, path="parent", skip=False),
    ]


def running_vms(session: Session, found: Sequence[ObjectProperties]) -> dict[Any, list[RunningVm]]:
    """HostSystem -> its running VMs, agent VMs left out.

    :param found: what the retrieval gave. The devices of VMs are bulky, so they are read here, of running VMs only.
    """
    refs = [item.obj for item in _running(found)]
    devices: dict[Any, list[Any]] = {}
    if refs:
        for item in retrieve(session, refs, {vim.VirtualMachine: ["config.hardware.device"]}):
            if "config.hardware.device" not in item.missing:
                devices[item.obj] = item.get("config.hardware.device", [])
    return running_vms_of(found, devices)


def running_vms_of(
    found: Sequence[ObjectProperties], devices: Mapping[Any, Sequence[Any]]
) -> dict[Any, list[RunningVm]]:
    """The same from what was read already.

    :param devices: VirtualMachine -> its devices, of those that run; without one whose devices cannot be read.
    """
    clusters = {
        host: item.get("configurationEx")
        for item in found
        if isinstance(item.obj, vim.ComputeResource)
        for host in item.get("host", [])
    }
    result: dict[Any, list[RunningVm]] = {}
    for item in _running(found):
        host = item.get("runtime.host")
        vm = RunningVm(
            name=unquote(item.get("name", item.obj._moId)),
            moid=item.obj._moId,
            has_passthrough=_has_passthrough(devices.get(item.obj)),
            moved_by_drs=drs_behavior(clusters.get(host), item.obj) == _AUTOMATED,
        )
        result.setdefault(host, []).append(vm)
    told = {item.obj._moId for item in found if item.get("runtime.powerState") is not None}
    names = {item.obj._moId: unquote(item.get("name", item.obj._moId)) for item in found}
    for item in found:
        if isinstance(item.obj, vim.HostSystem):
            result.setdefault(item.obj, []).extend(_unseen(item, told, names))
    return result


def _has_passthrough(devices: Sequence[Any] | None) -> bool | None:
    if devices is None:
        return None
    return any(isinstance(device, vim.vm.device.VirtualPCIPassthrough) for device in devices)


def _running(found: Sequence[ObjectProperties]) -> list[ObjectProperties]:
    return [item for item in found if isinstance(item.obj, vim.VirtualMachine) and _counts(item)]


def _unseen(host: ObjectProperties, told: Collection[str], names: Mapping[str, str]) -> list[RunningVm]:
    """VMs that the host lists and that cannot be read: not seen to run is not the same as not running.

    :param told: MoIDs of those whose power state was read.
    """
    hidden = [ref._moId for ref in host.get(LISTED, []) if ref._moId not in told]
    unseen = [RunningVm(names.get(moid, moid), moid, False, moved_by_drs=False, seen=False) for moid in hidden]
    if LISTED in host.missing:
        # Whichever they are: of none of them can be said that it does not run.
        unseen.append(RunningVm("VMs that cannot be listed", "unknown", False, moved_by_drs=False, seen=False))
    return unseen


def _counts(vm: ObjectProperties) -> bool:
    """Agent VMs pin no host, and are nobody's to power off: vSphere stops and starts them itself."""
    owner = vm.get("config.managedBy")
    agent = owner and (owner.extensionKey == AGENT_MANAGER or (owner.extensionKey, owner.type) == EMBEDDED_AGENT)
    return vm.get("runtime.powerState") == "poweredOn" and not agent

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A VM, its host with its devices, and the other VMs on it, in one retrieval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF, owners_by_address
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import DEVICE_PATHS, host_devices_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import VM_PATHS, vm_of
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


def read_placement(session: Session, ref: Any, selectors: Sequence[Selector]) -> Placement:
    """The VM, its host and the host's other VMs, in one retrieval."""
    traversal = vmodl.query.PropertyCollector.TraversalSpec
    vms = traversal(type=vim.HostSystem, path="vm", skip=False)
    host = traversal(type=vim.VirtualMachine, path="runtime.host", skip=False, selectSet=[vms])
    found = retrieve(session, [ref], {vim.VirtualMachine: VM_PATHS, vim.HostSystem: DEVICE_PATHS}, [host])
    by_ref = {item.obj: item for item in found}
    if ref not in by_ref:
        raise DirectPathError(
            f"The VM {ref._moId} is no longer in the inventory.",
            "not_found",
            vm=ref._moId,
            remedy="Check it in vSphere.",
        )
    vm = vm_of(by_ref[ref], {item.obj: item.get("name") for item in found if isinstance(item.obj, vim.HostSystem)})
    if vm.host not in by_ref:
        raise DirectPathError(
            f"The account may not see the host of VM {vm.name}.",
            "host_not_readable",
            vm=vm.name,
            remedy="Check its privileges; docs/least_privilege.md lists what each module needs.",
        )
    view = host_devices_of(by_ref[vm.host])
    others = [vm_of(item) for item in found if isinstance(item.obj, vim.VirtualMachine) and item.obj != ref]
    judged = [device.pci.address for selector in selectors for device in view.select(selector)]
    twins = tuple(other.name for other in others if other.uuid == vm.uuid and other.power_state != POWERED_OFF)
    return Placement(vm, users_on_host(session, view, [vm, *others], judged), owners_by_address(others), twins)


def read_system_ids(session: Session, placement: Placement, addresses: Sequence[str]) -> dict[str, str]:
    """systemId of each device to add, from EnvironmentBrowser.QueryConfigTarget, which says what the VM may get."""
    host = session.object(vim.HostSystem, placement.view.host.moid)
    offered = offered_system_ids(placement.vm.environment_browser.QueryConfigTarget(host))
    for address in addresses:
        if address not in offered:
            raise DirectPathError(
                f"Host {placement.view.host.name} does not offer {address} to VM {placement.vm.name}, although "
                "passthrough is in force. Nothing was changed.",
                "not_assignable",
                requirement="P5",
                host=placement.view.host.name,
                vm=placement.vm.name,
                device=address,
                remedy="Refresh the PCI devices of the host in vSphere, then run the play again.",
            )
    return offered


def offered_system_ids(target: Any) -> dict[str, str]:
    """PCI address -> systemId of what a ConfigTarget offers.

    Servers list a device that is capable of SR-IOV among ``sriov`` only, though it is passed through as a whole; its
    virtual functions are no drives of their own.
    """
    if target is None:
        return {}
    whole = [item for item in target.sriov if not item.virtualFunction]
    return {item.pciDevice.id: item.systemId for item in (*target.pciPassthrough, *whole)}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A VM, its host with its devices, and the other VMs on it, in one retrieval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import twins_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import DEVICE_PATHS, host_devices_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import Slots
from ansible_collections.directpath.nvme.plugins.module_utils._read.twins import vms_with_the_uuid_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import VM_PATHS, no_longer_there, vm_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import LISTED, vms_by_host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


@dataclass(frozen=True)
class Reading:
    """A placement, and what a change of it has to hand back to the server.

    :param environment_browser: EnvironmentBrowser reference, which knows what devices the VM may get.
    :param devices: the VM's devices as read, by key.
    """

    placement: Placement
    environment_browser: Any
    devices: Mapping[int, Any]


def read_placement(
    session: Session,
    moid: str,
    selectors: Sequence[Selector],
    known: Sequence[Remembered] = (),
    slots: Slots | None = None,
) -> Reading:
    """The VM, its host and the host's other VMs, in one retrieval; and the host's slots, if selectors ask for them.

    :param known: what the inventory knows of the drives of the host that it names.
    :param slots: those that were read before.
    """
    traversal = vmodl.query.PropertyCollector.TraversalSpec
    vms = traversal(type=vim.HostSystem, path="vm", skip=False)
    host = traversal(type=vim.VirtualMachine, path="runtime.host", skip=False, selectSet=[vms])
    ref = session.object(vim.VirtualMachine, moid)
    found = retrieve(session, [ref], {vim.VirtualMachine: VM_PATHS, vim.HostSystem: (*DEVICE_PATHS, LISTED)}, [host])
    by_moid = {item.obj._moId: item for item in found}
    if moid not in by_moid:
        raise no_longer_there(moid)
    own = by_moid[moid]
    vm = vm_of(own, {item.obj: item.get("name") for item in found if isinstance(item.obj, vim.HostSystem)})
    if vm.host_moid not in by_moid:
        raise host_not_seen(vm)
    host_now = by_moid[vm.host_moid]
    view = (slots or Slots(session)).where_needed(host_devices_of(host_now, known), selectors)
    (around,) = vms_by_host([host_now], found).values()
    judged = [device.pci.address for selector in selectors for device in view.select(selector)]
    view = users_on_host(session, view, around.vms, judged)
    hardware = own.get("config.hardware")
    devices = {device.key: device for device in hardware.device} if hardware else {}
    placement = Placement(vm, view, around.owners(serving=moid), twins_on_host(vm, around))
    return Reading(placement, own.get("environmentBrowser"), devices)


def host_not_seen(vm: Vm) -> DirectPathError:
    """What is said of a VM whose host is not in an answer that should have it."""
    return DirectPathError(
        f"The account may not see the host of VM {vm.name}.",
        "host_not_readable",
        vm=vm.name,
        remedy="Check its privileges; docs/least_privilege.md lists what each module needs.",
    )


def with_twins(session: Session, reading: Reading) -> Reading:
    """The same reading with all VMs, on whatever host, that a guest could be of by the UUID that it tells."""
    twins = reading.placement.twins.adding(vms_with_the_uuid_of(session, reading.placement.vm))
    return replace(reading, placement=replace(reading.placement, twins=twins))


def read_offer(session: Session, reading: Reading) -> dict[str, str]:
    """PCI address -> systemId of what the VM may get of its host, as EnvironmentBrowser.QueryConfigTarget says."""
    host = session.object(vim.HostSystem, reading.placement.view.host.moid)
    return offered_system_ids(reading.environment_browser.QueryConfigTarget(host))


def read_offer_to(session: Session, vm_moid: str, host_moid: str) -> dict[str, str]:
    """As read_offer(), for a VM whose EnvironmentBrowser is not at hand."""
    browser = session.object(vim.VirtualMachine, vm_moid).environmentBrowser
    return offered_system_ids(browser.QueryConfigTarget(session.object(vim.HostSystem, host_moid)))


def offered_system_ids(target: Any) -> dict[str, str]:
    """PCI address -> systemId of what a ConfigTarget offers.

    Servers list a device that is capable of SR-IOV among ``sriov`` only, though it is passed through as a whole; its
    virtual functions are no drives of their own.
    """
    if target is None:
        return {}
    whole = [item for item in target.sriov if not item.virtualFunction]
    return {item.pciDevice.id: item.systemId for item in (*target.pciPassthrough, *whole)}

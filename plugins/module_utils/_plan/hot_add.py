# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding which devices to hot-add to a VM, and what forbids it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF, Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import (
    HotplugPlan,
    Item,
    cannot_be_told,
    plan_of,
    refused,
    resolved,
    scene_of,
    wrong_power_state,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.limits import MAX_NVME_PER_VM
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import broken, refusal, refuses
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import (
    all_that_match,
    choose,
    drives_of,
    require_nvme,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection_errors import not_found
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import use_obstacles


def plan_hot_add(placement: Placement, selectors: Sequence[Selector]) -> HotplugPlan:
    """Plan a hot-add. What an earlier step of a playbook provides (power, P5 to P7, a reboot) is mendable."""
    items, obstacles = resolved(placement, selectors, _to_add)
    wanted = [item.device for item in items if item.step and item.device]
    if wanted:
        obstacles += [*_vm_obstacles(placement.vm), *_too_many(placement, len(wanted)), *_no_hot_plug(placement)]
    for device in wanted:
        obstacles += use_obstacles(placement.view, device, placement.owners)
        if not device.active:
            obstacles.append(Obstacle(_not_active(placement, device), mendable=True))
    return plan_of(items, obstacles)


def _to_add(placement: Placement, selector: Selector) -> Item:
    require_nvme(placement.view, selector)
    # Of several drives that are alike, one that is in the VM is enough. No two have one serial number or slot.
    for device in () if selector.exact else all_that_match(placement.view, selector):
        entry = placement.entry(device.pci.address)
        if entry:
            return _in_vm(placement, selector, device, entry)
    found = choose(selector, drives_of(placement.view, selector), scene_of(placement))
    if found is None or found.device is None:
        raise not_found(selector, [placement.view])
    entry = placement.entry(found.address)
    if entry:
        return _in_vm(placement, selector, found.device, entry)
    _refuse_doubtful(placement, selector, found.device)
    return Item(selector, found.address, found.device, step=True)


def _in_vm(placement: Placement, selector: Selector, device: HostDevice, entry: VmPciDevice) -> Item:
    _refuse_stale(placement, entry)
    return Item(selector, device.pci.address, device, step=False)


def _refuse_doubtful(placement: Placement, selector: Selector, device: HostDevice) -> None:
    """An entry whose address is in no known form may be any drive with its ids."""
    for entry in placement.vm.devices:
        if not (entry.address_known or entry.dynamic) and entry.vendor_device in (None, device.pci.vendor_device):
            raise cannot_be_told(placement, selector, entry)


def _refuse_stale(placement: Placement, entry: VmPciDevice) -> None:
    """After a drive was swapped, the entry of the old one has the address of the new one."""
    device = placement.device_of(entry)
    if device and (device.active or not placement.vm.powered_on):
        return
    if device:
        raise refused(
            placement,
            f"VM {placement.vm.name} runs with {entry.address} of host {placement.view.host.name} as {entry.label}, "
            "but the host says that its passthrough is not in force, and has no storage adapter for it either: nobody "
            "can tell whether it is still the drive that the entry was made for.",
            "entry_not_readable",
            "Refresh the PCI devices of the host in vSphere, and look in the guest whether it has the drive.",
            "V3",
            entry.address,
        )
    raise refused(
        placement,
        f"VM {placement.vm.name} has {entry.address} of host {placement.view.host.name} as {entry.label}, but that "
        f"entry was made for a device ({entry.vendor_device}) that is no longer there.",
        "stale_entry",
        "Remove it with state=absent, then add the device that is there now.",
        "V3",
        entry.address,
    )


def _vm_obstacles(vm: Vm) -> list[Obstacle]:
    """Why a VM cannot take a device. What vm_hotplug_config corrects is mendable."""
    obstacles: list[Obstacle] = []
    verdicts = [verdict for verdict in broken(vm) if refuses(verdict)]
    if verdicts:
        mendable = all(verdict.requirement.correction for verdict in verdicts)
        obstacles.append(Obstacle(refusal(vm, verdicts), mendable))
    if not vm.powered_on:
        error = wrong_power_state(vm, "Power it on; devices of a VM that is off are not hot-plugged.")
        obstacles.append(Obstacle(error, mendable=vm.power_state == POWERED_OFF))
    return obstacles


def _too_many(placement: Placement, adding: int) -> list[Obstacle]:
    vm = placement.vm
    # A device that is gone from the host still has its place in the VM.
    others = [entry for entry in vm.devices if entry.address in placement.view.devices]
    nvme = [entry for entry in others if placement.view.devices[str(entry.address)].pci.is_nvme]
    present = len(nvme) + len(vm.devices) - len(others)
    if present + adding <= MAX_NVME_PER_VM:
        return []
    error = refused(
        placement,
        f"VM {vm.name} has {present} NVMe passthrough devices, and {adding} more would pass the limit of "
        f"{MAX_NVME_PER_VM} (L4).",
        "too_many_devices",
        "Remove devices from the VM first, or spread the drives over several VMs.",
        "L4",
    )
    return [Obstacle(error)]


def _no_hot_plug(placement: Placement) -> list[Obstacle]:
    if placement.view.hot_plug_supported is not False:
        return []
    error = refused(
        placement,
        f"Host {placement.view.host.name} says that it does not support hot plug of passthrough devices "
        "(fptHotplugSupported, Q8).",
        "host_without_hot_plug",
        "Check the server's certification for hot plug (Q1, Q4, Q5) and its firmware settings.",
        "Q8",
    )
    return [Obstacle(error)]


def _not_active(placement: Placement, device: HostDevice) -> DirectPathError:
    host, address = placement.view.host.name, device.pci.address
    if device.enabled:
        found, remedy = "enabled but not yet in force", f"Reboot the host {host} (host_reboot)."
    else:
        found, remedy = "not enabled", "Enable it with nvme_passthrough_toggle."
    text = f"Passthrough of {address} ({device.pci.name}) on host {host} is {found}."
    return refused(placement, text, "passthrough_not_active", remedy, "P5", address)


def not_offered(placement: Placement, steps: Sequence[Item], offered: Mapping[str, str]) -> list[Obstacle]:
    """Devices that the host does not offer to the VM, although passthrough is in force.

    :param offered: PCI address -> systemId of what it does offer.
    """
    host, vm = placement.view.host.name, placement.vm.name
    remedy = "Refresh the PCI devices of the host in vSphere, then run the play again."
    errors = [
        refused(
            placement,
            f"Host {host} does not offer {item.address} to VM {vm}, although passthrough is in force.",
            "not_assignable",
            remedy,
            "P5",
            item.address,
        )
        for item in steps
        if item.address not in offered
    ]
    return [Obstacle(error) for error in errors]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding which devices to hot-add to a VM, and what forbids it."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF, Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import (
    HotplugPlan,
    Item,
    ambiguous,
    refuse_same_device,
    wrong_power_state,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.rules import MAX_NVME_PER_VM, broken_rules, refusal
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import not_found, nvme_matches
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import refuse_if_held


def plan_hot_add(placement: Placement, selectors: Sequence[Selector], check_mode: bool) -> HotplugPlan:
    """Plan a hot-add, or refuse it.

    In check mode, what an earlier step of a playbook provides (power, P5 to P7, a reboot) is deferred, not refused.
    """
    items = [_to_add(placement, selector) for selector in selectors]
    refuse_same_device(placement, items)
    wanted = [item.device for item in items if item.step and item.device]
    deferred: list[str] = []
    if wanted:
        deferred += _vm_obstacles(placement.vm, check_mode)
        _refuse_too_many(placement, len(wanted))
        _refuse_host_without_hot_plug(placement)
    for device in wanted:
        refuse_if_held(placement.view, device, placement.owners)
        if not device.active:
            obstacle = _not_active(placement, device)
            if not check_mode:
                raise obstacle
            deferred.append(str(obstacle))
    return HotplugPlan(tuple(items), tuple(deferred))


def _to_add(placement: Placement, selector: Selector) -> Item:
    matches = nvme_matches(placement.view, selector)
    if not matches:
        raise not_found(selector, [placement.view])
    for device in matches:
        entry = placement.entry(device.pci.address)
        if entry:
            _refuse_stale(placement, entry)
            return Item(selector, device.pci.address, device, step=False)
    if len(matches) > 1:
        raise ambiguous(placement, selector, [_candidate(device) for device in matches])
    return Item(selector, matches[0].pci.address, matches[0], step=True)


def _refuse_stale(placement: Placement, entry: VmPciDevice) -> None:
    """After a drive was swapped, the entry of the old one has the address of the new one."""
    if placement.device_of(entry):
        return
    raise DirectPathError(
        f"VM {placement.vm.name} has {entry.address} of host {placement.view.host.name} as {entry.label}, but that "
        f"entry was made for a device ({entry.vendor_device}) that is no longer there. Nothing was changed.",
        "stale_entry",
        requirement="V3",
        host=placement.view.host.name,
        vm=placement.vm.name,
        device=entry.address,
        remedy="Remove it with state=absent, then add the device that is there now.",
    )


def _candidate(device: HostDevice) -> str:
    serial = f", serial {device.serial}" if device.serial else ""
    return f"{device.pci.address} ({device.pci.name}{serial})"


def _vm_obstacles(vm: Vm, check_mode: bool) -> list[str]:
    """Refuse a VM that cannot take a device. Returns what check mode may leave to an earlier step."""
    broken = [item for item in broken_rules(vm) if item.rule.refuses]
    # What vm_hotplug_config can mend, it will have mended by the time of the real run.
    final = [item for item in broken if not (check_mode and item.rule.correction)]
    if final:
        raise refusal(vm, final)
    deferred = [f"VM {vm.name}: {item.describe()}." for item in broken]
    if not vm.powered_on:
        obstacle = wrong_power_state(vm, "Power it on; devices of a VM that is off are not hot-plugged.")
        if not check_mode or vm.power_state != POWERED_OFF:
            raise obstacle
        deferred.append(str(obstacle))
    return deferred


def _refuse_too_many(placement: Placement, adding: int) -> None:
    vm = placement.vm
    # A device that is gone from the host still has its place in the VM.
    others = [entry for entry in vm.devices if entry.address in placement.view.devices]
    nvme = [entry for entry in others if placement.view.devices[str(entry.address)].pci.is_nvme]
    present = len(nvme) + len(vm.devices) - len(others)
    if present + adding > MAX_NVME_PER_VM:
        raise DirectPathError(
            f"VM {vm.name} has {present} NVMe passthrough devices, and {adding} more would pass the limit of "
            f"{MAX_NVME_PER_VM} (L4). Nothing was changed.",
            "too_many_devices",
            requirement="L4",
            host=placement.view.host.name,
            vm=vm.name,
            remedy="Remove devices from the VM first, or spread the drives over several VMs.",
        )


def _refuse_host_without_hot_plug(placement: Placement) -> None:
    if placement.view.hot_plug_supported is False:
        raise DirectPathError(
            f"Host {placement.view.host.name} says that it does not support hot plug of passthrough devices "
            "(fptHotplugSupported, Q8). Nothing was changed.",
            "host_without_hot_plug",
            requirement="Q8",
            host=placement.view.host.name,
            vm=placement.vm.name,
            remedy="Check the server's certification for hot plug (Q1, Q4, Q5) and its firmware settings.",
        )


def _not_active(placement: Placement, device: HostDevice) -> DirectPathError:
    host, address = placement.view.host.name, device.pci.address
    if device.enabled:
        found, remedy = "enabled but not yet in force", f"Reboot the host {host} (host_reboot)."
    else:
        found, remedy = "not enabled", "Enable it with nvme_passthrough_toggle."
    return DirectPathError(
        f"Passthrough of {address} ({device.pci.name}) on host {host} is {found}. Nothing was changed.",
        "passthrough_not_active",
        requirement="P5",
        host=host,
        vm=placement.vm.name,
        device=address,
        remedy=remedy,
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding which devices to hot-remove from a VM, and what forbids it."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import Departure
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import (
    HotplugPlan,
    Item,
    ambiguous,
    refuse_same_device,
    wrong_power_state,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import nvme_matches
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_in_guest import judge_departure


def plan_hot_remove(placement: Placement, selectors: Sequence[Selector], guest: GuestProof) -> HotplugPlan:
    """Plan a hot-remove, or refuse it."""
    vm = placement.vm
    items = [_to_remove(placement, selector) for selector in selectors]
    refuse_same_device(placement, items)
    steps = [item for item in items if item.step]
    if steps and vm.power_state not in ("poweredOn", POWERED_OFF):
        raise wrong_power_state(vm, "Resume it, or power it off, then run the play again.")
    warnings: list[str] = []
    if steps and vm.powered_on:
        on_host = {entry.address: placement.device_of(entry) for entry in vm.devices}
        leaving = [item.address for item in steps]
        departure = Departure(vm, placement.view.host.name, on_host, leaving, placement.twins)
        warnings = judge_departure(departure, guest).admit(check_mode=False)
    return HotplugPlan(tuple(items), notes=tuple(warnings))


def _to_remove(placement: Placement, selector: Selector) -> Item:
    """A device in the VM is found by its entry, since the device itself may be gone from the host."""
    found: list[tuple[str, HostDevice | None]] = []
    for entry in placement.vm.devices:
        if entry.address is None or entry.dynamic:
            continue
        device = placement.device_of(entry)
        name = device.pci.name if device else entry.name
        ids = device.pci.vendor_device if device else entry.vendor_device or ""
        if selector.matches(entry.address, name, ids):
            found.append((entry.address, device))
    if not found:
        return Item(selector, selector.address or "", None, step=False)
    if len(found) > 1:
        raise ambiguous(placement, selector, [address for address, _device in found])
    address, device = found[0]
    if device and not device.pci.is_nvme:
        # Raises: the selector names something else than an NVMe device (L5).
        nvme_matches(placement.view, Selector(address=address))
    return Item(selector, address, device, step=True)

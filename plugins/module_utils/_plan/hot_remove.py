# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding which devices to hot-remove from a VM, and what forbids it."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import (
    HotplugPlan,
    Item,
    ambiguous,
    refuse_same_device,
    wrong_power_state,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import nvme_matches
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_in_guest import check_evidence, refuse_if_used


def plan_hot_remove(placement: Placement, selectors: Sequence[Selector], guest: GuestProof) -> HotplugPlan:
    """Plan a hot-remove, or refuse it."""
    vm = placement.vm
    items = [_to_remove(placement, selector) for selector in selectors]
    refuse_same_device(placement, items)
    steps = [item for item in items if item.step]
    if steps and vm.power_state not in ("poweredOn", POWERED_OFF):
        raise wrong_power_state(vm, "Resume it, or power it off, then run the play again.")
    if steps and vm.powered_on:
        _refuse_without_proof(placement, [item.address for item in steps], guest)
    return HotplugPlan(tuple(items))


def _refuse_without_proof(placement: Placement, addresses: Sequence[str], guest: GuestProof) -> None:
    """A running guest may use the drive: it leaves only on evidence that it does not, or on the operator's word."""
    vm, host = placement.vm, placement.view.host.name
    if guest.evidence is not None:
        check_evidence(guest.evidence, vm, guest.now, guest.max_age)
        on_host = {entry.address: placement.device_of(entry) for entry in vm.devices}
        refuse_if_used(guest.evidence, vm, on_host, addresses, host)
    elif not guest.unchecked:
        raise DirectPathError(
            f"VM {vm.name} is running, and nothing shows that its guest does not use "
            f"{', '.join(addresses)} of host {host}: taking a mounted drive away loses data. Nothing was changed.",
            "guest_unchecked",
            requirement="C3",
            host=host,
            vm=vm.name,
            device=addresses[0],
            remedy="Pass what guest_nvme_info found in the guest as guest_evidence. If the guest cannot be asked, "
            "make sure yourself that it does not use the drive, then set allow_guest_unchecked to true.",
        )


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

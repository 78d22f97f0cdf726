# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NVMe passthrough drives that a VM has and no entry of the inventory names. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note


def unnamed(
    placement: Placement, entries: Sequence[Selector], added: HotplugPlan, removed: HotplugPlan
) -> list[VmPciDevice]:
    """The entries of the VM that are neither wanted in it nor out of it.

    :param entries: of the inventory. An address that one of them has is named, whatever became of the drive there.

    Not those that a removal by address could not mean: of a dynamic device, or with an address in no known form. What
    the host has lost is among them, whatever it was.
    """
    named = {item.address for item in (*added.items, *removed.items)} | {entry.address for entry in entries}
    found = []
    for entry in placement.vm.devices:
        if entry.dynamic or not entry.address_known or entry.address in named:
            continue
        device = placement.device_of(entry)
        if device is None or device.pci.is_nvme:
            found.append(entry)
    return found


def surely_nvme(placement: Placement, entry: VmPciDevice) -> bool:
    """Whether an entry is for an NVMe drive (L5). What the host has lost is one if others with its ids are."""
    device = placement.device_of(entry)
    if device:
        return device.pci.is_nvme
    return entry.vendor_device in [other.pci.vendor_device for other in placement.view.nvme()]


def by_address(entry: VmPciDevice) -> Selector:
    """The selector that means one entry."""
    return Selector(address=entry.address)


def surely_unwanted(placement: Placement, entry: VmPciDevice, wanted: Sequence[Selector]) -> bool:
    """Whether none of the selectors can mean it. One whose serial number nobody knows may be the drive that is wanted,
    also where another drive is remembered under that serial number.
    """
    identity = placement.identity_of(entry)
    return all(selector.judge(identity) is False for selector in wanted)


def left_alone(placement: Placement, entries: Sequence[VmPciDevice], exact: bool, complete: bool) -> list[Note]:
    """What is said of drives that nobody wants and nobody removes.

    :param entries: those that stay. :param complete: every entry of the inventory means a drive, or none.
    """
    if not exact:
        return _staying(placement, entries, "as nvme_hotplug_exact is not set.")
    if not complete:
        return _staying(placement, entries, "as not every entry says which drive it means.")
    drives = [entry for entry in entries if surely_nvme(placement, entry)]
    others = [entry for entry in entries if entry not in drives]
    named = "Name it in state absent to have it removed."
    return [
        *_staying(placement, drives, f"as nobody can tell that it is not a drive which an entry wants. {named}"),
        *_staying(
            placement,
            others,
            f"as the host has lost it and nobody can tell whether it is an NVMe drive. {named}",
        ),
    ]


def _staying(placement: Placement, entries: Sequence[VmPciDevice], reason: str) -> list[Note]:
    addresses = ", ".join(str(entry.address) for entry in entries)
    text = f"VM {placement.vm.name} has {addresses} of host {placement.view.host.name}, which no entry names."
    return [Note("V2", f"{text} It stays there, {reason}")] if entries else []

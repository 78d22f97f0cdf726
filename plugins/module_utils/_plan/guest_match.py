# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which device of the guest is a given passthrough device of its VM? No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

GuestDevice = Mapping[str, Any]
"""One of ``devices`` in the result of guest_nvme_info."""


def candidates(vendor_device: str | None, slot: int | None, guest: Sequence[GuestDevice]) -> list[GuestDevice]:
    """The guest's devices that may be a passthrough device of its VM.

    With native PCIe hot plug the guest's Physical Slot is the VM's pciSlotNumber: one device, exactly. Otherwise slots
    have other names, and every device with the same ids may be it. None: the guest does not see it.

    :param slot: the VM's pciSlotNumber.
    """
    alike = [device for device in guest if device.get("vendor_device") == vendor_device]
    return [device for device in alike if _in_slot(device, slot)] or alike


def match_rows(rows: Sequence[Mapping[str, Any]], guest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Add to each row about a VM's device what the guest says of it.

    :param rows: with ``vendor_device`` and ``pci_slot_number``.
    :param guest: the result of guest_nvme_info.
    """
    exact = [device for row in rows for device in guest["devices"] if _in_slot(device, row.get("pci_slot_number"))]
    matched = []
    for row in rows:
        slot = row.get("pci_slot_number")
        found = candidates(row.get("vendor_device"), slot, guest["devices"])
        if not any(_in_slot(device, slot) for device in found):
            # What is another row's, exactly, is not this row's.
            found = [device for device in found if device not in exact]
        matched.append({**row, **_guest_columns(found, slot)})
    return matched


def _guest_columns(found: Sequence[GuestDevice], slot: int | None) -> dict[str, Any]:
    if len(found) != 1:
        match = "ambiguous" if found else "none"
        return {"guest_match": match, "guest_address": None, "guest_paths": [], "guest_lspci": None}
    device = found[0]
    return {
        "guest_match": "slot" if _in_slot(device, slot) else "ids",
        "guest_address": device["address"],
        "guest_paths": [item["path"] for item in device["namespaces"]],
        "guest_lspci": device["lspci"],
    }


def _in_slot(device: GuestDevice, slot: int | None) -> bool:
    return slot is not None and device.get("physical_slot") == str(slot)

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


def match_guest(
    rows: Sequence[Mapping[str, Any]], guest: Mapping[str, Any], known: Sequence[str] = ()
) -> dict[str, Any]:
    """Hold the passthrough devices of a VM against what its guest says (V4 to V6).

    :param rows: the VM's devices, with ``vendor_device`` and ``pci_slot_number``.
    :param guest: the result of guest_nvme_info.
    :param known: ids of drives that the VM could have had; a drive of the guest with these that the VM does not have
        is a surplus, while the guest's own virtual NVMe disks are not our business.
    :return: ``devices``, the rows with what the guest says of each; ``surplus``, ids of which the guest has more drives
        than the VM; ``agree``, whether the guest has just what the VM has.
    """
    exact = [device for row in rows for device in guest["devices"] if _is_exactly(row, device)]
    devices = []
    for row in rows:
        found = candidates(row["vendor_device"], row["pci_slot_number"], guest["devices"])
        if not any(_is_exactly(row, device) for device in found):
            # What is another row's, exactly, is not this row's.
            found = [device for device in found if device not in exact]
        devices.append({**row, **_guest_columns(row, found)})
    ids = dict.fromkeys([*known, *(row["vendor_device"] for row in rows)])
    surplus = [item for item in ids if _count(item, guest["devices"]) > _count(item, rows)]
    lacking = [item for item in ids if _count(item, guest["devices"]) < _count(item, rows)]
    return {"devices": devices, "surplus": surplus, "agree": not surplus and not lacking}


def _count(vendor_device: str, devices: Sequence[Mapping[str, Any]]) -> int:
    return sum(device.get("vendor_device") == vendor_device for device in devices)


def _guest_columns(row: Mapping[str, Any], found: Sequence[GuestDevice]) -> dict[str, Any]:
    if len(found) != 1:
        match = "ambiguous" if found else "none"
        return {"guest_match": match, "guest_address": None, "guest_paths": [], "guest_lspci": None}
    device = found[0]
    return {
        "guest_match": "slot" if _is_exactly(row, device) else "ids",
        "guest_address": device["address"],
        "guest_paths": [item["path"] for item in device["namespaces"]],
        "guest_lspci": device["lspci"],
    }


def _is_exactly(row: Mapping[str, Any], device: GuestDevice) -> bool:
    return row["vendor_device"] == device.get("vendor_device") and _in_slot(device, row["pci_slot_number"])


def _in_slot(device: GuestDevice, slot: int | None) -> bool:
    return slot is not None and device.get("physical_slot") == str(slot)

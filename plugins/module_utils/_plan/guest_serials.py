# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The serial numbers that a guest reads of its VM's drives. No I/O.

With native PCIe hot plug, the guest's Physical Slot is the VM's pciSlotNumber, so that it is sure which of its drives
is which entry of the VM. What is matched in another way may be another drive, and nothing is learnt of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import FROM_GUEST, FROM_HOST, HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestLook, GuestProof, VmDrive
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import CRITERIA, Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import normal_serial, same_serial
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import Departure, doubts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import pair
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_drives import ABSENT


def known_by_guest(placement: Placement, proof: GuestProof) -> Placement:
    """A placement with what the guest reads of the drives in its slots, which counts for more than what is remembered.

    Evidence that proves nothing names no drive either.
    """
    look = GuestLook.from_dict(proof.evidence) if proof.evidence is not None else None
    if look is None or list(
        doubts(Departure(placement.vm, placement.view.name, {}, ("",), placement.twins), look, proof)
    ):
        return placement
    entries = [entry for entry in placement.vm.devices if entry.address]
    pairings = pair([VmDrive(entry.vendor_device, entry.pci_slot_number) for entry in entries], look.drives)
    # What the guest still has of a drive that the host has lost says nothing of what is at its address by now (V3).
    told = {
        entry.address: pairing.devices[0].serial
        for entry, pairing in zip(entries, pairings)
        if pairing.how == "slot" and normal_serial(pairing.devices[0].serial) and placement.device_of(entry)
    }
    devices = {address: _named(device, told.get(address)) for address, device in placement.view.devices.items()}
    return replace(placement, view=replace(placement.view, devices=devices))


def _named(device: HostDevice, serial: str | None) -> HostDevice:
    if serial is None or device.serial_from == FROM_HOST or not device.pci.is_nvme:
        return device
    return replace(device, serial=serial, serial_from=FROM_GUEST)


def to_learn(matched: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What host_drive_memory is to be told, of what vSphere does not know or has otherwise.

    :param matched: the VM's drives, as match_guest() returned them.
    """
    return [
        {"serial": row["guest_serial"], "address": row["address"], "vendor_device": row["vendor_device"]}
        for row in matched
        if _told(row) and not same_serial(row["guest_serial"], row.get("serial"))
    ]


def contradictions(selected: Sequence[Mapping[str, Any]], matched: Sequence[Mapping[str, Any]], vm: str) -> list[str]:
    """Drives that are in a VM, or said not to be, by a remembered serial number that is not what the guest reads."""
    told = {row["address"]: row["guest_serial"] for row in matched if _told(row)}
    found = []
    for item in selected:
        wanted, address = item["selector"].get("serial"), (item["drive"] or {}).get("address")
        if wanted and address in told and not same_serial(told[address], wanted):
            found.append(
                f"{address} was taken for the drive with serial number {wanted}, as it was remembered, but the guest "
                f"of {vm} reads {told[address]} there: another drive is in the VM than is wanted."
            )
        if wanted and item["status"] == ABSENT:
            found += [
                f"The drive with serial number {wanted} is in {vm}: its guest reads that of {row['address']}, of which "
                f"{row['serial'] or 'no serial number'} was remembered."
                for row in matched
                if _told(row) and _may_be_meant(item["selector"], row)
            ]
    return found


def _may_be_meant(selector: Mapping[str, str], row: Mapping[str, Any]) -> bool:
    """Whether a drive may be what was asked for, by all that the guest and vSphere tell of it."""
    known = {name: row.get(name) for name in CRITERIA}
    return Selector(**selector).judge({**known, "serial": normal_serial(row["guest_serial"])}) is not False


def _told(row: Mapping[str, Any]) -> bool:
    return row["guest_match"] == "slot" and normal_serial(row["guest_serial"]) is not None

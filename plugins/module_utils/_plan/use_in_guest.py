# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does the guest use a drive that is about to leave it? Judged from what guest_nvme_info saw. No I/O.

A drive leaves a running guest only if its guest has shown it, and shown that nobody uses it: what was not seen is not
known to be unused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import FROM_HOST, HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestLook, GuestProof, VmDrive
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import (
    AGAIN,
    Departure,
    doubts,
    printable,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import Pairing, pair
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan

_NOT_SHOWN = (
    "Find out who answered: a clone or replica with the same BIOS UUID, or this VM started from another disk. If it "
    "was this guest, its hot plug is off, or it has taken the drive off its PCI bus: look with lspci after 'echo 1 > "
    "/sys/bus/pci/rescan'. Then ask it again."
)


def judge_departure(departure: Departure, proof: GuestProof) -> Plan[Any]:
    """What speaks against taking drives from under a running guest, as obstacles, and what it should be told, as notes.

    Evidence goes before the operator's word, which counts only where there is none.
    """
    if proof.evidence is None:
        return Plan() if proof.unchecked else Plan(obstacles=(Obstacle(_unchecked(departure)),))
    look = GuestLook.from_dict(proof.evidence)
    if look is None:
        return Plan(obstacles=(Obstacle(departure.proves_nothing("it is not a result of guest_nvme_info", AGAIN)),))
    entries = [entry for entry in departure.vm.devices if _may_be_nvme(entry, departure.on_host)]
    pairings = pair([_drive(entry, departure.on_host.get(entry.address)) for entry in entries], look.drives)
    paired = {str(entry.address): pairing for entry, pairing in zip(entries, pairings)}
    objections = [*doubts(departure, look, proof), *_not_shown(departure, paired), *_used(departure, paired)]
    return Plan(notes=tuple(_left_on(departure, paired)), obstacles=tuple(Obstacle(error) for error in objections))


def _not_shown(departure: Departure, paired: Mapping[str, Pairing]) -> Iterable[DirectPathError]:
    """Drives that VM and host have in force and the guest does not show: it does not know them, or it is another guest.

    Each of the VM counts, whether it is to leave or not: a guest that lacks one may be the guest of a copy.
    """
    lacking = [
        address
        for address, pairing in paired.items()
        if departure.on_host.get(address) is not None and not pairing.shown
    ]
    if lacking:
        slots = {str(entry.address): entry.pci_slot_number for entry in departure.vm.devices}
        names = ", ".join(f"{address} (slot {slots[address]})" for address in lacking)
        unclear = any(paired[address].devices for address in lacking)
        found = "shows too few drives for" if unclear else "does not show"
        yield departure.proves_nothing(
            f"the guest {found} {names}, which VM and host have in force", _NOT_SHOWN, lacking[0]
        )


def _used(departure: Departure, paired: Mapping[str, Pairing]) -> Iterable[DirectPathError]:
    """Of drives that the guest cannot tell apart, none may be in use."""
    texts = {}
    for address in departure.addresses:
        pairing = paired.get(address, Pairing((), "none"))
        uses = ", ".join(f"{use.kind} {use.name}" for device in pairing.devices for use in device.uses)
        if uses:
            texts[address] = f"{_named(departure, address, pairing)} for {uses}"
    if texts:
        first, *_others = texts
        yield departure.error(
            f"The guest of VM {departure.vm.name} uses {'; '.join(texts.values())}.",
            "device_in_use_by_guest",
            "Unmount it, or take it out of its group, array or pool, in the guest; then run the play again.",
            first,
        )


def _left_on(departure: Departure, paired: Mapping[str, Pairing]) -> Iterable[Note]:
    """Data that nobody uses is no obstacle, since it stays on the drive; but whoever pulls the drive should know."""
    for address in departure.addresses:
        pairing = paired.get(address, Pairing((), "none"))
        data = ", ".join(
            f"{item.kind}{item.name and ' ' + item.name} ({item.device})"
            for device in pairing.devices
            for item in device.data
        )
        if data:
            text = f"{_named(departure, address, pairing)} holds data that the guest does not use now: {data}."
            yield Note("C3", printable(f"{text} It leaves VM {departure.vm.name} with the drive."))


def _named(departure: Departure, address: str, pairing: Pairing) -> str:
    paths = ", ".join(path for device in pairing.devices for path in device.paths) or "no block device"
    doubt = "" if pairing.how != "ambiguous" else f", one of {len(pairing.devices)} drives that cannot be told apart"
    lost = "" if departure.on_host.get(address) else f", which host {departure.host} no longer has (V3)"
    return f"{address} ({paths}{doubt}{lost})"


def _unchecked(departure: Departure) -> DirectPathError:
    lost = [address for address in departure.addresses if not departure.on_host.get(address)]
    there = [address for address in departure.addresses if address not in lost]
    texts = []
    if there:
        names = f"{', '.join(there)} of host {departure.host}"
        texts.append(f"that its guest does not use {names}: taking a mounted drive away loses data")
    if lost:
        names = f"{', '.join(lost)}, which host {departure.host} no longer has (V3)"
        texts.append(f"that its guest has let go of {names}")
    return departure.error(
        f"VM {departure.vm.name} is running, and nothing shows {', nor '.join(texts)}.",
        "guest_unchecked",
        "Pass what guest_nvme_info finds in the guest, as root, as guest_evidence. If it fails there, mend what it "
        "names. Pull no drive before it has left its VM (N7).",
    )


def _may_be_nvme(entry: VmPciDevice, on_host: Mapping[str | None, HostDevice | None]) -> bool:
    """A VM may have other passthrough devices, too. Of what the host has lost, nobody knows."""
    device = on_host.get(entry.address)
    return not entry.dynamic and (device is None or device.pci.is_nvme)


def _drive(entry: VmPciDevice, device: HostDevice | None) -> VmDrive:
    # By a remembered serial number that is wrong, another drive would be found to be unused.
    serial = device.serial if device and device.serial_from == FROM_HOST else None
    return VmDrive(entry.vendor_device, entry.pci_slot_number, serial, gone=device is None)

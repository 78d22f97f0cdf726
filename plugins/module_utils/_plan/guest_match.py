# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which device of the guest is which passthrough device of its VM? No I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestDrive, VmDrive
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import same_serial

VMWARE_VENDOR = "15ad:"
"""Virtual NVMe controllers, which hold virtual disks, are VMware's; passthrough devices keep their maker's ids."""


EMULATED_VENDOR = "1b36:"
"""QEMU's own drives, which say nothing of their makers; what is passed through keeps its maker's ids."""


@dataclass(frozen=True)
class Pairing:
    """What the guest may know a VM's device as.

    :param devices: one device; several that cannot be told apart; none if the guest does not show it.
    :param how: ``slot``, ``serial``, ``ids``, ``rest`` (the only one left on both sides), ``ambiguous`` or ``none``.
    :param rivals: how many devices of the VM these may be, this one among them.
    """

    devices: tuple[GuestDrive, ...]
    how: str
    rivals: int = 1

    @property
    def shown(self) -> bool:
        """Whether the device must be among these. Of two that share one candidate, either may be out of sight."""
        return len(self.devices) >= self.rivals


def passed_through(devices: Sequence[GuestDrive]) -> list[GuestDrive]:
    """The guest's drives that are not virtual disks."""
    return [device for device in devices if not device.vendor_device.startswith(VMWARE_VENDOR)]


def pair(drives: Sequence[VmDrive], seen: Sequence[GuestDrive]) -> list[Pairing]:
    """Pair all passthrough devices of a VM with those of its guest.

    With native PCIe hot plug the guest's Physical Slot is the VM's pciSlotNumber: exact. Where slots have other names,
    the serial number decides if the host knows it, then the ids if only one drive on each side has them, and then what
    is left over. Last come entries whose drive the host has lost (V3): a guest that shows more than the others account
    for may still have it. Drives whose serial numbers differ are never the same.

    :return: one pairing for each of ``drives``, in their order.
    """
    rounds = _Rounds(drives, passed_through(seen))
    rounds.exact("slot", _same_slot)
    rounds.exact("serial", _same_serial)
    known = dict.fromkeys(drive.vendor_device for drive in drives if drive.vendor_device)
    for gone in (False, True):
        for ids in known:
            alike = [index for index in rounds.open(gone) if drives[index].vendor_device == ids]
            rounds.group("ids", alike, [item for item in rounds.left if item.vendor_device == ids])
        rounds.group("rest", rounds.open(gone), [item for item in rounds.left if item.vendor_device not in known])
    return [rounds.found.get(index, Pairing((), "none")) for index in range(len(drives))]


class _Rounds:
    """What is not yet paired, on both sides; each round leaves less to the next."""

    def __init__(self, drives: Sequence[VmDrive], seen: Sequence[GuestDrive]) -> None:
        self.drives = drives
        self.left = list(seen)
        self.found: dict[int, Pairing] = {}

    def open(self, gone: bool) -> list[int]:
        """Drives that are not paired yet, of those that the host has, or of those that it has lost."""
        return [index for index, drive in enumerate(self.drives) if index not in self.found and drive.gone == gone]

    def exact(self, how: str, same: Callable[[VmDrive, GuestDrive], bool]) -> None:
        """Pair those that are the same to each other and to no other."""
        for index, drive in enumerate(self.drives):
            here = [seen for seen in self.left if same(drive, seen)]
            if index in self.found or len(here) != 1 or sum(same(other, here[0]) for other in self.drives) != 1:
                continue
            self._set(how, [index], here)

    def group(self, how: str, indexes: Sequence[int], seen: Sequence[GuestDrive]) -> None:
        """Pair what may be the same; one on each side is."""
        possible = [item for item in seen if any(_may_be(self.drives[index], item) for index in indexes)]
        if possible:
            self._set(how if len(indexes) == len(possible) == 1 else "ambiguous", indexes, possible)

    def _set(self, how: str, indexes: Sequence[int], seen: Sequence[GuestDrive]) -> None:
        for index in indexes:
            self.found[index] = Pairing(tuple(seen), how, len(indexes))
        if how != "ambiguous" or len(seen) <= len(indexes):
            taken = [id(item) for item in seen]
            self.left = [item for item in self.left if id(item) not in taken]


def match_guest(vm_devices: Sequence[Mapping[str, Any]], guest: Mapping[str, Any]) -> dict[str, Any]:
    """Hold the passthrough devices of a VM against what its guest says (V4 to V6).

    :param guest: the result of guest_nvme_info.
    :return: ``devices``, the VM's devices with what the guest says of each; ``surplus``, how many drives the guest has
        that the VM does not have; ``agree``, whether the guest has just what the VM has.
    """
    drives = [GuestDrive.from_dict(item) for item in guest["devices"]]
    pairings = pair([VmDrive.from_dict(item) for item in vm_devices], drives)
    devices = [{**item, **_columns(pairing)} for item, pairing in zip(vm_devices, pairings)]
    seen = len(passed_through(drives))
    agree = seen == len(vm_devices) and all(pairing.shown for pairing in pairings)
    return {"devices": devices, "surplus": max(0, seen - len(vm_devices)), "agree": agree}


def _columns(pairing: Pairing) -> dict[str, Any]:
    if pairing.how in ("ambiguous", "none"):
        nothing: dict[str, Any] = {"guest_address": None, "guest_serial": None, "guest_paths": [], "guest_lspci": None}
        return {"guest_match": pairing.how, **nothing}
    (device,) = pairing.devices
    return {
        "guest_match": pairing.how,
        "guest_address": device.address,
        "guest_serial": device.serial,
        "guest_paths": list(device.paths),
        "guest_lspci": device.lspci,
    }


def _same_slot(drive: VmDrive, seen: GuestDrive) -> bool:
    return drive.slot is not None and seen.physical_slot == str(drive.slot) and _may_be(drive, seen)


def _same_serial(drive: VmDrive, seen: GuestDrive) -> bool:
    return bool(drive.serial and seen.serial) and _may_be(drive, seen)


def _may_be(drive: VmDrive, seen: GuestDrive) -> bool:
    """Not, where both sides know the serial number or the ids, and they differ."""
    ids = seen.vendor_device
    if drive.vendor_device and ids != drive.vendor_device and not ids.startswith(EMULATED_VENDOR):
        return False
    if not drive.serial or not seen.serial:
        return True
    return same_serial(drive.serial, seen.serial)

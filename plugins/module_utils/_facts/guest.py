# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a guest tells of its drives, as plain data. Runs in guests: standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class GuestProof:
    """What speaks for taking a drive from under a running guest.

    :param evidence: the result of guest_nvme_info, or None.
    :param unchecked: the operator's word that the guest does not use the drive; counts only without evidence.
    :param now: an aware time; the guest's clock is held against it.
    :param max_age: seconds that evidence is good for.
    """

    evidence: Mapping[str, Any] | None
    unchecked: bool
    now: datetime
    max_age: int


GuestDeviceResult = Mapping[str, Any]
"""One of ``devices`` in the result of guest_nvme_info."""

VmDevice = Mapping[str, Any]
"""A passthrough device of the VM: ``vendor_device``, ``pci_slot_number``; ``serial`` if the host knows it; ``gone`` if
the host no longer has it (V3), so that the guest has it no more either, unless it shows it in that very slot."""


@dataclass(frozen=True)
class Namespace:
    """A block device of a drive.

    :param name: the kernel's name, ``nvme0n1``.
    :param size: bytes.
    :param partitions: kernel names, ``nvme0n1p1``.
    """

    name: str
    size: int
    partitions: tuple[str, ...]


@dataclass(frozen=True)
class GuestDevice:
    """One NVMe PCI device in the guest.

    :param address: in the guest, which is seldom the address on the host (V4).
    :param physical_slot: what lspci shows as Physical Slot; equals the VM's pciSlotNumber with native PCIe hot plug.
    :param driver: ``nvme``, ``vfio-pci``, or None if nothing has bound it.
    :param controllers: ``nvme0``; the character devices by which programs can reach the drive past its namespaces.
    """

    address: str
    vendor_device: str
    subsystem: str
    physical_slot: str | None
    driver: str | None
    model: str | None
    serial: str | None
    controllers: tuple[str, ...]
    namespaces: tuple[Namespace, ...]


@dataclass(frozen=True)
class Usage:
    """One user of a drive.

    :param kind: mount, swap, lvm, md, zfs, btrfs, crypt, device_mapper, holder, loop, nvmet, lio, open, driver or
        exclusive.
    :param name: mount point, volume group, array, pool, program: what an operator knows it by.
    :param device: the block device or node that is used.
    """

    kind: str
    name: str
    device: str

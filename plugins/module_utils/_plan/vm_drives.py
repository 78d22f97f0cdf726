# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which drives a VM has, and whether those that are asked for are among them: present, absent, or unknown. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import serial_of_entry
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice

PRESENT, ABSENT, UNKNOWN, GONE = "present", "absent", "unknown", "gone"
"""Whether a drive is in a VM. GONE: the VM has its entry, and the host does not have the drive any more (V3)."""


@dataclass(frozen=True)
class Held:
    """An entry of a VM for a drive.

    :param device: the host's drive behind it; None if that is gone, or nobody can tell which it is.
    :param serial: of the drive, as the host tells it or somebody remembers; None where nobody does.
    :param identity: what is known of the drive, by criterion.
    """

    entry: VmPciDevice
    device: HostDevice | None
    serial: str | None
    identity: Mapping[str, str | None]

    @property
    def is_orphan(self) -> bool:
        """Its drive is gone from the host (V3). One that names no address is told apart by nobody."""
        return self.device is None and self.entry.address_known


@dataclass(frozen=True)
class Wanted:
    """A drive that is asked for, and whether it ought to be PRESENT or ABSENT."""

    selector: Selector
    state: str = PRESENT

    @classmethod
    def of(cls, items: Sequence[Mapping[str, Any]]) -> list[Wanted]:
        """From the entries of a module's argument.

        :raises DirectPathError: ``invalid_selector``.
        """
        return [cls(selector, item["state"]) for selector, item in zip(parse_selectors(items), items)]


@dataclass(frozen=True)
class Answer:
    """What is known of a drive that was asked for.

    :param held: the entries of the VM that are meant, or, where ``status`` is UNKNOWN, that may be.
    :param elsewhere: the host's drives that are meant, or may be, and that the VM does not have.
    :param is_sure: they are meant, and not only may be.
    """

    wanted: Wanted
    status: str
    held: tuple[Held, ...]
    elsewhere: tuple[HostDevice, ...]
    is_sure: bool


def drives_of(placement: Placement) -> list[Held]:
    """The VM's passthrough devices but those that are surely no NVMe drives."""
    pairs = [(entry, placement.device_of(entry)) for entry in placement.vm.devices]
    held = [
        Held(entry, device, serial_of_entry(placement.view, entry, device), placement.identity_of(entry))
        for entry, device in pairs
    ]
    return [item for item in held if item.device is None or item.device.pci.is_nvme]


def look_for(placement: Placement, wanted: Wanted) -> Answer:
    """Whether the VM has the drive.

    A drive has one address: what surely is another drive of the host, out of the VM, is none of the VM's entries.
    """
    held = drives_of(placement)
    mine = {item.device.pci.address for item in held if item.device}
    others = [device for device in placement.view.nvme() if device.pci.address not in mine]
    judged = [(item, wanted.selector.judge(item.identity)) for item in held]
    outside = [(device, wanted.selector.judge(device.identity)) for device in others]
    sure = tuple(device for device, meant in outside if meant)
    found = tuple(item for item, meant in judged if meant)
    if found:
        there = any(item.device for item in found)
        return Answer(wanted, PRESENT if there else GONE, found, sure, is_sure=True)
    doubtful = tuple(item for item, meant in judged if meant is None and not (sure and item.entry.address_known))
    if doubtful:
        return Answer(wanted, UNKNOWN, doubtful, sure or _maybe(outside), is_sure=False)
    return Answer(wanted, ABSENT, (), sure or _maybe(outside), is_sure=bool(sure))


def _maybe(judged: Sequence[tuple[HostDevice, bool | None]]) -> tuple[HostDevice, ...]:
    return tuple(device for device, meant in judged if meant is None)

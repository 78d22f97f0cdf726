# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of the remembered still counts, held against what the host tells now. No I/O.

The host has the last word. Where nothing speaks against an entry, it names the drive at its address. One of a drive
that is away names what VMs still have of it (V3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import (
    FROM_HOST,
    FROM_MEMORY,
    HostDevice,
    HostDevices,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered, Sighting
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import normal_serial, same_serial
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice


@dataclass(frozen=True)
class Recollection:
    """An entry, and what it is worth now.

    :param here: the host has a device at its address.
    :param doubt: why it tells nothing of that device; None if it names it.
    """

    entry: Remembered
    here: bool
    doubt: str | None

    @property
    def state(self) -> str:
        """``known``, ``doubted``, or ``absent``: the drive is away, and nothing else is at its address."""
        if not self.here:
            return "absent"
        return "doubted" if self.doubt else "known"

    def as_dict(self) -> dict[str, Any]:
        """As results show it."""
        return {**self.entry.as_dict(), "state": self.state, "doubt": self.doubt}


def recalled(host: HostDevices) -> HostDevices:
    """The same host, with serial numbers from memory where it does not tell them, and nothing speaks against it.

    To be asked again when more is known of the host, such as its slots, which may speak against it.
    """
    if not host.memory.entries:
        return host
    known = serials_by_memory(host.memory.entries, sightings(host))
    return replace(
        host, devices={address: _named(device, known.get(address)) for address, device in host.devices.items()}
    )


def slots_matter(host: HostDevices, selectors: Sequence[Selector]) -> bool:
    """Whether a selector is judged by slots that are not read: it has one, or what is remembered of any drive has.

    Of whatever drive: one that was moved is told from the drive that is asked for by a serial number that it has not.
    """
    if host.slots_unread is None:
        return False
    remembered = any(entry.slot for entry in host.memory.entries)
    return any(selector.slot or (selector.serial and remembered) for selector in selectors)


def _named(device: HostDevice, serial: str | None) -> HostDevice:
    if device.serial_from == FROM_HOST or not device.pci.is_nvme:
        return device
    return replace(device, serial=serial, serial_from=FROM_MEMORY if serial else None)


def sightings(host: HostDevices) -> dict[str, Sighting]:
    """What a host itself tells of its devices, by address."""
    return {
        address: Sighting(
            address, device.pci.vendor_device, device.slot, device.serial if device.serial_from == FROM_HOST else None
        )
        for address, device in host.devices.items()
    }


def serial_of_entry(host: HostDevices, entry: VmPciDevice, device: HostDevice | None) -> str | None:
    """The serial number of the drive that a VM's entry was made for.

    :param device: what the host has of it (device_behind()); None if it is gone (V3).
    """
    if device is not None:
        return device.serial
    # What names the drive that is there by now does not name the one that was there before.
    here = {item.entry for item in recollect(host.memory.entries, sightings(host)) if item.state == "known"}
    others = [item for item in host.memory.entries if item not in here]
    return serial_of_absent(others, entry.address or "", entry.vendor_device)


def memory_rows(host: HostDevices) -> list[dict[str, Any]]:
    """All that is remembered of a host, as results show it: when and from whom it was learnt, and what it is worth."""
    return [item.as_dict() for item in recollect(host.memory.entries, sightings(host))]


def doubts_of(host: HostDevices, serial: str | None) -> list[str]:
    """Why what is remembered of a serial number names no drive of the host, a sentence each; none if nothing is."""
    found = [item for item in recollect(host.memory.entries, sightings(host)) if same_serial(item.entry.serial, serial)]
    texts = [
        f"{item.entry.describe()} of host {host.name} is remembered, but {item.doubt or 'nothing is there now'}."
        for item in found
        if item.state != "known"
    ]
    return [*texts, *([host.memory.unread.msg] if serial and host.memory.unread else [])]


def recollect(entries: Sequence[Remembered], host: Mapping[str, Sighting]) -> list[Recollection]:
    """All that is remembered of a host, in the order of ``entries``.

    :param host: what it tells of its devices, by address.
    """
    told = {(item.address, normal_serial(item.serial)) for item in host.values() if item.serial}
    first = {entry: _refuted(entry, host.get(entry.address), told, entries) for entry in entries}
    open_ = [entry for entry in entries if entry.address in host and first[entry] is None]
    return [
        Recollection(
            entry, entry.address in host, first[entry] or (_rivalled(entry, open_) if entry in open_ else None)
        )
        for entry in entries
    ]


def serials_by_memory(entries: Sequence[Remembered], host: Mapping[str, Sighting]) -> dict[str, str]:
    """Address -> serial number of the drives that are named by memory, whether or not the host tells it as well."""
    return {item.entry.address: item.entry.serial for item in recollect(entries, host) if item.state == "known"}


def serial_of_absent(entries: Sequence[Remembered], address: str, vendor_device: str | None) -> str | None:
    """The serial number of a drive that is not there, by the address and the ids that a VM's entry has of it (V3).

    None where the entries disagree.
    """
    meant = [
        entry
        for entry in entries
        if entry.address == address
        and (entry.vendor_device == vendor_device or None in (entry.vendor_device, vendor_device))
    ]
    return meant[0].serial if len({normal_serial(entry.serial) for entry in meant}) == 1 else None


def _refuted(
    entry: Remembered, seen: Sighting | None, told: set[tuple[str, str | None]], entries: Sequence[Remembered]
) -> str | None:
    """What the host says against an entry."""
    gone = [other.gone_at for other in entries if other.gone_at and other.is_same(entry)]
    if entry.gone_at or (gone and entry.learnt_at is None):
        return f"the drive was seen to be gone at {max(gone)}, and what is there since may be another"
    if seen is None:
        return None
    if entry.vendor_device not in (None, seen.vendor_device):
        return f"another device is there by now: its ids are {seen.vendor_device}, not {entry.vendor_device}"
    if seen.slot is not None and entry.slot not in (None, seen.slot):
        return f"the device at its address is in slot {seen.slot} by now, not in {entry.slot}"
    if seen.serial and not same_serial(seen.serial, entry.serial):
        return f"the host tells another serial number there: {seen.serial}"
    elsewhere = sorted(
        address for address, serial in told if serial == normal_serial(entry.serial) and address != entry.address
    )
    return f"the host tells this serial number of {', '.join(elsewhere)}" if elsewhere else None


def _rivalled(entry: Remembered, entries: Sequence[Remembered]) -> str | None:
    """What other entries, of which nothing else is known, say against one."""
    rivals = [other for other in entries if (other.address == entry.address) != same_serial(other.serial, entry.serial)]
    texts = sorted({f"{other.describe()} (from {other.learnt_from})" for other in rivals})
    return f"it contradicts {', '.join(texts)}" if texts else None

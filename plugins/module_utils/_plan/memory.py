# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be remembered of a host's drives from now on. No I/O.

What is learnt of an address takes the place of all that was remembered of it, so that this grows no larger than the
host. Where people wrote two entries of one address, both stay until then, and name nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered, Sighting, invalid
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import normal_serial, same_serial


def told_by_host(host: Mapping[str, Sighting], addresses: Collection[str], now: str) -> list[Remembered]:
    """What the host itself tells of the drives at some addresses."""
    return [
        Remembered(" ".join(item.serial.split()), item.address, item.vendor_device, item.slot, now, "host")
        for item in host.values()
        if item.address in addresses and item.serial and normal_serial(item.serial)
    ]


def checked(lessons: Sequence[Remembered], host: Mapping[str, Sighting], name: str) -> list[Remembered]:
    """What somebody else tells, completed by what the host tells of the same drives.

    :raises DirectPathError: ``invalid_known_drive``: it cannot be true of this host. ``device_not_found``.
    """
    found = []
    for index, lesson in enumerate(lessons):
        seen = host.get(lesson.address)
        if seen is None:
            raise DirectPathError(
                f"Host {name} has no device at {lesson.address}, where a drive with serial number {lesson.serial} is "
                "said to be. Nothing was changed.",
                "device_not_found",
                host=name,
                device=lesson.address,
                remedy="Correct the address. What is remembered of a drive that is away stays remembered.",
            )
        against = _contradiction(lesson, seen, host, lessons[:index])
        if against:
            raise invalid(f"{lesson.describe()} of host {name}: {against}", lesson.address).at(host=name)
        found.append(replace(lesson, vendor_device=seen.vendor_device, slot=seen.slot or lesson.slot))
    return found


def _contradiction(
    lesson: Remembered, seen: Sighting, host: Mapping[str, Sighting], before: Sequence[Remembered]
) -> str | None:
    if lesson.vendor_device not in (None, seen.vendor_device):
        return f"the device there has the ids {seen.vendor_device}, not {lesson.vendor_device}"
    if seen.slot is not None and lesson.slot not in (None, seen.slot):
        return f"the device there is in slot {seen.slot}, not in {lesson.slot}"
    if seen.serial and not same_serial(seen.serial, lesson.serial):
        return f"the host itself tells {seen.serial} there"
    others = [item.address for item in host.values() if same_serial(item.serial, lesson.serial) and item is not seen]
    if others:
        return f"the host itself tells that serial number of {', '.join(others)}"
    if any((other.address == lesson.address) != same_serial(other.serial, lesson.serial) for other in before):
        return "another entry contradicts it"
    return None


def learn(
    entries: Sequence[Remembered], lessons: Sequence[Remembered], host: Mapping[str, Sighting], now: str
) -> tuple[Remembered, ...]:
    """What is to be remembered, by address. A lesson that is known already changes nothing, not even its date.

    What the host tells corrects the rest, and drives that are gone are marked so: whatever comes into their place is
    another drive until somebody has read its serial number.
    """
    kept = [entry if entry.address in host else _gone(entry, now) for entry in entries]
    for lesson in (*_corrections((*entries, *lessons), host, now), *lessons):
        there = [entry for entry in kept if entry.address == lesson.address]
        kept = [entry for entry in kept if entry not in there]
        if len(there) == 1 and there[0].gone_at is None and there[0].is_same(lesson):
            ids, slot = there[0].vendor_device or lesson.vendor_device, there[0].slot or lesson.slot
            kept.append(replace(there[0], vendor_device=ids, slot=slot))
        else:
            kept = [*(entry for entry in kept if not _has_moved(entry, lesson, host)), lesson]
    return tuple(sorted(kept, key=lambda entry: entry.address))


def _gone(entry: Remembered, now: str) -> Remembered:
    return replace(entry, gone_at=entry.gone_at or now)


def _corrections(entries: Sequence[Remembered], host: Mapping[str, Sighting], now: str) -> list[Remembered]:
    """What the host tells of addresses and serial numbers that are spoken of."""
    addresses = {entry.address for entry in entries}
    serials = {normal_serial(entry.serial) for entry in entries}
    spoken_of = [
        item.address for item in host.values() if item.address in addresses or normal_serial(item.serial) in serials
    ]
    return told_by_host(host, spoken_of, now)


def _has_moved(old: Remembered, lesson: Remembered, host: Mapping[str, Sighting]) -> bool:
    """A serial number has one place, unless the host tells it of two drives: then both stay, and name neither."""
    seen = host.get(old.address)
    if old.address == lesson.address or not same_serial(old.serial, lesson.serial):
        return False
    return seen is None or not same_serial(seen.serial, lesson.serial)


def forget(entries: Sequence[Remembered], drives: Sequence[Selector]) -> tuple[Remembered, ...]:
    """What is left to be remembered."""
    return tuple(entry for entry in entries if not any(drive.judge(_known_of(entry)) for drive in drives))


def _known_of(entry: Remembered) -> dict[str, str | None]:
    return {
        "address": entry.address,
        "serial": normal_serial(entry.serial),
        "vendor_device": entry.vendor_device,
        "slot": entry.slot,
    }

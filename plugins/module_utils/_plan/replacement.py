# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the replacement of a drive is, and what is wrong with what people did: from the three sides and the record.

What can be read is read each time; the record adds what nobody can read any more. So a run that was killed goes on from
what is there, whoever did it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import Drive, Replacement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import same_serial
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_content import (
    not_looked_at,
    others_data,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_drive import (
    Seen,
    Sides,
    drives_seen,
    others_of,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_faults import (
    misplaced,
    not_alike,
    put_back,
    still_in_guest,
    still_used,
    strangers,
    wrong_one_gone,
)


@dataclass(frozen=True)
class Word:
    """What the operator says.

    :param pulled: the old drive has been pulled, though nothing may show it: a new one of its model is in its slot.
    :param allowed: ``other_model``, ``smaller``, ``other_slot``.
    :param foreign: addresses of drives on which data that nobody uses may be lost.
    :param confirmed: ``verified``: vSphere and guest agree on the new drive, which is about to be handed over to what
        uses it, so that what is on it has to be known. ``finished``: that has it back at work.
    """

    pulled: bool = False
    allowed: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    confirmed: str | None = None


@dataclass(frozen=True)
class Status:
    """Where a replacement is.

    :param stage: ``in_vm``, ``to_pull``, ``to_insert``, ``to_add``, ``to_finish`` or ``finished``.
    :param record: as it is to be kept now.
    :param old: the old drive as it is seen now; None if nobody has it. :param new: likewise.
    :param complaint: why it cannot go on like this; what was reached stays reached.
    """

    stage: str
    record: Replacement
    old: Seen | None = None
    new: Seen | None = None
    complaint: DirectPathError | None = None


def follow(record: Replacement, sides: Sides, word: Word, now: str) -> Status:
    """Where a replacement is by what is seen now.

    :param now: ISO 8601, UTC.
    """
    seen = drives_seen(sides)
    if not record.open:
        return Status("finished", record, new=_at(seen, record.new))
    there = _in_place(record, seen)
    if "pulled" not in record.reached:
        old = _still_old(record.old, seen, there)
        if old and old.entry:
            fuller = replace(record.back_to("begun"), old=record.old.adding(old.drive), others=others_of(sides, old))
            return Status("in_vm", fuller, old)
        record = record.at("removed", now)
        if old and not word.pulled:
            kept = still_used(old, sides) or still_in_guest(record, sides)
            complaint = kept or wrong_one_gone(record, sides) or misplaced(record, sides)
            return Status("to_pull", record, old, complaint=complaint)
        record = record.at("pulled", now)
    return _after_the_pull(record, sides, word, there, now)


def _after_the_pull(record: Replacement, sides: Sides, word: Word, there: Seen | None, now: str) -> Status:
    elsewhere = strangers(record, sides)
    if there is None and "other_slot" in word.allowed and len(elsewhere) == 1:
        there = _at(drives_seen(sides), Drive(address=elsewhere[0].pci.address))
    gone = wrong_one_gone(record, sides)
    if there is None or there.device is None:
        return Status("to_insert", record.back_to("pulled"), complaint=gone or misplaced(record, sides))
    if _is_surely(record.old, there):
        again = gone or put_back(record, sides, there)
        if there.entry:
            return Status("in_vm", record.back_to("begun"), there, complaint=again)
        return Status("to_insert", record.back_to("pulled"), there, complaint=still_used(there, sides) or again)
    if record.new and _is_another(record.new, there):
        # What was reached was reached with that one: nobody has looked at what is on this one.
        record = record.back_to("pulled")
    record = replace(record, new=_new(record.new, there)).at("inserted", now)
    if there.entry is None:
        complaint = gone or not_alike(record, sides, word.allowed)
        return Status("to_add", record.back_to("inserted"), new=there, complaint=complaint)
    record = record.at("added", now)
    complaint = gone or not_alike(record, sides, word.allowed)
    if "verified" not in record.reached and there.drive.address not in word.foreign:
        complaint = complaint or others_data(record, sides, there)
        if word.confirmed == "verified":
            complaint = complaint or not_looked_at(record, sides, there)
    if word.confirmed and not complaint:
        record = record.at("verified", now).at(word.confirmed, now)
    return Status("to_finish" if record.open else "finished", record, new=there, complaint=complaint)


def _new(before: Drive | None, there: Seen) -> Drive:
    """The new drive, with the serial that was read off it; what is remembered of its place may be the old one's."""
    drive = replace(there.drive, serial=there.serial_read)
    return drive.adding(before) if before and before.address == drive.address else drive


def _in_place(record: Replacement, seen: Sequence[Seen]) -> Seen | None:
    """The drive that is where the old one was: in its slot, or where that is not known at its address."""
    here = [item for item in seen if item.device]
    if record.old.slot:
        in_slot = [item for item in here if item.drive.slot == record.old.slot]
        if in_slot:
            return in_slot[0]
        here = [item for item in here if item.drive.slot is None]
    return _at(here, record.old)


def _at(seen: Sequence[Seen], drive: Drive | None) -> Seen | None:
    found = [item for item in seen if drive and item.drive.address == drive.address and (item.device or item.entry)]
    return found[0] if found else None


def _still_old(old: Drive, seen: Sequence[Seen], there: Seen | None) -> Seen | None:
    """The old drive where nobody has seen it being pulled: its entry in the VM, or what is in its place.

    A new drive of its model, in a slot that hands its passthrough on, looks like it: unknown is not another one.
    """
    entry = _at([item for item in seen if item.entry], old)
    if entry and _may_be(old, entry):
        return entry
    return there if there and _may_be(old, there) else None


def _may_be(old: Drive, seen: Seen) -> bool:
    if old.vendor_device and seen.drive.vendor_device not in (None, old.vendor_device):
        return False
    told = seen.serial_read
    return not old.serial or not told or same_serial(old.serial, told)


def _is_another(before: Drive, seen: Seen) -> bool:
    """Whether what is seen is surely not the new drive that was seen before, but one that came after it."""
    now, told = seen.drive, seen.serial_read
    if before.address != now.address:
        return True
    if before.vendor_device and now.vendor_device and before.vendor_device != now.vendor_device:
        return True
    return bool(before.serial and told) and not same_serial(before.serial, told)


def _is_surely(old: Drive, seen: Seen) -> bool:
    return same_serial(old.serial, seen.serial_read)

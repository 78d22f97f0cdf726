# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which replacement an order means: the one that is open, one that is done, or a new one."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import Drive, Replacement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import same_serial
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import refused
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_drive import (
    Seen,
    Sides,
    drives_seen,
    named,
    others_of,
)


def meant(
    records: Sequence[Replacement], sides: Sides, selector: Selector | None, path: str | None, now: str
) -> Replacement:
    """The replacement that an order is about.

    :param selector: names the old drive; so does ``path``, by what the guest called it.
    :param now: ISO 8601, UTC.
    :raises DirectPathError: as ``named()``; ``replacement_open``: another drive of this host is being replaced.
    """
    vm = sides.placement.vm
    mine = [record for record in records if record.vm == vm.moid]
    opened = [record for record in records if record.open]
    for record in opened:
        if record in mine and _is_about(record, selector, path):
            return record
    closed = [record for record in reversed(mine) if not record.open]
    done = [record for record in closed if _is_about(record, selector, path)]
    try:
        found = named(sides, selector, path)
    except DirectPathError:
        if done:
            return done[0]
        if opened:
            raise _one_at_a_time(opened[0], sides) from None
        raise
    by_serial = selector.serial if selector else None
    for record in closed:
        if record.new and _is(record.new, found) and not same_serial(by_serial, record.new.serial):
            # By slot, address or path: the order was about the drive that was there before.
            return record
    if done and not (found.entry or found.device):
        return done[0]
    if opened:
        raise _one_at_a_time(opened[0], sides)
    _require_something_to_replace(sides, found)
    return Replacement(vm.moid, vm.name, found.drive, others=others_of(sides, found), reached={"begun": now})


def _is_about(record: Replacement, selector: Selector | None, path: str | None) -> bool:
    if selector is None:
        return record.old.path == path
    return selector.judge(Seen(record.old).known()) is True


def _is(drive: Drive, seen: Seen) -> bool:
    """Whether a drive that was put in is the one that is seen, whatever an inventory still says of its place."""
    if drive.address != seen.drive.address or not seen.entry:
        return False
    return not (drive.serial and seen.serial_read) or same_serial(drive.serial, seen.serial_read)


def _one_at_a_time(record: Replacement, sides: Sides) -> DirectPathError:
    return refused(
        sides.placement,
        f"On host {sides.placement.view.host.name}, {record.old.describe()} of VM {record.vm_name} is being replaced "
        f"since {record.reached['begun']}: one drive at a time.",
        "replacement_open",
        "Finish that one first; or, once nobody works on it any more, give it up (nvme_replace_stage: forget, for that "
        "VM). Of a VM that is no more, clear the host's record by hand: docs/replacement.md tells where that is.",
        "C2",
        device=record.old.address,
    )


def _require_something_to_replace(sides: Sides, found: Seen) -> None:
    """A drive that is not in the VM has left it, perhaps long ago; or it never was there."""
    if found.entry:
        return
    vm, host, drive = sides.placement.vm.name, sides.placement.view.host.name, found.drive
    text = remedy = ""
    if found.device and not (found.device.enabled or found.device.active):
        text = f"VM {vm} does not have {drive.describe()} in {drive.place()} of host {host}, whose passthrough is off."
        remedy = "Name the drive of this VM that is to be replaced."
    successor = next((item for item in drives_seen(sides) if item.entry and _same_place(item.drive, drive)), None)
    if not found.device and successor:
        text = f"Neither VM {vm} nor host {host} has {drive.describe()} any more; where it was, the VM has "
        text += f"{successor.drive.describe()}."
        remedy = "Nothing is left to be replaced there; name the drive that is."
    if text:
        raise refused(sides.placement, text, "not_in_vm", remedy, "C3", device=drive.address)


def _same_place(one: Drive, other: Drive) -> bool:
    if one.slot and other.slot:
        return one.slot == other.slot
    return one.address == other.address

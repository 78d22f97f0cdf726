# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following the replacement of a drive: where it is by what is seen, what is wrong, and what is kept on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timezone
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestLook
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import Drive, Replacement, keeping
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement import Status, Word, follow
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_begin import meant
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_drive import Sides
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_told import (
    entry_of,
    instruction,
    lines,
    parse_time,
    pause,
    pinned,
    report,
    shown,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_placement
from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import read_placement
from ansible_collections.directpath.nvme.plugins.module_utils._read.replacement import Book, read_book
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_vm, named_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import with_slots
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.replacement import write_book


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Say where a replacement is, and keep on record what was reached; or give it up."""
    selector = parse_selectors([params["drive"]])[0] if params["drive"] else None
    moid = find_vm(session, params)._moId
    reading = read_placement(session, moid, [selector] if selector else [])
    placement = reading.placement
    require_usable_placement(placement, named_host(session, params["esxi_host_name"]), "C3", None)
    host = placement.view.host
    book = read_book(session, host.moid, host.name, params["record_file"])
    if params["state"] == "absent":
        kept = tuple(record for record in book.records if not (record.open and record.vm == moid))
        return _keep(session, book, placement, kept, {"stage": "none"}, check_mode)
    sides = _sides(session, placement, book, params["guest"])
    # Cut to seconds, which is what the record tells.
    now = session.server_time().astimezone(timezone.utc).replace(microsecond=0)
    text = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    record = meant(book.records, sides, selector, params["guest_device"], text)
    status = follow(record, sides, _word(params), text)
    known = record in book.records
    # An order that cannot be carried out begins nothing.
    kept = keeping(book.records, status.record) if known or not status.complaint else book.records
    wait = pause(kept, params["pace"], parse_time(text))
    result = {**_result(status, sides), "wait_seconds": wait}
    outcome = _keep(session, book, placement, kept, result, check_mode)
    if status.complaint:
        raise status.complaint.with_result(**outcome.result)
    return outcome


def _sides(session: Session, placement: Placement, book: Book, guest: Mapping[str, Any] | None) -> Sides:
    cli = EsxCli(session, placement.view.host.moid, placement.view.host.name)
    placement = replace(placement, view=with_slots(cli, placement.view))
    remembered = [Drive(item.serial, item.address, item.slot, item.vendor_device) for item in book.remembered]
    return Sides(placement, GuestLook.from_dict(guest) if guest else None, remembered)


def _word(params: Mapping[str, Any]) -> Word:
    allowed = [name for name in ("other_model", "smaller", "other_slot") if params[f"allow_{name}"]]
    return Word(params["pulled"], frozenset(allowed), params["finished"])


def _keep(
    session: Session,
    book: Book,
    placement: Placement,
    records: Sequence[Replacement],
    result: Mapping[str, Any],
    check_mode: bool,
) -> Outcome:
    changed = tuple(records) != book.records
    if changed and not check_mode:
        write_book(session, book, placement.view.host.name, records)
    vm = {**placement.vm.identity_with_uuid, "power_state": placement.vm.power_state}
    return Outcome(
        {"changed": changed, "host": placement.view.host.identity, "vm": vm, **result},
        before={"replacements": [record.as_dict() for record in book.records]},
        after={"replacements": [record.as_dict() for record in records]},
    )


def _result(status: Status, sides: Sides) -> dict[str, Any]:
    record, host = status.record, sides.placement.view.host.name
    return {
        "stage": status.stage,
        "old": record.old.as_dict(),
        "new": record.new.as_dict() if record.new else None,
        "place": record.old.place(),
        "reached": dict(record.reached),
        "old_sides": shown(status.old),
        "new_sides": shown(status.new),
        "shown": lines(status.new or status.old, sides),
        "instruction": instruction(status, host),
        "old_devices": pinned(status.old),
        "new_devices": pinned(status.new),
        "inventory_entry": entry_of(record),
        "report": report(record, host),
    }

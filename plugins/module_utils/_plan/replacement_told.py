# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people are told of a replacement: the drive on all three sides, what to do next and when, and the report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import STEPS, Replacement
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement import Status
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_drive import Seen, Sides

BY_PEOPLE = ("pulled", "inserted")


def told(status: Status, sides: Sides) -> dict[str, Any]:
    """What results say of a replacement."""
    record, host = status.record, sides.placement.view.host.name
    return {
        "stage": status.stage,
        "old": record.old.as_dict(),
        "new": record.new.as_dict() if record.new else None,
        "place": record.old.place(),
        "reached": dict(record.reached),
        "old_sides": _shown(status.old),
        "new_sides": _shown(status.new),
        "shown": _lines(status.new or status.old, sides),
        "instruction": _instruction(status, host),
        "old_devices": _pinned(status.old),
        "new_devices": _pinned(status.new),
        "inventory_entry": _entry_of(record),
        "report": _report(record, host),
    }


def _shown(seen: Seen | None) -> dict[str, Any]:
    """A drive as each side has it; null where it has not, or was not asked."""
    if seen is None:
        return {"vm": None, "host": None, "guest": None}
    entry, device, guest = seen.entry, seen.device, seen.guest
    return {
        "vm": entry and {"key": entry.key, "label": entry.label, "pci_slot_number": entry.pci_slot_number},
        "host": device
        and {
            "address": device.pci.address,
            "slot": device.slot,
            "serial": device.serial,
            "serial_from": device.serial_from,
            "enabled": device.enabled,
            "active": device.active,
        },
        "guest": guest
        and {
            "address": guest.address,
            "serial": guest.serial,
            "paths": list(guest.paths),
            "in_use_by": [f"{use.kind} {use.name}" for use in guest.uses],
        },
    }


def _lines(seen: Seen | None, sides: Sides) -> list[str]:
    """The same, for people: a line a side."""
    vm, host = sides.placement.vm.name, sides.placement.view.host.name
    rows = _shown(seen)
    entry, device, guest = rows["vm"], rows["host"], rows["guest"]
    place = seen.drive.place() if seen else ""
    answer = "does not show it" if sides.guest_is_its_own else "was not asked, or gave no answer of its own"
    used = f", used by {', '.join(guest['in_use_by'])}" if guest and guest["in_use_by"] else ", used by nobody"
    return [
        f"VM {vm}: {entry['label']}, key {entry['key']}" if entry else f"VM {vm}: has it not",
        f"Host {host}: {device['address']}, {place}" if device else f"Host {host}: does not have it",
        f"Guest: {' '.join(guest['paths'])} at {guest['address']}{used}" if guest else f"Guest: {answer}",
    ]


def _instruction(status: Status, host: str) -> str:
    """What a person is to do now; empty where nobody has to do anything at the server.

    Only a drive that nobody has any more may be pulled (N7).
    """
    old = status.record.old
    if status.complaint:
        return ""
    if status.stage == "to_pull":
        return (
            f"{old.describe()} is not in VM {status.record.vm_name} any more, and nobody else has it. It is safe now "
            f"(N7) to pull it: {old.place()} of host {host}. Pull no other drive."
        )
    if status.stage == "to_insert":
        return f"Put the new drive into {old.place()} of host {host}, and touch no other drive."
    return ""


def pause(records: Iterable[Replacement], pace: int, now: datetime) -> int:
    """Seconds until the next drive may be pulled or put in, as manufacturers ask for a pace.

    :param records: all of the host, as its bays do not know what a replacement is.
    """
    times = [record.reached[step] for record in records for step in BY_PEOPLE if step in record.reached]
    if not times:
        return 0
    since = (now - max(_parse_time(text) for text in times)).total_seconds()
    # A time to come is of a clock that was set since, or of somebody who edited the record.
    return min(pace, max(0, round(pace - since)))


def _report(record: Replacement, host: str) -> list[str]:
    """What was done, by whom, and when."""
    what = {
        "begun": "begun",
        "removed": f"out of VM {record.vm_name}",
        "pulled": f"pulled from {record.old.place()} of host {host}",
        "inserted": f"{record.new.describe() if record.new else 'new drive'} put in",
        "added": f"the new drive is in VM {record.vm_name}",
        "verified": "VM, host and guest agree on it",
        "finished": "done",
    }
    return [
        f"{record.old.describe()} {f'is replaced by {record.new.describe()}' if record.new else 'is to be replaced'}.",
        *(
            f"{record.reached[step]} {'person' if step in BY_PEOPLE else 'playbook'}: {what[step]}"
            for step in STEPS
            if step in record.reached
        ),
    ]


def _entry_of(record: Replacement) -> dict[str, str]:
    """What the inventory has to say of the new drive."""
    new = record.new
    known = {"serial": new.serial, "address": new.address, "vendor_device": new.vendor_device} if new else {}
    return {name: value for name, value in known.items() if value}


def _pinned(seen: Seen | None) -> list[dict[str, str]]:
    """Selectors for a drive that is seen: its address, and its ids, as at an address another one may be by then."""
    if seen is None or seen.drive.address is None:
        return []
    ids = {"vendor_device": seen.drive.vendor_device} if seen.drive.vendor_device else {}
    return [{"address": seen.drive.address, **ids}]


def _parse_time(text: str) -> datetime:
    """Of the record: ISO 8601, UTC, with Z, which Python 3.9 and 3.10 do not read."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has happened between two looks at a fleet."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.watched import (
    Drive,
    Entry,
    Fleet,
    WatchedHost,
    WatchedVm,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.watched import TOGETHER, Event, Known, compare

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=timezone.utc)
D9, DA = "0000:d9:00.0", "0000:da:00.0"
SAMSUNG, INTEL = "144d:a80a", "8086:0a54"


def drive(ids: str = SAMSUNG, serial: str | None = None) -> Drive:
    return Drive(ids, f"drive {ids}", "5", serial)


def entry(address: str = D9, key: int = 13000, ids: str | None = SAMSUNG) -> Entry:
    return Entry(key, address, ids)


def fleet(
    drives: dict[str, Drive] | None, *entries: Entry, host: str = "host-1", running: bool = True, **more: WatchedVm
) -> Fleet:
    """Two hosts, of which the first has these drives, and a VM with these entries."""
    hosts = {"host-1": WatchedHost("esxi-01", drives), "host-2": WatchedHost("esxi-02", {D9: drive(INTEL)})}
    return Fleet(hosts, {"vm-1": WatchedVm("db", host, running, entries), **more})


def after(*looks: Fleet, start: bool = False, later: timedelta = timedelta(seconds=1)) -> list[Event]:
    """The events of the last look, when the others came before it."""
    known, events = Known(), list[Event]()
    for number, look in enumerate(looks):
        if start and number == len(looks) - 1:
            known = Known(known.fleet)
        events, known = compare(known, look, NOW + number * later)
    return events


def told(events: list[Event]) -> list[tuple[Any, ...]]:
    return [(e["type"], e["host"], e["vm"], e["address"], e["stale_entry"]) for e in events]


def test_a_first_look_tells_of_nothing_but_what_is_left() -> None:
    assert after(fleet({D9: drive()}, entry())) == []
    assert told(after(fleet({}, entry()))) == [("entry_left", "esxi-01", "db", D9, True)]


def test_a_pulled_drive_is_told_with_the_vm_that_lost_it() -> None:
    (event,) = after(fleet({D9: drive(serial="S01")}, entry()), fleet({}, entry()))
    assert event == {
        "type": "drive_pulled",
        "host": "esxi-01",
        "host_moid": "host-1",
        "vm": "db",
        "vm_moid": "vm-1",
        "in_vm": True,
        "stale_entry": True,
        "address": D9,
        "vendor_device": SAMSUNG,
        "name": "drive 144d:a80a",
        "serial": "S01",
        "slot": "5",
        "seen_at": "2026-11-26T12:00:01.000+00:00",
    }


def test_no_name_in_an_event_begins_a_template() -> None:
    """A playbook gets events as extra variables, and Ansible would run what is in them."""
    evil = "{{ lookup('pipe', 'x') }}{{{% x %}{# x #} {a}"
    before, pulled = fleet({D9: drive(serial=evil)}, entry()), fleet({}, entry())
    vms = {"vm-1": replace(pulled.vms["vm-1"], name=evil)}
    (event,) = after(before, replace(pulled, vms=vms))
    assert event["vm"] == event["serial"] == "{ { lookup('pipe', 'x') }}{ { {% x %}{ # x #} {a}".replace("{%", "{ %")


def test_a_drive_of_no_vm_is_pulled_and_put_in() -> None:
    assert told(after(fleet({D9: drive()}), fleet({}))) == [("drive_pulled", "esxi-01", None, D9, False)]
    assert told(after(fleet({}), fleet({D9: drive()}))) == [("drive_inserted", "esxi-01", None, D9, False)]


def test_an_entry_that_goes_with_its_drive_names_the_vm() -> None:
    """In one look, or in two, in whichever order."""
    both = fleet({D9: drive()}, entry())
    assert told(after(both, fleet({}))) == [("drive_pulled", "esxi-01", "db", D9, False)]
    assert told(after(both, fleet({D9: drive()}), fleet({}))) == [("drive_pulled", "esxi-01", "db", D9, False)]
    assert told(after(both, fleet({}, entry()), fleet({}))) == [("entry_gone", "esxi-01", "db", D9, False)]


def test_a_drive_that_was_removed_from_its_vm_before_is_not_its_loss() -> None:
    looks = fleet({D9: drive()}, entry()), fleet({D9: drive()}), fleet({})
    assert told(after(*looks, later=TOGETHER * 2)) == [("drive_pulled", "esxi-01", None, D9, False)]


def test_what_is_told_once_is_not_told_again() -> None:
    pulled = fleet({}, entry())
    assert after(fleet({D9: drive()}, entry()), pulled, pulled) == []


def test_another_drive_in_its_place_is_a_pull_and_an_insert() -> None:
    events = after(fleet({D9: drive()}, entry()), fleet({D9: drive(INTEL)}, entry()))
    assert told(events) == [
        ("drive_pulled", "esxi-01", "db", D9, True),
        ("drive_inserted", "esxi-01", "db", D9, True),
    ]


def test_a_serial_that_somebody_corrects_or_forgets_is_no_other_drive() -> None:
    for serial in ("B", None):
        assert after(fleet({D9: drive(serial="A")}, entry()), fleet({D9: drive(serial=serial)}, entry())) == []


def test_an_entry_stays_lost_when_something_is_at_its_address_again() -> None:
    there, pulled = fleet({D9: drive()}, entry()), fleet({}, entry())
    assert told(after(there, pulled, there)) == [("drive_inserted", "esxi-01", "db", D9, True)]
    assert told(after(there, pulled, there, fleet({D9: drive()}))) == [("entry_gone", "esxi-01", "db", D9, False)]


def test_what_cannot_be_told_is_not_gone() -> None:
    """A host without contact, one that is not seen, and VMs likewise."""
    there = fleet({D9: drive()}, entry())
    for blind in (fleet(None, entry()), Fleet({}, there.vms)):
        assert after(there, blind) == []
        assert after(there, blind, there) == []
        assert told(after(there, blind, fleet({}, entry()))) == [("drive_pulled", "esxi-01", "db", D9, True)]
    for blind in (Fleet(there.hosts), Fleet(there.hosts, {"vm-1": WatchedVm("db", "host-1", True, None)})):
        assert after(there, blind, there) == []
        assert told(after(there, blind, fleet({}, entry()))) == [("drive_pulled", "esxi-01", "db", D9, True)]


def test_a_vm_that_is_not_seen_when_its_drive_goes_is_told_of_later() -> None:
    there, pulled = fleet({D9: drive()}, entry()), fleet({}, entry())
    looks = there, Fleet(pulled.hosts), pulled
    assert told(after(*looks[:2])) == [("drive_pulled", "esxi-01", None, D9, False)]
    assert told(after(*looks)) == [("entry_left", "esxi-01", "db", D9, True)]


def test_a_start_tells_once_more_of_what_is_left_and_of_pulls_only_once() -> None:
    there, pulled = fleet({D9: drive()}, entry()), fleet({}, entry())
    assert told(after(there, pulled, start=True)) == [("drive_pulled", "esxi-01", "db", D9, True)]
    assert told(after(there, pulled, pulled, start=True)) == [("entry_left", "esxi-01", "db", D9, True)]


def test_a_vm_that_is_not_seen_at_the_start_is_told_of_once_it_is() -> None:
    pulled = fleet({}, entry())
    _events, before = compare(Known(), pulled, NOW)
    nothing, known = compare(Known(before.fleet), Fleet(pulled.hosts), NOW)
    events, known = compare(known, pulled, NOW)
    again, _known = compare(known, pulled, NOW)
    assert (nothing, told(events), again) == ([], [("entry_left", "esxi-01", "db", D9, True)], [])


def test_the_running_vm_has_lost_the_drive_and_others_have_entries() -> None:
    other = WatchedVm("spare", "host-1", False, (entry(key=13001),))
    looks = fleet({D9: drive()}, entry(), vm_0=other), fleet({}, entry(), vm_0=other)
    assert told(after(*looks)) == [
        ("drive_pulled", "esxi-01", "db", D9, True),
        ("entry_left", "esxi-01", "spare", D9, True),
    ]


def test_a_drive_is_one_of_its_host() -> None:
    """The VM moves to a host with another drive at that address."""
    moved = after(fleet({D9: drive()}, entry()), fleet({D9: drive()}, entry(), host="host-2"))
    assert told(moved) == [("entry_left", "esxi-02", "db", D9, True)]
    assert after(fleet({D9: drive()}, entry()), fleet({}, entry(ids=INTEL), host="host-2"))[0]["vm"] is None


def test_two_drives_at_once_are_two_events() -> None:
    there = fleet({D9: drive(), DA: drive(INTEL)}, entry(), entry(DA, 13001, INTEL))
    gone = fleet({}, entry(), entry(DA, 13001, INTEL))
    assert [event["address"] for event in after(there, gone)] == [D9, DA]


def test_what_is_known_survives_as_json() -> None:
    _events, known = compare(Known(), fleet({D9: drive(serial="S")}, entry(), entry(DA)), NOW)
    assert known.fleet.vms["vm-1"].entries == (
        Entry(13000, D9, SAMSUNG, drive(serial="S")),
        Entry(13000, DA, SAMSUNG, None, lost=True),
    )
    assert Fleet.from_dict(json.loads(json.dumps(asdict(known.fleet)))) == known.fleet


def test_vms_without_entries_are_not_kept() -> None:
    _events, known = compare(Known(), fleet({D9: drive()}, entry()), NOW)
    _events, known = compare(known, fleet({D9: drive()}), NOW)
    assert known.fleet.vms == {}

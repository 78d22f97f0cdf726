# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a replacement is, and what is wrong, by what is seen: a table of situations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestDrive, GuestLook
from ansible_collections.directpath.nvme.plugins.module_utils._facts.nvme import Controller, Namespace
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import Drive, Replacement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement import Word, follow
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_drive import Sides
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_told import pause

D9, DA, DE = "0000:d9:00.0", "0000:da:00.0", "0000:de:00.0"
NOW, EARLIER = "2026-01-02T03:04:05Z", "2026-01-02T03:00:00Z"
GIB = 2**30
OLD = Drive("S01D9", D9, "5", "144d:a80a", "NVMe SSD", 8 * GIB, "/dev/nvme1n1")

MakeDevice = Callable[..., HostDevice]
MakeEntry = Callable[..., Any]
Place = Callable[..., Placement]
Situation = Callable[..., Sides]


@pytest.fixture
def situation(make_device: MakeDevice, make_vm_device: MakeEntry, place: Place) -> Situation:
    """The old drive in slot 5 and a neighbour in slot 6, and their VM with an entry for each that is named.

    :param in_slot: changes of what is in slot 5; None: nothing is.
    :param guest: serials of the drives that it shows, in the order of the entries.
    """

    def make(
        in_slot: dict[str, Any] | None = None,
        entries: tuple[str, ...] = (D9, DA),
        neighbour: bool = True,
        more: dict[str, Any] | None = None,
        guest: tuple[str, ...] | None = None,
        size: int = 8 * GIB,
        data: tuple[Use, ...] = (),
        uses: tuple[Use, ...] = (),
        not_seen: tuple[str, ...] = (),
        remembered: tuple[Drive, ...] = (),
        **placement: Any,
    ) -> Sides:
        passed = {"enabled": True, "active": True}
        devices = []
        if in_slot is not None:
            known = {"slot": "5", "serial": "S01D9", "serial_from": "memory", **passed}
            devices.append(make_device(**{"address": D9, **known, **in_slot}))
        if neighbour:
            devices.append(make_device(DA, slot="6", serial="S01DA", serial_from="memory", **passed))
        if more is not None:
            devices.append(make_device(DE, **{"slot": "9", **more}))
        vm = [make_vm_device(address=item, key=13000 + n, pci_slot_number=64 + n) for n, item in enumerate(entries)]
        look = None
        if guest is not None:
            seen = [
                GuestDrive(
                    f"0:0{n}:0.0", "144d:a80a", str(64 + n), serial, (f"/dev/nvme{n}n1",), None, uses, data, size
                )
                for n, serial in enumerate(guest)
            ]
            uuid = "42200102-0304-0506-0708-090a0b0c0d0e"
            look = GuestLook(datetime(2026, 1, 2, tzinfo=timezone.utc), uuid, not_seen, tuple(seen))
        return Sides(place(*devices, devices=tuple(vm), **placement), look, remembered)

    return make


def at(*steps: str, old: Drive = OLD, **changes: Any) -> Replacement:
    reached = dict.fromkeys(("begun", *steps), EARLIER)
    facts: dict[str, Any] = {"others": {DA: "slot 6, S01DA"}, "reached": reached, **changes}
    return Replacement("vm-1", "vm-01", old, **facts)


REMOVED = at("removed")
PULLED = at("removed", "pulled")
FRESH: dict[str, Any] = {"serial": "NEW1", "serial_from": "host", "enabled": False, "active": False}
INHERITED: dict[str, Any] = {"serial": "S01D9", "serial_from": "memory"}
"""A new drive of the same model, whose slot handed its passthrough on: the memory of the place tells the old serial."""
OUT = (DA,)

MODEL, SMALL, SLOT = (Word(allowed=frozenset({name})) for name in ("other_model", "smaller", "other_slot"))
SAID, VERIFIED, DONE = Word(pulled=True), Word(confirmed="verified"), Word(confirmed="finished")
KEPT = ("to_pull", "still_in_guest")
SMALLER = Controller("vmhba9", namespaces=(Namespace(1, "t10.NVMe", 4 * GIB),))

DATA: dict[str, Any] = {"guest": ("NEW1", "S01DA"), "data": (Use("data", "ext4"),)}

IN_VM: dict[str, tuple[Replacement, dict[str, Any], str | None]] = {
    "as ever": (at(), {"in_slot": {}}, None),
    "stale entry": (at(), {"in_slot": None}, None),
    "put into the VM again": (REMOVED, {"in_slot": {}}, None),
    "added, and the guest says that it is the old one": (
        PULLED,
        {"in_slot": INHERITED, "guest": ("S01D9", "S01DA")},
        "old_drive_again",
    ),
}

OUT_OF_VM: dict[str, tuple[Replacement, dict[str, Any], str, str | None]] = {
    "safe": (at(), {"in_slot": {}}, "to_pull", None),
    "another VM has it": (REMOVED, {"in_slot": {}, "owners": {D9: ["db"]}}, "to_pull", "device_in_use"),
    "wrong one pulled": (REMOVED, {"in_slot": {}, "neighbour": False}, "to_pull", "wrong_drive_pulled"),
    "new one elsewhere, old still there": (REMOVED, {"in_slot": {}, "more": {}}, "to_pull", "wrong_slot"),
    "swapped unseen, told by nothing": (REMOVED, {"in_slot": INHERITED}, "to_pull", None),
    "swapped unseen, told by its serial": (REMOVED, {"in_slot": FRESH}, "to_add", None),
    "swapped unseen, told by its ids": (REMOVED, {"in_slot": {"ids": "1e0f:0011"}}, "to_add", "other_model"),
    "pulled": (REMOVED, {"in_slot": None}, "to_insert", None),
    "two pulled": (REMOVED, {"in_slot": None, "neighbour": False}, "to_insert", "wrong_drive_pulled"),
    "nothing yet": (PULLED, {"in_slot": None}, "to_insert", None),
    "new one pulled again": (at("removed", "pulled", "inserted"), {"in_slot": None}, "to_insert", None),
    "new one": (PULLED, {"in_slot": FRESH}, "to_add", None),
    "new one, passthrough of its slot": (PULLED, {"in_slot": INHERITED}, "to_add", None),
    "new address, same slot": (PULLED, {"in_slot": {**FRESH, "address": DE}}, "to_add", None),
    "slots not told": (PULLED, {"in_slot": {**FRESH, "slot": None}}, "to_add", None),
    "old one again": (PULLED, {"in_slot": {**FRESH, "serial": " s01d9 "}}, "to_insert", "old_drive_again"),
    "old one again, in use": (
        PULLED,
        {"in_slot": {**FRESH, "serial": "S01D9"}, "owners": {D9: ["db"]}},
        "to_insert",
        "device_in_use",
    ),
    "wrong slot": (PULLED, {"in_slot": None, "more": FRESH}, "to_insert", "wrong_slot"),
    "other model": (PULLED, {"in_slot": {**FRESH, "name": "Other"}}, "to_add", "other_model"),
    "smaller": (PULLED, {"in_slot": {**FRESH, "controller": SMALLER}}, "to_add", "smaller_drive"),
}

WORDS: dict[str, tuple[Replacement, dict[str, Any], Word, str, str | None]] = {
    "swapped, and the operator says so": (REMOVED, {"in_slot": INHERITED, "entries": OUT}, SAID, "to_add", None),
    "said to be pulled, but it was not": (
        REMOVED,
        {"in_slot": {"serial_from": "host"}, "entries": OUT},
        SAID,
        "to_insert",
        "old_drive_again",
    ),
    "other slot": (PULLED, {"in_slot": None, "entries": OUT, "more": FRESH}, SLOT, "to_add", None),
    "other model": (PULLED, {"in_slot": {**FRESH, "name": "Other"}, "entries": OUT}, MODEL, "to_add", None),
    "smaller": (PULLED, {"in_slot": {**FRESH, "controller": SMALLER}, "entries": OUT}, SMALL, "to_add", None),
    "added": (PULLED, {"in_slot": INHERITED}, Word(), "to_finish", None),
    "added, seen": (PULLED, {"in_slot": INHERITED, "guest": ("NEW1", "S01DA")}, Word(), "to_finish", None),
    "added, and the guest says that it is smaller": (
        PULLED,
        {"in_slot": INHERITED, "guest": ("NEW1", "S01DA"), "size": GIB},
        DONE,
        "to_finish",
        "smaller_drive",
    ),
    "done": (PULLED, {"in_slot": INHERITED}, DONE, "finished", None),
    "verified": (PULLED, {"in_slot": INHERITED, "guest": ("NEW1", "S01DA")}, VERIFIED, "to_finish", None),
    "about to be handed over, and no guest has looked at it": (
        PULLED,
        {"in_slot": INHERITED},
        VERIFIED,
        "to_finish",
        "guest_unchecked",
    ),
    "about to be handed over, and the guest does not show it": (
        PULLED,
        {"in_slot": INHERITED, "guest": ()},
        VERIFIED,
        "to_finish",
        "guest_unchecked",
    ),
    "about to be handed over, and the guest could not read it": (
        PULLED,
        {"in_slot": INHERITED, "guest": ("NEW1", "S01DA"), "not_seen": ("what is on /dev/nvme0n1",)},
        VERIFIED,
        "to_finish",
        "guest_unchecked",
    ),
    "about to be handed over, and may be lost": (
        PULLED,
        {"in_slot": INHERITED},
        replace(VERIFIED, foreign=frozenset({D9})),
        "to_finish",
        None,
    ),
    "swapped again after it was handed over": (
        at("removed", "pulled", "inserted", "added", "verified", new=Drive("NEW0", D9, "5", "144d:a80a")),
        {"in_slot": INHERITED, **DATA},
        DONE,
        "to_finish",
        "foreign_data",
    ),
    "somebody else's array, which the guest runs": (
        PULLED,
        {"in_slot": INHERITED, "guest": ("NEW1", "S01DA"), "uses": (Use("md", "md127"),)},
        VERIFIED,
        "to_finish",
        "foreign_data",
    ),
    "the guest still shows it": (REMOVED, {"in_slot": {}, "entries": OUT, "guest": ("S01DA", "S01D9")}, Word(), *KEPT),
    "the guest shows more than the VM has": (
        REMOVED,
        {"in_slot": {}, "entries": OUT, "guest": ("S01DA", "")},
        Word(),
        *KEPT,
    ),
    "the guest has let go of it": (
        REMOVED,
        {"in_slot": {}, "entries": OUT, "guest": ("S01DA",)},
        Word(),
        "to_pull",
        None,
    ),
    "somebody's data": (PULLED, {"in_slot": INHERITED, **DATA}, DONE, "to_finish", "foreign_data"),
    "somebody's data, which may be lost": (
        PULLED,
        {"in_slot": INHERITED, **DATA},
        Word(confirmed="finished", foreign=frozenset({D9})),
        "finished",
        None,
    ),
    "data of those it was handed over to": (
        at("removed", "pulled", "inserted", "added", "verified", new=Drive("NEW1", D9, "5", "144d:a80a")),
        {"in_slot": INHERITED, **DATA},
        DONE,
        "finished",
        None,
    ),
    "done, but another one is gone": (
        PULLED,
        {"in_slot": INHERITED, "neighbour": False},
        DONE,
        "to_finish",
        "wrong_drive_pulled",
    ),
    "finished before": (at("removed", "finished"), {"in_slot": INHERITED}, Word(), "finished", None),
}

TABLE = {
    **{f"in VM: {name}": (record, seen, Word(), "in_vm", code) for name, (record, seen, code) in IN_VM.items()},
    **{
        f"out: {name}": (record, {"entries": OUT, **seen}, Word(), stage, code)
        for name, (record, seen, stage, code) in OUT_OF_VM.items()
    },
    **{f"told: {name}": row for name, row in WORDS.items()},
}


@pytest.mark.parametrize("name", TABLE)
def test_where_it_is_and_what_is_wrong(name: str, situation: Situation) -> None:
    record, seen, word, stage, complaint = TABLE[name]
    status = follow(record, situation(**seen), word, NOW)
    assert (status.stage, status.complaint and status.complaint.code) == (stage, complaint)
    # What is not to be seen any more stays known.
    assert status.record.reached["begun"] == EARLIER
    if status.complaint:
        assert "esxi-01" in status.complaint.msg
        assert status.complaint.remedy
    # Whoever asks again, without a word of the operator's, is told the same; but for what only that word tells.
    assert follow(status.record, situation(**seen), replace(word, pulled=False), NOW).stage == stage


def test_what_was_seen_is_kept(situation: Situation) -> None:
    """A run that is killed at any moment leaves what the next one cannot see."""
    begun = replace(at(others={}), old=Drive("S01D9", D9, vendor_device="144d:a80a"))
    in_vm = follow(begun, situation({}, guest=("S01D9", "S01DA")), Word(), EARLIER).record
    assert (in_vm.old.slot, in_vm.old.size, in_vm.old.path) == ("5", 8 * GIB, "/dev/nvme0n1")
    assert in_vm.others == {DA: "slot 6, S01DA"}
    removed = follow(in_vm, situation({}, entries=OUT), Word(), "t1").record
    pulled = follow(removed, situation(None, entries=OUT), Word(), "t2").record
    inserted = follow(pulled, situation(FRESH, entries=OUT), Word(), "t3").record
    # What the memory of the place says is no proof: it may be of the old one.
    unread = follow(pulled, situation(INHERITED, entries=OUT), Word(), "t3").record
    assert unread.new
    assert unread.new.serial is None
    added = follow(inserted, situation(INHERITED, guest=("NEW1", "S01DA")), Word(), "t4").record
    done = follow(added, situation(INHERITED, guest=("NEW1", "S01DA")), DONE, "t5")
    assert done.record.reached == {
        "begun": EARLIER,
        "removed": "t1",
        "pulled": "t2",
        "inserted": "t3",
        "added": "t4",
        "verified": "t5",
        "finished": "t5",
    }
    assert done.record.new
    assert (done.record.new.serial, done.record.new.address) == ("NEW1", D9)
    assert (pulled.others, done.record.others) == (in_vm.others, in_vm.others)


@pytest.mark.parametrize(
    ("reached", "seconds"),
    [("2026-01-02T02:59:50Z", 5), ("2026-01-02T02:59:00Z", 0), ("2099-01-01T00:00:00Z", 15)],
)
def test_nobody_waits_longer_than_the_pace_whatever_clocks_and_editors_did(reached: str, seconds: int) -> None:
    record = at(reached={"begun": EARLIER, "pulled": reached})
    assert pause([record, at()], 15, datetime(2026, 1, 2, 3, tzinfo=timezone.utc)) == seconds

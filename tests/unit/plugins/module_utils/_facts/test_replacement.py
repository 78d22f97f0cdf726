# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of replacements, as text and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import (
    KEPT,
    Drive,
    Replacement,
    decode,
    decode_file,
    encode,
    encode_file,
    keeping,
)

OLD = Drive("S01D9", "0000:d9:00.0", "5", "144d:a80a", "NVMe SSD", 2**30, "/dev/nvme1n1")
NEW = Drive(None, "0000:d9:00.0", "5", "144d:a80a")


def time(second: int) -> str:
    return f"2026-01-01T00:00:{second:02}Z"


def record(begun: int, *steps: str, new: Drive | None = None) -> Replacement:
    reached = {"begun": time(begun), **dict.fromkeys(steps, "2026-01-02T03:04:05Z")}
    return Replacement("vm-1", "storage", OLD, new, {"0000:da:00.0": "slot 6, S01DA"}, reached)


def test_it_comes_back_as_it_was() -> None:
    records = (record(1, "removed", "finished", new=NEW), record(2))
    assert decode(encode(records), "attribute", "esxi-01") == records
    assert (encode(()), decode("", "attribute", "esxi-01")) == ("", ())


def edited(**changes: dict[str, Any]) -> str:
    """The text of a record that somebody has edited."""
    row = json.loads(encode([record(1, "removed")]))[0]
    return json.dumps([{**row, **{name: {**row[name], **change} for name, change in changes.items()}}])


@pytest.mark.parametrize(
    "text",
    [
        "our new storage rack",
        "{}",
        "[1]",
        "5",
        '[{"vm": "vm-1"}]',
        encode([record(1)]).replace("begun", "started"),
        # Slot 5 is not "5": the old drive would seem to be gone.
        edited(old={"slot": 5}),
        edited(old={"serial": 1}),
        edited(old={"size": "8"}),
        edited(old={"colour": "red"}),
        edited(reached={"removed": "yesterday"}),
        edited(reached={"removed": "2026-01-02T03:04:05"}),
        edited(reached={"removed": "2026-01-02T03:04:05+01:00"}),
    ],
)
def test_what_somebody_else_wrote_is_never_taken_for_nothing(text: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        decode(text, "The custom attribute", "esxi-01")
    assert (caught.value.code, caught.value.host) == ("replacement_unreadable", "esxi-01")


def test_a_file_is_that_of_one_host() -> None:
    """MoIDs of VMs repeat among hosts that have no vCenter."""
    text = encode_file([record(1)], "esxi-01")
    assert decode_file(text, "The file", "esxi-01") == (record(1),)
    assert decode_file("", "The file", "esxi-01") == ()
    for wrong, told in ((text, "of host esxi-01, not of host esxi-02"), (encode([record(1)]), "something else")):
        with pytest.raises(DirectPathError, match=told) as caught:
            decode_file(wrong, "The file", "esxi-02")
        assert caught.value.code == "replacement_unreadable"


def test_only_the_latest_of_the_finished_ones_are_kept() -> None:
    records: tuple[Replacement, ...] = ()
    for number in range(KEPT + 3):
        records = keeping(records, record(number, "finished"))
    # The same order again, though others came after it.
    assert keeping(records, records[-2]) == records
    records = keeping(records, record(9))
    records = keeping(records, record(9, "removed"))
    assert [item.reached["begun"] for item in records] == [time(second) for second in (3, 4, 5, 6, 9)]
    assert records[-1].reached["removed"]
    assert [bool(item.others) for item in records] == [False, False, False, False, True]


def test_steps_are_reached_once_and_in_order() -> None:
    begun = record(1).at("pulled", "t3").at("removed", "t2").at("pulled", "t4")
    assert list(begun.reached.items()) == [("begun", time(1)), ("removed", "t2"), ("pulled", "t3")]
    undone = record(1, "removed", "pulled", "inserted", "added", new=NEW).back_to("pulled")
    assert (list(undone.reached), undone.new) == (["begun", "removed", "pulled"], None)


@pytest.mark.parametrize(
    ("drive", "told", "place"),
    [
        (OLD, "drive S01D9 (NVMe SSD, 0000:d9:00.0)", "slot 5"),
        (
            Drive(address="0000:d9:00.0"),
            "drive of unknown serial (0000:d9:00.0)",
            "the slot of PCI address 0000:d9:00.0, whose number is not told",
        ),
    ],
)
def test_people_are_told_which_drive_and_where(drive: Drive, told: str, place: str) -> None:
    assert (drive.describe(), drive.place()) == (told, place)

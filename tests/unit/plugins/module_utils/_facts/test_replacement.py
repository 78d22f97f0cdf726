# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of replacements, as text and back."""

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import (
    KEPT,
    Drive,
    Replacement,
    decode,
    encode,
    keeping,
)

OLD = Drive("S01D9", "0000:d9:00.0", "5", "144d:a80a", "NVMe SSD", 2**30, "/dev/nvme1n1")
NEW = Drive(None, "0000:d9:00.0", "5", "144d:a80a")


def record(begun: str, *steps: str, new: Drive | None = None) -> Replacement:
    reached = {"begun": begun, **dict.fromkeys(steps, "2026-01-02T03:04:05Z")}
    return Replacement("vm-1", "storage", OLD, new, {"0000:da:00.0": "slot 6, S01DA"}, reached)


def test_it_comes_back_as_it_was() -> None:
    records = (record("t1", "removed", "finished", new=NEW), record("t2"))
    assert decode(encode(records), "attribute", "esxi-01") == records
    assert (encode(()), decode("", "attribute", "esxi-01")) == ("", ())


@pytest.mark.parametrize(
    "text",
    ["our new storage rack", "{}", "[1]", "5", '[{"vm": "vm-1"}]', encode([record("t")]).replace("begun", "started")],
)
def test_what_somebody_else_wrote_is_never_taken_for_nothing(text: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        decode(text, "The custom attribute", "esxi-01")
    assert (caught.value.code, caught.value.host) == ("replacement_unreadable", "esxi-01")


def test_only_the_latest_of_the_finished_ones_are_kept() -> None:
    records: tuple[Replacement, ...] = ()
    for number in range(KEPT + 3):
        records = keeping(records, record(f"t{number}", "finished"))
    records = keeping(records, record("open"))
    records = keeping(records, record("open", "removed"))
    assert [item.reached["begun"] for item in records] == ["t3", "t4", "t5", "t6", "open"]
    assert records[-1].reached["removed"]


def test_steps_are_reached_once_and_in_order() -> None:
    begun = record("t1").at("pulled", "t3").at("removed", "t2").at("pulled", "t4")
    assert list(begun.reached.items()) == [("begun", "t1"), ("removed", "t2"), ("pulled", "t3")]
    undone = record("t1", "removed", "pulled", "inserted", "added", new=NEW).back_to("pulled")
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

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import match_guest
from guest_answers import drive, evidence

ITEM = {"address": "0000:d9:00.0", "vendor_device": "144d:a80a", "pci_slot_number": 64}
OTHER = {"address": "0000:da:00.0", "vendor_device": "144d:a80a", "pci_slot_number": 65}


@pytest.mark.parametrize(
    ("devices", "match", "address", "agree"),
    [
        ([drive()], "slot", "0000:0b:00.0", True),
        ([drive(vendor_device="1b36:0010")], "slot", "0000:0b:00.0", True),
        ([drive(), drive("0000:13:00.0", "65")], "slot", "0000:0b:00.0", False),
        ([drive(slot="0")], "ids", "0000:0b:00.0", True),
        ([drive(slot="0", vendor_device="1b36:0010")], "rest", "0000:0b:00.0", True),
        ([drive(slot="0"), drive("0000:13:00.0", "0-2")], "ambiguous", None, False),
        ([drive(slot=None, vendor_device="15ad:07f0")], "none", None, False),
        # Another maker's drive is another drive, in the very slot or left over: perhaps a copy's.
        ([drive(vendor_device="8086:0a54")], "none", None, False),
        ([drive(slot="0", vendor_device="8086:0a54")], "none", None, False),
        ([], "none", None, False),
    ],
)
def test_a_device_gets_the_guests_side(
    devices: list[dict[str, Any]], match: str, address: str | None, agree: bool
) -> None:
    result = match_guest([ITEM], evidence(*devices))
    [row] = result["devices"]
    assert (row["guest_match"], row["guest_address"], row["address"]) == (match, address, "0000:d9:00.0")
    assert row["guest_paths"] == (["/dev/nvme0n1"] if address else [])
    assert result["agree"] is agree


def test_a_drive_that_is_anothers_by_its_slot_is_taken() -> None:
    result = match_guest([ITEM, OTHER], evidence(drive()))
    assert [row["guest_match"] for row in result["devices"]] == ["slot", "none"]
    assert not result["agree"]


def test_two_that_cannot_be_told_apart_are_still_two() -> None:
    result = match_guest([ITEM, OTHER], evidence(drive(slot="0"), drive("0000:13:00.0", "0-2")))
    assert [row["guest_match"] for row in result["devices"]] == ["ambiguous", "ambiguous"]
    assert result["agree"]


def test_a_drive_that_should_have_left_the_guest_is_a_surplus() -> None:
    virtual_disk = drive("0000:02:00.0", None, vendor_device="15ad:07f0")
    result = match_guest([], evidence(drive(), virtual_disk))
    assert (result["surplus"], result["agree"]) == (1, False)
    assert match_guest([], evidence(virtual_disk))["agree"]


def test_serial_numbers_cross_over() -> None:
    guest = evidence(drive(slot="0", serial="S1"), drive("0000:13:00.0", "0-2", serial="S2"))
    rows = match_guest([{**ITEM, "serial": "S2"}, {**OTHER, "serial": "S1"}], guest)["devices"]
    assert [(row["guest_match"], row["guest_address"]) for row in rows] == [
        ("serial", "0000:13:00.0"),
        ("serial", "0000:0b:00.0"),
    ]


def test_one_drive_cannot_be_two() -> None:
    result = match_guest([ITEM, OTHER], evidence(drive(slot="0")))
    assert [row["guest_match"] for row in result["devices"]] == ["ambiguous", "ambiguous"]
    assert not result["agree"]


def test_a_drive_of_other_known_ids_is_not_taken_for_the_rest() -> None:
    other = {**OTHER, "vendor_device": "8086:0a54"}
    guest = evidence(drive(slot="0"), drive("0000:13:00.0", "0-2"))
    assert [row["guest_match"] for row in match_guest([ITEM, other], guest)["devices"]] == ["ambiguous", "none"]


def test_what_lspci_alone_tells_can_be_paired() -> None:
    seen: dict[str, Any] = {
        "address": "0000:01:00.0",
        "vendor_device": "144d:a80a",
        "physical_slot": None,
        "namespaces": [],
    }
    result = match_guest([ITEM], {"devices": [seen]})
    assert (result["devices"][0]["guest_match"], result["agree"]) == ("ids", True)

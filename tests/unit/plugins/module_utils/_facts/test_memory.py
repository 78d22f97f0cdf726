# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of drives: in the custom attribute, and in inventories."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import (
    Remembered,
    decode_memory,
    encode_memory,
    known_drives,
)

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
FULL = Remembered("S-8", D8, "144d:a80a", "5", "2026-11-26T10:00:00Z", "guest", "2026-11-26T11:00:00Z")
BARE = Remembered("S-9", D9)


@pytest.mark.parametrize("entries", [(), (FULL,), (BARE,), (FULL, BARE)])
def test_what_is_written_reads_back(entries: tuple[Remembered, ...]) -> None:
    assert decode_memory(encode_memory(entries), "esxi-01") == entries


def test_the_attribute_says_it_in_the_words_of_the_inventory() -> None:
    assert json.loads(encode_memory([BARE])) == {
        "drives": [{"serial": "S-9", "address": D9, "learnt_from": "operator"}],
    }


@pytest.mark.parametrize(
    "value",
    [
        "decommission in May",
        "[]",
        "{}",
        '{"drives": 5}',
        '{"drives": {"S-9": "d9:00.0"}}',
        '{"drives": [{"serial": "S-9"}]}',
        '{"drives": [{"serial": "  ", "address": "d9:00.0"}]}',
        '{"drives": [{"serial": 9, "address": "d9:00.0"}]}',
        '{"drives": [{"serial": "S-9", "address": "slot 5"}]}',
        '{"drives": [{"serial": "S-9", "address": "d9:00.0", "vendor_device": "Samsung"}]}',
        '{"drives": [{"serial": "S-9", "address": "d9:00.0", "learnt_from": "hearsay"}]}',
    ],
)
def test_a_text_that_is_not_ours_tells_nothing(value: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        decode_memory(value, "esxi-01")
    assert (caught.value.code, caught.value.host) == ("memory_unreadable", "esxi-01")
    assert " ".join(value.split()) in str(caught.value)


def test_what_people_write_is_brought_into_one_form() -> None:
    value = '{"drives": [{"serial": " s-9  A ", "address": "D9:00.0", "vendor_device": "144D:A80A", "note": "spare"}]}'
    assert decode_memory(value, "esxi-01") == (Remembered("s-9 A", D9, "144d:a80a", learnt_from="operator"),)
    numbered = decode_memory('{"drives": [{"serial": "S-9", "address": "d9:00.0", "slot": 5}]}', "esxi-01")
    assert numbered == (Remembered("S-9", D9, slot="5"),)


def test_what_an_inventory_says_is_the_operators_word() -> None:
    assert known_drives([{"serial": "S-9", "address": "d9:00.0", "vendor_device": None, "slot": "5"}]) == (
        Remembered("S-9", D9, slot="5", learnt_from="operator"),
    )
    # Slots are compared as numbers, as those that hosts tell.
    assert known_drives([{"serial": "S-9", "address": D9, "slot": " 05"}])[0].slot == "5"
    assert known_drives([{"serial": "S-9", "address": D9, "slot": ""}])[0].slot is None
    assert known_drives(None) == ()


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([{"serial": "S-9", "address": D9}, {"serial": "s-9 ", "address": D8}], "invalid_known_drive"),
        ([{"serial": "S-9", "address": D9}, {"serial": "S-8", "address": "d9:00.0"}], "invalid_known_drive"),
        ([{"serial": " ", "address": D9}], "invalid_known_drive"),
        ([{"serial": "S-9", "address": "nvme0n1"}], "invalid_selector"),
        ([{"serial": "S-9", "address": D9, "vendor_device": "a80a"}], "invalid_selector"),
        ([{"serial": "S-9", "address": D9, "slot": "5a"}], "invalid_selector"),
        ([{"serial": "S-9", "address": D9, "slot": "-1"}], "invalid_selector"),
    ],
)
def test_an_inventory_that_cannot_be_true_is_refused(items: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        known_drives(items)
    assert caught.value.code == code

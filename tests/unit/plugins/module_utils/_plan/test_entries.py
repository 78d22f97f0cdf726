# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people write into nvme_hotplug_devices."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import CRITERIA, Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.entries import (
    may_be_one_drive,
    read_entries,
    surely_one_drive,
)

D8 = "0000:d8:00.0"
D9 = "0000:d9:00.0"


class Tagged(int):
    """A number of an inventory, as ansible-core 2.19 and later hands it on."""


@pytest.mark.parametrize(
    ("value", "present", "absent"),
    [
        ([], [], []),
        ([{"address": D8}], [{"address": D8}], []),
        ([{"address": "D8:00.0", "state": "present"}], [{"address": D8}], []),
        ([{"address": D8, "state": "absent"}, {"address": D9}], [{"address": D9}], [{"address": D8}]),
        (
            [{"name": "PM9A3", "vendor_device": "144D:A80A"}],
            [{"name": "PM9A3", "vendor_device": "144d:a80a"}],
            [],
        ),
        (
            [{"serial": "s4x1 "}, {"slot": Tagged(5)}, {"slot": "6", "state": "absent"}],
            [{"serial": "S4X1"}, {"slot": "5"}],
            [{"slot": "6"}],
        ),
    ],
)
def test_right_lists(value: Any, present: list[dict[str, str]], absent: list[dict[str, str]]) -> None:
    found = read_entries(value, "devices of db-01")
    assert found.errors == ()
    assert [selector.as_dict() for selector in found.selectors("present")] == present
    assert [selector.as_dict() for selector in found.selectors("absent")] == absent


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "has no value. Write []"),
        ({"address": D8}, "is one entry and no list. Start the entry with a dash."),
        (D8, f"is the text '{D8}' and no list"),
        ("{{ drives }}", "is the text '{{ drives }}' and no list"),
        (600, "is the number 600 and no list"),
        (False, "is false (YAML's, no text) and no list"),
        ([D8], f"entry 1: it is the text '{D8}', which says not what it is. Write address: \"{D8}\"."),
        ([600], 'entry 1: it is the number 600, which says not what it is. Write address: "0000:d9:00.0".'),
        ([None], "entry 1: it is empty"),
        ([[{"address": D8}]], "entry 1: it is list"),
        ([{"address": D9}, {"adress": D8}], "entry 2: the key 'adress' is none of address, name"),
        ([{"adress": D8}], "Write address."),
        ([{"Address": D8}], "Write address."),
        ([{"address": D8, "comment": "bay 3"}], "A remark goes behind a #."),
        ([{"address": D8, 5: "x"}], "the key '5' is none of"),
        ([{"address": 600}], "its address is the number 600. Put it in quotes"),
        ([{"vendor_device": 144.5}], "its vendor_device is the number 144.5. Put it in quotes"),
        ([{"address": None}], "its address has no value"),
        ([{"name": " "}], "The name of a device is empty"),
        ([{"serial": 400}], "its serial is the number 400. Put it in quotes"),
        ([{"slot": True}], "its slot is true (YAML's, no text)"),
        ([{"slot": -1}], "'-1' is not the number of a slot"),
        ([{"slot": 5}, {"slot": "05", "state": "absent"}], "one drive is wanted present and absent at once (slot=5)"),
        ([{"serial": "s1"}, {"serial": " S1 ", "name": "PM9A3"}], "named twice (serial=S1 and name=PM9A3, serial=S1)"),
        ([{"address": "d8"}], "'d8' is not a PCI address"),
        ([{"vendor_device": "144d"}], "'144d' is not a pair of PCI ids"),
        ([{}], "it names no drive. Give at least one of address"),
        ([{"state": "absent"}], "it names no drive"),
        ([{"address": D8, "state": "Absent"}], "its state is the text 'Absent'. Write present or absent"),
        ([{"address": D8, "state": "absent "}], "its state is the text 'absent '"),
        ([{"address": D8, "state": "removed"}], "its state is the text 'removed'"),
        ([{"address": D8, "state": False}], "its state is false (YAML's, no text)"),
        ([{"address": D8, "state": None}], "its state is empty"),
        ([{"address": D8, "state": ["absent"]}], "its state is list ['absent']"),
        ([{"address": D8}, {"address": "d8:00.0"}], f"one drive is named twice (address={D8})"),
        ([{"address": D8}, {"address": D8, "state": "absent"}], "one drive is wanted present and absent at once"),
        ([{"address": D8}, {"address": D8, "name": "PM9A3"}], "one drive is named twice"),
    ],
)
def test_whatever_is_no_list_of_drives_is_refused_with_how_to_write_it(value: Any, words: str) -> None:
    found = read_entries(value, "devices of db-01")
    assert any(line.startswith("devices of db-01") and words in line for line in found.errors), found.errors
    assert all("\n" not in line for line in found.errors)


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = read_entries([{"address": 600}, {"address": D8}, {"address": D9, "state": "gone"}], "devices of db-01")
    assert [line.split(":")[0] for line in found.errors] == ["devices of db-01, entry 1", "devices of db-01, entry 3"]


def test_a_list_of_a_host_has_no_states() -> None:
    found = read_entries([{"address": D8, "state": "present"}], "host_prepare_devices of esxi-01.lab", with_state=False)
    assert f"the key 'state' is none of {', '.join(CRITERIA)}." in found.errors[0]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Selector(address=D8), Selector(address=D8), True),
        (Selector(address=D8), Selector(address=D9), False),
        (Selector(address=D8, name="a"), Selector(address=D8, name="b"), True),
        (Selector(name="a"), Selector(name="a"), True),
        (Selector(name="a"), Selector(name="a", vendor_device="144d:a80a"), True),
        (Selector(name="a", vendor_device="144d:a80a"), Selector(vendor_device="144d:a80a"), True),
        (Selector(name="a"), Selector(vendor_device="144d:a80a"), False),
        (Selector(name="a"), Selector(address=D8), False),
        (Selector(address=D8, name="a"), Selector(address=D9, name="a"), False),
        (Selector(slot="5"), Selector(slot="5", name="a"), True),
        (Selector(slot="5", serial="S1"), Selector(slot="5", serial="S2"), True),
        (Selector(serial="S1", name="a"), Selector(serial="S1", vendor_device="144d:a80a"), True),
        (Selector(serial="S1", vendor_device="144d:a80a"), Selector(serial="S1", vendor_device="8086:0a54"), False),
        (Selector(serial="S1"), Selector(serial="S2"), False),
        # Only the host can tell.
        (Selector(serial="S1"), Selector(address=D8), False),
        (Selector(hardware_label="cache"), Selector(hardware_label="cache", slot="5"), True),
    ],
)
def test_which_selectors_surely_mean_one_drive(one: Selector, other: Selector, same: bool) -> None:
    for pair in ((one, other), (other, one)):
        assert surely_one_drive(*pair) is same


@pytest.mark.parametrize(
    ("one", "other", "maybe"),
    [
        (Selector(serial="S1"), Selector(address=D8), True),
        (Selector(serial="S1"), Selector(slot="5"), True),
        (Selector(serial="S1"), Selector(serial="S2", slot="5"), False),
        (Selector(serial="S1"), Selector(name="a"), False),
    ],
)
def test_which_selectors_only_the_host_can_tell_apart(one: Selector, other: Selector, maybe: bool) -> None:
    for pair in ((one, other), (other, one)):
        assert may_be_one_drive(*pair) is maybe

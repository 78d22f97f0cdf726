# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import CRITERIA, Selector, parse_selectors


def known(address: str | None, name: str | None, vendor_device: str | None) -> dict[str, str | None]:
    return {"address": address, "name": name, "vendor_device": vendor_device}


@pytest.mark.parametrize(
    "criteria",
    [
        {"address": "d9:00.0"},
        {"name": "PM9A3"},
        {"vendor_device": "144D:A80A"},
        {"address": "0000:d9:00.0", "name": "PM9A3", "vendor_device": "144d:a80a"},
    ],
)
def test_all_criteria_must_match(criteria: dict[str, str]) -> None:
    (selector,) = parse_selectors([{"address": None, "name": None, "vendor_device": None, **criteria}])
    assert selector.judge(known("0000:d9:00.0", "PM9A3", "144d:a80a")) is True
    assert selector.judge(known("0000:da:00.0", "other", "8086:0a54")) is False


@pytest.mark.parametrize(
    "other",
    [
        ("0000:da:00.0", "PM9A3", "144d:a80a"),
        ("0000:d9:00.0", "P4510", "144d:a80a"),
        ("0000:d9:00.0", "PM9A3", "8086:0a54"),
        # What is unknown does not make up for it.
        ("0000:da:00.0", None, None),
    ],
)
def test_one_that_differs_is_enough(other: tuple[str | None, str | None, str | None]) -> None:
    assert Selector("0000:d9:00.0", "PM9A3", "144d:a80a").judge(known(*other)) is False


def test_names_are_exact() -> None:
    (selector,) = parse_selectors([{"name": "PM9A3"}])
    assert selector.judge(known("0000:d9:00.0", "PM9A3 ", "144d:a80a")) is False


@pytest.mark.parametrize(
    ("given", "told", "meant"),
    [
        ({"serial": " s4x1  0007 "}, {"serial": "S4X1 0007"}, True),
        ({"serial": "S4X1"}, {"serial": "S4X2"}, False),
        ({"serial": "S4X1"}, {"serial": None}, None),
        ({"slot": "05"}, {"slot": "5"}, True),
        ({"slot": "5"}, {"slot": "50"}, False),
        ({"slot": "5"}, {"slot": None}, None),
        ({"hardware_label": "Cache"}, {"hardware_label": "Cache"}, True),
        ({"hardware_label": "Cache"}, {"hardware_label": "cache"}, False),
        ({"hardware_label": "Cache"}, {"hardware_label": ""}, False),
        # What is known to differ settles it.
        ({"serial": "S4X1", "slot": "5"}, {"serial": None, "slot": "6"}, False),
    ],
)
def test_drives_by_their_own_names(given: dict[str, str], told: dict[str, str | None], meant: bool | None) -> None:
    (selector,) = parse_selectors([given])
    assert selector.judge(told) is meant


@pytest.mark.parametrize("criterion", CRITERIA)
def test_what_several_drives_may_have_in_common_is_not_exact(criterion: str) -> None:
    assert Selector(**{criterion: "x"}).exact == (criterion in ("address", "serial", "slot"))


def test_selectors_show_what_was_given() -> None:
    selector = Selector(address="0000:d9:00.0", vendor_device="144d:a80a")
    assert selector.describe() == "address=0000:d9:00.0, vendor_device=144d:a80a"
    assert selector.as_dict() == {"address": "0000:d9:00.0", "vendor_device": "144d:a80a"}


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([{"vendor_device": "144d"}], "'144d' is not a pair of PCI ids."),
        ([{"vendor_device": "0x144d:0xa80a"}], "is not a pair of PCI ids."),
        ([{"vendor_device": "-22518:1"}], "is not a pair of PCI ids."),
        ([{"address": ""}], "'' is not a PCI address."),
        ([{"name": " "}], "The name of a device is empty."),
        ([{"serial": "  "}], "The serial number of a device is empty."),
        ([{"hardware_label": ""}], "The hardware label of a device is empty."),
        ([{"slot": "-1"}], "'-1' is not the number of a slot."),
        ([{"slot": "4294967295"}], "'4294967295' is not the number of a slot."),
        ([{"slot": "Bay 5"}], "'Bay 5' is not the number of a slot."),
        ([{"serial": "s4x1"}, {"serial": " S4X1 "}], "The device serial=S4X1 is asked for twice."),
        ([{"address": "d9:00.0"}, {"address": "0000:D9:00.0"}], "The device address=0000:d9:00.0 is asked for twice."),
    ],
)
def test_what_cannot_be_meant_is_refused(items: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        parse_selectors(items)
    assert message in caught.value.msg
    assert caught.value.code == "invalid_selector"
    assert caught.value.remedy


@pytest.mark.parametrize("unknown", ["address", "name", "vendor_device"])
def test_what_is_unknown_is_neither_yes_nor_no(unknown: str) -> None:
    selector = Selector("0000:d9:00.0", "PM9A3", "144d:a80a")
    facts = {**selector.as_dict(), unknown: None}
    assert selector.judge(facts) is None
    del facts[unknown]
    assert selector.judge(facts) is None
    # It is not asked for, so that it does not matter.
    assert Selector(**{**selector.as_dict(), unknown: None}).judge(facts) is True


def test_every_criterion_is_a_field_and_is_parsed() -> None:
    assert list(CRITERIA) == [field.name for field in fields(Selector)]

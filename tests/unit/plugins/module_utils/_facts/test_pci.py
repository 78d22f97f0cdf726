# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import (
    PciDevice,
    format_hex_id,
    parse_address,
    parse_hex_id,
    signed16,
    unsigned16,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors

IDS = [
    (0x0A54, 0x0A54, "a54"),
    (0x7FFF, 0x7FFF, "7fff"),
    (-0x8000, 0x8000, "8000"),
    (-22518, 0xA80A, "a80a"),
    (-32634, 0x8086, "8086"),
    (-1, 0xFFFF, "ffff"),
]
"""An id as the API sends it, what it means, and how a passthrough backing spells it."""


@pytest.mark.parametrize(("sent", "meant", "spelt"), IDS)
def test_ids_in_both_directions(sent: int, meant: int, spelt: str) -> None:
    assert unsigned16(sent) == meant
    assert signed16(meant) == sent
    assert format_hex_id(meant) == format_hex_id(sent) == spelt
    assert parse_hex_id(spelt) == meant


@pytest.mark.parametrize("text", ["a54", "0a54", "0A54", "0x0a54", "0xa54"])
def test_forms_in_which_ids_are_read_back(text: str) -> None:
    assert parse_hex_id(text) == 0x0A54


def test_ids_are_hex_even_if_they_look_decimal() -> None:
    assert parse_hex_id("1016") == 0x1016


def test_a_device_shows_its_ids_as_lspci_does() -> None:
    device = PciDevice("0000:d9:00.0", "a drive", 0x8086, 0x0A54, 0x0108)
    assert device.vendor_device == "8086:0a54"


@pytest.mark.parametrize(
    ("class_id", "nvme", "bridge"), [(0x0108, True, False), (0x0106, False, False), (0x0604, False, True)]
)
def test_classes(class_id: int, nvme: bool, bridge: bool) -> None:
    device = PciDevice("0000:d9:00.0", "a device", 0x8086, 0x0A54, class_id)
    assert (device.is_nvme, device.is_bridge) == (nvme, bridge)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0000:d9:00.0", "0000:d9:00.0"),
        ("d9:00.0", "0000:d9:00.0"),
        (" D9:1F.7 ", "0000:d9:1f.7"),
        ("0001:3A:00.1", "0001:3a:00.1"),
        # Behind Intel VMD.
        ("10000:E1:00.0", "10000:e1:00.0"),
        ("00010000:e1:00.0", "10000:e1:00.0"),
    ],
)
def test_forms_of_an_address(text: str, address: str) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("00000:218:00.0", "0000:da:00.0"),
        ("00000:217:29.1", "0000:d9:1d.1"),
        ("65536:225:00.0", "10000:e1:00.0"),
        ("00000:256:00.0", None),
        ("00000:217:32.0", None),
    ],
)
def test_an_address_of_a_vmx_file_is_refused_with_what_it_means(text: str, means: str | None) -> None:
    with pytest.raises(DirectPathError) as caught:
        parse_address(text)
    assert (f"where all numbers are decimal, it means {means}." in caught.value.msg) is bool(means)
    assert f'"{means or "0000:d9:00.0"}"' in str(caught.value.remedy)


@pytest.mark.parametrize(
    "text", ["", "d9", "00000:217:00.0", "0000:d9:20.0", "0000:d9:00.8", "0000:d9:00", "0000:g9:00.0", "1020.0"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(DirectPathError, match="is not a PCI address") as caught:
        parse_address(text)
    assert (caught.value.code, caught.value.device) == ("invalid_selector", text)
    # An unquoted 0000:17:00.0 reaches us as the number 1020.0.
    assert "in quotes" in str(caught.value.remedy)


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
    assert selector.matches("0000:d9:00.0", "PM9A3", "144d:a80a")
    assert not selector.matches("0000:da:00.0", "other", "8086:0a54")


@pytest.mark.parametrize(
    "other",
    [("0000:da:00.0", "PM9A3", "144d:a80a"), ("0000:d9:00.0", "P4510", "144d:a80a"), ("0000:d9:00.0", "PM9A3", "")],
)
def test_one_that_differs_is_enough(other: tuple[str, str, str]) -> None:
    assert not Selector("0000:d9:00.0", "PM9A3", "144d:a80a").matches(*other)


def test_names_are_exact() -> None:
    (selector,) = parse_selectors([{"name": "PM9A3"}])
    assert not selector.matches("0000:d9:00.0", "PM9A3 ", "144d:a80a")


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
        ([{"address": "d9:00.0"}, {"address": "0000:D9:00.0"}], "The device address=0000:d9:00.0 is asked for twice."),
    ],
)
def test_what_cannot_be_meant_is_refused(items: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        parse_selectors(items)
    assert message in caught.value.msg
    assert caught.value.code == "invalid_selector"
    assert caught.value.remedy

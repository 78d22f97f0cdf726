# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import (
    PciDevice,
    format_hex_id,
    parse_address,
    parse_hex_id,
    signed16,
    slot_number,
    unsigned16,
)

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
    ("told", "slot"),
    [(5, "5"), ("5", "5"), (" 05 ", "5"), (0, "0"), ("00", "0"), ("5" * 5000, "5" * 5000)],
)
def test_slots(told: int | str, slot: str) -> None:
    assert slot_number(told) == slot


@pytest.mark.parametrize("told", [-1, 0xFFFFFFFF, "-1", "4294967295", "", None, "NIC2", "5.0", "0x5", "\u0665"])
def test_what_is_no_slot(told: int | str | None) -> None:
    assert slot_number(told) is None

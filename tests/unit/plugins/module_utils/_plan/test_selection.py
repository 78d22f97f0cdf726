# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import (
    Candidate,
    all_that_match,
    choose,
    drives_of,
    require_nvme,
    sort_out,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection_errors import Scene, not_found

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D8, D9, DA, NIC = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:3b:00.0"
HIDDEN: Mapping[str, Any] = {"enabled": True, "active": True}
"""Passthrough has the drive, so that the host does not tell its serial number."""


def meant(view: HostDevices, **criteria: str) -> str | None:
    (selector,) = parse_selectors([criteria])
    found = choose(selector, drives_of(view, selector), Scene(view, "vm-01"))
    return found.address if found else None


def refused(view: HostDevices, **criteria: str) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        meant(view, **criteria)
    error = caught.value
    assert (error.host, error.vm, error.device) == ("esxi-01", "vm-01", criteria.get("address"))
    assert error.remedy
    return error


@pytest.fixture
def view(make_device: MakeDevice, make_view: MakeView) -> HostDevices:
    """Two alike drives that the host has, one that passthrough has, and a card."""
    return make_view(
        make_device(D8, serial="S4X1 01", slot="5", hardware_label="cache"),
        make_device(D9, serial="S4X1 02", slot="6", hardware_label="cache"),
        make_device(DA, "1344:51c3", name="7450", slot="7", **HIDDEN),
        make_device(NIC, "8086:1572", name="X710", class_id=0x0200),
    )


@pytest.mark.parametrize(
    ("criteria", "address"),
    [
        ({"address": D8}, D8),
        ({"address": DA}, DA),
        ({"serial": "S4X1 02"}, D9),
        ({"serial": "  s4x1   02 "}, D9),
        ({"slot": "7"}, DA),
        ({"name": "7450"}, DA),
        ({"vendor_device": "1344:51C3"}, DA),
        ({"hardware_label": "cache", "slot": "5"}, D8),
        ({"address": D9, "serial": "S4X1 02", "vendor_device": "144d:a80a"}, D9),
        # The answer is no for all, and known.
        ({"slot": "8"}, None),
        ({"hardware_label": "Cache"}, None),
        ({"address": "0000:aa:00.0"}, None),
        ({"serial": "S4X1 09", "vendor_device": "144d:a80a"}, None),
    ],
)
def test_one_drive_or_surely_none(view: HostDevices, criteria: dict[str, str], address: str | None) -> None:
    assert meant(view, **criteria) == address


@pytest.mark.parametrize(
    "criteria", [{"name": "NVMe SSD"}, {"hardware_label": "cache"}, {"vendor_device": "144d:a80a"}]
)
def test_several_are_listed_with_what_tells_them_apart(view: HostDevices, criteria: dict[str, str]) -> None:
    error = refused(view, **criteria)
    assert error.code == "ambiguous_device"
    assert f"{D8} (NVMe SSD, serial S4X1 01, slot 5, cache), {D9} (NVMe SSD, serial S4X1 02, slot 6" in error.msg


class TestUnknown:
    """It counts neither as absent nor as another drive."""

    def test_a_serial_that_the_host_does_not_tell(self, view: HostDevices) -> None:
        error = refused(view, serial="S4X1 09")
        assert error.code == "device_unknown"
        assert f"whether it is the drive with serial=S4X1 09: {DA} (7450, slot 7) of host esxi-01." in error.msg
        assert "host_drive_memory" in str(error.remedy)
        assert D8 not in error.msg

    def test_of_a_pinned_address(self, view: HostDevices) -> None:
        assert refused(view, address=DA, serial="S9").code == "device_unknown"

    def test_does_not_matter_where_another_criterion_says_no(self, view: HostDevices) -> None:
        assert meant(view, serial="S4X1 09", slot="8") is None

    def test_a_slot_that_nobody_tells(self, make_device: MakeDevice, make_view: MakeView) -> None:
        view = make_view(make_device(D8, serial="S1"), make_device(D9), slots_unread="esxcli could not be asked (no)")
        error = refused(view, slot="5")
        assert error.code == "device_unknown"
        assert f"one of them is the drive with slot=5: {D8} (NVMe SSD, serial S1), {D9} (NVMe SSD)" in error.msg
        assert "The host does not tell the slot: esxcli could not be asked (no)." in error.msg
        assert "address alone" in str(error.remedy)

    def test_nothing_is_unknown_of_what_is_no_drive(self, make_device: MakeDevice, make_view: MakeView) -> None:
        view = make_view(make_device(NIC, class_id=0x0200))
        assert meant(view, serial="S1") is None


class TestPinned:
    """Addresses move when hardware changes."""

    @pytest.mark.parametrize(
        ("criteria", "told"),
        [
            pytest.param({"address": D8, "vendor_device": "1344:51c3"}, f"{D8} (NVMe SSD, ser", id="other ids"),
            pytest.param({"address": DA, "vendor_device": "144d:a80a"}, f"{DA} (7450, slot 7)", id="hidden, other ids"),
            pytest.param({"address": D8, "serial": "S4X1 09"}, f"{D8} (NVMe SSD, serial S4X1 01", id="other serial"),
            pytest.param({"address": D8, "serial": "S4X1 02"}, f"{D9} (NVMe SSD, serial S4X1 02", id="moved"),
            pytest.param(
                {"address": DA, "serial": "S4X1 02"}, f"{D9} (NVMe SSD, serial S4X1 02", id="moved from hidden"
            ),
            pytest.param({"address": "0000:aa:00.0", "serial": "S4X1 02"}, f"{D9} (NVMe", id="moved from nowhere"),
            pytest.param({"address": NIC, "vendor_device": "144d:a80a"}, f"{NIC} (X710)", id="no drive at all"),
        ],
    )
    def test_another_drive_is_named(self, view: HostDevices, criteria: dict[str, str], told: str) -> None:
        error = refused(view, **criteria)
        assert error.code == "device_changed"
        assert told in error.msg

    def test_that_fits_tells_drives_with_one_serial_apart(self, make_device: MakeDevice, make_view: MakeView) -> None:
        view = make_view(make_device(D8, serial="S1"), make_device(D9, "8086:0a54", serial="S1"))
        assert meant(view, address=D9, serial="s1") == D9
        assert meant(view, serial="S1", vendor_device="8086:0a54") == D9
        error = refused(view, serial="S1")
        assert error.code == "ambiguous_device"
        assert "alike" in error.msg


def test_what_the_host_has_no_more_is_told_by_its_entry() -> None:
    gone = Candidate(D9, None, {"address": D9, "name": "PM9A3", "vendor_device": "144d:a80a", "serial": "S1"})
    assert gone.describe() == f"{D9} (PM9A3, serial S1, not on the host any more)"
    # What is away does not speak against a pinned address.
    assert sort_out(Selector(address=D9, serial="S2"), [gone]).changed == ()


class TestNvme:
    def test_what_shares_a_name_with_a_drive_is_left_out(self, make_device: MakeDevice, make_view: MakeView) -> None:
        drive = make_device(D9, name="Controller")
        view = make_view(make_device(NIC, name="Controller", class_id=0x0106), drive)
        require_nvme(view, Selector(name="Controller"))
        assert all_that_match(view, Selector(name="Controller")) == [drive]

    def test_something_else_than_a_drive_is_a_mistake(self, view: HostDevices) -> None:
        with pytest.raises(DirectPathError) as caught:
            require_nvme(view, Selector(address=NIC))
        error = caught.value
        assert (error.code, error.requirement, error.host, error.device) == ("not_nvme", "L5", "esxi-01", NIC)
        assert f"Device {NIC} (X710) of host esxi-01 is no NVMe device: its PCI class is 0200, not 0108" in error.msg


class TestNotFound:
    @pytest.mark.parametrize(
        ("selector", "close"),
        [
            pytest.param(Selector(serial="S4X1 03"), [D8, D9], id="a digit is wrong"),
            pytest.param(Selector(serial="1 02"), [D9], id="the end of it"),
            pytest.param(Selector(address="0000:d9:00.1"), [D8, D9, DA], id="address"),
            pytest.param(Selector(hardware_label="Cache"), [D8, D9], id="case of a label"),
            pytest.param(Selector(name="7540"), [DA], id="name"),
        ],
    )
    def test_the_closest_are_shown(self, view: HostDevices, selector: Selector, close: list[str]) -> None:
        error = not_found(selector, [view])
        assert (error.code, error.host, error.device) == ("device_not_found", "esxi-01", selector.address)
        assert f"No device with {selector.describe()} is on esxi-01. Closest: " in error.msg
        assert [address for address in (D8, D9, DA, NIC) if f"{address} (" in error.msg] == close

    def test_where_none_is_close_all_are(self, view: HostDevices) -> None:
        text = not_found(Selector(slot="8"), [view]).msg
        assert f"NVMe devices of esxi-01: {D8} (NVMe SSD, serial S4X1 01, slot 5, cache), " in text
        assert NIC not in text

    def test_on_several_hosts(self, view: HostDevices, make_view: MakeView) -> None:
        empty = make_view(name="esxi-02")
        error = not_found(Selector(serial="S4X1 03"), [empty, view])
        assert error.host is None
        assert "is on esxi-02, esxi-01." in error.msg
        assert f"{D8} (NVMe SSD, serial S4X1 01, slot 5, cache) of esxi-01" in error.msg
        assert "NVMe devices of esxi-02: none." in not_found(Selector(name="x"), [empty]).msg

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which drive, and which replacement, an order means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestDrive, GuestLook
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import Drive, Replacement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_begin import meant
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_drive import Sides

D8, D9, DA, DB, DC = (f"0000:{bus}:00.0" for bus in ("d8", "d9", "da", "db", "dc"))
NOW = "2026-01-02T03:04:05Z"
UUID = "42200102-0304-0506-0708-090a0b0c0d0e"
OLD = Drive("GONE1", DC, "8", "144d:a80a", path="/dev/nvme0n1")

Make = Callable[..., Any]


@pytest.fixture
def sides(make_device: Make, make_vm_device: Make, place: Callable[..., Placement]) -> Sides:
    """D9 and DA are in the VM, of DA nobody knows the serial; DB has left it; D8 is ESXi's; DC is only remembered."""
    on = {"enabled": True, "active": True}
    devices: list[HostDevice] = [
        make_device(D8, serial="S8", serial_from="host", slot="4"),
        make_device(D9, serial="S9", serial_from="memory", slot="5", hardware_label="left", **on),
        make_device(DA, slot="6", **on),
        make_device(DB, serial="SB", serial_from="memory", slot="7", **on),
    ]
    entries = tuple(
        make_vm_device(address=item, key=13000 + n, pci_slot_number=64 + n) for n, item in enumerate([D9, DA])
    )
    return Sides(place(*devices, devices=entries), None, (OLD, Drive("S9", D9, "5", "144d:a80a")))


def asked(sides: Sides, serials: tuple[str, str] = ("S9", "SA"), uuid: str = UUID) -> Sides:
    """The same, with the guest's answer."""
    drives = tuple(
        GuestDrive(f"0:0{n}:00.0", "144d:a80a", str(64 + n), serial, (f"/dev/nvme{n + 1}n1",), None, (), (), 1)
        for n, serial in enumerate(serials)
    )
    return replace(sides, guest=GuestLook(datetime(2026, 1, 2, tzinfo=timezone.utc), uuid, (), drives))


def order(sides: Sides, *records: Replacement, path: str | None = None, **criteria: str) -> Replacement:
    (selector,) = parse_selectors([criteria]) if criteria else (None,)
    return meant(records, sides, selector, path, NOW)


def done(new: Drive, old: Drive = OLD) -> Replacement:
    return Replacement("vm-1", "vm-01", old, new, {}, {"begun": "t1", "finished": "t2"})


@pytest.mark.parametrize(
    ("criteria", "address"),
    [
        ({"serial": " s9 "}, D9),
        ({"slot": "6"}, DA),
        ({"hardware_label": "left"}, D9),
        ({"address": DB}, DB),
        ({"serial": "gone1", "address": DC}, DC),
    ],
)
def test_a_drive_is_found_wherever_it_is_known(criteria: dict[str, str], address: str, sides: Sides) -> None:
    begun = order(asked(sides), **criteria)
    assert (begun.old.address, begun.new, begun.reached) == (address, None, {"begun": NOW})
    assert set(begun.others) == {D8, D9, DA, DB} - {address}


def test_the_guest_tells_serials_and_names_of_its_own(sides: Sides) -> None:
    assert order(asked(sides), serial="SA").old == Drive("SA", DA, "6", "144d:a80a", "NVMe SSD", 1, "/dev/nvme2n1")
    assert order(asked(sides), path="/dev/nvme2n1").old.serial == "SA"
    assert order(asked(sides), path="/dev/nvme1").old.serial == "S9"


@pytest.mark.parametrize(
    ("look", "named", "code"),
    [
        (None, {"serial": "GONE1"}, "device_unknown"),  # DA may be it
        (None, {"serial": "SA"}, "device_unknown"),
        (None, {"path": "/dev/nvme1n1"}, "guest_unchecked"),
        ({"uuid": "another"}, {"path": "/dev/nvme1n1"}, "guest_unchecked"),
        ({}, {"path": "/dev/nvme9n1"}, "device_not_found"),
        ({}, {"serial": "S0"}, "device_not_found"),
        ({}, {"vendor_device": "144d:a80a"}, "ambiguous_device"),
        ({"serials": ("S9", "S9")}, {"serial": "S9"}, "ambiguous_device"),
        ({}, {"slot": "4"}, "not_in_vm"),
    ],
)
def test_nothing_is_begun_for_a_drive_that_is_not_surely_meant(
    look: dict[str, Any] | None, named: dict[str, str], code: str, sides: Sides
) -> None:
    with pytest.raises(DirectPathError) as caught:
        order(sides if look is None else asked(sides, **look), **named)
    assert caught.value.code == code
    assert caught.value.remedy


def test_a_place_that_has_a_successor_in_the_vm_has_nothing_to_be_replaced(sides: Sides) -> None:
    remembered = replace(asked(sides), remembered=(Drive("LONGAGO", D9, "5", "1e0f:0011"),))
    with pytest.raises(DirectPathError) as caught:
        order(remembered, serial="LONGAGO")
    assert (caught.value.code, "S9" in caught.value.msg) == ("not_in_vm", True)


@pytest.mark.parametrize("named", [{"slot": "8"}, {"serial": "GONE1"}, {"address": DC}, {"path": "/dev/nvme0n1"}])
def test_an_open_replacement_goes_on_however_its_drive_is_named(named: dict[str, str], sides: Sides) -> None:
    open_ = Replacement("vm-1", "vm-01", OLD, reached={"begun": "t1", "removed": "t2"})
    assert order(sides, open_, **named) is open_


@pytest.mark.parametrize("vm", ["vm-1", "vm-2"])
def test_one_drive_of_a_host_at_a_time(vm: str, sides: Sides) -> None:
    with pytest.raises(DirectPathError) as caught:
        order(sides, Replacement(vm, "db", OLD, reached={"begun": "t1"}), serial="S9")
    assert caught.value.code == "replacement_open"
    assert "GONE1" in caught.value.msg


@pytest.mark.parametrize(
    "named", [{"serial": "GONE1"}, {"slot": "5"}, {"address": D9}, {"path": "/dev/nvme1n1"}, {"path": "/dev/nvme0n1"}]
)
def test_the_same_order_after_success_means_what_is_done(named: dict[str, str], sides: Sides) -> None:
    """By slot, address or the guest's name it could mean the new drive as well."""
    record = done(Drive("S9", D9, "5"), replace(OLD, slot="5", address=D9))
    assert order(asked(sides), record, **named) is record


@pytest.mark.parametrize("named", [{"serial": "GONE1"}, {"slot": "5"}])
def test_what_is_done_stays_done_while_another_drive_is_being_replaced(named: dict[str, str], sides: Sides) -> None:
    record = done(Drive("S9", D9, "5"), replace(OLD, slot="5", address=D9))
    open_ = Replacement("vm-1", "vm-01", Drive("SB", DB, "7"), reached={"begun": "t3"})
    assert order(asked(sides), record, open_, **named) is record
    with pytest.raises(DirectPathError, match="one drive at a time"):
        order(asked(sides), record, open_, serial="S9")


def test_a_memory_that_still_has_the_old_drive_begins_nothing_anew(sides: Sides) -> None:
    """The inventory was not brought up to date, and no guest tells the new drive's serial."""
    record = done(Drive("NEW", D9, "5"), Drive("S9", D9, "5"))
    assert order(sides, record, serial="S9") is record


@pytest.mark.parametrize(
    ("record", "named"),
    [
        (
            done(Drive("S9", D9, "5"), replace(OLD, slot="5", address=D9)),
            {"serial": "S9"},
        ),  # the new one has failed, too
        (done(Drive("S0", D9, "5"), replace(OLD, slot="5", address=D9)), {"slot": "5"}),  # swapped by hand since
        (done(Drive("S0", DC, "8"), Drive("S9", D9, "5")), {"serial": "S9"}),  # the old one is back in use
    ],
)
def test_an_order_for_another_drive_is_a_new_one(record: Replacement, named: dict[str, str], sides: Sides) -> None:
    begun = order(asked(sides), record, **named)
    assert (begun.old.serial, begun.reached) == ("S9", {"begun": NOW})

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does a VM have a drive? Present, absent, gone, and unknown, which is none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_drives import Answer, Wanted, drives_of, look_for

Look = Callable[..., Answer]

D8, D9, DA, DB = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:db:00.0"
PASSED = {"enabled": True, "active": True}


@pytest.fixture
def place(
    make_vm: Callable[..., Vm],
    make_vm_device: Callable[..., VmPciDevice],
    make_device: Callable[..., HostDevice],
    make_view: Callable[..., HostDevices],
) -> Callable[..., Placement]:
    """A running VM with D9, whose serial number nobody knows, on a host that has D8 (S8, slot 8) besides."""

    def make(*more: HostDevice, entries: tuple[dict[str, Any], ...] = ({},), **nine: Any) -> Placement:
        devices = [make_vm_device(**{"key": 13000 + index, **entry}) for index, entry in enumerate(entries)]
        mine = make_device(D9, **{"slot": "9", **PASSED, **nine})
        view = make_view(make_device(D8, serial="S8", slot="8"), mine, *more)
        return Placement(make_vm(power_state="poweredOn", devices=tuple(devices)), view, Owners())

    return make


@pytest.fixture
def look(place: Callable[..., Placement]) -> Look:
    def make(selector: dict[str, str], *more: HostDevice, **facts: Any) -> Answer:
        return look_for(place(*more, **facts), Wanted(Selector(**selector)))

    return make


def told(answer: Answer) -> tuple[str, list[str | None], list[str], bool]:
    held = [item.entry.address for item in answer.held]
    return answer.status, held, [device.pci.address for device in answer.elsewhere], answer.is_sure


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        pytest.param({"address": D9}, ("present", [D9], [], True), id="by address"),
        pytest.param({"slot": "9"}, ("present", [D9], [], True), id="by slot"),
        pytest.param({"name": "NVMe SSD"}, ("present", [D9], [D8], True), id="one of two alike"),
        pytest.param({"address": D8}, ("absent", [], [D8], True), id="on the host"),
        pytest.param({"serial": "S8"}, ("absent", [], [D8], True), id="surely another than the one in the VM"),
        pytest.param({"serial": "S9"}, ("unknown", [D9], [], False), id="it may be the one in the VM"),
        pytest.param({"serial": "S9", "address": D9}, ("unknown", [D9], [], False), id="pinned by what nobody knows"),
        pytest.param({"address": DA}, ("absent", [], [], False), id="nowhere"),
        pytest.param({"slot": "7"}, ("absent", [], [], False), id="an empty slot"),
    ],
)
def test_what_is_known_of_a_drive(look: Look, selector: dict[str, str], found: tuple[Any, ...]) -> None:
    assert told(look(selector)) == found


def test_a_serial_number_that_is_known_decides(look: Look) -> None:
    assert told(look({"serial": "S9"}, serial="S9")) == ("present", [D9], [], True)
    assert told(look({"serial": "S1"}, serial="S9")) == ("absent", [], [], False)


def test_a_drive_that_may_be_it_and_is_not_in_the_vm(look: Look, make_device: Callable[..., HostDevice]) -> None:
    """Wherever it is: it is none of the VM's."""
    assert told(look({"serial": "S1"}, make_device(DA), serial="S9")) == ("absent", [], [DA], False)


def test_an_entry_whose_drive_the_host_has_lost(look: Look) -> None:
    entries: tuple[dict[str, Any], ...] = ({"address": DA},)
    assert told(look({"address": DA}, entries=entries)) == ("gone", [DA], [], True)
    # Nobody knows the serial number of what was pulled.
    assert told(look({"serial": "S1"}, entries=entries, serial="S9")) == ("unknown", [DA], [], False)


def test_another_drive_at_the_address_of_an_entry(look: Look) -> None:
    entries: tuple[dict[str, Any], ...] = ({"vendor_id": 0x8086, "device_id": 0x0A54},)
    assert told(look({"address": D9}, entries=entries)) == ("gone", [D9], [D9], True)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"address": None, "dynamic": True, "vendor_id": None, "device_id": None}, id="dynamic"),
        pytest.param({"address": "d9/00/0"}, id="an address in no known form"),
    ],
)
def test_an_entry_that_names_no_drive_may_be_any(look: Look, place: Callable[..., Placement], entry: Any) -> None:
    assert told(look({"address": D8}, entries=(entry,))) == ("unknown", [entry["address"]], [D8], False)
    (held,) = drives_of(place(entries=(entry,)))
    assert (held.device, held.is_orphan) == (None, False)


def test_what_is_no_nvme_drive_is_none_of_the_drives(
    place: Callable[..., Placement], make_device: Callable[..., HostDevice]
) -> None:
    card = make_device("0000:3b:00.0", class_id=0x0200)
    placement = place(card, entries=({}, {"address": "0000:3b:00.0"}))
    assert [item.entry.address for item in drives_of(placement)] == [D9]


def test_what_is_wanted_is_read_with_its_state() -> None:
    entries = [{"address": D9, "state": "present"}, {"serial": " s8 ", "state": "absent"}]
    assert Wanted.of(entries) == [Wanted(Selector(address=D9)), Wanted(Selector(serial="S8"), "absent")]
    with pytest.raises(DirectPathError) as caught:
        Wanted.of([entries[0], {**entries[0], "state": "absent"}])
    assert caught.value.code == "invalid_selector"

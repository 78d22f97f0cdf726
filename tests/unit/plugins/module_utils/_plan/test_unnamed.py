# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan, Item
from ansible_collections.directpath.nvme.plugins.module_utils._plan.unnamed import (
    by_address,
    left_alone,
    surely_nvme,
    surely_unwanted,
    unnamed,
)

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]
Place = Callable[..., Placement]

D8, D9, DA, NIC = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:3b:00.0"
ON = {"enabled": True, "active": True}
NOTHING = HotplugPlan()


@pytest.fixture
def place(make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView) -> Place:
    """A running VM with these entries, on a host with two drives and a network card, all of them passed through."""

    def make(*entries: VmPciDevice) -> Placement:
        nic = make_device(NIC, "8086:1572", class_id=0x0200, **ON)
        view = make_view(make_device(D8, **ON), make_device(D9, **ON), nic)
        return Placement(make_vm(power_state="poweredOn", devices=entries), view, Owners())

    return make


def names(address: str, step: bool) -> HotplugPlan:
    return HotplugPlan(items=(Item(Selector(address=address), address, None, step),))


def test_what_an_entry_of_the_inventory_means_is_named(place: Place, make_vm_device: MakeVmDevice) -> None:
    d8, d9 = make_vm_device(address=D8), make_vm_device(address=D9)
    placement = place(d8, d9)
    assert unnamed(placement, [], NOTHING, NOTHING) == [d8, d9]
    assert unnamed(placement, [], names(D8, step=False), names(D9, step=True)) == []
    assert unnamed(placement, [], names(DA, step=True), NOTHING) == [d8, d9]
    # An entry that is stale means no drive, and names its address all the same.
    assert unnamed(placement, [Selector(address=D8), Selector(name="SSD")], NOTHING, NOTHING) == [d9]


def test_what_a_removal_by_address_cannot_mean_is_none_of_them(place: Place, make_vm_device: MakeVmDevice) -> None:
    dynamic, strange = make_vm_device(dynamic=True), make_vm_device(address="somewhere")
    unplaced, card = make_vm_device(address=None), make_vm_device(address=NIC, vendor_id=0x8086, device_id=0x1572)
    assert unnamed(place(dynamic, strange, unplaced, card), [], NOTHING, NOTHING) == []


def test_what_the_host_has_lost_is_a_drive_if_others_with_its_ids_are(
    place: Place, make_vm_device: MakeVmDevice
) -> None:
    drive, other = make_vm_device(address=DA), make_vm_device(address=DA, vendor_id=0x10DE, device_id=0x2236)
    silent = make_vm_device(address=DA, vendor_id=None, device_id=None)
    placement = place(drive, other, silent)
    assert unnamed(placement, [], NOTHING, NOTHING) == [drive, other, silent]
    assert [surely_nvme(placement, entry) for entry in (drive, other, silent)] == [True, False, False]


def test_what_the_host_has_is_told_by_its_class(place: Place, make_vm_device: MakeVmDevice) -> None:
    drive = make_vm_device(address=D9)
    card = make_vm_device(address=NIC, vendor_id=0x8086, device_id=0x1572)
    placement = place(drive, card)
    assert [surely_nvme(placement, entry) for entry in (drive, card)] == [True, False]
    assert by_address(drive) == Selector(address=D9)


@pytest.mark.parametrize(
    ("exact", "complete", "reason"),
    [
        (False, True, "nvme_hotplug_exact is not set"),
        (False, False, "nvme_hotplug_exact is not set"),
        (True, False, "not every entry says which drive it means"),
        (True, True, "nobody can tell that it is not a drive which an entry wants"),
    ],
)
def test_why_a_drive_stays_is_said(
    place: Place, make_vm_device: MakeVmDevice, exact: bool, complete: bool, reason: str
) -> None:
    entries = [make_vm_device(address=D8), make_vm_device(address=D9)]
    (note,) = left_alone(place(*entries), entries, exact, complete)
    assert note.id == "V2"
    assert note.message.startswith(f"VM vm-01 has {D8}, {D9} of host esxi-01, which no entry names. ")
    assert reason in note.message
    assert left_alone(place(), [], exact, complete) == []


def test_what_is_lost_and_of_no_known_kind_stays_for_that(place: Place, make_vm_device: MakeVmDevice) -> None:
    silent = make_vm_device(address=DA, vendor_id=None, device_id=None)
    (note,) = left_alone(place(silent), [silent], exact=True, complete=True)
    assert "as the host has lost it and nobody can tell whether it is an NVMe drive" in note.message


def test_a_drive_without_a_known_serial_number_may_be_the_one_that_is_wanted(
    make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView
) -> None:
    here = make_device(D8, serial="S1", serial_from="memory", **ON)
    view = make_view(here, make_device(D9, serial=None, **ON), make_device(DA, serial="S3", serial_from="memory", **ON))
    d9, da = make_vm_device(address=D9), make_vm_device(address=DA)
    placement = Placement(make_vm(power_state="poweredOn", devices=(d9, da)), view, Owners())
    by_serial, by_place = [Selector(serial="S1")], [Selector(address=D8), Selector(address=D8, serial="S1")]
    assert [surely_unwanted(placement, entry, by_serial) for entry in (d9, da)] == [False, True]
    assert [surely_unwanted(placement, entry, by_place) for entry in (d9, da)] == [True, True]
    (note,) = left_alone(placement, [d9], exact=True, complete=True)
    assert "It stays there, as nobody can tell that it is not a drive which an entry wants." in note.message

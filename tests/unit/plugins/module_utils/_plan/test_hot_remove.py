# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_remove import of_other_hosts
from hotplug_plans import D8, D9, DA, NAME, ON, addresses, at, remove, remove_refused

MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
Place = Callable[..., Placement]


class TestRemove:
    def test_in_the_order_asked_for(self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice) -> None:
        entries = (make_vm_device(key=13000, address=D8), make_vm_device(key=13001, address=D9))
        plan = remove(place(make_device(D8, **ON), make_device(D9, **ON), devices=entries), at(D9), at(D8))
        assert addresses(plan.steps) == [D9, D8]

    def test_what_is_not_in_the_vm_is_absent(self, place: Place, make_device: MakeDevice) -> None:
        plan = remove(place(make_device(D9, **ON), owners={D9: ["vm-02"]}), at(D9), NAME)
        assert plan.steps == ()
        assert addresses(plan.items) == [D9, ""]

    def test_other_devices_of_the_host_do_not_make_it_ambiguous(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice
    ) -> None:
        placement = place(make_device(D8, **ON), make_device(D9, **ON), devices=(make_vm_device(address=D9),))
        assert addresses(remove(placement, NAME).steps) == [D9]

    def test_ambiguous(self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice) -> None:
        entries = (make_vm_device(key=13000, address=D8), make_vm_device(key=13001, address=D9))
        error = remove_refused(place(make_device(D8, **ON), make_device(D9, **ON), devices=entries), NAME)
        assert error.code == "ambiguous_device"
        assert f"2 devices of VM vm-01 on host esxi-01 match name=NVMe SSD: {D8} (NVMe SSD), {D9} (" in error.msg

    def test_two_selectors_that_mean_one_device(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice
    ) -> None:
        placement = place(make_device(D9, **ON), devices=(make_vm_device(address=D9),))
        assert remove_refused(placement, at(D9), NAME).code == "ambiguous_device"

    @pytest.mark.parametrize(("power", "refused"), [("poweredOn", True), ("poweredOff", False)])
    def test_a_running_guest_has_to_be_checked(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice, power: str, refused: bool
    ) -> None:
        placement = place(make_device(D9, **ON), devices=(make_vm_device(address=D9),), power_state=power)
        if refused:
            error = remove_refused(placement, at(D9), guest_unchecked=False)
            assert (error.code, error.requirement, error.vm, error.device) == ("guest_unchecked", "C3", "vm-01", D9)
            assert "guest_evidence" in str(error.remedy)
        else:
            assert addresses(remove(placement, at(D9), guest_unchecked=False).steps) == [D9]

    def test_nothing_to_remove_needs_no_permission(self, place: Place, make_device: MakeDevice) -> None:
        assert remove(place(make_device(D9, **ON)), at(D9), guest_unchecked=False).steps == ()

    def test_a_suspended_vm(self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice) -> None:
        placement = place(make_device(D9, **ON), devices=(make_vm_device(address=D9),), power_state="suspended")
        assert remove_refused(placement, at(D9)).code == "vm_power_state"

    def test_an_unprepared_vm_can_still_lose_devices(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice
    ) -> None:
        placement = place(make_device(D9, **ON), devices=(make_vm_device(address=D9),), firmware="bios", cpus=200)
        assert addresses(remove(placement, at(D9)).steps) == [D9]

    @pytest.mark.parametrize(
        "selector",
        [at(DA), Selector(name="NVMe SSD"), Selector(vendor_device="144d:a80a")],
        ids=["address", "name", "ids"],
    )
    def test_an_orphan_is_found_by_its_entry(
        self, place: Place, make_vm_device: MakeVmDevice, selector: Selector
    ) -> None:
        (item,) = remove(place(devices=(make_vm_device(address=DA),)), selector).steps
        assert (item.address, item.device) == (DA, None)

    @pytest.mark.parametrize(
        ("entry", "selector"),
        [
            ({"vendor_id": None, "device_id": None}, Selector(address=DA, vendor_device="144d:a80a")),
            ({"name": ""}, Selector(name="NVMe SSD")),
        ],
    )
    def test_an_orphan_that_does_not_tell_what_it_is_of_is_not_taken_for_another(
        self, place: Place, make_vm_device: MakeVmDevice, entry: dict[str, Any], selector: Selector
    ) -> None:
        placement = place(devices=(make_vm_device(address=DA, **entry),))
        error = remove_refused(placement, selector)
        assert (error.code, error.device) == ("entry_not_readable", DA)
        assert addresses(remove(placement, at(DA)).steps) == [DA]

    def test_the_entry_of_a_swapped_drive_is_found_by_what_it_was_made_for(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice
    ) -> None:
        placement = place(make_device(D9, "8086:0a54", name="P4510", **ON), devices=(make_vm_device(address=D9),))
        (item,) = remove(placement, Selector(address=D9, vendor_device="144d:a80a")).steps
        assert item.device is None
        assert remove(placement, Selector(address=D9, vendor_device="8086:0a54")).steps == ()

    def test_only_what_is_lost(self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice) -> None:
        """A drive that was put back since somebody saw it gone stays, whatever is known of the guest."""
        entries = (make_vm_device(key=13000, address=D8), make_vm_device(key=13001, address=D9))
        placement = place(make_device(D9, **ON), devices=entries)
        assert addresses(remove(placement, at(D8), lost_only=True).steps) == [D8]
        error = remove_refused(placement, at(D8), at(D9), lost_only=True)
        assert (error.code, error.requirement, error.vm, error.device) == ("drive_not_lost", "C4", "vm-01", D9)

    def test_not_nvme(self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice) -> None:
        placement = place(make_device(D9, class_id=0x0200, **ON), devices=(make_vm_device(address=D9),))
        error = remove_refused(placement, at(D9))
        assert (error.code, error.requirement) == ("not_nvme", "L5")

    def test_dynamic_devices_are_left_alone_and_not_said_to_be_absent(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice
    ) -> None:
        dynamic = make_vm_device(address=D9, dynamic=True)
        placement = place(make_device(D9, **ON), make_device(DA, **ON), devices=(dynamic,))
        error = remove_refused(placement, at(D9))
        assert (error.code, error.requirement, error.device) == ("dynamic_device", "N4", D9)
        assert remove(placement, at(DA)).steps == ()


class TestEntriesOfOtherHosts:
    """A VM that was moved while it was off still has the entries of the host that it came from."""

    @pytest.mark.parametrize(
        ("entry", "offered", "refused"),
        [
            pytest.param("host-a", {D8: "host-a"}, False, id="of this host"),
            pytest.param("host-b", {D8: "host-a"}, True, id="of another host"),
            pytest.param(None, {D8: "host-a"}, False, id="of none"),
            pytest.param("host-b", {}, True, id="the host does not say who it is"),
        ],
    )
    def test_are_not_told_as_drives_of_this_one(
        self,
        place: Place,
        make_device: MakeDevice,
        make_vm_device: MakeVmDevice,
        entry: str | None,
        offered: dict[str, str],
        refused: bool,
    ) -> None:
        devices = (make_vm_device(address=D9, system_id=entry),)
        placement = place(make_device(D9, **ON), devices=devices, power_state="poweredOff")
        found = of_other_hosts(placement, remove(placement, at(D9)).steps, offered)
        assert [(item.error.code, item.error.device) for item in found] == ([("wrong_host", D9)] if refused else [])

    def test_an_orphan_is_cleared_from_a_host_that_offers_nothing(
        self, place: Place, make_vm_device: MakeVmDevice
    ) -> None:
        placement = place(devices=(make_vm_device(address=D9),), power_state="poweredOff")
        steps = remove(placement, at(D9)).steps
        assert of_other_hosts(placement, steps, {}) == []
        assert len(of_other_hosts(placement, steps, {D8: "host-b"})) == 1

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
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_add import not_offered, plan_hot_add
from hotplug_plans import D8, D9, DA, NAME, ON, add, add_refused, addresses, at, deferred, remove, remove_refused

MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
Place = Callable[..., Placement]


class TestAdd:
    def test_in_the_order_asked_for(self, place: Place, make_device: MakeDevice) -> None:
        plan = add(place(make_device(D8, **ON), make_device(D9, **ON)), at(D9), at(D8))
        assert addresses(plan.steps) == [D9, D8]
        assert deferred(plan) == []

    def test_what_is_in_already_is_no_step(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice
    ) -> None:
        placement = place(make_device(D8, **ON), make_device(D9, **ON), devices=(make_vm_device(address=D9),))
        plan = add(placement, at(D8), at(D9))
        assert addresses(plan.items) == [D8, D9]
        assert addresses(plan.steps) == [D8]

    def test_one_of_several_that_is_in_satisfies(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice
    ) -> None:
        placement = place(make_device(D8, **ON), make_device(D9, **ON), devices=(make_vm_device(address=D9),))
        plan = add(placement, NAME)
        assert addresses(plan.items) == [D9]
        assert plan.steps == ()

    def test_nothing_to_do_asks_nothing_of_vm_and_host(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice
    ) -> None:
        placement = place(
            make_device(D9),
            devices=(make_vm_device(address=D9),),
            power_state="poweredOff",
            firmware="bios",
            view={"hot_plug_supported": False},
        )
        assert add(placement, at(D9)).steps == ()

    def test_ambiguous(self, place: Place, make_device: MakeDevice) -> None:
        error = add_refused(place(make_device(D8, serial="S01D8", **ON), make_device(D9, **ON)), NAME)
        assert (error.code, error.host, error.vm) == ("ambiguous_device", "esxi-01", "vm-01")
        assert (
            f"2 devices of host esxi-01 match name=NVMe SSD: {D8} (NVMe SSD, serial S01D8), {D9} (NVMe SSD)."
            in error.msg
        )

    @pytest.mark.parametrize("in_vm", [False, True])
    def test_two_selectors_that_mean_one_device(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice, in_vm: bool
    ) -> None:
        devices = (make_vm_device(address=D9),) if in_vm else ()
        error = add_refused(place(make_device(D9, **ON), devices=devices), at(D9), NAME)
        assert (error.code, error.device) == ("ambiguous_device", D9)
        assert f"address={D9} and name=NVMe SSD both mean {D9}" in error.msg

    def test_not_on_the_host(self, place: Place, make_device: MakeDevice) -> None:
        assert add_refused(place(make_device(D9, **ON)), at(DA)).code == "device_not_found"

    def test_not_nvme(self, place: Place, make_device: MakeDevice) -> None:
        error = add_refused(place(make_device(D9, class_id=0x0200, **ON)), at(D9))
        assert (error.code, error.requirement) == ("not_nvme", "L5")

    @pytest.mark.parametrize(
        ("entry", "device"),
        [
            pytest.param({"vendor_id": 0x8086, "device_id": 0x0A54}, ON, id="other ids"),
            pytest.param({}, {"enabled": False, "active": False, "serial": "NEW"}, id="same ids, but ESXi has it"),
        ],
    )
    def test_an_entry_of_the_drive_that_was_there_before(
        self,
        place: Place,
        make_device: MakeDevice,
        make_vm_device: MakeVmDevice,
        entry: dict[str, Any],
        device: dict[str, Any],
    ) -> None:
        error = add_refused(place(make_device(D9, **device), devices=(make_vm_device(address=D9, **entry),)), at(D9))
        assert (error.code, error.requirement, error.device) == ("stale_entry", "V3", D9)
        assert "PCI device 0" in error.msg
        assert "state=absent" in str(error.remedy)

    def test_a_drive_that_may_be_another_is_not_said_to_be(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice
    ) -> None:
        """Hosts were seen to say that passthrough is not in force of drives that VMs ran with (8.0 U1)."""
        lying = make_device(D9, enabled=True, active=False, uses=(Use("no_adapter", "none"),))
        error = add_refused(place(lying, devices=(make_vm_device(address=D9),)), at(D9))
        assert (error.code, error.requirement, error.device) == ("entry_not_readable", "V3", D9)
        assert "absent" not in str(error)

    @pytest.mark.parametrize("check_mode", [False, True])
    @pytest.mark.parametrize(
        ("device", "owners", "reason"),
        [
            ({**ON, "uses": (Use("vmfs", "local"),)}, {}, "the VMFS datastore local"),
            ({"uses": (Use("boot", "OSDATA-1"),)}, {}, "the ESXi system volume"),
            (ON, {D9: ["vm-02"]}, "VM vm-02 has it"),
        ],
    )
    def test_held(
        self,
        place: Place,
        make_device: MakeDevice,
        device: dict[str, Any],
        owners: dict[str, list[str]],
        reason: str,
        check_mode: bool,
    ) -> None:
        error = add_refused(place(make_device(D9, **device), owners=owners), at(D9), check_mode=check_mode)
        assert error.code == "device_in_use"
        assert reason in error.msg

    @pytest.mark.parametrize(
        ("device", "found", "remedy"),
        [
            ({}, "not enabled", "nvme_passthrough_toggle"),
            ({"enabled": True}, "enabled but not yet in force", "host_reboot"),
        ],
    )
    def test_not_in_force(
        self, place: Place, make_device: MakeDevice, device: dict[str, Any], found: str, remedy: str
    ) -> None:
        placement = place(make_device(D9, **device))
        error = add_refused(placement, at(D9))
        assert (error.code, error.requirement, error.device) == ("passthrough_not_active", "P5", D9)
        assert f"Passthrough of {D9} (NVMe SSD) on host esxi-01 is {found}." in error.msg
        assert remedy in str(error.remedy)
        plan = add(placement, at(D9), check_mode=True)
        assert addresses(plan.steps) == [D9]
        assert deferred(plan) == [str(error)]

    def test_a_vm_that_is_off(self, place: Place, make_device: MakeDevice) -> None:
        placement = place(make_device(D9, **ON), power_state="poweredOff")
        error = add_refused(placement, at(D9))
        assert (error.code, error.vm) == ("vm_power_state", "vm-01")
        assert deferred(add(placement, at(D9), check_mode=True)) == [str(error)]

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_a_vm_that_is_suspended(self, place: Place, make_device: MakeDevice, check_mode: bool) -> None:
        placement = place(make_device(D9, **ON), power_state="suspended")
        assert add_refused(placement, at(D9), check_mode=check_mode).code == "vm_power_state"

    @pytest.mark.parametrize(
        ("changes", "requirement"),
        [
            ({"firmware": "bios"}, "P6"),
            ({"motherboardLayout": "i440bxHostBridge"}, "P7"),
            ({"memoryReservationLockedToMax": False, "memory_reservation_mb": 0}, "P7"),
            ({"fixedPassthruHotPlugEnabled": False}, "P7"),
            ({"flags.vvtdEnabled": True}, "N1"),
            ({"cpuHotAddEnabled": True}, "N2"),
            ({"memoryHotAddEnabled": True}, "N3"),
            ({"nestedHVEnabled": True}, "N9"),
        ],
    )
    def test_what_vm_preparation_mends_is_deferred_in_check_mode(
        self, place: Place, make_device: MakeDevice, changes: dict[str, Any], requirement: str
    ) -> None:
        placement = place(make_device(D9, **ON), **changes)
        error = add_refused(placement, at(D9))
        assert (error.code, error.requirement, error.vm) == ("vm_rule_broken", requirement, "vm-01")
        (text,) = deferred(add(placement, at(D9), check_mode=True))
        assert f"({requirement})" in text
        assert "vm-01" in text

    @pytest.mark.parametrize("check_mode", [False, True])
    @pytest.mark.parametrize(
        ("changes", "requirement"),
        [({"version": 17}, "P7"), ({"cpus": 129}, "N5"), ({"fault_tolerance": True}, "N9")],
    )
    def test_what_it_cannot_mend_is_refused_in_any_mode(
        self, place: Place, make_device: MakeDevice, changes: dict[str, Any], requirement: str, check_mode: bool
    ) -> None:
        error = add_refused(place(make_device(D9, **ON), **changes), at(D9), check_mode=check_mode)
        assert (error.code, error.requirement) == ("vm_rule_broken", requirement)

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_dynamic_devices(
        self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice, check_mode: bool
    ) -> None:
        dynamic = make_vm_device(address=None, dynamic=True)
        error = add_refused(place(make_device(D9, **ON), devices=(dynamic,)), at(D9), check_mode=check_mode)
        assert error.requirement == "N4"

    def test_snapshots_do_not_stop_it(self, place: Place, make_device: MakeDevice) -> None:
        assert deferred(add(place(make_device(D9, **ON), snapshots=True), at(D9))) == []

    @pytest.mark.parametrize("check_mode", [False, True])
    @pytest.mark.parametrize(("supported", "refused"), [(True, False), (None, False), (False, True)])
    def test_the_word_of_the_host(
        self, place: Place, make_device: MakeDevice, supported: bool | None, refused: bool, check_mode: bool
    ) -> None:
        placement = place(make_device(D9, **ON), view={"hot_plug_supported": supported})
        if refused:
            error = add_refused(placement, at(D9), check_mode=check_mode)
            assert (error.code, error.requirement) == ("host_without_hot_plug", "Q8")
        else:
            assert addresses(add(placement, at(D9), check_mode=check_mode).steps) == [D9]

    @pytest.mark.parametrize(
        ("ids", "refused"),
        [
            pytest.param({}, True, id="same ids"),
            pytest.param({"vendor_id": None, "device_id": None}, True, id="no ids"),
            pytest.param({"vendor_id": 0x8086, "device_id": 0x0A54}, False, id="other ids"),
        ],
    )
    def test_an_entry_with_an_address_that_is_not_known_may_be_the_drive(
        self,
        place: Place,
        make_device: MakeDevice,
        make_vm_device: MakeVmDevice,
        ids: dict[str, Any],
        refused: bool,
    ) -> None:
        """Not seen is not the same as not there, neither for an add nor for a removal."""
        placement = place(make_device(D9, **ON), devices=(make_vm_device(address="217/0", **ids),))
        if not refused:
            assert addresses(add(placement, at(D9)).steps) == [D9]
            assert remove(placement, Selector(vendor_device="144d:a80a")).steps == ()
            return
        for error in (add_refused(placement, at(D9)), remove_refused(placement, Selector(vendor_device="144d:a80a"))):
            assert error.code == "entry_not_readable"
            assert "has PCI device 0 for '217/0' of host esxi-01" in error.msg

    def test_what_the_host_does_not_offer(self, place: Place, make_device: MakeDevice) -> None:
        placement = place(make_device(D8, **ON), make_device(D9, **ON))
        (obstacle,) = not_offered(placement, add(placement, at(D8), at(D9)).steps, {D8: "host-a"})
        assert (obstacle.error.code, obstacle.error.device, obstacle.mendable) == ("not_assignable", D9, False)

    def test_everything_in_the_way_is_collected(self, place: Place, make_device: MakeDevice) -> None:
        placement = place(
            make_device(D9), power_state="poweredOff", firmware="bios", view={"hot_plug_supported": False}
        )
        plan = plan_hot_add(placement, [at(D9), at(DA)])
        assert [(item.error.code, item.mendable) for item in plan.obstacles] == [
            ("device_not_found", False),
            ("vm_rule_broken", True),
            ("vm_power_state", True),
            ("host_without_hot_plug", False),
            ("passthrough_not_active", True),
        ]
        assert addresses(plan.steps) == [D9]


class TestLimit:
    """L4: 32 NVMe passthrough devices."""

    @pytest.fixture
    def full(self, place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice) -> Callable[..., Placement]:
        """A VM that has ``present`` drives, on a host with two more."""

        def make(present: int, *more: VmPciDevice, **changes: Any) -> Placement:
            drives = [make_device(f"0000:{number:02x}:00.0", **ON, **changes) for number in range(present)]
            entries = [
                make_vm_device(key=13000 + number, address=drives[number].pci.address) for number in range(present)
            ]
            free = [make_device(D8, **ON), make_device(D9, **ON)]
            return place(*drives, *free, devices=(*entries, *more))

        return make

    def test_the_last_one_fits(self, full: Callable[..., Placement]) -> None:
        assert addresses(add(full(31), at(D9)).steps) == [D9]
        assert addresses(add(full(30), at(D8), at(D9)).steps) == [D8, D9]

    @pytest.mark.parametrize(("present", "asked"), [(32, [D9]), (31, [D8, D9])])
    @pytest.mark.parametrize("check_mode", [False, True])
    def test_one_too_many(
        self, full: Callable[..., Placement], present: int, asked: list[str], check_mode: bool
    ) -> None:
        error = add_refused(full(present), *(at(address) for address in asked), check_mode=check_mode)
        assert (error.code, error.requirement, error.vm) == ("too_many_devices", "L4", "vm-01")
        assert f"has {present} NVMe passthrough devices, and {len(asked)} more" in error.msg

    def test_other_passthrough_devices_do_not_count(self, full: Callable[..., Placement]) -> None:
        assert addresses(add(full(32, class_id=0x0200), at(D9)).steps) == [D9]

    def test_an_orphan_still_has_its_place(self, full: Callable[..., Placement], make_vm_device: MakeVmDevice) -> None:
        orphan = make_vm_device(key=13099, address="0000:ee:00.0")
        assert add_refused(full(31, orphan), at(D9)).code == "too_many_devices"

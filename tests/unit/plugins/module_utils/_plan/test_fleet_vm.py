# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredVm
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import Change
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_vm import VmPlan, VmSeen, of, plan_vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_config import PERMISSIONS

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D8, D9, DA, NIC = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:3b:00.0"

IDS = "144d:a80a"
ON = {"enabled": True, "active": True}
RUNNING = {"power_state": "poweredOn"}
NO_GUEST = GuestProof(evidence=None, unchecked=False, now=datetime.now(timezone.utc), max_age=0)
MISSING = DirectPathError("There is no VM db-01.", "not_found", vm="db-01", remedy="Check its name.")


def want(*present: str, absent: tuple[str, ...] = (), **changes: Any) -> DesiredVm:
    facts: dict[str, Any] = {
        "inventory_name": "db",
        "search": {"name": "db-01"},
        "esxi_host_name": "esxi-01",
        "present": tuple(Selector(address=address) for address in present),
        "absent": tuple(Selector(address=address) for address in absent),
        "prepare": True,
        "whole": True,
        "exact": False,
        "permissions": (),
        "allow_power_off": False,
        "deploy": False,
    }
    return DesiredVm(**{**facts, **changes})


def planned(
    wanted: DesiredVm,
    vm: Vm | DirectPathError,
    view: HostDevices | DirectPathError | None = None,
    coming: tuple[str, ...] = (),
    owners: Owners | None = None,
    offered: Any = None,
    named: str | None = "esxi-01",
) -> VmPlan:
    placement: Placement | DirectPathError | None = None
    if isinstance(view, DirectPathError):
        placement = view
    elif view and isinstance(vm, Vm):
        placement = Placement(vm, view, owners or Owners())
    return plan_vm(wanted, VmSeen(vm, placement, offered), named, coming, NO_GUEST)


def kinds(plan: Plan[Change]) -> list[str]:
    return [step.kind for step in plan.steps]


def moved(plan: Plan[Change]) -> list[tuple[str, str | None]]:
    return [(step.kind, step.device) for step in plan.steps if step.device]


def obstacles(plan: Plan[Change]) -> list[tuple[str, bool]]:
    """Code, and whether the plan mends it."""
    return [(item.error.code, item.mendable) for item in plan.obstacles]


class TestPrepare:
    def test_a_fit_vm_that_runs_has_nothing_to_be_done(self, make_vm: MakeVm) -> None:
        assert planned(want(), make_vm(**RUNNING)) == VmPlan()

    def test_settings_come_before_the_power(self, make_vm: MakeVm) -> None:
        plan = planned(want(), make_vm(fixedPassthruHotPlugEnabled=False))
        assert plan.steps == (
            Change("setting", "fixedPassthruHotPlugEnabled", False, True, "P7"),
            Change("power_on", "vm-01", "poweredOff", "poweredOn", "P6"),
        )
        assert plan.obstacles == ()

    @pytest.mark.parametrize("allowed", [True, False])
    def test_a_power_cycle_is_said_and_has_to_be_allowed(self, make_vm: MakeVm, allowed: bool) -> None:
        vm = make_vm(**RUNNING, fixedPassthruHotPlugEnabled=False)
        plan = planned(want(allow_power_off=allowed), vm)
        assert [step.needs_power_off for step in plan.steps] == [True]
        assert obstacles(plan) == ([] if allowed else [("power_off_not_allowed", False)])

    @pytest.mark.parametrize("permissions", [(), PERMISSIONS])
    def test_what_is_not_allowed_is_not_changed(self, make_vm: MakeVm, permissions: tuple[str, ...]) -> None:
        plan = planned(want(permissions=permissions), make_vm(firmware="bios"))
        assert kinds(plan) == ["setting", "power_on"]
        assert obstacles(plan) == ([] if permissions else [("vm_rule_broken", False)])
        assert [note.id for note in plan.notes] == ["P6"]

    def test_it_may_be_left_to_others(self, make_vm: MakeVm) -> None:
        assert planned(want(prepare=False), make_vm(firmware="bios")) == VmPlan()

    def test_a_suspended_vm_is_not_changed(self, make_vm: MakeVm) -> None:
        plan = planned(want(), make_vm(power_state="suspended", fixedPassthruHotPlugEnabled=False))
        assert obstacles(plan) == [("vm_suspended", False)]


class TestUnfit:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"connection_state": "inaccessible"}, "vm_not_connected"),
            ({"unreadable": {"config.hardware": "NoPermission"}}, "vm_not_readable"),
            ({"template": True}, "vm_is_template"),
            ({"host_name": "esxi-02", "host_moid": "host-2"}, "wrong_host"),
        ],
    )
    def test_it_has_an_obstacle_only(
        self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView, changes: dict[str, Any], code: str
    ) -> None:
        plan = planned(want(D9), make_vm(**changes), make_view(make_device(D9, **ON)))
        assert (plan.steps, obstacles(plan), plan.complete) == ((), [(code, False)], False)
        assert plan.obstacles[0].error.vm == "vm-01"

    @pytest.mark.parametrize(
        ("wanted", "requirement", "device"),
        [
            (want(D9), "P6", None),
            (want(D9, prepare=False), "C1", D9),
            (want(absent=(DA,), prepare=False), "C3", DA),
            (want(exact=True, prepare=False), "C3", None),
        ],
    )
    def test_the_wrong_host_is_told_as_the_first_module_of_the_roles_would(
        self, make_vm: MakeVm, wanted: DesiredVm, requirement: str, device: str | None
    ) -> None:
        (obstacle,) = planned(wanted, make_vm(host_name="esxi-02", host_moid="host-2")).obstacles
        error = obstacle.error
        assert (error.requirement, error.host, error.vm, error.device) == (requirement, "esxi-02", "vm-01", device)

    def test_a_host_may_be_named_by_its_moid_or_not_at_all(self, make_vm: MakeVm) -> None:
        assert planned(want(), make_vm(**RUNNING), named="host-1") == VmPlan()
        assert planned(want(), make_vm(**RUNNING), named=None) == VmPlan()

    def test_a_host_that_cannot_be_read_hides_the_drives_and_not_the_settings(
        self, make_vm: MakeVm, make_view: MakeView
    ) -> None:
        gone = DirectPathError("Host esxi-01 is gone.", "object_gone", host="esxi-01", remedy="Look for it.")
        plan = planned(want(D9), make_vm(), gone)
        assert (kinds(plan), obstacles(plan), plan.complete) == (["power_on"], [("object_gone", False)], False)
        view = make_view()
        away = replace(view, host=replace(view.host, connection_state="notResponding"))
        plan = planned(want(D9), make_vm(), away)
        assert (kinds(plan), obstacles(plan)) == (["power_on"], [("host_not_connected", False)])


class TestToCome:
    def test_it_is_deployed_and_made_fit(self) -> None:
        plan = planned(want(D9, deploy=True), MISSING)
        assert (kinds(plan)[0], kinds(plan)[-2:]) == ("deploy", ["power_on", "hot_add"])
        assert "fixedPassthruHotPlugEnabled" in [step.what for step in plan.steps]
        assert moved(plan) == [("hot_add", D9)]
        assert (obstacles(plan), plan.complete) == ([("not_found", True)], False)

    def test_its_power_may_be_left_to_others(self) -> None:
        assert "power_on" not in kinds(planned(want(D9, deploy=True, prepare=False), MISSING))

    @pytest.mark.parametrize(
        ("wanted", "error"),
        [
            (want(D9), MISSING),
            (want(D9, deploy=True, search={"name": None}), MISSING),
            (want(D9, deploy=True), DirectPathError("Two.", "ambiguous_name", vm="db-01", remedy="Say which.")),
            (want(D9, deploy=True), DirectPathError("No such folder.", "not_found", remedy="Check it.")),
        ],
    )
    def test_anything_else_that_is_not_there_is_an_obstacle(self, wanted: DesiredVm, error: DirectPathError) -> None:
        plan = planned(wanted, error)
        assert (plan.steps, obstacles(plan)) == ((), [(error.code, False)])


class TestAdd:
    def test_a_drive_that_is_to_be_had(self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView) -> None:
        plan = planned(want(D9), make_vm(**RUNNING), make_view(make_device(D9, **ON)))
        assert plan.steps == (
            Change("hot_add", "NVMe SSD", "not in the VM", "in it", "C1", device=D9, vendor_device=IDS),
        )
        assert (plan.obstacles, plan.complete) == ((), True)

    def test_what_is_in_is_no_step(
        self, make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        plan = planned(want(D9), make_vm(**RUNNING, devices=(make_vm_device(),)), make_view(make_device(D9, **ON)))
        assert (plan.steps, plan.obstacles, plan.notes, plan.complete) == ((), (), (), True)
        assert [item.address for item in plan.added.items] == [D9]

    @pytest.mark.parametrize("coming", [True, False])
    def test_passthrough_is_provided_where_the_plan_enables_it(
        self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView, coming: bool
    ) -> None:
        view = make_view(make_device(D9))
        plan = planned(want(D9), make_vm(**RUNNING), view, coming=(D9,) if coming else (D8,))
        assert (kinds(plan), obstacles(plan)) == (["hot_add"], [("passthrough_not_active", coming)])

    @pytest.mark.parametrize("prepare", [True, False])
    def test_power_is_provided_where_the_plan_powers_on(
        self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView, prepare: bool
    ) -> None:
        plan = planned(want(D9, prepare=prepare), make_vm(), make_view(make_device(D9, **ON)))
        assert obstacles(plan) == [("vm_power_state", prepare)]

    def test_a_suspended_vm_takes_no_drive_whatever_the_plan_does(
        self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        plan = planned(want(D9), make_vm(power_state="suspended"), make_view(make_device(D9, **ON)))
        assert ("vm_power_state", False) in obstacles(plan)

    def test_settings_are_provided_where_they_may_be_changed(
        self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        vm, view = make_vm(fixedPassthruHotPlugEnabled=False), make_view(make_device(D9, **ON))
        assert obstacles(planned(want(D9), vm, view)) == [("vm_rule_broken", True), ("vm_power_state", True)]
        assert ("vm_rule_broken", False) in obstacles(planned(want(D9, prepare=False), vm, view))

    def test_what_the_preparation_is_refused_for_is_said_once(
        self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        plan = planned(want(D9), make_vm(**RUNNING, firmware="bios"), make_view(make_device(D9, **ON)))
        assert [code for code, _mendable in obstacles(plan)].count("vm_rule_broken") == 1

    def test_a_drive_that_somebody_has_is_an_obstacle(
        self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        view = make_view(make_device(D9, **ON))
        plan = planned(want(D9), make_vm(**RUNNING), view, owners=Owners({D9: ["app-01"]}))
        assert (kinds(plan), obstacles(plan)) == (["hot_add"], [("device_in_use", False)])

    def test_an_entry_that_means_nothing_leaves_the_others_planned(
        self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        plan = planned(want(DA, D9), make_vm(**RUNNING), make_view(make_device(D9, **ON)))
        assert (moved(plan), obstacles(plan), plan.complete) == (
            [("hot_add", D9)],
            [("device_not_found", False)],
            False,
        )

    def test_the_order_of_entries_is_the_order_of_calls(
        self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        view = make_view(make_device(D8, **ON), make_device(D9, **ON))
        assert moved(planned(want(D9, D8), make_vm(**RUNNING), view)) == [("hot_add", D9), ("hot_add", D8)]


class TestRemove:
    def test_the_guest_has_the_last_word_when_it_is_done(
        self, make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        vm = make_vm(**RUNNING, devices=(make_vm_device(),))
        plan = planned(want(absent=(D9,)), vm, make_view(make_device(D9, **ON)))
        assert plan.steps == (
            Change("hot_remove", "NVMe SSD", "in the VM", "not in it", "C3", device=D9, vendor_device=IDS),
        )
        assert obstacles(plan) == [("guest_unchecked", True)]

    def test_drives_leave_before_others_come(
        self, make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        vm = make_vm(**RUNNING, devices=(make_vm_device(),))
        view = make_view(make_device(D9, **ON), make_device(D8, "8086:0a54", **ON))
        assert moved(planned(want(D8, absent=(D9,)), vm, view)) == [("hot_remove", D9), ("hot_add", D8)]

    def test_what_is_out_is_no_step(self, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView) -> None:
        plan = planned(want(absent=(D9,)), make_vm(**RUNNING), make_view(make_device(D9, **ON)))
        assert (plan.steps, plan.obstacles, plan.complete) == ((), (), True)

    def test_what_the_host_has_lost_is_named_as_its_entry_does(
        self, make_vm: MakeVm, make_vm_device: MakeVmDevice, make_view: MakeView
    ) -> None:
        vm = make_vm(devices=(make_vm_device(name="Old SSD"),))
        plan = planned(want(absent=(D9,), prepare=False), vm, make_view())
        assert [(step.what, step.device) for step in plan.steps] == [("Old SSD", D9)]

    @pytest.mark.parametrize("entry", [Selector(address=D9), Selector(vendor_device="144d:a80a")])
    @pytest.mark.parametrize("inside", [True, False])
    def test_one_drive_is_not_wanted_in_and_out(
        self,
        make_vm: MakeVm,
        make_vm_device: MakeVmDevice,
        make_device: MakeDevice,
        make_view: MakeView,
        entry: Selector,
        inside: bool,
    ) -> None:
        """Otherwise one run would add it and the next one remove it."""
        vm = make_vm(**RUNNING, devices=(make_vm_device(),) if inside else ())
        assert planned(want(D9), vm, make_view(make_device(D9, **ON))).obstacles == ()
        both = replace(want(D9), absent=(entry,))
        assert ("ambiguous_device", False) in obstacles(planned(both, vm, make_view(make_device(D9, **ON))))


class TestOfOtherHosts:
    @pytest.mark.parametrize("wanted", [want(D9, prepare=False), want(absent=(D9,), prepare=False)])
    def test_an_entry_that_came_along_is_no_entry_of_this_host(
        self,
        make_vm: MakeVm,
        make_vm_device: MakeVmDevice,
        make_device: MakeDevice,
        make_view: MakeView,
        wanted: DesiredVm,
    ) -> None:
        vm, view = make_vm(devices=(make_vm_device(),)), make_view(make_device(D9, **ON))
        own, other = make_vm_device().system_id, "00000000-0000-0000-0000-000000000002"
        assert obstacles(planned(wanted, vm, view, offered={D9: own})) == []
        assert obstacles(planned(wanted, vm, view, offered={D9: other})) == [("wrong_host", False)]
        refused = DirectPathError("It is not told.", "no_permission", remedy="Grant it.")
        assert obstacles(planned(wanted, vm, view, offered=refused)) == [("no_permission", False)]


class TestExact:
    def test_unnamed_drives_stay_unless_it_is_asked_for(
        self, make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        vm = make_vm(**RUNNING, devices=(make_vm_device(),))
        view = make_view(make_device(D9, **ON), make_device(D8, **ON))
        plan = planned(want(absent=(D8,)), vm, view)
        assert plan.steps == ()
        assert "nvme_hotplug_exact is not set" in plan.notes[0].message
        plan = planned(want(exact=True), vm, view)
        assert (moved(plan), plan.notes) == ([("hot_remove", D9)], ())
        assert obstacles(plan) == [("guest_unchecked", True)]

    def test_nothing_is_said_of_drives_that_entries_may_name_which_were_not_asked_for(
        self, make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        vm = make_vm(**RUNNING, devices=(make_vm_device(),))
        view = make_view(make_device(D9, **ON), make_device(D8, **ON))
        plan = planned(want(absent=(D8,), whole=False), vm, view)
        assert (plan.steps, plan.notes) == ((), ())

    def test_named_drives_stay(
        self, make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        devices = (make_vm_device(), make_vm_device(key=13001, address=D8))
        view = make_view(make_device(D9, **ON), make_device(D8, **ON))
        plan = planned(want(D8, exact=True), make_vm(**RUNNING, devices=devices), view)
        assert moved(plan) == [("hot_remove", D9)]

    @pytest.mark.parametrize("entries", [(DA,), (DA, D8)])
    def test_none_leaves_where_an_entry_means_nothing(
        self,
        make_vm: MakeVm,
        make_vm_device: MakeVmDevice,
        make_device: MakeDevice,
        make_view: MakeView,
        entries: tuple[str, ...],
    ) -> None:
        vm = make_vm(**RUNNING, devices=(make_vm_device(),))
        view = make_view(make_device(D9, **ON), make_device(D8, **ON))
        plan = planned(want(*entries, exact=True), vm, view)
        assert "hot_remove" not in kinds(plan)
        assert "not every entry says which drive it means" in plan.notes[0].message

    def test_neither_a_dynamic_device_nor_another_function_leaves(
        self, make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        devices = (
            make_vm_device(dynamic=True),
            make_vm_device(key=13001, address=NIC, vendor_id=0x8086, device_id=0x1572),
            make_vm_device(key=13002, address="somewhere"),
        )
        nic = make_device(NIC, "8086:1572", class_id=0x0200, **ON)
        view = make_view(make_device(D9, **ON), nic)
        plan = planned(want(exact=True, prepare=False), make_vm(**RUNNING, devices=devices), view)
        assert (plan.steps, plan.obstacles) == ((), ())

    def test_what_the_host_has_lost_leaves_only_if_it_surely_was_a_drive(
        self, make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        devices = (
            make_vm_device(address=DA),
            make_vm_device(key=13001, address=NIC, vendor_id=0x8086, device_id=0x1572),
        )
        plan = planned(want(exact=True), make_vm(**RUNNING, devices=devices), make_view(make_device(D9, **ON)))
        assert moved(plan) == [("hot_remove", DA)]
        assert NIC in plan.notes[-1].message
        assert "nobody can tell whether it is an NVMe drive" in plan.notes[-1].message

    def test_a_suspended_vm_gives_no_drive_away(
        self, make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        vm = make_vm(power_state="suspended", devices=(make_vm_device(),))
        plan = planned(want(exact=True, prepare=False), vm, make_view(make_device(D9, **ON)))
        assert obstacles(plan) == [("vm_power_state", False)]


def test_a_plan_without_drives_moves_none(make_vm: MakeVm) -> None:
    plan = of(Plan((Change("power_on", "vm-01", "poweredOff", "poweredOn", "P6"),)))
    assert (kinds(plan), plan.added.items, plan.removed.items, plan.complete) == (["power_on"], (), (), False)

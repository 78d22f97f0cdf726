# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import NO_MARK, Mark
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import Change
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_host import (
    HostSeen,
    passed_through,
    plan_host,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_judge import HostInDepth
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Plan

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"

IDS = "144d:a80a"
ON = {"enabled": True, "active": True}
PENDING_ON = {"enabled": True, "active": False}
PENDING_OFF = {"enabled": False, "active": True}
UNREADABLE = DirectPathError("Its mark cannot be read.", "claim_unreadable", host="esxi-01", remedy="Clear it.")


def cookies(configured: str = "4096", runtime: str = "4096") -> KernelSetting:
    return KernelSetting("maxIntrCookies", "uint32", configured, runtime, "1024")


def want(*addresses: str, **changes: Any) -> DesiredHost:
    facts: dict[str, Any] = {
        "inventory_name": "one",
        "esxi_host_name": "esxi-01",
        "datacenter": None,
        "devices": tuple(Selector(address=address) for address in addresses),
        "one_drive_each": True,
        "allow_foreign_data": frozenset(),
        "attested": (),
        "shutdown_vms": False,
        "leave_maintenance": False,
    }
    return DesiredHost(**{**facts, **changes})


def seen(
    view: HostDevices,
    setting: KernelSetting | DirectPathError | None = None,
    mark: Mark | DirectPathError = NO_MARK,
) -> HostSeen:
    return HostSeen(view, cookies() if setting is None else setting, mark)


def kinds(plan: Plan[Change]) -> list[str]:
    return [step.kind for step in plan.steps]


def codes(plan: Plan[Change]) -> list[str]:
    return [obstacle.error.code for obstacle in plan.obstacles]


def test_a_host_as_wanted_has_nothing_to_be_done(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D8, **ON), make_device(D9))
    assert plan_host(want(D8), seen(view)) == Plan()
    assert plan_host(want(), seen(view, cookies("8192", "8192"))) == Plan()


def test_all_settings_come_first_and_one_reboot_last(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D8, name="A"), make_device(D9, name="B"))
    plan = plan_host(want(D9, D8), seen(view, cookies("1024", "1024")))
    assert plan.steps == (
        Change("boot_param", "maxIntrCookies", "1024", "4096", "P2", needs_reboot=True),
        Change("passthrough", "A", "disabled", "enabled", "P5", device=D8, vendor_device=IDS, needs_reboot=True),
        Change("passthrough", "B", "disabled", "enabled", "P5", device=D9, vendor_device=IDS, needs_reboot=True),
        Change("reboot", "esxi-01", None, f"in force: maxIntrCookies, {D8}, {D9}", "P3"),
    )
    assert (plan.notes, plan.obstacles) == ((), ())


def test_the_order_in_which_drives_are_wanted_makes_no_other_plan(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(DA), make_device(D9), make_device(D8))
    assert plan_host(want(D8, D9, DA), seen(view)) == plan_host(want(DA, D8, D9), seen(view))


def test_what_comes_into_force_at_once_needs_no_reboot(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D8), rebinds_without_reboot=True)
    plan = plan_host(want(D8), seen(view))
    assert kinds(plan) == ["passthrough"]
    assert not plan.steps[0].needs_reboot
    assert kinds(plan_host(want(), seen(view, cookies("1024", "4096")))) == ["boot_param"]


@pytest.mark.parametrize(
    ("setting", "drive", "waits_for"),
    [
        (cookies("4096", "1024"), ON, "maxIntrCookies"),
        (cookies(), PENDING_ON, D8),
        (cookies("4096", "1024"), PENDING_ON, f"maxIntrCookies, {D8}"),
    ],
)
def test_what_is_set_and_not_in_force_needs_the_reboot_alone(
    make_device: MakeDevice, make_view: MakeView, setting: KernelSetting, drive: Any, waits_for: str
) -> None:
    plan = plan_host(want(D8), seen(make_view(make_device(D8, **drive)), setting))
    assert plan.steps == (Change("reboot", "esxi-01", None, f"in force: {waits_for}", "P3"),)


def test_a_change_that_is_taken_back_in_time_needs_no_reboot(make_device: MakeDevice, make_view: MakeView) -> None:
    plan = plan_host(want(D8), seen(make_view(make_device(D8, **PENDING_OFF))))
    assert kinds(plan) == ["passthrough"]


def test_what_others_left_pending_is_no_business_of_the_inventory(make_device: MakeDevice, make_view: MakeView) -> None:
    assert plan_host(want(D8), seen(make_view(make_device(D8, **ON), make_device(D9, **PENDING_ON)))) == Plan()


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"connection_state": "notResponding"}, "host_not_connected"), ({"api_version": "7.0.3.0"}, "host_too_old")],
)
def test_a_host_that_cannot_be_worked_on_has_an_obstacle_only(
    make_view: MakeView, changes: dict[str, Any], code: str
) -> None:
    view = make_view()
    plan = plan_host(want(), HostSeen(replace(view, host=replace(view.host, **changes)), None, NO_MARK))
    assert (plan.steps, codes(plan)) == ((), [code])
    assert not plan.obstacles[0].mendable


def test_a_host_that_hides_its_devices_has_an_obstacle_only(make_view: MakeView) -> None:
    plan = plan_host(want(), seen(make_view(unreadable=("hardware.pciDevice",))))
    assert (plan.steps, codes(plan)) == ((), ["host_not_readable"])


def test_a_parameter_that_cannot_be_read_is_the_obstacle(make_device: MakeDevice, make_view: MakeView) -> None:
    error = DirectPathError("No answer.", "esxcli_no_answer", host="esxi-01", remedy="Ask again.")
    plan = plan_host(want(D8), seen(make_view(make_device(D8)), error))
    assert plan.obstacles[0].error is error
    assert plan.steps == ()


def test_a_host_that_nobody_named_is_not_planned_for(make_view: MakeView) -> None:
    assert plan_host(want(), HostSeen(make_view(), None, NO_MARK)) == Plan()


class TestChoosing:
    @pytest.mark.parametrize(
        ("selector", "code"),
        [
            (Selector(address=DA), "device_not_found"),
            (Selector(address="0000:3b:00.0"), "not_nvme"),
            (Selector(name="NVMe SSD"), "unexpected_count"),
            (Selector(address="0000:5e:00.0"), "not_capable"),
        ],
    )
    def test_an_entry_that_means_no_one_drive_is_an_obstacle(
        self, make_device: MakeDevice, make_view: MakeView, selector: Selector, code: str
    ) -> None:
        view = make_view(
            make_device(D8),
            make_device(D9),
            make_device("0000:3b:00.0", name="NIC", class_id=0x0200),
            make_device("0000:5e:00.0", name="Old", capable=False),
        )
        plan = plan_host(want(devices=(selector,)), seen(view))
        assert codes(plan) == [code]
        assert not plan.obstacles[0].mendable

    def test_a_host_s_own_list_may_mean_several(self, make_device: MakeDevice, make_view: MakeView) -> None:
        several = want(devices=(Selector(name="NVMe SSD"),), one_drive_each=False)
        plan = plan_host(several, seen(make_view(make_device(D8), make_device(D9))))
        assert [step.device for step in plan.steps] == [D8, D9, None]
        assert plan.obstacles == ()

    def test_companions_are_told(self, make_device: MakeDevice, make_view: MakeView) -> None:
        view = make_view(make_device(D8, dependent=D9), make_device(D9))
        (note,) = plan_host(want(D8), seen(view)).notes
        assert (note.id, D9 in note.message) == ("P5", True)


class TestMark:
    def test_a_run_that_stopped_after_the_reboot_is_finished(self, make_view: MakeView) -> None:
        plan = plan_host(want(), seen(make_view(), mark=Mark(True)))
        assert plan.steps == (Change("leave_maintenance", "esxi-01", "marked by an earlier run", "left", "P3"),)

    def test_a_maintenance_mode_that_was_found_is_not_left(self, make_view: MakeView) -> None:
        plan = plan_host(want(), seen(make_view(), mark=Mark(True, found=True)))
        assert [step.after for step in plan.steps] == ["no mark, still in maintenance mode"]

    def test_with_something_pending_the_reboot_is_that_end(self, make_view: MakeView) -> None:
        assert kinds(plan_host(want(), seen(make_view(), cookies("4096", "1024"), Mark(True)))) == ["reboot"]

    def test_a_host_that_an_earlier_run_left_rebooting_is_waited_for(self, make_view: MakeView) -> None:
        view = make_view()
        away = replace(view, host=replace(view.host, connection_state="notResponding"))
        assert kinds(plan_host(want(D8), HostSeen(away, None, Mark(True)))) == ["leave_maintenance"]

    def test_one_that_cannot_be_read_matters_where_something_is_to_be_done(self, make_view: MakeView) -> None:
        assert plan_host(want(), seen(make_view(), mark=UNREADABLE)) == Plan()
        plan = plan_host(want(), seen(make_view(), cookies("1024", "1024"), UNREADABLE))
        assert codes(plan) == ["claim_unreadable"]

    def test_one_that_cannot_be_read_may_be_why_the_host_is_in_maintenance_mode(self, make_view: MakeView) -> None:
        view = make_view()
        resting = replace(view, host=replace(view.host, in_maintenance_mode=True))
        plan = plan_host(want(), seen(resting, mark=UNREADABLE))
        assert (plan.steps, plan.notes, codes(plan)) == ((), (), ["claim_unreadable"])

    def test_what_could_not_be_read_for_that_reason_is_told_once(self, make_view: MakeView) -> None:
        view = make_view()
        depth = HostInDepth(view, Owners(), [], None, UNREADABLE)
        plan = plan_host(want(), seen(view, cookies("1024", "1024"), UNREADABLE), depth)
        assert codes(plan) == ["claim_unreadable"]


class TestMaintenanceModeWithoutMark:
    """A host that stays in it must not pass for one that is as wanted."""

    @pytest.fixture
    def resting(self, make_view: MakeView) -> HostDevices:
        view = make_view()
        return replace(view, host=replace(view.host, in_maintenance_mode=True))

    def test_vcenter_would_have_kept_the_mark_of_a_run(self, resting: HostDevices) -> None:
        plan = plan_host(want(leave_maintenance=True), seen(resting))
        assert plan.steps == ()
        assert [(note.id, "stays there" in note.message) for note in plan.notes] == [("P3", True)]

    def test_esxi_keeps_none_so_the_operator_says_whose_it_is(self, resting: HostDevices) -> None:
        esxi = replace(seen(resting), keeps_marks=False)
        (note,) = plan_host(want(), esxi).notes
        assert "host_prepare_leave_maintenance" in note.message
        plan = plan_host(want(leave_maintenance=True), esxi)
        assert plan == Plan((Change("leave_maintenance", "esxi-01", "in maintenance mode", "left", "P3"),))

    def test_a_mark_says_it_already(self, resting: HostDevices) -> None:
        assert plan_host(want(), seen(resting, mark=Mark(True))).notes == ()


class TestDepth:
    def test_who_uses_a_drive_is_judged_and_the_steps_stay(self, make_device: MakeDevice, make_view: MakeView) -> None:
        view = make_view(make_device(D8, uses=(Use("vmfs", "local"),)))
        plan = plan_host(want(D8), seen(view), HostInDepth(view, Owners(), [], None))
        assert kinds(plan) == ["passthrough", "reboot"]
        assert [(item.error.code, item.error.device, item.mendable) for item in plan.obstacles] == [
            ("device_in_use", D8, False)
        ]

    def test_nothing_is_judged_where_nothing_is_to_be_done(self, make_device: MakeDevice, make_view: MakeView) -> None:
        view = make_view(make_device(D8, uses=(Use("vmfs", "local"),), **ON))
        assert plan_host(want(D8), seen(view), HostInDepth(view, Owners(), [], None)) == Plan()


def test_drives_of_which_the_plan_makes_vms_sure(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D8), make_device(D9, **ON), make_device(DA, **PENDING_ON))
    reboot = Change("reboot", "esxi-01", None, "", "P3")
    enable = Change("passthrough", "SSD", "disabled", "enabled", "P5", device=D8)
    assert passed_through(seen(view), Plan()) == {D9}
    assert passed_through(seen(view), Plan((reboot,))) == {D9, DA}
    assert passed_through(seen(view), Plan((enable, reboot))) == {D8, D9, DA}

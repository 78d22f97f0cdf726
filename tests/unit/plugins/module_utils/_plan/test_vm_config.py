# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_config import (
    PERMISSIONS,
    Setting,
    config_specs,
    needs_power_cycle,
    plan_vm_config,
    settings_after,
    wanted_settings,
)

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]

FACTORY = {
    "firmware": "bios",
    "motherboardLayout": "i440bxHostBridge",
    "memoryReservationLockedToMax": False,
    "memory_reservation_mb": 0,
    "fixedPassthruHotPlugEnabled": False,
}
"""A VM as an older client makes it."""


WANTED = {setting.name: setting.after for setting in wanted_settings()}


def refused(vm: Vm, allowed: Collection[str] = (), allow_power_off: bool = False) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        plan_vm_config(vm, allowed, allow_power_off).admit(check_mode=True)
    return caught.value


def allowed_plan(vm: Vm) -> Plan[Setting]:
    plan = plan_vm_config(vm, PERMISSIONS, allow_power_off=True)
    plan.admit(check_mode=False)
    return plan


def test_the_permissions_are_the_options_of_the_module() -> None:
    assert PERMISSIONS == ("allow_firmware_change", "correct_unsupported")


def test_nothing_to_do(make_vm: MakeVm) -> None:
    vm = make_vm(power_state="poweredOn")
    assert plan_vm_config(vm, (), allow_power_off=False) == Plan()
    assert not needs_power_cycle(vm, ())
    assert settings_after(vm, ()) == vm.settings == WANTED


def test_the_layout_comes_first_and_the_hot_plug_flag_after_it(make_vm: MakeVm) -> None:
    vm = make_vm(**FACTORY)
    plan = allowed_plan(vm)
    assert config_specs(plan.steps) == [
        {"firmware": "efi", "motherboardLayout": "acpiHostBridges"},
        {"memoryReservationLockedToMax": True, "fixedPassthruHotPlugEnabled": True},
    ]
    assert settings_after(vm, plan.steps) == WANTED
    assert not needs_power_cycle(vm, plan.steps)


def test_one_call_is_enough_where_one_kind_of_setting_changes(make_vm: MakeVm) -> None:
    assert config_specs(allowed_plan(make_vm(motherboardLayout="i440bxHostBridge")).steps) == [
        {"motherboardLayout": "acpiHostBridges"}
    ]
    assert config_specs(allowed_plan(make_vm(fixedPassthruHotPlugEnabled=False)).steps) == [
        {"fixedPassthruHotPlugEnabled": True}
    ]


def test_a_reservation_of_the_memory_size_is_left_alone(make_vm: MakeVm) -> None:
    plan = allowed_plan(
        make_vm(memoryReservationLockedToMax=False, memory_reservation_mb=4096, fixedPassthruHotPlugEnabled=False)
    )
    assert [item.name for item in plan.steps] == ["fixedPassthruHotPlugEnabled"]


def test_only_the_switch_that_is_on_is_turned_off(make_vm: MakeVm) -> None:
    (setting,) = allowed_plan(make_vm(cpuHotRemoveEnabled=True)).steps
    assert setting.as_dict() == {
        "id": "N2",
        "name": "cpuHotRemoveEnabled",
        "before": True,
        "after": False,
        "needs_power_off": True,
    }


@pytest.mark.parametrize(
    ("changes", "permission"),
    [
        ({"firmware": "bios"}, "allow_firmware_change"),
        ({"motherboardLayout": "i440bxHostBridge"}, "allow_firmware_change"),
        ({"flags.vvtdEnabled": True}, "correct_unsupported"),
        ({"cpuHotAddEnabled": True}, "correct_unsupported"),
        ({"memoryHotAddEnabled": True}, "correct_unsupported"),
        ({"nestedHVEnabled": True}, "correct_unsupported"),
    ],
)
def test_what_an_operator_may_not_want_needs_a_permission(
    make_vm: MakeVm, changes: dict[str, Any], permission: str
) -> None:
    vm = make_vm(**changes)
    others = [name for name in PERMISSIONS if name != permission]
    error = refused(vm, others)
    assert error.code == "vm_rule_broken"
    assert permission in str(error.remedy)
    assert settings_after(vm, plan_vm_config(vm, [permission], allow_power_off=False).steps) == WANTED


@pytest.mark.parametrize(
    ("changes", "requirement"),
    [({"version": 17}, "P7"), ({"cpus": 129}, "N5"), ({"fault_tolerance": True}, "N9")],
)
def test_what_is_never_corrected(make_vm: MakeVm, changes: dict[str, Any], requirement: str) -> None:
    error = refused(make_vm(**changes), PERMISSIONS, allow_power_off=True)
    assert (error.code, error.requirement) == ("vm_rule_broken", requirement)


def test_dynamic_devices_are_never_removed(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    error = refused(make_vm(devices=(make_vm_device(dynamic=True),)), PERMISSIONS, allow_power_off=True)
    assert error.requirement == "N4"


def test_all_refusals_come_at_once(make_vm: MakeVm) -> None:
    error = refused(make_vm(**FACTORY, version=13, cpus=200, **{"flags.vvtdEnabled": True}, power_state="poweredOn"))
    for requirement in ("(P6)", "(P7)", "(N1)", "(N5)"):
        assert requirement in error.msg
    # What would be corrected is not held against the VM.
    assert "reserved" not in error.msg


def test_a_running_vm_needs_permission_to_be_powered_off(make_vm: MakeVm) -> None:
    vm = make_vm(
        fixedPassthruHotPlugEnabled=False,
        memoryReservationLockedToMax=False,
        memory_reservation_mb=0,
        power_state="poweredOn",
    )
    error = refused(vm)
    assert error.code == "power_off_not_allowed"
    assert "memoryReservationLockedToMax (P7), fixedPassthruHotPlugEnabled (P7)" in error.msg
    assert "allow_power_off" in str(error.remedy)
    plan = plan_vm_config(vm, (), allow_power_off=True)
    assert plan.obstacles == ()
    assert needs_power_cycle(vm, plan.steps)


def test_a_suspended_vm_is_refused_where_it_has_to_change(make_vm: MakeVm) -> None:
    error = refused(
        make_vm(power_state="suspended", fixedPassthruHotPlugEnabled=False), PERMISSIONS, allow_power_off=True
    )
    assert (error.code, error.requirement) == ("vm_suspended", "N9")


def test_changing_firmware_and_layout_comes_with_a_warning(make_vm: MakeVm) -> None:
    firmware, layout = allowed_plan(make_vm(**FACTORY)).notes
    assert firmware.id == "P6"
    assert "does not boot" in firmware.message
    assert layout.id == "P7"
    assert "disks" in layout.message


def test_snapshots_come_with_a_warning(make_vm: MakeVm) -> None:
    (finding,) = allowed_plan(make_vm(snapshots=True)).notes
    assert finding.as_dict()["id"] == "N9"
    assert "snapshots" in finding.message

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_config import (
    PERMISSIONS,
    VmConfigPlan,
    plan_vm_config,
    wanted_settings,
)

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]

FACTORY = {
    "firmware": "bios",
    "layout": "i440bxHostBridge",
    "memory_locked": False,
    "memory_reservation_mb": 0,
    "hot_plug": False,
}
"""A VM as an older client makes it."""


def refused(vm: Vm, allowed: Collection[str] = (), allow_power_off: bool = False) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        plan_vm_config(vm, allowed, allow_power_off)
    return caught.value


def allowed_plan(vm: Vm) -> VmConfigPlan:
    return plan_vm_config(vm, PERMISSIONS, allow_power_off=True)


def test_the_permissions_are_the_options_of_the_module() -> None:
    assert PERMISSIONS == ("allow_firmware_change", "correct_unsupported")


def test_nothing_to_do(make_vm: MakeVm) -> None:
    plan = plan_vm_config(make_vm(power_state="poweredOn"), (), allow_power_off=False)
    assert (plan.settings, plan.steps, plan.power_cycle, plan.findings) == ((), [], False, ())
    assert plan.after == plan.vm.settings == wanted_settings()


def test_the_layout_comes_first_and_the_hot_plug_flag_after_it(make_vm: MakeVm) -> None:
    plan = allowed_plan(make_vm(**FACTORY))
    assert plan.steps == [
        {"firmware": "efi", "motherboardLayout": "acpiHostBridges"},
        {"memoryReservationLockedToMax": True, "fixedPassthruHotPlugEnabled": True},
    ]
    assert plan.after == wanted_settings()
    assert not plan.power_cycle


def test_one_call_is_enough_where_one_kind_of_setting_changes(make_vm: MakeVm) -> None:
    assert allowed_plan(make_vm(layout="i440bxHostBridge")).steps == [{"motherboardLayout": "acpiHostBridges"}]
    assert allowed_plan(make_vm(hot_plug=False)).steps == [{"fixedPassthruHotPlugEnabled": True}]


def test_a_reservation_of_the_memory_size_is_left_alone(make_vm: MakeVm) -> None:
    plan = allowed_plan(make_vm(memory_locked=False, memory_reservation_mb=4096, hot_plug=False))
    assert [item.name for item in plan.settings] == ["fixedPassthruHotPlugEnabled"]


def test_only_the_switch_that_is_on_is_turned_off(make_vm: MakeVm) -> None:
    (setting,) = allowed_plan(make_vm(cpu_hot_remove=True)).settings
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
        ({"layout": "i440bxHostBridge"}, "allow_firmware_change"),
        ({"iommu": True}, "correct_unsupported"),
        ({"cpu_hot_add": True}, "correct_unsupported"),
        ({"memory_hot_add": True}, "correct_unsupported"),
        ({"nested_hv": True}, "correct_unsupported"),
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
    assert plan_vm_config(vm, [permission], allow_power_off=False).after == wanted_settings()


@pytest.mark.parametrize(
    ("changes", "requirement"),
    [({"hardware_version": 17}, "P7"), ({"cpus": 129}, "N5"), ({"fault_tolerance": True}, "N9")],
)
def test_what_is_never_corrected(make_vm: MakeVm, changes: dict[str, Any], requirement: str) -> None:
    error = refused(make_vm(**changes), PERMISSIONS, allow_power_off=True)
    assert (error.code, error.requirement) == ("vm_rule_broken", requirement)


def test_dynamic_devices_are_never_removed(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    error = refused(make_vm(devices=(make_vm_device(dynamic=True),)), PERMISSIONS, allow_power_off=True)
    assert error.requirement == "N4"


def test_all_refusals_come_at_once(make_vm: MakeVm) -> None:
    error = refused(make_vm(**FACTORY, hardware_version=13, cpus=200, iommu=True, power_state="poweredOn"))
    for requirement in ("(P6)", "(P7)", "(N1)", "(N5)"):
        assert requirement in error.msg
    # What would be corrected is not held against the VM.
    assert "reserved" not in error.msg


def test_a_running_vm_needs_permission_to_be_powered_off(make_vm: MakeVm) -> None:
    vm = make_vm(hot_plug=False, memory_locked=False, memory_reservation_mb=0, power_state="poweredOn")
    error = refused(vm)
    assert error.code == "power_off_not_allowed"
    assert "memoryReservationLockedToMax (P7), fixedPassthruHotPlugEnabled (P7)" in error.msg
    assert "allow_power_off" in str(error.remedy)
    assert plan_vm_config(vm, (), allow_power_off=True).power_cycle


def test_a_suspended_vm_is_refused_where_it_has_to_change(make_vm: MakeVm) -> None:
    error = refused(make_vm(power_state="suspended", hot_plug=False), PERMISSIONS, allow_power_off=True)
    assert (error.code, error.requirement) == ("vm_suspended", "N9")


def test_changing_firmware_and_layout_comes_with_a_warning(make_vm: MakeVm) -> None:
    firmware, layout = allowed_plan(make_vm(**FACTORY)).findings
    assert (firmware.id, firmware.status) == ("P6", "warning")
    assert "does not boot" in firmware.message
    assert (layout.id, layout.status) == ("P7", "warning")
    assert "disks" in layout.message


def test_snapshots_come_with_a_warning(make_vm: MakeVm) -> None:
    (finding,) = allowed_plan(make_vm(snapshots=True)).findings
    assert finding.as_dict()["id"] == "N9"
    assert "snapshots" in finding.message

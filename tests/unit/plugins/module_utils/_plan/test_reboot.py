# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.boot_param import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._plan.pins import RunningVm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.reboot import (
    ALWAYS,
    IF_NEEDED,
    Pending,
    RebootPlan,
    is_later_boot,
    pending_passthrough,
    pending_settings,
    plan_reboot,
)

WAITING = (Pending("boot_param", "maxIntrCookies", "4096", "1024"),)
STORAGE_VM = RunningVm("storage-vm", "vm-1", has_passthrough=True, moved_by_drs=True)
WEB_VM = RunningVm("web-vm", "vm-2", has_passthrough=False, moved_by_drs=True)


def plan(
    policy: str = IF_NEEDED,
    maintenance: bool = False,
    force: bool = False,
    pending: tuple[Pending, ...] = WAITING,
    running: tuple[RunningVm, ...] = (),
) -> RebootPlan:
    return plan_reboot("esxi-01", maintenance, policy, force, pending, running)


def test_only_settings_that_can_be_set_are_pending() -> None:
    settings = [
        KernelSetting("maxIntrCookies", "uint32", "4096", "1024", "1024"),
        KernelSetting("enablePCIEHotplug", "Bool", "TRUE", "TRUE", "TRUE"),
        KernelSetting("BOOTUUID", "String", "", "2a4b4340", ""),
    ]
    assert pending_settings(settings) == list(WAITING)


def test_passthrough_is_pending_in_both_directions() -> None:
    devices = {
        "0000:d8:00.0": (True, True),
        "0000:d9:00.0": (True, False),
        "0000:da:00.0": (False, True),
        "0000:db:00.0": (False, False),
    }
    assert pending_passthrough(devices) == [
        Pending("passthrough", "0000:d9:00.0", "enabled", "disabled"),
        Pending("passthrough", "0000:da:00.0", "disabled", "enabled"),
    ]


@pytest.mark.parametrize("maintenance", [True, False])
@pytest.mark.parametrize("force", [True, False])
def test_nothing_pending_needs_no_reboot_and_is_no_reason_to_refuse(maintenance: bool, force: bool) -> None:
    assert plan(maintenance=maintenance, force=force, pending=()) == RebootPlan(reboot=False)


@pytest.mark.parametrize(("policy", "pending"), [(IF_NEEDED, WAITING), (ALWAYS, WAITING), (ALWAYS, ())])
def test_a_host_in_maintenance_mode_is_rebooted(policy: str, pending: tuple[Pending, ...]) -> None:
    assert plan(policy, maintenance=True, pending=pending) == RebootPlan(reboot=True)


def test_a_host_outside_maintenance_mode_is_refused_naming_what_pins_it() -> None:
    refusal = plan(running=(STORAGE_VM, WEB_VM)).refusal
    assert refusal is not None
    assert refusal.code == "not_in_maintenance_mode"
    assert (refusal.requirement, refusal.host, refusal.fault) == ("P3", "esxi-01", None)
    assert "storage-vm (has a passthrough device, so DRS does not move it)" in str(refusal)
    assert "web-vm" not in str(refusal)
    assert "Shut these VMs down" in str(refusal)


def test_the_refusal_of_an_empty_host_names_no_vms() -> None:
    refusal = plan().refusal
    assert refusal is not None
    assert "VMs keep" not in str(refusal)
    assert refusal.remedy is not None
    assert refusal.remedy.startswith("Enter maintenance mode first")


def test_force_reboots_and_says_which_vms_lose_power() -> None:
    decided = plan(force=True, running=(STORAGE_VM, WEB_VM))
    assert (decided.reboot, decided.refusal) == (True, None)
    assert decided.warnings == (
        "Host esxi-01 is rebooted outside maintenance mode. VMs that run on it lose power: storage-vm, web-vm.",
    )


def test_another_boot_is_later_by_more_than_jitter() -> None:
    boot = datetime(2026, 11, 22, 6, 42, 7, tzinfo=timezone.utc)
    assert is_later_boot(boot + timedelta(minutes=4), boot)
    assert not is_later_boot(boot + timedelta(milliseconds=300), boot)
    assert not is_later_boot(boot, boot)
    assert not is_later_boot(boot - timedelta(hours=1), boot)
    assert not is_later_boot(None, boot)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.boot import BootState
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import NO_MARK, Mark, Run
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import (
    BootSetting,
    KernelSetting,
    of_kernel,
    of_passthrough,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.reboot import (
    ALWAYS,
    IF_NEEDED,
    Reboot,
    is_later_boot,
    plan_reboot,
    set_back,
)

IN_FORCE = (BootSetting("passthrough", "0000:d8:00.0", "enabled", "enabled", pending=False),)
WAITING = (*IN_FORCE, BootSetting("boot_param", "maxIntrCookies", "4096", "1024", pending=True))
STORAGE_VM = RunningVm("storage-vm", "vm-1", has_passthrough=True, moved_by_drs=True)
WEB_VM = RunningVm("web-vm", "vm-2", has_passthrough=False, moved_by_drs=True)


HOST = Host("host-9", "esxi-01", "connected", False, "8.0.3", "1", "8.0.3.0")
BOOTED = datetime(2026, 11, 22, 6, 42, 7, tzinfo=timezone.utc)


def plan(
    policy: str = IF_NEEDED,
    maintenance: bool = False,
    force: bool = False,
    settings: tuple[BootSetting, ...] = WAITING,
    running: tuple[RunningVm, ...] = (),
    boot_time: datetime | None = BOOTED,
    mark: Mark = NO_MARK,
    run: str | None = None,
) -> Plan[Reboot]:
    state = BootState(replace(HOST, in_maintenance_mode=maintenance), boot_time, settings, running, mark)
    return plan_reboot(state, policy, force, run)


def test_a_kernel_setting_that_cannot_be_set_is_never_pending() -> None:
    assert of_kernel(KernelSetting("maxIntrCookies", "uint32", "4096", "1024", "1024")).pending
    assert not of_kernel(KernelSetting("enablePCIEHotplug", "Bool", "TRUE", "TRUE", "TRUE")).pending
    assert not of_kernel(KernelSetting("BOOTUUID", "String", "", "2a4b4340", "")).pending


@pytest.mark.parametrize(("enabled", "active"), [(True, True), (True, False), (False, True), (False, False)])
def test_passthrough_is_pending_in_both_directions(enabled: bool, active: bool) -> None:
    setting = of_passthrough("0000:d9:00.0", enabled, active)
    assert setting.pending is (enabled != active)
    assert setting.as_dict() == {
        "kind": "passthrough",
        "name": "0000:d9:00.0",
        "configured": "enabled" if enabled else "disabled",
        "runtime": "enabled" if active else "disabled",
    }


def test_a_value_that_the_reboot_set_back_is_told() -> None:
    done = BootSetting("boot_param", "maxIntrCookies", "4096", "4096", pending=False)
    lost = BootSetting("boot_param", "maxIntrCookies", "1024", "1024", pending=False)
    still = BootSetting("boot_param", "maxIntrCookies", "4096", "1024", pending=True)
    (text,) = set_back(WAITING, [lost])
    assert text.startswith("boot_param maxIntrCookies was to become 4096, but the reboot set it back to 1024.")
    assert set_back(WAITING, [done]) == set_back(WAITING, [still]) == set_back(WAITING, []) == []
    # Somebody else's change of what was not pending is none of our business.
    assert set_back([done], [lost]) == []


@pytest.mark.parametrize("maintenance", [True, False])
@pytest.mark.parametrize("force", [True, False])
def test_nothing_pending_needs_no_reboot_and_is_no_reason_to_refuse(maintenance: bool, force: bool) -> None:
    assert plan(maintenance=maintenance, force=force, settings=IN_FORCE) == Plan()


@pytest.mark.parametrize(("policy", "settings"), [(IF_NEEDED, WAITING), (ALWAYS, WAITING), (ALWAYS, IN_FORCE)])
def test_a_host_in_maintenance_mode_is_rebooted(policy: str, settings: tuple[BootSetting, ...]) -> None:
    assert plan(policy, maintenance=True, settings=settings) == Plan((Reboot(BOOTED, force=False),))


def test_a_host_outside_maintenance_mode_is_refused_naming_what_pins_it() -> None:
    (obstacle,) = plan(running=(STORAGE_VM, WEB_VM)).obstacles
    error = obstacle.error
    # Check mode goes on: an earlier step of the playbook enters maintenance mode.
    assert obstacle.mendable
    assert error.code == "not_in_maintenance_mode"
    assert (error.requirement, error.host, error.fault) == ("P3", "esxi-01", None)
    assert "storage-vm (has a passthrough device, so DRS does not move it)" in str(error)
    assert "web-vm" not in str(error)
    assert "Shut these VMs down" in str(error)
    (found,) = error.result["hosts"]
    assert found["host"] == {"name": "esxi-01", "moid": "host-9"}
    assert [vm["name"] for vm in found["pinned_by"]] == ["storage-vm"]


def test_the_refusal_of_an_empty_host_names_no_vms() -> None:
    (obstacle,) = plan().obstacles
    assert "Running VMs" not in str(obstacle.error)
    assert (obstacle.error.remedy or "").startswith("Enter maintenance mode first")


def test_force_reboots_and_says_which_vms_lose_power() -> None:
    text = "Host esxi-01 is rebooted outside maintenance mode."
    assert plan(force=True) == Plan((Reboot(BOOTED, force=True),), (Note("P3", text),))
    text += " VMs that run on it lose power: storage-vm, web-vm."
    assert plan(force=True, running=(STORAGE_VM, WEB_VM)).notes == (Note("P3", text),)
    assert plan(force=True, maintenance=True, running=(STORAGE_VM, WEB_VM)).notes == ()


@pytest.mark.parametrize("force", [True, False])
def test_without_a_boot_time_nobody_could_tell_when_the_host_is_back(force: bool) -> None:
    decided = plan(force=force, boot_time=None)
    assert decided.steps == ()
    assert (decided.obstacles[-1].error.code, decided.obstacles[-1].mendable) == ("boot_time_unknown", False)
    # Nothing to reboot for is nothing to complain about.
    assert plan(settings=IN_FORCE, boot_time=None) == Plan()


def test_a_host_that_another_run_has_marked_is_left_to_it() -> None:
    mine, theirs = (Mark(True, (), Run(name, "ann@control", "x/1/2"), "since", "until") for name in ("mine", "theirs"))
    assert plan(maintenance=True, mark=mine, run="mine").obstacles == ()
    # Callers that have marked nothing do not look.
    assert plan(maintenance=True, mark=theirs).obstacles == ()
    for mark, code, says in ((theirs, "claim_held", "theirs of ann@control"), (NO_MARK, "claim_lost", "any more")):
        (obstacle,) = plan(maintenance=True, mark=mark, run="mine").obstacles
        assert (obstacle.error.code, obstacle.mendable) == (code, False)
        assert says in str(obstacle.error)
    assert plan(maintenance=True, mark=Mark(True), run="mine").obstacles[0].error.code == "claim_lost"
    # It comes before what else stands in the way.
    assert plan(mark=theirs, run="mine").obstacles[0].error.code == "claim_held"


def test_another_boot_is_later_by_more_than_jitter() -> None:
    boot = BOOTED
    assert is_later_boot(boot + timedelta(minutes=4), boot)
    assert not is_later_boot(boot + timedelta(milliseconds=300), boot)
    assert not is_later_boot(boot, boot)
    assert not is_later_boot(boot - timedelta(hours=1), boot)
    assert not is_later_boot(None, boot)

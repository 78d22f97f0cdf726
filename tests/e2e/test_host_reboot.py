# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""host_reboot against a lab: when it reboots, what it refuses, and how it knows that the host is back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from ansible_run import run_module
from labclient import Lab
from module_steps import Answer, error_of, run_steps
from pyVmomi import vim
from vsphere import enter_maintenance_mode, host

MODULE = "directpath.nvme.host_reboot"

EFI = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
PENDING = {"maxIntrCookies": {"configured": "4096"}}
CONFIG: dict[str, Any] = {
    "settings": {"reboot_seconds": 0.5},
    "hosts": [
        {"name": "waiting.lab", "version": "8.0.1", "kernel": PENDING},
        {"name": "ready.lab", "version": "8.0.3"},
        {"name": "busy.lab", "version": "8.0.2", "kernel": PENDING, "passthrough_enabled": ["0000:d9:00.0"]},
        {"name": "profiled.lab", "version": "8.0.1", "kernel": PENDING, "managed_by_profile": True},
        {"name": "old.lab", "version": "7.0.3", "kernel": PENDING},
        {"name": "gone.lab", "version": "8.0.1", "connected": False},
    ],
    "vms": [
        {"name": "storage-vm", "host": "busy.lab", "power": "poweredOn", "passthrough": ["0000:d9:00.0"], **EFI},
        {"name": "web-vm", "host": "busy.lab", "power": "poweredOn"},
        {"name": "off-vm", "host": "busy.lab"},
    ],
}
ESXI: dict[str, Any] = {"hosts": [{"name": "esxi-01.lab", "version": "8.0.1", "kernel": PENDING}], "vms": []}
REBOOT = "RebootHost_Task"


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def on(name: str, **args: Any) -> dict[str, Any]:
    return {"esxi_host_name": name, "timeout": 60, **args}


def times(answer: Answer) -> tuple[datetime, datetime]:
    """Boot time before and after."""
    (found,) = answer["hosts"]
    return datetime.fromisoformat(found["previous_boot_time"]), datetime.fromisoformat(found["boot_time"])


def power(lab: Lab, vm: str) -> str:
    return str(next(item["power"] for item in lab.state()["vms"] if item["name"] == vm))


def test_a_pending_setting_comes_into_force(lab: Lab) -> None:
    enter_maintenance_mode(lab, "waiting.lab")
    planned, done, again = run_steps(
        lab, MODULE, {**on("waiting.lab"), "check": True}, on("waiting.lab"), on("waiting.lab")
    )
    assert lab.mutating_calls() == {REBOOT: 1}
    pending = [{"kind": "boot_param", "name": "maxIntrCookies", "configured": "4096", "runtime": "1024"}]
    for answer in (planned, done):
        (found,) = answer["hosts"]
        assert (answer["changed"], found["rebooted"], found["pending"], answer["reboot_required"]) == (
            True,
            True,
            [],
            False,
        )
        assert answer["diff"]["before"]["waiting.lab"]["pending"] == pending
        assert answer["diff"]["after"]["waiting.lab"]["pending"] == []
        assert "warnings" not in answer
    assert planned["hosts"][0]["boot_time"] is None
    before, after = times(done)
    assert before < after
    assert done["hosts"][0]["elapsed"] > 0.4
    assert (again["changed"], again["hosts"][0]["rebooted"], again["hosts"][0]["elapsed"]) == (False, False, 0)
    assert times(again) == (after, after)
    # Nothing polls: a task, the host going down and coming up, and the first state of both.
    assert lab.stats()["calls"]["WaitForUpdatesEx"] <= 8


def test_pending_passthrough_is_a_reason(lab: Lab) -> None:
    with host(lab, "ready.lab") as found:
        item = vim.host.PciPassthruConfig(id="0000:d9:00.0", passthruEnabled=True)
        found.configManager.pciPassthruSystem.UpdatePassthruConfig([item])
    enter_maintenance_mode(lab, "ready.lab")
    done, again = run_steps(lab, MODULE, on("ready.lab"), on("ready.lab"))
    assert done["diff"]["before"]["ready.lab"]["pending"] == [
        {"kind": "passthrough", "name": "0000:d9:00.0", "configured": "enabled", "runtime": "disabled"}
    ]
    assert (done["changed"], done["reboot_required"], again["changed"]) == (True, False, False)
    assert lab.mutating_calls() == {REBOOT: 1}


def test_always_reboots_and_boot_params_choose_what_counts(lab: Lab) -> None:
    enter_maintenance_mode(lab, "waiting.lab")
    ignored, always = run_steps(
        lab, MODULE, on("waiting.lab", boot_params=["enablePCIEHotplug"]), on("waiting.lab", reboot="always")
    )
    assert (ignored["changed"], ignored["reboot_required"]) == (False, False)
    assert always["changed"]
    assert lab.mutating_calls() == {REBOOT: 1}


def test_outside_maintenance_mode_it_refuses_and_names_who_pins_the_host(lab: Lab) -> None:
    refused, checked, ready = run_steps(lab, MODULE, on("busy.lab"), {**on("busy.lab"), "check": True}, on("ready.lab"))
    error = error_of(refused)
    assert (error["code"], error["requirement"], error["host"]) == ("not_in_maintenance_mode", "P3", "busy.lab")
    assert "storage-vm (has a passthrough device, so DRS does not move it)" in refused["msg"]
    assert "web-vm (no fully automated DRS moves it)" in refused["msg"]
    assert "off-vm" not in refused["msg"]
    assert [item["name"] for item in refused["hosts"][0]["pinned_by"]] == ["storage-vm", "web-vm"]
    # An earlier step of the same playbook would have entered maintenance mode.
    assert not checked["failed"]
    assert (checked["changed"], checked["hosts"][0]["rebooted"]) == (True, True)
    (warning,) = checked["warnings"]
    assert warning.startswith("The real run needs this first: Host busy.lab is not in maintenance mode")
    # Nothing to reboot for is nothing to refuse.
    assert not ready["changed"]
    assert lab.mutating_calls() == {}


def test_force_takes_running_vms_down_and_says_so(lab: Lab) -> None:
    checked, done = run_steps(lab, MODULE, {**on("busy.lab", force=True), "check": True}, on("busy.lab", force=True))
    assert not done["failed"]
    for answer in (checked, done):
        (warning,) = answer["warnings"]
        assert warning.endswith("VMs that run on it lose power: storage-vm, web-vm.")
    assert lab.mutating_calls() == {REBOOT: 1}
    assert power(lab, "web-vm") == "poweredOff"


def test_a_value_that_the_reboot_set_back_is_warned_about(lab: Lab) -> None:
    enter_maintenance_mode(lab, "profiled.lab")
    (done,) = run_steps(lab, MODULE, on("profiled.lab"))
    (warning,) = done["warnings"]
    assert "maxIntrCookies was to become 4096, but the reboot set it back to 1024" in warning


def test_bad_input_is_refused_before_anything_changes(lab: Lab) -> None:
    cases: list[tuple[dict[str, Any], str, list[str]]] = [
        (on("waiting.la"), "not_found", ["waiting.la", "waiting.lab"]),
        (on("gone.lab"), "host_not_connected", ["gone.lab is disconnected"]),
        (on("old.lab", force=True), "host_too_old", ["ESXi 7.0.3", "8.0 Update 1"]),
        (on("waiting.lab", boot_params=["maxIntrCookie"]), "unknown_setting", ["The closest are maxIntrCookies"]),
    ]
    answers = run_steps(lab, MODULE, *[item[0] for item in cases], {"timeout": 60})
    for answer, (case, code, words) in zip(answers, cases, strict=False):
        assert error_of(answer)["code"] == code, case
        assert [word for word in words if word not in answer["msg"]] == [], answer["msg"]
    assert "missing required arguments: esxi_host_name" in answers[-1]["msg"]
    assert lab.mutating_calls() == {}


def test_a_refused_reboot_leaves_the_host_as_it_is(lab: Lab) -> None:
    enter_maintenance_mode(lab, "waiting.lab")
    lab.fault(REBOOT, fault_type="InvalidState", message="An upgrade is in progress.")
    refused, done = run_steps(lab, MODULE, on("waiting.lab"), on("waiting.lab"))
    error = error_of(refused)
    assert (error["code"], error["fault"]) == ("reboot_unclear", "InvalidState")
    assert "An upgrade is in progress." in refused["msg"]
    assert (refused["changed"], refused["reboot_required"]) == (False, True)
    assert done["changed"]


def test_a_session_that_ends_while_waiting_is_renewed(lab: Lab) -> None:
    # The second wait: there are two at least, for the task and for the host, however fast both are.
    enter_maintenance_mode(lab, "waiting.lab")
    lab.fault("WaitForUpdatesEx", expire_session=True, skip=1)
    (done,) = run_steps(lab, MODULE, on("waiting.lab"))
    assert not done["failed"], done
    assert done["hosts"][0]["rebooted"]
    assert lab.stats()["calls"]["Login"] == 2


def test_a_reboot_whose_answer_was_lost_is_found_among_the_tasks(lab: Lab) -> None:
    enter_maintenance_mode(lab, "waiting.lab")
    lab.fault(REBOOT, drop_connection="after")
    done, again = run_steps(lab, MODULE, on("waiting.lab"), on("waiting.lab"))
    assert (done["failed"], done["changed"], done["hosts"][0]["rebooted"]) == (False, True, True), done
    assert (again["failed"], again["changed"], again["reboot_required"]) == (False, False, False)
    assert lab.mutating_calls() == {REBOOT: 1}


def test_a_reboot_that_nobody_has_heard_of_is_not_claimed(lab: Lab) -> None:
    enter_maintenance_mode(lab, "waiting.lab")
    lab.fault(REBOOT, drop_connection="before")
    (lost,) = run_steps(lab, MODULE, on("waiting.lab"))
    assert error_of(lost)["code"] == "connection_lost"
    # No task shows it, which is not to say that it was not begun.
    assert lost["changed"]


def test_a_host_that_does_not_come_back(lab: Lab) -> None:
    enter_maintenance_mode(lab, "ready.lab")
    lab.hold("boot")
    (lost,) = run_steps(lab, MODULE, on("ready.lab", reboot="always", timeout=4))
    error = error_of(lost)
    assert (error["code"], error["fault"]) == ("reboot_timeout", None)
    assert "was told to reboot and is not back after 4 s; vCenter sees it as notResponding." in lost["msg"]
    assert "console" in error["remedy"]
    assert (lost["changed"], lost["hosts"][0]["rebooted"]) == (True, False)
    assert lost["hosts"][0]["elapsed"] >= 4


def test_on_esxi_directly_the_session_is_lost_and_renewed(start_lab: Callable[..., Lab]) -> None:
    lab = start_lab(ESXI, mode="esxi", settings={"reboot_seconds": 2})
    enter_maintenance_mode(lab, "esxi-01.lab")
    checked, done, again = run_steps(
        lab, MODULE, {**on("esxi-01.lab"), "check": True}, on("esxi-01.lab"), on("esxi-01.lab")
    )
    assert not done["failed"], done
    assert (checked["changed"], done["changed"], again["changed"]) == (True, True, False)
    before, after = times(done)
    assert before < after
    assert done["hosts"][0]["elapsed"] >= 1.5
    assert done["diff"]["before"]["esxi-01.lab"]["pending"]
    assert done["hosts"][0]["pending"] == []
    assert lab.mutating_calls() == {REBOOT: 1}


def test_an_esxi_host_that_does_not_come_back(start_lab: Callable[..., Lab]) -> None:
    lab = start_lab(ESXI, mode="esxi")
    enter_maintenance_mode(lab, "esxi-01.lab")
    lab.hold("boot")
    (lost,) = run_steps(lab, MODULE, on("esxi-01.lab", timeout=6))
    error = error_of(lost)
    assert error["code"] == "reboot_timeout"
    assert "is not back after 6 s." in lost["msg"]
    assert lost["changed"]


@pytest.mark.parametrize("options", [{}, {"reboot": "always"}, {"force": True, "reboot": "always"}])
def test_no_reboot_takes_a_drive_from_its_user(start_lab: Callable[..., Lab], options: dict[str, Any]) -> None:
    """Whoever left it pending: passthrough is about to take a datastore, or the host a VM's drive."""
    given, taken = "0000:d8:00.0", "0000:18:00.0"
    one = {"name": "esxi-01.lab", "passthrough_enabled": [given]}
    two = {"name": "esxi-02.lab", "devices": [{"address": taken, "passthrough_enabled": True}]}
    vm = {"name": "db-01", "host": "esxi-01.lab", "passthrough": [given]}
    lab = start_lab({"hosts": [one, two], "vms": [vm]})
    with host(lab, "esxi-01.lab") as found:
        off = vim.host.PciPassthruConfig(id=given, passthruEnabled=False)
        found.configManager.pciPassthruSystem.UpdatePassthruConfig([off])
    for name, address, user, state in (
        ("esxi-01.lab", given, "VM db-01", "enabled"),
        ("esxi-02.lab", taken, "-local", "disabled"),
    ):
        enter_maintenance_mode(lab, name)
        for check in (True, False):
            answer = run_module(MODULE, {"esxi_host_name": name, **options}, lab, check=check)
            error = answer["error"]
            assert (error["code"], error["host"], error["device"]) == ("device_in_use", name, address)
            assert user in answer["msg"]
            assert error["remedy"].endswith(f"on {address} with state {state}.")
        assert lab.mutating_calls() == {}

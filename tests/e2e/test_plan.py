# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan for a fleet: shown, written, approved, applied as a pipeline would, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import vsphere
from ansible_run import Result, run_playbook
from fleet_runs import (
    AFTER,
    BEFORE,
    CONFIG,
    D9,
    DA,
    UNCHECKED,
    artifacts,
    drives,
    inventory,
    plan_shown,
    refusal,
)
from labclient import Lab
from pyVim.task import WaitForTask
from pyVmomi import vim

PLAN = "directpath.nvme.plan"
SITE = "directpath.nvme.site"
RECONCILE = "directpath.nvme.reconcile"

SUMMARY = "1 of 2 hosts to prepare, 0 of them with a reboot; 0 of 3 VMs to prepare; drives: 1 in, 2 out; 0 obstacles."


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


@dataclass(frozen=True)
class Planned:
    """Two plans of one fleet. The first was written beside where the run was started, the second in check mode."""

    first: Result
    second: Result
    written: Path
    again: Path
    mutating: dict[str, int]


@pytest.fixture(scope="module")
def planned(lab_server: Lab, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    folder = tmp_path_factory.mktemp("pipeline")
    lab_server.reset()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        first = run_playbook(PLAN, lab_server, inventory=inventory(), extra_vars={"hotplug_plan_write": "plan.json"})
    wanted = {"hotplug_plan_write": str(folder / "again.json"), "hotplug_plan_fail_on_drift": True}
    second = run_playbook(PLAN, lab_server, inventory=inventory(), extra_vars=wanted, check=True)
    mutating = lab_server.mutating_calls()
    return Planned(first, second, folder / "plan.json", folder / "again.json", mutating)


def test_a_plan_is_shown_as_a_person_reads_it_and_changes_nothing(planned: Planned) -> None:
    assert planned.first.rc == 0, planned.first.output
    shown = plan_shown(planned.first)
    assert shown[0] == SUMMARY
    assert f"esxi-01.lab: enable passthrough of {DA} (NVMe SSD Controller PM9A3, serial S01DA, P5)" in shown
    assert f"db-01: hot-remove {D9} (NVMe SSD Controller PM9A3, C3)" in shown
    assert f"db-02: hot-remove {D9} (NVMe SSD Controller PM9A3, C3)" in shown
    assert f"db-03: hot-add {DA} (NVMe SSD Controller PM9A3, serial S01DA, C1)" in shown
    assert planned.mutating == {}
    assert planned.first.changed == []


def test_two_equal_plans_are_equal_files_without_secrets(lab_server: Lab, planned: Planned) -> None:
    text = planned.written.read_bytes()
    assert text == planned.again.read_bytes()
    plan = json.loads(text)
    assert plan == artifacts(planned.first)["hotplug_plan"]
    assert [item["inventory_name"] for item in plan["vms"]] == ["db-01", "db-02", "db-03"]
    assert lab_server.password.encode() not in text
    assert lab_server.username.encode() not in text


def test_drift_fails_on_demand_and_is_handed_over_as_such(planned: Planned) -> None:
    assert artifacts(planned.first)["hotplug_plan_status"] == "drift"
    told = refusal(planned.second)
    assert told.startswith("The fleet could be planned for, and is not as the inventory wants it")
    assert told.endswith(f"(hotplug_plan_status: drift). {SUMMARY}")
    assert artifacts(planned.second)["hotplug_plan_status"] == "drift"


def test_a_vcenter_that_cannot_be_reached_is_no_drift(lab: Lab) -> None:
    run = run_playbook(
        PLAN, lab, inventory=inventory(), extra_vars={"hotplug_plan_fail_on_drift": True}, env={"VMWARE_PORT": "1"}
    )
    assert run.rc != 0
    assert run.failed[0].result["error"]["code"] == "connection_failed", run.failed[0].result
    assert "could be planned for" not in run.output
    assert artifacts(run) == {}


def test_an_approved_plan_is_applied_and_then_nothing_is_left(lab: Lab, planned: Planned) -> None:
    approved = {"hotplug_plan_file": str(planned.written), **UNCHECKED}
    run = run_playbook(RECONCILE, lab, inventory=inventory(), extra_vars=approved)
    assert run.rc == 0, run.output
    assert drives(lab) == AFTER
    report = run_playbook(PLAN, lab, inventory=inventory(), extra_vars={"hotplug_plan_fail_on_drift": True})
    assert report.rc == 0, report.output
    assert artifacts(report)["hotplug_plan_status"] == "in_sync"
    stale = refusal(run_playbook(RECONCILE, lab, inventory=inventory(), extra_vars=approved))
    assert f"VM db-01: no longer: hot-remove {D9}" in stale

    lab.stats(reset=True)
    idle = run_playbook(SITE, lab, inventory=inventory())
    assert (idle.rc, idle.changed) == (0, []), idle.output
    # One host asks for all, and no task runs on another, nor on any VM.
    assert len({task.host for task in idle.tasks} - {"localhost"}) == 1
    assert len(idle.of("hotplug_plan")) == 1
    calls = lab.stats()
    assert calls["total"] <= 2 * len(BEFORE) + 40
    assert calls["mutating"]["calls"] == {}


def test_site_applies_what_was_approved_but_takes_no_drive_out(lab: Lab, planned: Planned) -> None:
    """Its verification says that the drives which are to leave are still there."""
    run = run_playbook(SITE, lab, inventory=inventory(), extra_vars={"hotplug_plan_file": str(planned.written)})
    assert run.rc != 0
    told = {task.host: str(task.result["msg"]) for task in run.failed}
    assert set(told) == {"db-01", "db-02"}
    assert all(f"{D9}: not wanted, but still in {vm}" in message for vm, message in told.items()), told
    assert drives(lab) == {**BEFORE, "db-03": [DA]}


def pulled(lab: Lab) -> None:
    lab.pull("esxi-01.lab", DA)


def unregistered(lab: Lab) -> None:
    with vsphere.content(lab) as content:
        view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
        (vm,) = [vm for vm in view.view if vm.name == "db-03"]
        WaitForTask(vm.PowerOff())
        vm.UnregisterVM()


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        (pulled, f"; now: No device with address={DA} is on esxi-01.lab."),
        (unregistered, "; now: There is no VM db-03"),
    ],
)
def test_a_plan_that_went_stale_stops_before_the_first_write(
    lab: Lab, planned: Planned, happened: Callable[[Lab], None], told: str
) -> None:
    happened(lab)
    lab.stats(reset=True)
    approved = {"hotplug_plan_file": str(planned.written), **UNCHECKED}
    said = refusal(run_playbook(RECONCILE, lab, inventory=inventory(), extra_vars=approved))
    assert said.startswith(f"Nothing was changed, as {planned.written} is not what would be done now.")
    assert f"VM db-03: no longer: hot-add {DA} (NVMe SSD Controller PM9A3, serial S01DA, C1); " in said
    assert told in said
    assert lab.mutating_calls() == {}


def less_obstacles(plan: dict[str, Any]) -> None:
    plan["vms"][0]["obstacles"] = []


def other_fleet(plan: dict[str, Any]) -> None:
    plan["vcenters"] = ["00000000-0000-0000-0000-000000000000"]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (less_obstacles, "VM db-01: now: VM db-01 is running, and nothing shows that its guest does not use"),
        (other_fleet, "The plan is of another vCenter than the one that answers now."),
    ],
)
def test_an_edited_plan_is_not_applied(
    lab: Lab, planned: Planned, tmp_path: Path, edit: Callable[[dict[str, Any]], None], told: str
) -> None:
    lab.stats(reset=True)
    plan = deepcopy(json.loads(planned.written.read_text(encoding="utf-8")))
    edit(plan)
    (tmp_path / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    wanted = {"hotplug_plan_file": str(tmp_path / "plan.json"), **UNCHECKED}
    assert told in refusal(run_playbook(RECONCILE, lab, inventory=inventory(), extra_vars=wanted))
    assert lab.mutating_calls() == {}


def test_what_is_no_plan_is_refused_in_one_line(lab: Lab, tmp_path: Path) -> None:
    lab.stats(reset=True)
    (tmp_path / "no.json").write_text("---\nschema: 1\n", encoding="utf-8")
    wanted = {"hotplug_plan_file": str(tmp_path / "no.json")}
    assert "The plan file is no JSON" in refusal(run_playbook(SITE, lab, inventory=inventory(), extra_vars=wanted))
    assert lab.mutating_calls() == {}
    lab.stats(reset=True)
    # A folder, and as well what is not there.
    wanted = {"hotplug_plan_file": str(tmp_path)}
    told = refusal(run_playbook(SITE, lab, inventory=inventory(), extra_vars=wanted))
    assert told.startswith(f"Nothing was changed. There is no file {tmp_path} ")
    assert lab.stats()["calls"] == {}


def test_a_plan_of_all_is_not_applied_to_some(lab: Lab, planned: Planned) -> None:
    lab.stats(reset=True)
    wanted = {"hotplug_plan_file": str(planned.written)}
    told = refusal(run_playbook(SITE, lab, inventory=inventory(), extra_vars=wanted, limit="db-03"))
    assert "VM db-01 was approved, but is not planned for now." in told
    assert lab.mutating_calls() == {}


def test_the_limit_of_a_run_is_that_of_its_plan(lab: Lab) -> None:
    host = run_playbook(PLAN, lab, inventory=inventory(), limit="esxi-02.lab")
    assert plan_shown(host) == [
        "0 of 1 hosts to prepare, 0 of them with a reboot; 0 of 0 VMs to prepare; drives: 0 in, 0 out; 0 obstacles."
    ]
    vm = run_playbook(PLAN, lab, inventory=inventory(), limit="db-03")
    assert plan_shown(vm)[0].startswith("0 of 0 hosts to prepare, 0 of them with a reboot; 0 of 1 VMs to prepare;")
    assert f"Passthrough of {DA} (NVMe SSD Controller PM9A3) on host esxi-01.lab is not enabled" in plan_shown(vm)[-1]
    assert {task.host for task in vm.tasks} == {"db-03"}


def test_a_session_that_ends_in_the_middle_is_no_drift(lab: Lab) -> None:
    """Once, it is begun anew. Where it ends each time, that is said."""
    wanted = {"hotplug_plan_fail_on_drift": True}
    lab.fault("RetrievePropertiesEx", skip=4, expire_session=True)
    once = run_playbook(PLAN, lab, inventory=inventory(), extra_vars=wanted)
    assert artifacts(once)["hotplug_plan_status"] == "drift"
    lab.fault("RetrievePropertiesEx", count=1000, expire_session=True)
    told = refusal(run_playbook(PLAN, lab, inventory=inventory(), extra_vars=wanted))
    assert "NotAuthenticated" in told
    assert "Run the play again" in told


def connection(lab: Lab, name: str) -> dict[str, Any]:
    """The variables of a host or VM of this vCenter. Two labs are one machine, with two names."""
    return {
        "vcenter_hostname": name,
        "vcenter_port": lab.port,
        "vcenter_username": lab.username,
        "vcenter_password": lab.password,
        "vcenter_validate_certs": False,
    }


def test_a_fleet_of_two_vcenters_is_one_plan_or_none(lab: Lab, start_lab: Callable[..., Lab]) -> None:
    other = start_lab(CONFIG)
    places = {"a": connection(lab, "127.0.0.1"), "b": connection(other, "localhost")}
    fleet: dict[str, Any] = {"esxi_hosts": {"hosts": {}}, "vms": {"hosts": {}}}
    for name, where in places.items():
        fleet["esxi_hosts"]["hosts"][f"esxi-{name}"] = {"host_prepare_esxi_host_name": "esxi-01.lab", **where}
        fleet["vms"]["hosts"][f"db-{name}"] = {
            "nvme_hotplug_vm": {"name": "db-03"},
            "nvme_hotplug_esxi_host": f"esxi-{name}",
            "nvme_hotplug_devices": [{"address": DA}],
            "hotplug_verify_guest": False,
            **where,
        }
    both = run_playbook(PLAN, None, inventory=fleet)
    assert both.rc == 0, both.output
    shown = plan_shown(both)
    assert shown[0].startswith("2 of 2 hosts to prepare, 0 of them with a reboot; 0 of 2 VMs to prepare; drives: 2 in")
    added = [line for line in shown if "hot-add" in line]
    assert added == [f"{vm}: hot-add {DA} (NVMe SSD Controller PM9A3, serial S01DA, C1)" for vm in ("db-a", "db-b")]
    other.stop()
    lab.stats(reset=True)
    half = run_playbook(SITE, None, inventory=fleet)
    assert half.rc != 0
    assert "There is no plan, as not every vCenter has answered: asked for esxi-b. Nothing was changed." in half.output
    assert lab.mutating_calls() == {}

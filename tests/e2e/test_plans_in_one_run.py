# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not get lost where playbooks work only on those whom a plan names."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_run import Result, run_module, run_playbook
from labclient import Lab

D8, D9, DA = (f"0000:{bus}:00.0" for bus in ("d8", "d9", "da"))
FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True, "power": "poweredOn"}
HOST = {"name": "esxi-01.lab", "version": "8.0.3", "passthrough_enabled": [D8, D9, DA]}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    vms = {
        "db-01": {**FIT, "passthrough": [DA]},
        "db-02": FIT,
        "unfit": {**FIT, "fpt_hotplug": False},
    }
    return {"hosts": [HOST], "vms": [{"name": name, "host": HOST["name"], **vm} for name, vm in vms.items()]}


def inventory(datacenter: str, **devices: list[str] | None) -> dict[str, Any]:
    """VMs (names with _ for -) that want drives; None for one without nvme_hotplug_devices."""
    wanted = {
        name.replace("_", "-"): {"nvme_hotplug_devices": [{"address": address} for address in listed]}
        if listed is not None
        else {}
        for name, listed in devices.items()
    }
    of_vms = {"nvme_hotplug_esxi_host": HOST["name"], "hotplug_verify_guest": False}
    children = {"esxi_hosts": {"hosts": {HOST["name"]: {}}}, "vms": {"hosts": wanted, "vars": of_vms}}
    return {"all": {"vars": {"vcenter_datacenter": datacenter}, "children": children}}


def run(lab: Lab, *playbooks: str, wanted: dict[str, Any], **options: Any) -> Result:
    imports = [{"import_playbook": f"directpath.nvme.{name}"} for name in playbooks]
    return run_playbook(imports, lab, inventory=wanted, **options)


def drives(lab: Lab) -> dict[str, list[str]]:
    return {vm["name"]: [device["address"] for device in vm["pci_devices"]] for vm in lab.state()["vms"]}


def tables(result: Result) -> list[tuple[str, list[str]]]:
    """What was verified: the VM and the state of each of its drives."""
    found = [(task.host, task.result.get("ansible_facts", {}).get("hotplug_verify_table")) for task in result.tasks]
    return sorted((host, [row["status"] for row in table]) for host, table in found if table is not None)


def test_one_vm_that_fails_leaves_the_others_served_and_verified(lab: Lab) -> None:
    # Whatever strategy is the user's.
    wanted = inventory(lab.datacenter, db_01=[DA], db_02=[D8], unfit=[D9])
    result = run(lab, "site", wanted=wanted, env={"ANSIBLE_STRATEGY": "free"})
    assert result.rc != 0
    assert {task.host for task in result.failed} == {"unfit"}
    assert drives(lab)["db-02"] == [D8]
    assert ("db-02", ["present"]) in tables(result)


def test_a_second_plan_in_one_run_knows_what_the_first_has_changed(lab: Lab) -> None:
    playbooks = ("prepare_vms", "prepare_hosts", "site", "verify_hotplug")
    result = run(lab, *playbooks, wanted=inventory(lab.datacenter, db_01=[DA], db_02=[D8]))
    assert result.rc == 0, result.output
    plans = [task.result["ansible_facts"]["hotplug_plan_result"] for task in result.of("set_fact") if _plans(task)]
    counted = [(len(plan["hosts"]), len(plan["vms"]), plan["summary"]["added"]) for plan in plans]
    assert counted == [(0, 2, 0), (1, 0, 0), (1, 2, 1), (0, 2, 0)]
    # By site only what changed, as no guest is asked; by verify_hotplug all.
    assert tables(result) == [("db-01", ["present"]), ("db-02", ["present"]), ("db-02", ["present"])]


def _plans(task: Any) -> bool:
    return "hotplug_plan_result" in task.result.get("ansible_facts", {})


def test_a_list_for_a_vm_that_is_left_alone_is_not_nothing_to_do(lab: Lab) -> None:
    """Somebody would pull the drive."""
    listed = {"nvme_hot_remove_devices": [{"address": DA}]}
    result = run(lab, "hot_remove_nvme", wanted=inventory(lab.datacenter, db_01=None), extra_vars=listed)
    assert result.rc != 0
    (failed,) = result.failed
    assert "nvme_hot_remove_devices" in failed.result["msg"]
    assert drives(lab)["db-01"] == [DA]


def test_a_maintenance_mode_that_is_said_to_be_ours_is_left(start_lab: Any) -> None:
    """ESXi itself keeps no mark, so that without this word the host would rest and nobody would know."""
    esxi = start_lab({"hosts": [HOST], "vms": []}, mode="esxi")
    enter = {"esxi_host_name": HOST["name"], "enable_maintenance_mode": True}
    assert run_module("vmware.vmware.esxi_maintenance_mode", enter, esxi)["changed"]
    wanted = inventory(esxi.datacenter, db_01=[D8])
    told = run(esxi, "prepare_hosts", wanted=wanted)
    assert "host_prepare_leave_maintenance" in told.output
    assert esxi.state()["hosts"][0]["in_maintenance_mode"]
    left = run(esxi, "prepare_hosts", wanted=wanted, extra_vars={"host_prepare_leave_maintenance": True})
    assert left.rc == 0, left.output
    assert not esxi.state()["hosts"][0]["in_maintenance_mode"]

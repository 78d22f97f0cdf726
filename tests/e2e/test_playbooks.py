# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks beside the main road: joining a host, deploying a VM, dynamic inventory, hosts without a vCenter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_run import REPO, run_playbook
from labclient import Lab

DYNAMIC = REPO / "playbooks" / "inventory.example" / "dynamic"
JOIN = "directpath.nvme.join_host"
EFI = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
CONFIG: dict[str, Any] = {
    "settings": {"reboot_seconds": 0.5},
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.3", "cluster": "cluster-a", "rebind_without_reboot": True},
        {"name": "esxi-02.lab", "version": "8.0.3", "cluster": "cluster-a", "rebind_without_reboot": True},
        {"name": "new.lab", "version": "8.0.3", "joined": False},
        {"name": "worn.lab", "version": "8.0.3", "passthrough_enabled": ["0000:d8:00.0", "0000:d9:00.0"]},
    ],
    "vms": [
        {"name": "nvme-vm-01", "host": "esxi-01.lab", **EFI},
        {"name": "nvme-vm-02", "host": "esxi-02.lab", **EFI},
        {"name": "somebody-elses", "host": "esxi-01.lab"},
        {"name": "worn-vm", "host": "worn.lab", "power": "poweredOn", "passthrough": ["0000:d9:00.0"], **EFI},
        {"name": "golden", "host": "esxi-01.lab", "template": True, **EFI},
    ],
}
JOINING = {
    "vcenter_datacenter": "DC0",
    "join_host_username": "root",
    "join_host_password": "Secret-of-the-host-1",
    "join_host_ssl_thumbprint": ":".join(["AB"] * 20),
    "join_host_cluster": "cluster-a",
}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def hosts(**variables: Any) -> dict[str, Any]:
    return {"esxi_hosts": {"hosts": {"new.lab": {}, "esxi-01.lab": {}}, "vars": variables}}


def names(lab: Lab, kind: str) -> set[str]:
    return {item["name"] for item in lab.state()[kind]}


def test_joining_a_host_needs_credentials_and_a_thumbprint(lab: Lab) -> None:
    run = run_playbook(JOIN, lab, inventory=hosts(vcenter_datacenter="DC0"))
    assert run.rc != 0
    (failed,) = run.failed
    assert failed.host == "new.lab"
    assert "join_host_ssl_thumbprint" in failed.result["msg"]
    assert lab.stats()["mutating"]["calls"] == {}


def test_joining_a_host_in_check_mode_only_says_so(lab: Lab) -> None:
    run = run_playbook(JOIN, lab, inventory=hosts(**JOINING), check=True, arguments=["-vvv"])
    assert run.rc == 0, run.output
    assert {task.host for task in run.changed} == {"new.lab"}
    assert "new.lab would be joined to DC0/cluster-a" in run.output
    assert lab.stats()["mutating"]["calls"] == {}


def test_a_host_is_joined_once(lab: Lab) -> None:
    run = run_playbook(JOIN, lab, inventory=hosts(**JOINING), arguments=["-vvv"])
    assert run.rc == 0, run.output
    assert {task.host for task in run.changed} == {"new.lab"}
    assert "new.lab" in names(lab, "hosts")
    assert lab.password not in run.output
    assert JOINING["join_host_password"] not in run.output
    lab.stats(reset=True)
    again = run_playbook(JOIN, lab, inventory=hosts(vcenter_datacenter="DC0"))
    assert again.rc == 0, again.output
    assert again.changed == []
    assert lab.stats()["mutating"]["calls"] == {}


def test_a_vm_is_deployed_from_a_template_on_its_host(lab: Lab) -> None:
    variables = {
        "vcenter_datacenter": "DC0",
        "vm_prepare_deploy": True,
        "vm_prepare_template": {"name": "golden", "folder": "/DC0/vm", "cluster": "cluster-a"},
        "nvme_hotplug_esxi_host": "esxi-02.lab",
        "nvme_hotplug_devices": [],
    }
    inventory = {"vms": {"hosts": {"fresh-vm": variables}}}
    plan = run_playbook("directpath.nvme.prepare_vms", lab, inventory=inventory, check=True)
    assert plan.rc == 0, plan.output
    assert lab.stats()["mutating"]["calls"] == {}
    (config,) = plan.of("vm_hotplug_config")
    assert config.result["changed"] is True

    run = run_playbook("directpath.nvme.prepare_vms", lab, inventory=inventory)
    assert run.rc == 0, run.output
    (vm,) = [vm for vm in lab.state()["vms"] if vm["name"] == "fresh-vm"]
    assert (vm["host"], vm["power"]) == ("esxi-02.lab", "poweredOn")
    again = run_playbook("directpath.nvme.prepare_vms", lab, inventory=inventory)
    assert again.changed == []


def test_a_dynamic_inventory_serves_and_only_vms_that_ask_for_drives_are_touched(lab: Lab) -> None:
    sources = [DYNAMIC / "esxi_hosts.yml", DYNAMIC / "vms.yml"]
    run = run_playbook("directpath.nvme.site", lab, inventory=sources)
    assert run.rc == 0, run.output
    vms = {vm["name"]: vm for vm in lab.state()["vms"]}
    assert [device["address"] for device in vms["nvme-vm-01"]["pci_devices"]] == ["0000:d8:00.0", "0000:d9:00.0"]
    assert [device["address"] for device in vms["nvme-vm-02"]["pci_devices"]] == ["0000:dc:00.0"]
    assert vms["somebody-elses"]["power"] == "poweredOff"
    assert "golden" not in {task.host for task in run.tasks}


def test_a_vm_that_fails_keeps_no_other_from_its_drives(lab: Lab) -> None:
    """And what is verified then is what was read after the change, whoever failed before."""

    def wants(address: str) -> dict[str, Any]:
        place = {"nvme_hotplug_esxi_host": "esxi-01.lab", "hotplug_verify_guest": False}
        return {**place, "nvme_hotplug_devices": [{"address": address}]}

    vms = {"nvme-vm-01": wants("0000:d8:00.0"), "somebody-elses": wants("0000:d9:00.0")}
    inventory = {"esxi_hosts": {"hosts": {"esxi-01.lab": {}}}, "vms": {"hosts": vms}}
    run = run_playbook("directpath.nvme.site", lab, inventory=inventory)
    assert run.rc != 0
    (failed,) = run.failed
    assert (failed.host, failed.result["error"]["code"]) == ("somebody-elses", "vm_rule_broken")
    tables = [task.result["ansible_facts"].get("hotplug_verify_table") for task in run.of("set_fact")]
    assert [(row["vm"], row["status"]) for table in tables if table for row in table] == [("nvme-vm-01", "present")]


def test_a_drive_that_was_pulled_too_early_is_reported_and_its_entry_removed(lab: Lab) -> None:
    """V3: what is left of it in the VM is a hot-remove's to clean up."""
    gone = {"address": "0000:d9:00.0", "state": "absent"}
    wanted = {"nvme_hotplug_esxi_host": "worn.lab", "nvme_hotplug_devices": [gone]}
    inventory = {"vms": {"hosts": {"worn-vm": {**wanted, "hotplug_verify_guest": False}}}}
    lab.pull("worn.lab", "0000:d9:00.0", keep_vm_entry=True)
    found = run_playbook("directpath.nvme.verify_hotplug", lab, inventory=inventory)
    assert "worn-vm still lists 0000:d9:00.0" in found.output
    assert "0000:d9:00.0: not wanted, and worn-vm still has its entry" in str(found.failed[-1].result["msg"])

    allowed = ["-e", "nvme_hot_remove_allow_guest_unchecked=true"]
    run = run_playbook("directpath.nvme.hot_remove_nvme", lab, inventory=inventory, arguments=allowed)
    assert run.rc == 0, run.output
    (vm,) = [vm for vm in lab.state()["vms"] if vm["name"] == "worn-vm"]
    assert vm["pci_devices"] == []


def test_the_workflow_on_an_esxi_host_without_vcenter(start_lab: Callable[..., Lab]) -> None:
    """The connection goes down with the host, and nothing can be marked as ours."""
    lab = start_lab(
        {
            "settings": {"reboot_seconds": 0.5},
            "hosts": [{"name": "esxi-01.lab", "version": "8.0.1"}],
            "vms": [{"name": "nvme-vm-01", "host": "esxi-01.lab", **EFI}],
        },
        mode="esxi",
    )
    vm = {"nvme_hotplug_esxi_host": "esxi-01.lab", "nvme_hotplug_devices": [{"address": "0000:d9:00.0"}]}
    vms = {"hosts": {"nvme-vm-01": {**vm, "hotplug_verify_guest": False}}}
    inventory = {"esxi_hosts": {"hosts": {"esxi-01.lab": {}}}, "vms": vms}
    run = run_playbook("directpath.nvme.site", lab, inventory=inventory)
    assert run.rc == 0, run.output
    (host,), (found,) = lab.state()["hosts"], lab.state()["vms"]
    assert not host["in_maintenance_mode"]
    assert [device["address"] for device in found["pci_devices"]] == ["0000:d9:00.0"]
    again = run_playbook("directpath.nvme.site", lab, inventory=inventory)
    assert (again.rc, again.changed) == (0, []), again.output

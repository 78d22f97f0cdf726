# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory that is not the whole truth: sources that failed, groups with another name, slices as AWX makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_run import REPO, Result, run_playbook
from awx import JOB, AwxInventory
from labclient import Lab

DYNAMIC = REPO / "playbooks" / "inventory.example" / "dynamic"
D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"
EFI = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True, "power": "poweredOn"}
CONFIG: dict[str, Any] = {
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.3", "cluster": "c", "rebind_without_reboot": True},
        {"name": "esxi-02.lab", "version": "8.0.3", "cluster": "c", "rebind_without_reboot": True},
    ],
    "vms": [
        {"name": "db-01", "host": "esxi-01.lab", **EFI},
        {"name": "db-02", "host": "esxi-01.lab", **EFI},
        {"name": "db-03", "host": "esxi-01.lab", **EFI},
        {"name": "db-04", "host": "esxi-02.lab", **EFI},
    ],
}
HOSTS: dict[str, Any] = {"hosts": {"esxi-01.lab": {}, "esxi-02.lab": {}}}
PLACES = {
    "db-01": ("esxi-01.lab", D8),
    "db-02": ("esxi-01.lab", D9),
    "db-03": ("esxi-01.lab", DA),
    "db-04": ("esxi-02.lab", D8),
}
VMS: dict[str, Any] = {
    "hosts": {
        name: {"nvme_hotplug_esxi_host": host, "nvme_hotplug_devices": [{"address": address}]}
        for name, (host, address) in PLACES.items()
    },
    "vars": {"hotplug_verify_guest": False},
}
ENABLED = {"esxi-01.lab": [D8, D9, DA], "esxi-02.lab": [D8]}
WORKS_ON = {
    "join_host": "esxi_hosts",
    "prepare_hosts": "esxi_hosts",
    "prepare_vms": "vms",
    "hot_add_nvme": "vms",
    "hot_remove_nvme": "vms",
    "verify_hotplug": "vms",
}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def passthrough(lab: Lab) -> dict[str, list[str]]:
    """The drives of each host that have passthrough enabled."""
    return {
        host["name"]: [device["address"] for device in host["devices"] if device["passthrough_enabled"]]
        for host in lab.state()["hosts"]
    }


def refusal(run: Result) -> str:
    """The one message of a run that was refused."""
    assert run.rc != 0, run.output
    messages = {str(task.result["msg"]) for task in run.failed}
    assert len(messages) == 1, messages
    return messages.pop()


@pytest.mark.parametrize("playbook", WORKS_ON)
def test_a_group_with_another_name_is_no_success(lab: Lab, playbook: str) -> None:
    lab.stats(reset=True)
    group = WORKS_ON[playbook]
    inventory = {"esxi_hosts": HOSTS, "vms": VMS}
    inventory["misspelt"] = inventory.pop(group)
    told = refusal(run_playbook(f"directpath.nvme.{playbook}", lab, inventory=inventory))
    assert f"The inventory has no hosts in {group} (groups with hosts: {', '.join(sorted(inventory))})" in told
    assert lab.stats()["calls"] == {}


def test_the_limit_of_a_run_hides_no_empty_group(lab: Lab) -> None:
    """Such a run leaves out a play on localhost alone."""
    run = run_playbook("directpath.nvme.site", lab, inventory={"esxi_hosts": HOSTS}, limit="esxi-01.lab")
    assert "has no hosts in vms (groups with hosts: esxi_hosts)" in refusal(run)
    assert lab.mutating_calls() == {}


def test_a_dynamic_inventory_that_cannot_log_in_is_no_success(lab: Lab) -> None:
    sources = [DYNAMIC / "esxi_hosts.yml", DYNAMIC / "vms.yml"]
    run = run_playbook("directpath.nvme.site", lab, inventory=sources, env={"VMWARE_PASSWORD": "not-the-password-1"})
    told = refusal(run)
    assert "has no hosts in esxi_hosts and vms (groups with hosts: none)" in told
    assert "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true" in told
    assert lab.mutating_calls() == {}


def test_a_limit_may_leave_out_all_vms(lab: Lab) -> None:
    run = run_playbook("directpath.nvme.site", lab, inventory={"esxi_hosts": HOSTS, "vms": VMS}, limit="esxi-01.lab")
    assert run.rc == 0, run.output
    assert passthrough(lab) == {**ENABLED, "esxi-02.lab": []}


def awx(own: dict[str, Any] | None = None, **variables: Any) -> AwxInventory:
    """The same fleet in AWX. Two slices are db-01, db-03, esxi-01.lab and db-02, db-04, esxi-02.lab."""
    return AwxInventory(
        hosts={**VMS["hosts"], "esxi-01.lab": own or {}, "esxi-02.lab": {}},
        groups={"esxi_hosts": ("esxi-01.lab", "esxi-02.lab"), "vms": tuple(PLACES)},
        variables={**VMS["vars"], **variables},
    )


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (1, "this is a job of AWX, where a slice of an inventory looks like the whole"),
        (2, "nvme_hotplug_esxi_host of db-02 is esxi-01.lab, which is no host of the group esxi_hosts."),
    ],
)
def test_a_slice_that_says_nothing_of_the_whole_ends_before_anybody_is_asked(
    lab: Lab, tmp_path: Path, number: int, reason: str
) -> None:
    """esxi-01.lab would get two of its three drives, and reboot again, with two VMs on it, for the third."""
    lab.stats(reset=True)
    run = run_playbook("directpath.nvme.site", lab, inventory=awx().job(tmp_path, number, 2), extra_vars=JOB)
    told = refusal(run)
    assert told.startswith("Nothing was changed.")
    assert reason in told
    assert "et hotplug_inventory_vm_count" in told
    assert lab.stats()["calls"] == {}


@pytest.mark.parametrize(
    ("playbook", "number", "check"),
    [("site", 1, True), ("site", 2, False), ("plan", 1, False)],
    ids=["check mode", "real run", "plan"],
)
def test_a_slice_of_a_fleet_that_is_counted_ends_before_anybody_is_asked(
    lab: Lab, tmp_path: Path, playbook: str, number: int, check: bool
) -> None:
    lab.stats(reset=True)
    slice_of_it = awx(hotplug_inventory_vm_count=4).job(tmp_path, number, 2)
    run = run_playbook(f"directpath.nvme.{playbook}", lab, inventory=slice_of_it, extra_vars=JOB, check=check)
    told = refusal(run)
    assert "the number of VMs that want drives is 2 in this inventory and 4 by hotplug_inventory_vm_count" in told
    assert f"which drives are wanted of esxi-0{number}.lab" in told
    assert lab.stats()["calls"] == {}


def test_hosts_in_one_job_and_vms_in_slices(lab: Lab, tmp_path: Path) -> None:
    fleet = awx(hotplug_inventory_vm_count=4)
    hosts = run_playbook("directpath.nvme.prepare_hosts", lab, inventory=fleet.job(tmp_path), extra_vars=JOB)
    assert hosts.rc == 0, hosts.output
    assert passthrough(lab) == ENABLED
    for number in (1, 2):
        part = fleet.job(tmp_path, number, 2)
        run = run_playbook("directpath.nvme.site", lab, inventory=part, extra_vars=JOB, limit="vms")
        assert run.rc == 0, run.output
    drives = {vm["name"]: [device["address"] for device in vm["pci_devices"]] for vm in lab.state()["vms"]}
    assert drives == {name: [address] for name, (_host, address) in PLACES.items()}


def test_a_host_with_drives_of_its_own_may_be_in_a_slice(lab: Lab, tmp_path: Path) -> None:
    own = {"host_prepare_devices": [{"address": address} for address in ENABLED["esxi-01.lab"]]}
    part = awx(own, hotplug_inventory_vm_count=4).job(tmp_path, 1, 2)
    run = run_playbook("directpath.nvme.prepare_hosts", lab, inventory=part, extra_vars=JOB)
    assert run.rc == 0, run.output
    assert passthrough(lab) == {**ENABLED, "esxi-02.lab": []}


def test_no_host_is_changed_if_the_drives_of_a_later_one_are_unknown(lab: Lab) -> None:
    """The variables of the VMs did not come along, as with -i FILE and group_vars beside it."""
    lab.stats(reset=True)
    hosts = {"esxi-01.lab": {"host_prepare_devices": [{"address": D8}]}, "esxi-02.lab": {}}
    inventory = {"esxi_hosts": {"hosts": hosts}, "vms": {"hosts": {name: {} for name in PLACES}}}
    told = refusal(run_playbook("directpath.nvme.prepare_hosts", lab, inventory=inventory))
    assert "which drives are wanted of esxi-02.lab, " in told
    assert "no VM of this inventory has nvme_hotplug_devices" in told
    assert lab.stats()["calls"] == {}

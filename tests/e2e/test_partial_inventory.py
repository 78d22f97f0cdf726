# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory that is not the whole truth: sources that failed and groups with another name."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_run import REPO, Result, run_playbook
from labclient import Lab

DYNAMIC = REPO / "playbooks" / "inventory.example" / "dynamic"
D8 = "0000:d8:00.0"
CONFIG: dict[str, Any] = {
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.3", "cluster": "c", "rebind_without_reboot": True},
        {"name": "esxi-02.lab", "version": "8.0.3", "cluster": "c", "rebind_without_reboot": True},
    ],
    "vms": [{"name": "db-01", "host": "esxi-01.lab"}, {"name": "db-02", "host": "esxi-02.lab"}],
}
HOSTS: dict[str, Any] = {"hosts": {"esxi-01.lab": {}, "esxi-02.lab": {}}}
VMS: dict[str, Any] = {
    "hosts": {
        "db-01": {"nvme_hotplug_esxi_host": "esxi-01.lab", "nvme_hotplug_devices": [{"address": D8}]},
        "db-02": {"nvme_hotplug_esxi_host": "esxi-02.lab", "nvme_hotplug_devices": [{"address": D8}]},
    }
}
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
    assert passthrough(lab) == {"esxi-01.lab": [D8], "esxi-02.lab": []}

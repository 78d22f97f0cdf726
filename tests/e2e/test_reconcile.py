# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives that leave their VMs: what is approved, what the guests leave free, and nothing that anybody wants."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_run import run_playbook
from fleet_runs import AFTER, BEFORE, CONFIG, D8, D9, DA, NIC, UNCHECKED, drives, inventory, plan_shown, refusal
from labclient import Lab

RECONCILE = "directpath.nvme.reconcile"

# Guests at a port at which nobody answers.
SILENT = {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_ssh_common_args": "-F none"}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


@pytest.mark.parametrize("number", [None, 1])
def test_no_drive_leaves_without_approval_of_the_number(lab: Lab, number: Any) -> None:
    lab.stats(reset=True)
    approved = {} if number is None else {"hotplug_plan_approved_removals": number}
    told = refusal(run_playbook(RECONCILE, lab, inventory=inventory(), extra_vars={**approved, **UNCHECKED}))
    assert told.startswith("2 drives are to leave their VMs, and the number that is approved is ")
    assert f": {D9} of db-01; {D9} of db-02. Nothing was changed." in told
    assert lab.mutating_calls() == {}


def test_check_mode_needs_no_approval(lab: Lab) -> None:
    lab.stats(reset=True)
    run = run_playbook(RECONCILE, lab, inventory=inventory(), extra_vars=UNCHECKED, check=True, diff=True)
    assert run.rc == 0, run.output
    assert {task.host for task in run.changed if task.action.endswith("vm_pci_hotplug")} == set(BEFORE)
    assert lab.mutating_calls() == {}


def test_vms_are_brought_to_their_inventory_in_both_directions(lab: Lab) -> None:
    """db-02 loses what no entry names, but neither what one does nor what is no NVMe drive."""
    approved = {"hotplug_plan_approved_removals": 2, **UNCHECKED}
    run = run_playbook(RECONCILE, lab, inventory=inventory(), extra_vars=approved)
    assert run.rc == 0, run.output
    assert drives(lab) == AFTER


def test_approval_stands_for_no_guest(lab: Lab) -> None:
    """What does not depend on the guests is done."""
    approved = {"hotplug_plan_approved_removals": 2}
    run = run_playbook(RECONCILE, lab, inventory=inventory(of_vms=SILENT), extra_vars=approved)
    assert run.rc != 0
    codes = {task.host: task.result["error"]["code"] for task in run.failed if task.action.endswith("vm_pci_hotplug")}
    assert codes == {"db-01": "guest_unchecked", "db-02": "guest_unchecked"}
    assert drives(lab) == {**BEFORE, "db-03": [DA]}


def test_a_vm_of_which_an_entry_means_nothing_keeps_all_its_drives(lab: Lab) -> None:
    entries = [{"address": D8}, {"address": "0000:99:00.0"}]
    fleet = inventory(db_02={"nvme_hotplug_devices": entries})
    approved = {"hotplug_plan_approved_removals": 0, **UNCHECKED}
    run = run_playbook(RECONCILE, lab, inventory=fleet, extra_vars=approved, limit="db-02")
    assert run.rc != 0
    shown = plan_shown(run)
    assert "drives: 0 in, 0 out" in shown[0]
    (kept,) = [line for line in shown if line.startswith(f"db-02: note: VM db-02 has {D9} ")]
    assert "It stays there, as not every entry says which drive it means." in kept
    assert drives(lab) == BEFORE


def test_other_playbooks_take_no_drive_that_somebody_wants_out_of_an_exact_vm(lab: Lab) -> None:
    """What is wanted in db-02 is no part of a plan of removals, so it may not pass for what nobody wants."""
    run = run_playbook("directpath.nvme.hot_remove_nvme", lab, inventory=inventory(), extra_vars=UNCHECKED)
    assert run.rc == 0, run.output
    assert not any(line.startswith("db-02") for line in plan_shown(run))
    assert drives(lab) == {**BEFORE, "db-01": [D8]}


def test_a_list_of_a_role_makes_no_wanted_drive_nobodys(lab: Lab) -> None:
    fleet = inventory(db_02={"nvme_hot_add_devices": []})
    approved = {"hotplug_plan_approved_removals": 1, **UNCHECKED}
    run = run_playbook(RECONCILE, lab, inventory=fleet, extra_vars=approved, limit="db-02,db-01")
    assert run.rc == 0, run.output
    assert drives(lab) == {**BEFORE, "db-01": [D8], "db-02": [D8, D9, NIC]}

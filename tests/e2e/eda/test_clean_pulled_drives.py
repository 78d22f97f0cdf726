# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook clean_pulled_drives: what VMs have lost is verified and cleaned up, and nothing else is touched."""

from __future__ import annotations

from typing import Any

from ansible_run import Result, run_playbook
from labclient import Lab
from pulled import D8, D9, ESXI, SPARE, VM_NAME, inventory

PLAYBOOK = "directpath.nvme.clean_pulled_drives"


def clean(lab: Lab, *, check: bool = False, extra_vars: dict[str, Any] | None = None, **variables: Any) -> Result:
    return run_playbook(PLAYBOOK, lab, inventory=inventory(**variables), check=check, extra_vars=extra_vars)


def report(run: Result) -> list[dict[str, Any]]:
    (facts,) = (task.result["ansible_facts"] for task in run.of("set_fact") if task.task.endswith("together"))
    return list(facts["nvme_surprise_removal_report"])


def entries(lab: Lab) -> list[str]:
    (vm,) = (vm for vm in lab.state()["vms"] if vm["name"] == VM_NAME)
    return sorted(device["address"] for device in vm["pci_devices"])


def test_a_stale_entry_is_cleaned_up_once(lab: Lab) -> None:
    """Check mode, a guest that gave no evidence, the clean-up, and the same again; the other drive stays."""
    lab.pull(ESXI, D9, keep_vm_entry=True)
    lab.stats(reset=True)
    checked = clean(lab, check=True)
    assert checked.rc == 0, checked.output
    assert (lab.mutating_calls(), entries(lab)) == ({}, [D8, D9])
    assert [task.host for task in checked.changed] == ["database"]

    refused = clean(lab, nvme_surprise_removal_allow_guest_unchecked=False)
    assert refused.failed[-1].result["error"]["code"] == "guest_unchecked"
    assert (lab.mutating_calls(), entries(lab)) == ({}, [D8, D9])

    done = clean(lab)
    assert done.rc == 0, done.output
    (row,) = report(done)
    wanted = {"vm": VM_NAME, "host": ESXI, "address": D9, "entry": "cleaned", "something_at_address": False}
    assert {key: row[key] for key in wanted} == wanted
    assert (lab.mutating_calls(), entries(lab)) == ({"ReconfigVM_Task": 1}, [D8])
    assert {task.host for task in done.of("vm_pci_hotplug")} == {"database"}

    again = clean(lab)
    assert again.rc == 0, again.output
    assert (again.changed, again.of("vm_pci_hotplug")) == ([], [])
    assert lab.mutating_calls() == {"ReconfigVM_Task": 1}


def test_a_drive_whose_entry_went_with_it_is_verified(lab: Lab) -> None:
    (vm,) = (vm for vm in lab.state()["vms"] if vm["name"] == VM_NAME)
    lab.pull(ESXI, D9, keep_vm_entry=False)
    lab.insert(ESXI, address=D9, vendor_device="8086:0a54")
    event = {
        "vm": VM_NAME,
        "vm_moid": vm["moid"],
        "address": D9,
        "serial": "S01D9",
        "slot": "9",
        "seen_at": "2026-11-26T12:00:00.000+00:00",
    }
    done = clean(lab, extra_vars={"nvme_surprise_removal_events": [event]})
    assert done.rc == 0, done.output
    (row,) = report(done)
    assert (row["entry"], row["something_at_address"], row["serial"]) == ("none", True, "S01D9")
    assert "seen at 2026-11-26T12:00:00" in row["text"]
    assert (done.changed, lab.mutating_calls()) == ([], {})


def test_a_vm_that_is_no_vm_of_the_inventory_is_told_of(lab: Lab) -> None:
    lab.pull(ESXI, D9, keep_vm_entry=True)
    others = inventory()
    others["vms"]["hosts"]["database"]["nvme_hotplug_vm"] = {"name": "idle-01"}
    del others["vms"]["hosts"]["idle"]
    run = run_playbook(PLAYBOOK, lab, inventory=others)
    assert run.rc == 0, run.output
    assert f"VM {VM_NAME} on host {ESXI} has lost {D9}" in run.output
    assert (entries(lab), lab.mutating_calls()) == ([D8, D9], {})
    assert SPARE not in run.output

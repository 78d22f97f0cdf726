# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""replace_drive against a lab: a person swaps a drive while the playbook waits, or does something else instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_run import Command, Result, playbook_command, run_module, run_playbook
from interrupted import kill_after
from labclient import Lab
from people import once_awaited
from virtual_machine import virtual_machine

HOST, NAME = "esxi-01.lab", "storage"
D9, DA = "0000:d9:00.0", "0000:da:00.0"
OLD, SLOT = "S01D9", "8"
FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    passed = {"rebind_without_reboot": True, "passthrough_enabled": [D9, DA]}
    return {
        "hosts": [{"name": HOST, "version": "8.0.3", **passed}],
        "vms": [{"name": NAME, "power": "poweredOn", **FIT, "passthrough": [D9, DA]}],
    }


def order(**variables: Any) -> dict[str, Any]:
    """The host tells no serial numbers of drives that have passthrough; what the inventory knows of them counts."""
    known = [{"serial": OLD, "address": D9}, {"serial": "S01DA", "address": DA}]
    vm = {"nvme_hotplug_esxi_host": HOST, "nvme_replace_allow_guest_unchecked": True, "nvme_replace_pace_seconds": 0}
    inventory = {
        "esxi_hosts": {"hosts": {HOST: {"nvme_hotplug_known_drives": known}}},
        "vms": {"hosts": {NAME: vm}},
    }
    return {"inventory": inventory, "extra_vars": {"nvme_replace_drive": {"serial": OLD}, **variables}}


def play(lab: Lab, check: bool = False, **variables: Any) -> Result:
    return run_playbook("directpath.nvme.replace_drive", lab, check=check, **order(**variables))


def command(lab: Lab, folder: Path) -> Command:
    return playbook_command("directpath.nvme.replace_drive", lab, folder, **order())


def in_vm(lab: Lab) -> list[str]:
    (vm,) = lab.state()["vms"]
    return sorted(device["address"] for device in vm["pci_devices"])


def result(run: Result) -> dict[str, Any]:
    (facts,) = [
        task.result["ansible_facts"]["nvme_replace_result"]
        for task in run.of("set_fact")
        if "nvme_replace_result" in task.result.get("ansible_facts", {})
    ]
    return dict(facts)


def swap(lab: Lab, serial: str = "NEW1") -> None:
    lab.pull(HOST, D9)
    lab.insert(HOST, slot=int(SLOT), serial=serial)


def test_a_drive_is_swapped_while_the_playbook_waits(lab: Lab) -> None:
    assert play(lab, check=True).rc == 0
    assert lab.mutating_calls() == {}

    # The record says that the drive has left its VM, so that no task is waited for any more.
    with once_awaited(lab, lambda: swap(lab), after=lambda: lab.stats()["calls"].get("SetField", 0) == 2):
        run = play(lab)
    assert run.rc == 0, run.output
    assert f"It is safe now (N7) to pull it: slot {SLOT} of host {HOST}" in run.output
    done = result(run)
    assert (done["stage"], done["old"]["serial"], done["new"]["serial"]) == ("finished", OLD, "NEW1")
    assert list(done["reached"]) == ["begun", "removed", "pulled", "inserted", "added", "verified", "finished"]
    assert in_vm(lab) == [D9, DA]

    # The same order again, and one that would mean the new drive if nothing was known.
    changed = lab.mutating_calls()
    for named in ({"serial": OLD}, {"slot": SLOT}):
        again = play(lab, nvme_replace_drive=named)
        assert (again.rc, again.changed) == (0, []), again.output
    assert lab.mutating_calls() == changed


def test_it_goes_on_however_often_it_is_killed(lab: Lab, tmp_path: Path) -> None:
    def kill(method: str) -> None:
        lab.stats(reset=True)
        kill_after(command(lab, tmp_path), lab, method)

    kill("SetField")  # the record says that it has begun
    kill("ReconfigVM_Task")  # out of its VM
    stage = play(lab, nvme_replace_stage="remove")
    assert (stage.rc, result(stage)["stage"]) == (0, "to_pull"), stage.output
    lab.pull(HOST, D9)
    kill("WaitForUpdatesEx")  # nobody saw the pull; the new drive is awaited
    lab.insert(HOST, slot=int(SLOT), serial="NEW1")
    kill("UpdatePassthruConfig")
    kill("ReconfigVM_Task")  # in the VM

    last = play(lab, nvme_replace_stage="insert")
    assert last.rc == 0, last.output
    done = result(last)
    assert (done["stage"], done["old"]["serial"], done["new"]["serial"]) == ("finished", OLD, "NEW1")
    assert in_vm(lab) == [D9, DA]


def test_what_people_do_wrong_is_said_at_once(lab: Lab) -> None:
    def look(**more: Any) -> dict[str, Any]:
        args = {"name": NAME, "esxi_host_name": HOST, "drive": {"address": D9}, **more}
        answer = run_module("directpath.nvme.nvme_replacement", args, lab)
        if answer["failed"]:
            assert answer["error"]["remedy"] in answer["msg"]
        return answer

    def code(answer: dict[str, Any]) -> str:
        assert answer["failed"], answer
        return str(answer["error"]["code"])

    assert look(known_drives=[{"serial": OLD, "address": D9}])["stage"] == "in_vm"
    with virtual_machine(lab, NAME) as vm:
        vm.hot_remove(D9)
    assert look()["instruction"].endswith(f"slot {SLOT} of host {HOST}. Pull no other drive.")

    # Another one is pulled while the old one is awaited: said at once, with whose it was.
    with once_awaited(lab, lambda: lab.pull(HOST, DA, keep_vm_entry=True)):
        wrong = look(timeout=240)
    assert code(wrong) == "wrong_drive_pulled"
    assert f"{DA} (slot 9, of VM {NAME})" in wrong["msg"]
    lab.insert(HOST, slot=9, serial="S01DA")

    with once_awaited(lab, lambda: lab.pull(HOST, D9)):
        assert look(timeout=240)["stage"] == "to_insert"
    lab.insert(HOST, slot=20, serial="NEW1")
    elsewhere = look()
    assert code(elsewhere) == "wrong_slot"
    assert "(slot 20), not into slot 8" in elsewhere["msg"]
    lab.pull(HOST, elsewhere["error"]["device"])
    with once_awaited(lab, lambda: lab.insert(HOST, slot=int(SLOT), serial=OLD)):
        assert code(look(timeout=240)) == "old_drive_again"
    lab.pull(HOST, D9)
    lab.insert(HOST, slot=int(SLOT), serial="NEW2", vendor_device="1e0f:0011")
    assert code(look()) == "other_model"
    assert look(allow_other_model=True)["stage"] == "to_add"

    # Two at once are not done, and nothing is begun for a VM that went elsewhere.
    assert code(look(drive={"address": DA})) == "replacement_open"
    assert look(state="absent")["changed"]

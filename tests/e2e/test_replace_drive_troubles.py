# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""replace_drive against a lab, killed at each step; and what people do wrong meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_run import run_module
from interrupted import kill_after
from labclient import Lab
from people import once_awaited
from replacement_runs import CONFIG, D9, DA, HOST, NAME, OLD, SLOT, command, in_vm, play, result
from virtual_machine import virtual_machine


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


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


def test_a_guest_that_does_not_run_gives_nothing_up_and_one_that_does_not_answer_lets_nobody_pull(lab: Lab) -> None:
    hook = {"nvme_replace_before_removal": "hooks/before_removal_mdadm.yml", "nvme_replace_stage": "remove"}
    asked: dict[str, Any] = {**hook, "nvme_replace_allow_guest_unchecked": False}
    with virtual_machine(lab, NAME) as vm:
        vm.power_off()
        off = play(lab, **asked)
        assert (off.rc, result(off)["stage"], in_vm(lab)) == (0, "to_pull", [DA]), off.output
        assert "It is safe now (N7)" in off.output

        # As after a run that was killed before it saw whether the guest has let go of the drive.
        vm.power_on()
    silent = play(lab, **asked)
    assert "nobody may pull it yet (N7)" in silent.failed[-1].result["msg"]
    assert "It is safe now (N7)" not in "".join(str(task.result.get("msg")) for task in silent.of("debug"))

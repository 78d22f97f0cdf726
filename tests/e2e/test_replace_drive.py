# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""replace_drive against a lab, with a person who swaps the drive while the playbook waits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from labclient import Lab
from people import once_awaited
from replacement_runs import CONFIG, D9, DA, HOST, NAME, OLD, SLOT, in_vm, play, result, swap


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


HOOK = """
- name: Take it
  ansible.builtin.debug:
    msg: the guest takes {{ nvme_replace_new.serial }}
"""


def test_a_drive_is_swapped_while_the_playbook_waits(lab: Lab, tmp_path: Path) -> None:
    assert play(lab, check=True).rc == 0
    assert lab.mutating_calls() == {}

    hook = tmp_path / "hook.yml"
    hook.write_text(HOOK, encoding="utf-8")
    handing_over: dict[str, Any] = {"nvme_replace_after_add": str(hook), "nvme_replace_allow_foreign_data": [D9]}
    # The record says that the drive has left its VM, so that no task is waited for any more.
    with once_awaited(lab, lambda: swap(lab), after=lambda: lab.stats()["calls"].get("SetField", 0) == 2):
        run = play(lab, nvme_replace_health="require", **handing_over)
    assert f"It is safe now (N7) to pull it: slot {SLOT} of host {HOST}" in run.output
    # Nobody is asked how the new drive is, so that it is in the VM, and not handed over.
    (refused,) = run.failed
    assert in_vm(lab) == [D9, DA]
    assert f"at {HOST} {D9}, in {NAME}, is not known to be well: its guest is not asked." in refused.result["msg"]
    assert "the guest takes" not in run.output

    run = play(lab, **handing_over)
    assert run.rc == 0, run.output
    assert "the guest takes NEW1" in run.output
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

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rulebook clean_pulled_drives in a real ansible-rulebook: what is pulled is handled, also while it restarts."""

from __future__ import annotations

from pathlib import Path

from background import until
from event_source import rulebook
from labclient import Lab
from pulled import D8, D9, ESXI, VM_NAME, inventory


def entries(lab: Lab) -> list[str]:
    (vm,) = (vm for vm in lab.state()["vms"] if vm["name"] == VM_NAME)
    return sorted(device["address"] for device in vm["pci_devices"])


def test_pulled_drives_are_handled_also_while_it_restarts(lab: Lab, tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    with rulebook(lab, tmp_path, inventory(), pulled_drives_state_file=state) as first:
        lab.pull(ESXI, D9, keep_vm_entry=True)
        until(lambda: entries(lab) == [D8], "the entry is cleaned up")
        until(lambda: f"entry_gone: {D9}" in first.log, "and that is told")
        first.stop()
    lab.pull(ESXI, D8, keep_vm_entry=True)
    with rulebook(lab, tmp_path, inventory(), pulled_drives_state_file=state) as second:
        until(lambda: entries(lab) == [], "the entry of the drive that was pulled meanwhile is cleaned up")
        until(lambda: f"entry_gone: {D8}" in second.log, "and that is told")
        second.stop()
    # Each once, by one run of the playbook, in spite of the start in between.
    for address in (D8, D9):
        assert second.log.count(f"drive_pulled: {address}") == 1
        assert f"VM {VM_NAME} has lost {address}" in second.output
    assert lab.mutating_calls() == {"ReconfigVM_Task": 2}
    assert "entry_left" not in second.log
    assert lab.password not in second.output + second.log + Path(state).read_text(encoding="utf-8")

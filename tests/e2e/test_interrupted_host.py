# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that dies again and again while it prepares a host: every run goes on from there, and one reboot does.

A file of its own, beside test_interrupted.py, so that two workers can share these slow tests.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_run import playbook_command, run_playbook
from interrupted import CONFIG, inventory, kill_after, kill_in_reboot, remember_drives, vm_of
from labclient import Lab
from virtual_machine import virtual_machine
from vsphere import enter_maintenance_mode, in_maintenance_mode, maintenance_mark

PREPARE = "directpath.nvme.prepare_hosts"

BEFORE_THE_MARK = [
    "UpdatePassthruConfig",  # settings written, nothing else
    "SetField",  # marked, not yet in maintenance mode
]
MARKED = [
    "ShutdownGuest",  # the VM is going down
    "EnterMaintenanceMode_Task",
    "ExitMaintenanceMode_Task",  # after the reboot; the VM is still off
]


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def marked_vms(lab: Lab) -> list[str]:
    """The VMs to start again. Only the mark knows them, once they are off."""
    return [vm["name"] for vm in json.loads(maintenance_mark(lab, "fresh.lab") or "{}")["vms"]]


def test_a_host_is_finished_however_often_a_run_dies(lab: Lab, tmp_path: Path) -> None:
    remember_drives(lab, "fresh")
    command = playbook_command(PREPARE, lab, tmp_path, inventory=inventory("fresh"))
    # None of these methods is called before its turn, so each run gets further than the one before.
    for method in BEFORE_THE_MARK:
        kill_after(command, lab, method)
    for method in MARKED:
        kill_after(command, lab, method)
        assert marked_vms(lab) == ["fresh-vm"], method

    run = run_playbook(PREPARE, lab, inventory=inventory("fresh"))
    assert run.rc == 0, run.output
    assert not in_maintenance_mode(lab, "fresh.lab")
    assert maintenance_mark(lab, "fresh.lab") == ""
    assert lab.mutating_calls()["RebootHost_Task"] == 1
    assert vm_of(lab, "fresh") == {"power": "poweredOn", "drives": []}


def test_a_maintenance_mode_of_somebody_else_outlives_runs_that_die_in_it(lab: Lab, tmp_path: Path) -> None:
    with virtual_machine(lab, "fresh-vm") as vm:
        vm.power_off()
    enter_maintenance_mode(lab, "fresh.lab")
    remember_drives(lab, "fresh")
    command = playbook_command(PREPARE, lab, tmp_path, inventory=inventory("fresh"))
    kill_after(command, lab, "SetField")
    assert json.loads(maintenance_mark(lab, "fresh.lab") or "{}")["found"] is True
    kill_in_reboot(command, lab, "fresh")
    assert json.loads(maintenance_mark(lab, "fresh.lab") or "{}")["found"] is True
    lab.release()

    run = run_playbook(PREPARE, lab, inventory=inventory("fresh"))
    assert run.rc == 0, run.output
    assert in_maintenance_mode(lab, "fresh.lab")
    assert maintenance_mark(lab, "fresh.lab") == ""
    assert lab.mutating_calls()["RebootHost_Task"] == 1
    assert "ExitMaintenanceMode_Task" not in lab.mutating_calls()
    assert vm_of(lab, "fresh") == {"power": "poweredOff", "drives": []}

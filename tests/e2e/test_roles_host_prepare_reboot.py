# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role host_prepare where a maintenance mode or a reboot goes wrong, or is another run's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_run import playbook_command
from background import LONGEST, running, until_called
from host_preparation import DRIVE, FREE, PLAYBOOK, failure, prepare, state
from labclient import Lab
from module_steps import run_steps
from vsphere import enter_maintenance_mode

CONFIG: dict[str, Any] = {
    "settings": {"reboot_seconds": 0.5},
    "hosts": [{"name": "plain.lab", "version": "8.0.1"}, {"name": "other.lab", "version": "8.0.1"}],
    "vms": [{"name": "deaf-vm", "host": "other.lab", "power": "poweredOn"}],
}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


@pytest.mark.parametrize("unclear", [False, True])
def test_a_refused_reboot_leaves_a_maintenance_mode_of_somebody_else(lab: Lab, unclear: bool) -> None:
    enter_maintenance_mode(lab, "plain.lab")
    lab.fault("RebootHost_Task", fault_type="InvalidState" if unclear else "RestrictedVersion", message="Not now.")
    message = failure(prepare(lab, "plain.lab", **DRIVE))
    assert "The host stays in the maintenance mode in which it was found" in message
    assert ("the next run goes on from there" in message) is unclear
    assert state(lab, "plain.lab") == {"maintenance": True, "ours": unclear}


def test_vms_that_were_shut_down_wait_for_the_end_of_a_maintenance_mode_of_somebody_else(lab: Lab) -> None:
    """Nothing is started on a host that stays in maintenance mode, and the mark, which goes, alone knows the VMs."""
    enter_maintenance_mode(lab, "plain.lab")
    (moid,) = [vm["moid"] for vm in lab.state()["vms"] if vm["name"] == "deaf-vm"]
    mark = {"esxi_host_name": "plain.lab", "vms": [{"name": "deaf-vm", "moid": moid}], "found": True}
    run_steps(lab, "directpath.nvme.host_maintenance_claim", mark)
    run = prepare(lab, "plain.lab", **DRIVE)
    assert run.rc == 0, run.output
    assert "not started: deaf-vm. Start them when it is over." in run.output
    assert not {"ExitMaintenanceMode_Task", "PowerOnVM_Task"} & set(lab.mutating_calls())
    assert state(lab, "plain.lab") == {"maintenance": True, "ours": False}


def test_a_refused_reboot_gives_the_host_back(lab: Lab) -> None:
    lab.fault("RebootHost_Task", fault_type="RestrictedVersion", message="Not with this licence.")
    message = failure(prepare(lab, "plain.lab", **DRIVE))
    assert "plain.lab refused to reboot" in message
    assert "out of maintenance mode" in message
    assert state(lab, "plain.lab") == FREE


def test_a_reboot_that_may_be_under_way_leaves_everything_down(lab: Lab) -> None:
    """InvalidState is what a host says that is going down already: nothing is started on it."""
    lab.fault("RebootHost_Task", fault_type="InvalidState", message="Not now.")
    message = failure(prepare(lab, "plain.lab", **DRIVE))
    assert "plain.lab refused to reboot" in message
    assert "another reboot may be under way" in message
    assert "the next run goes on from there" in message
    assert not {"ExitMaintenanceMode_Task", "PowerOnVM_Task"} & set(lab.mutating_calls())
    assert state(lab, "plain.lab") == {"maintenance": True, "ours": True}


@pytest.mark.parametrize("by_hand", [False, True])
def test_two_runs_at_once_reboot_a_host_once(lab: Lab, tmp_path: Path, by_hand: bool) -> None:
    """Whoever entered the maintenance mode: the second run is refused while the first is just about to reboot."""
    if by_hand:
        enter_maintenance_mode(lab, "plain.lab")
    lab.hold("RebootHost_Task")
    command = playbook_command(PLAYBOOK, lab, tmp_path, inventory={"esxi_hosts": {"hosts": {"plain.lab": DRIVE}}})
    with running(command) as first:
        until_called(first, lab, "RebootHost_Task")
        second = prepare(lab, "plain.lab", **DRIVE)
        assert "is being worked on by run" in failure(second)
        assert second.failed[-1].result["error"]["code"] == "claim_held"
        lab.release()
        assert first.wait(timeout=LONGEST) == 0
    assert lab.mutating_calls()["RebootHost_Task"] == 1
    assert state(lab, "plain.lab") == {"maintenance": by_hand, "ours": False}


def test_a_failed_entry_into_maintenance_mode_leaves_no_mark(lab: Lab) -> None:
    lab.fault("EnterMaintenanceMode_Task", fault_type="Timedout", message="Operation timed out.")
    message = failure(prepare(lab, "plain.lab", **DRIVE))
    assert "out of maintenance mode" in message
    assert "RebootHost_Task" not in lab.stats()["mutating"]["calls"]
    assert state(lab, "plain.lab") == FREE


def test_a_host_that_does_not_come_back_in_time_stays_ours_for_the_next_run(lab: Lab, tmp_path: Path) -> None:
    lab.hold("boot")
    message = failure(prepare(lab, "plain.lab", host_prepare_reboot_timeout=2, **DRIVE))
    assert "the next run goes on from there" in message
    assert state(lab, "plain.lab") == {"maintenance": True, "ours": True}
    lab.stats(reset=True)
    command = playbook_command(PLAYBOOK, lab, tmp_path, inventory={"esxi_hosts": {"hosts": {"plain.lab": DRIVE}}})
    with running(command) as second:
        # It has taken over the mark, and found the host down.
        until_called(second, lab, "SetField")
        lab.release()
        assert second.wait(timeout=LONGEST) == 0
    assert state(lab, "plain.lab") == FREE
    assert "RebootHost_Task" not in lab.mutating_calls()

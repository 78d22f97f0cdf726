# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""community.vmware toggles passthrough, by name and by address."""

from __future__ import annotations

from ansible_run import run_module, run_playbook
from labclient import Lab

MODULE = "community.vmware.vmware_host_passthrough"
DEVICE = "0000:d8:00.0"


def passthrough(lab: Lab, host: str) -> tuple[bool, bool]:
    """Enabled and active, as the lab itself has it."""
    (device,) = (d for h in lab.state()["hosts"] if h["name"] == host for d in h["devices"] if d["address"] == DEVICE)
    return device["passthrough_enabled"], device["passthrough_active"]


def test_enable_and_disable(lab: Lab) -> None:
    on = {"esxi_hostname": "esxi-02.lab", "devices": [{"device": DEVICE}], "state": "present"}
    off = {**on, "state": "absent"}
    tasks = [{"name": f"Set {step['state']}", MODULE: step} for step in (on, on, off, on)]
    done = run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], lab)
    assert [task.result.get("changed") for task in done.tasks] == [True, False, True, True], done.output
    assert passthrough(lab, "esxi-02.lab") == (True, True)
    assert lab.mutating_calls() == {"UpdatePassthruConfig": 3}


def test_a_host_that_needs_a_reboot(lab: Lab) -> None:
    arguments = {"esxi_hostname": "esxi-01.lab", "devices": [{"device": DEVICE}]}
    assert run_module(MODULE, arguments, lab)["changed"]
    assert passthrough(lab, "esxi-01.lab") == (True, False)


def test_an_unknown_device(lab: Lab) -> None:
    arguments = {"esxi_hostname": "esxi-01.lab", "devices": [{"device": "0000:ff:00.0"}]}
    assert run_module(MODULE, arguments, lab)["failed"]
    assert lab.mutating_calls() == {}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting over a line that loses answers, from a server that does not repeat them, as the simulator does not."""

from __future__ import annotations

from typing import Any

import pytest
from labclient import Lab
from module_steps import run_steps
from vsphere import enter_maintenance_mode

WAIT = "WaitForUpdatesEx"
DRIVE = "0000:d9:00.0"
ADD = {"name": "vm-01", "devices": [{"address": DRIVE}], "timeout": 60}
REBOOT = {"esxi_host_name": "waiting.lab", "timeout": 60}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    fit = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
    return {
        # Long enough for the end of a task, and of a reboot, to come as an update of what was seen before.
        "settings": {"reboot_seconds": 0.5, "task_seconds": 0.3},
        "hosts": [
            {"name": "ready.lab", "version": "8.0.3", "passthrough_enabled": [DRIVE]},
            {"name": "waiting.lab", "version": "8.0.1", "kernel": {"maxIntrCookies": {"configured": "4096"}}},
        ],
        "vms": [{"name": "vm-01", "host": "ready.lab", "power": "poweredOn", **fit}],
    }


@pytest.mark.parametrize(
    ("when", "skip", "count"), [("before", 0, 1), ("after", 0, 3), ("after", 1, 1), ("before", 1, 3)]
)
def test_a_task_ends_however_its_answers_are_lost(lab: Lab, when: Any, skip: int, count: int) -> None:
    lab.fault(WAIT, drop_connection=when, skip=skip, count=count)
    (done,) = run_steps(lab, "directpath.nvme.vm_pci_hotplug", ADD)
    assert (done["failed"], done["changed"]) == (False, True), done
    assert lab.stats()["calls"]["ReconfigVM_Task"] == 1
    assert [device["address"] for device in lab.state()["vms"][0]["pci_devices"]] == [DRIVE]


@pytest.mark.parametrize("skip", [1, 3])
def test_a_reboot_is_seen_however_its_answers_are_lost(lab: Lab, skip: int) -> None:
    enter_maintenance_mode(lab, "waiting.lab")
    lab.fault(WAIT, drop_connection="after", skip=skip, count=2)
    (done,) = run_steps(lab, "directpath.nvme.host_reboot", REBOOT)
    assert not done["failed"], done
    assert done["hosts"][0]["rebooted"]
    assert lab.mutating_calls() == {"RebootHost_Task": 1}

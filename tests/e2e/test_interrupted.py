# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that dies in the middle of a run: the next run finishes the job and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_run import Command, playbook_command, run_module, run_playbook
from labclient import Lab

SITE = "directpath.nvme.site"
EFI = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
HOST = "esxi-01.lab"
CONFIG: dict[str, Any] = {
    "settings": {"reboot_seconds": 0.5},
    "hosts": [{"name": HOST, "version": "8.0.1"}],
    "vms": [{"name": "storage-vm", "host": HOST, "power": "poweredOn", "tools_running": True, **EFI}],
}
DRIVES = ["0000:d8:00.0", "0000:d9:00.0"]
INVENTORY: dict[str, Any] = {
    "esxi_hosts": {"hosts": {HOST: {"host_prepare_shutdown_vms": True}}},
    "vms": {
        "hosts": {
            "storage-vm": {
                "vcenter_datacenter": "DC0",
                "nvme_hotplug_esxi_host": HOST,
                "nvme_hotplug_devices": [{"address": address} for address in DRIVES],
            }
        }
    },
}
LONGEST = 240.0
"""Seconds until a run must have come to the point at which it is to die."""


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def processes_of(root: int) -> list[int]:
    """A process and all below it. Ansible's workers lead sessions of their own, so a process group is not enough."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may contain anything; the parent comes two fields after it.
            fields = path.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(path.parent.name)] = int(fields[1])
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def kill_after(command: Command, lab: Lab, method: str, count: int) -> None:
    """Start a run and kill it, with everything it started, once the lab has got this many calls of a method."""
    # Its output goes nowhere, so that it cannot block on a full pipe.
    process = subprocess.Popen(command.argv, env=command.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + LONGEST
        while lab.stats()["calls"].get(method, 0) < count:
            assert process.poll() is None, f"the run ended before {method} was called {count} times"
            assert time.monotonic() < deadline, f"{method} was not called {count} times in time"
            time.sleep(0.05)
    finally:
        for pid in processes_of(process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()


@pytest.mark.parametrize(
    ("method", "count"),
    [
        ("UpdatePassthruConfig", 1),  # settings written, nothing else
        ("SetField", 1),  # marked, not yet in maintenance mode
        ("ShutdownGuest", 1),  # the VM is going down
        ("EnterMaintenanceMode_Task", 1),
        ("RebootHost_Task", 1),  # the host is away
        ("ExitMaintenanceMode_Task", 1),  # the VM is still off
        ("ReconfigVM_Task", 1),  # one of two drives added
    ],
)
def test_a_killed_run_is_finished_by_the_next(lab: Lab, tmp_path: Path, method: str, count: int) -> None:
    kill_after(playbook_command(SITE, lab, tmp_path, inventory=INVENTORY), lab, method, count)
    run = run_playbook(SITE, lab, inventory=INVENTORY)
    assert run.rc == 0, run.output

    host = run_module("directpath.nvme.hotplug_readiness_info", {"esxi_host_name": HOST}, lab)["hosts"][0]
    assert not host["in_maintenance_mode"]
    assert not host["maintenance_claim"]["claimed"]
    (vm,) = lab.state()["vms"]
    assert vm["power"] == "poweredOn"
    assert [device["address"] for device in vm["pci_devices"]] == DRIVES
    calls = lab.stats()["mutating"]["calls"]
    assert calls["RebootHost_Task"] == 1
    assert calls["ReconfigVM_Task"] == len(DRIVES)

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
PREPARE = "directpath.nvme.prepare_hosts"
ADD = "directpath.nvme.hot_add_nvme"

EFI = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
DRIVES = ["0000:d8:00.0", "0000:d9:00.0"]
CONFIG: dict[str, Any] = {
    "settings": {"reboot_seconds": 0.5},
    "hosts": [
        {"name": "fresh.lab", "version": "8.0.1"},
        {"name": "ready.lab", "version": "8.0.3", "passthrough_enabled": DRIVES},
    ],
    "vms": [
        {"name": "fresh-vm", "host": "fresh.lab", "power": "poweredOn", "tools_running": True, **EFI},
        {"name": "ready-vm", "host": "ready.lab", "power": "poweredOn", **EFI},
    ],
}


def inventory(name: str) -> dict[str, Any]:
    """A host and its VM. The VM runs, pins the host, and may be shut down for the host's reboot."""
    host, vm = f"{name}.lab", f"{name}-vm"
    devices = [{"address": address} for address in DRIVES]
    wanted = {"vcenter_datacenter": "DC0", "nvme_hotplug_esxi_host": host, "nvme_hotplug_devices": devices}
    return {
        "esxi_hosts": {"hosts": {host: {"host_prepare_shutdown_vms": True}}},
        "vms": {"hosts": {vm: wanted}},
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


def kill_after(command: Command, lab: Lab, method: str) -> None:
    """Start a run and kill it, with everything it started, once the lab has got a call of this method."""
    # Its output goes nowhere, so that it cannot block on a full pipe.
    process = subprocess.Popen(command.argv, env=command.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + LONGEST
        while method not in lab.stats()["calls"]:
            assert process.poll() is None, f"the run ended before {method} was called"
            assert time.monotonic() < deadline, f"{method} was not called in time"
            time.sleep(0.05)
    finally:
        for pid in processes_of(process.pid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait()


def vm_of(lab: Lab, name: str) -> dict[str, Any]:
    (vm,) = [vm for vm in lab.state()["vms"] if vm["name"] == f"{name}-vm"]
    return {"power": vm["power"], "drives": [device["address"] for device in vm["pci_devices"]]}


@pytest.mark.parametrize(
    ("playbook", "method"),
    [
        (PREPARE, "UpdatePassthruConfig"),  # settings written, nothing else
        (PREPARE, "SetField"),  # marked, not yet in maintenance mode
        (PREPARE, "ShutdownGuest"),  # the VM is going down
        (PREPARE, "EnterMaintenanceMode_Task"),
        (SITE, "RebootHost_Task"),  # the host is away
        (PREPARE, "ExitMaintenanceMode_Task"),  # the VM is still off
    ],
)
def test_the_next_run_finishes_a_host(lab: Lab, tmp_path: Path, playbook: str, method: str) -> None:
    kill_after(playbook_command(playbook, lab, tmp_path, inventory=inventory("fresh")), lab, method)
    run = run_playbook(playbook, lab, inventory=inventory("fresh"))
    assert run.rc == 0, run.output

    found = run_module("directpath.nvme.hotplug_readiness_info", {"esxi_host_name": "fresh.lab"}, lab)["hosts"][0]
    assert not found["in_maintenance_mode"]
    assert not found["maintenance_claim"]["claimed"]
    assert lab.stats()["mutating"]["calls"]["RebootHost_Task"] == 1
    assert vm_of(lab, "fresh") == {"power": "poweredOn", "drives": DRIVES if playbook == SITE else []}


def test_the_next_run_adds_the_other_drive(lab: Lab, tmp_path: Path) -> None:
    kill_after(playbook_command(ADD, lab, tmp_path, inventory=inventory("ready")), lab, "ReconfigVM_Task")
    run = run_playbook(ADD, lab, inventory=inventory("ready"))
    assert run.rc == 0, run.output
    assert vm_of(lab, "ready") == {"power": "poweredOn", "drives": DRIVES}
    assert lab.stats()["mutating"]["calls"]["ReconfigVM_Task"] == len(DRIVES)

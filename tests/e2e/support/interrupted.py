# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that dies in the middle of a run, on one of two hosts: fresh.lab with nothing done yet, or ready.lab."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from ansible_run import Command
from labclient import Lab

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
    wanted = {"nvme_hotplug_esxi_host": host, "nvme_hotplug_devices": devices, "hotplug_verify_guest": False}
    return {
        "esxi_hosts": {"hosts": {host: {"host_prepare_shutdown_vms": True}}},
        "vms": {"hosts": {vm: {"vcenter_datacenter": "DC0", **wanted}}},
    }


LONGEST = 240.0
"""Seconds until a run must have come to the point at which it is to die."""


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

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that dies in the middle of a run, on one of two hosts: fresh.lab with nothing done yet, or ready.lab."""

from __future__ import annotations

from typing import Any

from ansible_run import Command, run_module
from background import running, until, until_called
from labclient import Lab
from vsphere import host

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


def kill_after(command: Command, lab: Lab, method: str) -> None:
    """Start a run and kill it, with everything it started, once the lab has got a call of this method."""
    with running(command) as process:
        until_called(process, lab, method)


def remember_drives(lab: Lab, name: str) -> None:
    """Let a host's drives be remembered, so that the only custom attribute that a run sets is the mark."""
    run_module("directpath.nvme.host_drive_memory", {"esxi_host_name": f"{name}.lab"}, lab)
    lab.stats(reset=True)


def kill_in_reboot(command: Command, lab: Lab, name: str) -> None:
    """Kill a run that has told the host to reboot, and return when the host is down, where it stays until released.

    A run that found it up, about to go down, would rightly refuse to go on.
    """
    lab.hold("boot")
    kill_after(command, lab, "RebootHost_Task")
    with host(lab, f"{name}.lab") as found:
        until(lambda: found.runtime.connectionState == "notResponding", "the host's going down")


def vm_of(lab: Lab, name: str) -> dict[str, Any]:
    (vm,) = [vm for vm in lab.state()["vms"] if vm["name"] == f"{name}-vm"]
    return {"power": vm["power"], "drives": [device["address"] for device in vm["pci_devices"]]}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of replace_drive: a VM with two drives on a host that needs no reboot, and no guest to be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_run import Command, Result, playbook_command, run_playbook
from labclient import Lab

HOST, NAME = "esxi-01.lab", "storage"
D9, DA = "0000:d9:00.0", "0000:da:00.0"
OLD, SLOT = "S01D9", "8"
_FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}

CONFIG: dict[str, Any] = {
    "hosts": [{"name": HOST, "version": "8.0.3", "rebind_without_reboot": True, "passthrough_enabled": [D9, DA]}],
    "vms": [{"name": NAME, "power": "poweredOn", **_FIT, "passthrough": [D9, DA]}],
}


def order(**variables: Any) -> dict[str, Any]:
    """The host tells no serial numbers of drives that have passthrough; what the inventory knows of them counts."""
    known = [{"serial": OLD, "address": D9}, {"serial": "S01DA", "address": DA}]
    vm = {"nvme_hotplug_esxi_host": HOST, "nvme_replace_allow_guest_unchecked": True, "nvme_replace_pace_seconds": 0}
    inventory = {
        "esxi_hosts": {"hosts": {HOST: {"nvme_hotplug_known_drives": known}}},
        "vms": {"hosts": {NAME: vm}},
    }
    return {"inventory": inventory, "extra_vars": {"nvme_replace_drive": {"serial": OLD}, **variables}}


def play(lab: Lab, check: bool = False, **variables: Any) -> Result:
    return run_playbook("directpath.nvme.replace_drive", lab, check=check, **order(**variables))


def command(lab: Lab, folder: Path) -> Command:
    return playbook_command("directpath.nvme.replace_drive", lab, folder, **order())


def in_vm(lab: Lab) -> list[str]:
    (vm,) = lab.state()["vms"]
    return sorted(device["address"] for device in vm["pci_devices"])


def result(run: Result) -> dict[str, Any]:
    (facts,) = [
        task.result["ansible_facts"]["nvme_replace_result"]
        for task in run.of("set_fact")
        if "nvme_replace_result" in task.result.get("ansible_facts", {})
    ]
    return dict(facts)


def swap(lab: Lab, serial: str = "NEW1") -> None:
    lab.pull(HOST, D9)
    lab.insert(HOST, slot=int(SLOT), serial=serial)

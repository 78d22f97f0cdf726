# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small fleet in which something enters and something leaves, its inventory, and runs of playbooks on it."""

from __future__ import annotations

from typing import Any

from ansible_run import Result
from labclient import Lab

D8, D9, DA, NIC = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:3b:00.0"

_READY = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True, "power": "poweredOn"}
_HOST = {"version": "8.0.3", "cluster": "c", "rebind_without_reboot": True}

CONFIG: dict[str, Any] = {
    "hosts": [
        {"name": "esxi-01.lab", "passthrough_enabled": [D8, D9], **_HOST},
        {"name": "esxi-02.lab", "passthrough_enabled": [D8, D9], **_HOST},
    ],
    "vms": [
        {"name": "db-01", "host": "esxi-01.lab", "passthrough": [D8, D9], **_READY},
        {"name": "db-02", "host": "esxi-02.lab", "passthrough": [D8, D9, NIC], **_READY},
        {"name": "db-03", "host": "esxi-01.lab", **_READY},
    ],
}

BEFORE = {"db-01": [D8, D9], "db-02": [D8, D9, NIC], "db-03": []}
AFTER = {"db-01": [D8], "db-02": [D8, NIC], "db-03": [DA]}

_ABSENT = {"address": D9, "state": "absent"}
_VMS: dict[str, dict[str, Any]] = {
    "db-01": {"nvme_hotplug_esxi_host": "esxi-01.lab", "nvme_hotplug_devices": [{"address": D8}, _ABSENT]},
    "db-02": {
        "nvme_hotplug_esxi_host": "esxi-02.lab",
        "nvme_hotplug_devices": [{"address": D8}],
        "nvme_hotplug_exact": True,
    },
    "db-03": {"nvme_hotplug_esxi_host": "esxi-01.lab", "nvme_hotplug_devices": [{"address": DA}]},
}

UNCHECKED = {"nvme_hot_remove_allow_guest_unchecked": True}


def inventory(*, of_vms: dict[str, Any] | None = None, **changes: dict[str, Any]) -> dict[str, Any]:
    """The inventory, with variables of all VMs and changed ones of some (their names with _ for -)."""
    named = {name.replace("_", "-"): values for name, values in changes.items()}
    vms = {name: {**values, **named.get(name, {})} for name, values in _VMS.items()}
    return {
        "esxi_hosts": {"hosts": {"esxi-01.lab": {}, "esxi-02.lab": {}}},
        "vms": {"hosts": vms, "vars": {"hotplug_verify_guest": False, **(of_vms or {})}},
    }


def drives(lab: Lab) -> dict[str, list[str]]:
    """The passthrough devices of each VM, by address."""
    return {vm["name"]: [device["address"] for device in vm["pci_devices"]] for vm in lab.state()["vms"]}


def plan_shown(run: Result) -> list[str]:
    """The plan as the run showed it."""
    (task,) = [task for task in run.of("debug") if task.task.endswith("Show the plan")]
    return [str(line) for line in task.result["msg"]]


def refusal(run: Result) -> str:
    """The one line of a run that ended because of it."""
    assert run.rc != 0, run.output
    (failed,) = run.failed
    told = str(failed.result["msg"])
    assert "\n" not in told
    assert "Traceback" not in run.output
    return told


def artifacts(run: Result) -> dict[str, Any]:
    """What the run handed to AWX."""
    found: dict[str, Any] = {}
    for task in run.of("set_stats"):
        found.update(task.result["ansible_stats"]["data"])
    return found

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labs with pairs of a host and a VM, and the inventories that want one drive of the host in its VM."""

from __future__ import annotations

from typing import Any

ADDRESS = "0000:d8:00.0"
SECOND = "0000:d9:00.0"
CLUSTER = "fleet"

Pairs = list[dict[str, str]]


def pairs(count: int) -> Pairs:
    return [{"host": f"esxi-{n:04d}.lab", "vm": f"vm-{n:04d}", "address": ADDRESS} for n in range(1, count + 1)]


def hosts(wanted: Pairs, *, passthrough: bool) -> dict[str, Any]:
    """The configuration of a lab with the hosts alone, in one cluster. 8.0.3 has the boot parameter by default (P2)."""
    on = {"passthrough_enabled": [ADDRESS]} if passthrough else {}
    common = {"version": "8.0.3", "cluster": CLUSTER, "rebind_without_reboot": True, **on}
    return {"hosts": [{"name": pair["host"], **common} for pair in wanted], "vms": []}


def prepared(wanted: Pairs, *, with_drives: bool) -> dict[str, Any]:
    """The configuration of a lab with hosts and running VMs as the roles prepare them (P2, P5 to P7)."""
    settings = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
    drives = {"passthrough": [ADDRESS]} if with_drives else {}
    common = {"power": "poweredOn", **settings, **drives}
    vms = [{"name": pair["vm"], "host": pair["host"], **common} for pair in wanted]
    return {**hosts(wanted, passthrough=True), "vms": vms}


def inventory(wanted: Pairs) -> dict[str, Any]:
    """The guests are not asked, as there are none: what is measured is vSphere's side."""
    vms = {
        pair["vm"]: {"nvme_hotplug_esxi_host": pair["host"], "nvme_hotplug_devices": [{"address": pair["address"]}]}
        for pair in wanted
    }
    return {
        "esxi_hosts": {"hosts": {pair["host"]: {} for pair in wanted}},
        "vms": {"hosts": vms, "vars": {"vcenter_datacenter": "DC0", "hotplug_verify_guest": False}},
    }


def desired(wanted: Pairs) -> dict[str, Any]:
    """What the inventory wants, as the arguments of hotplug_plan."""
    return {
        "hosts": [
            {
                "inventory_name": pair["host"],
                "esxi_host_name": pair["host"],
                "datacenter": "DC0",
                "devices": [{"address": pair["address"]}],
                "one_drive_each": True,
            }
            for pair in wanted
        ],
        "vms": [
            {
                "inventory_name": pair["vm"],
                "name": pair["vm"],
                "datacenter": "DC0",
                "esxi_host_name": pair["host"],
                "devices": [{"address": pair["address"], "state": "present"}],
            }
            for pair in wanted
        ],
    }


def two_each(count: int) -> Pairs:
    """Two VMs on each host, each with a drive of its own."""
    return [
        {**pair, "vm": f"{pair['vm']}-{drive}", "address": drive}
        for pair in pairs(count)
        for drive in (ADDRESS, SECOND)
    ]


def prepared_twice(wanted: Pairs) -> dict[str, Any]:
    """As prepared(), for two_each()."""
    found = prepared(wanted, with_drives=False)
    hosts_once = {host["name"]: {**host, "passthrough_enabled": [ADDRESS, SECOND]} for host in found["hosts"]}
    vms = [{**vm, "passthrough": [pair["address"]]} for vm, pair in zip(found["vms"], wanted, strict=True)]
    return {"hosts": list(hosts_once.values()), "vms": vms}


def judged(wanted: Pairs) -> dict[str, Any]:
    """What the inventory wants of two_each(), as the arguments of hotplug_readiness_info."""
    found = desired(wanted)
    return {"hosts": list({host["inventory_name"]: host for host in found["hosts"]}.values()), "vms": found["vms"]}


def drives_of(state: dict[str, Any]) -> dict[str, list[str]]:
    """VM -> addresses of its passthrough devices, from the lab's own state."""
    return {vm["name"]: [device["address"] for device in vm["pci_devices"]] for vm in state["vms"]}


def passed_through(state: dict[str, Any]) -> set[str]:
    """The hosts on which passthrough of the drive is in force, from the lab's own state."""
    return {
        host["name"]
        for host in state["hosts"]
        for device in host["devices"]
        if device["address"] == ADDRESS and device["passthrough_active"]
    }

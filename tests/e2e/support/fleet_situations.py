# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts and VMs of a lab in all sorts of situations, each with what an inventory wants of it."""

from __future__ import annotations

from typing import Any

from labclient import Lab
from pyVim.task import WaitForTask
from virtual_machine import virtual_machine

Facts = dict[str, Any]

BOOT, VMFS, UNKNOWN, NIC, NEIGHBOUR = (f"0000:{bus}:00.0" for bus in ("17", "18", "1a", "3b", "5e"))
D8, D9, DA, NOWHERE = (f"0000:{bus}:00.0" for bus in ("d8", "d9", "da", "ff"))

NEW: Facts = {"version": "8.0.3"}
"""Its maxIntrCookies is in force from the start, so that only passthrough needs a reboot."""

READY: Facts = {**NEW, "passthrough_enabled": [D8, D9]}

FIT: Facts = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}

RUNNING: Facts = {**FIT, "power": "poweredOn"}

PENDING = {"address": D8, "passthrough_enabled": True, "passthrough_active": False}


def at(*addresses: str) -> list[dict[str, str]]:
    return [{"address": address} for address in addresses]


def out(*addresses: str) -> list[dict[str, str]]:
    return [{"address": address, "state": "absent"} for address in addresses]


HOSTS: dict[str, tuple[Facts | None, list[dict[str, str]]]] = {
    "fresh": ({}, at(D9, D8)),
    "prepared": (READY, at(D8)),
    "waiting": (
        {"kernel": {"maxIntrCookies": {"configured": "4096", "runtime": "1024"}}, "devices": [PENDING]},
        at(D8),
    ),
    "rebinds": ({**NEW, "rebind_without_reboot": True}, at(D8)),
    "boot-disk": (NEW, at(BOOT)),
    "vmfs": (NEW, at(VMFS)),
    "unknown-use": (NEW, at(UNKNOWN)),
    "neighbour": (NEW, at(NEIGHBOUR)),
    "foreign": ({**NEW, "devices": [{"address": D8, "use": "partitions"}]}, at(D8)),
    "hides-a-vm": (NEW, at(D8)),
    "pending-vmfs": ({**NEW, "devices": [{**PENDING, "address": VMFS}]}, at(VMFS)),
    "network-card": (NEW, at(NIC)),
    "no-such-drive": (NEW, at(D8, NOWHERE)),
    "two-alike": (NEW, [{"vendor_device": "144d:a80a"}]),
    "incapable": ({**NEW, "devices": [{"address": D8, "passthrough_capable": False}]}, at(D8)),
    "away": ({**NEW, "connected": False}, at(D8)),
    "old": ({"version": "7.0.3"}, at(D8)),
    "denied": (NEW, at(D8)),
    "nowhere": (None, at(D8)),
}
"""By name: the host of the lab, None for one that is not there, and the drives that are wanted of it."""

VMS: dict[str, tuple[str, Facts | None, Facts]] = {
    "as-wanted": ("ready", {**RUNNING, "passthrough": [D8]}, {"devices": at(D8)}),
    "new-drive": ("ready", RUNNING, {"devices": at(D9)}),
    "factory": ("ready-2", {}, {"devices": []}),
    "factory-allowed": (
        "ready-2",
        {"cpu_hot_add": True},
        {"devices": [], "allow_firmware_change": True, "correct_unsupported": True},
    ),
    "runs-unfit": ("ready-2", {**RUNNING, "fpt_hotplug": False}, {"devices": []}),
    "cpu-hot-plug": ("ready-2", {**RUNNING, "cpu_hot_add": True}, {"devices": []}),
    "nested": ("ready-2", {**FIT, "nested_hv": True}, {"devices": []}),
    "asleep": ("ready-2", RUNNING, {"devices": at(D9), "prepare": False}),
    "is-off": ("ready-3", FIT, {"devices": at(D9), "prepare": False}),
    "elsewhere": ("ready-3", RUNNING, {"devices": [], "esxi_host_name": "ready.lab"}),
    "elsewhere-unprepared": ("ready-3", RUNNING, {"devices": at(D8), "esxi_host_name": "ready.lab", "prepare": False}),
    "rival": ("leaving", RUNNING, {"devices": at(D8), "prepare": False}),
    "not-in-force": ("plain", RUNNING, {"devices": at(D8), "prepare": False}),
    "drive-missing": ("ready-3", RUNNING, {"devices": at(NOWHERE), "prepare": False}),
    "takes-a-card": ("ready-3", RUNNING, {"devices": at(NIC), "prepare": False}),
    "alike": ("ready-3", RUNNING, {"devices": [{"vendor_device": "144d:a80a"}], "prepare": False}),
    "leaving-off": ("leaving", {**FIT, "passthrough": [D8]}, {"devices": out(D8), "prepare": False}),
    "leaving-running": ("leaving", {**RUNNING, "passthrough": [D9]}, {"devices": out(D9), "prepare": False}),
    "dynamic": ("plain", {**RUNNING, "dynamic_directpath": True}, {"devices": at(D9), "prepare": False}),
    "swapped": ("swapped", {**RUNNING, "passthrough": [D8]}, {"devices": at(D8), "prepare": False}),
    "pulled": ("swapped", {**FIT, "passthrough": [D9]}, {"devices": out(D9), "prepare": False}),
    "no-host": ("away", FIT, {"devices": at(D8), "prepare": False}),
    "old-host": ("old", FIT, {"devices": at(D8), "prepare": False}),
    "unreachable": ("lost", {**FIT, "connection_state": "inaccessible"}, {"devices": []}),
    "unreadable": ("lost", {**FIT, "visibility": "no_config"}, {"devices": at(D8), "prepare": False}),
    "unseen": ("lost", {**FIT, "visibility": "hidden"}, {"devices": at(D8), "prepare": False}),
    "a-template": ("lost", {**FIT, "template": True}, {"devices": at(D8), "prepare": False}),
    "to-come": ("ready-3", None, {"devices": at(DA), "deploy": True}),
    "not-there": ("ready-3", None, {"devices": at(DA), "prepare": False}),
}
"""By name: the host, the VM of the lab, None for one that is not there, and what is wanted of it."""

HOMES: dict[str, Facts] = {
    "ready": READY,
    "ready-2": READY,
    "ready-3": READY,
    "plain": NEW,
    "leaving": READY,
    "swapped": READY,
    "lost": READY,
    "stateless": {**NEW, "boot": "stateless"},
    "pinned": NEW,
}
"""Hosts of VMs, and hosts that another test is about."""


def config() -> Facts:
    """The lab's, with all of them."""
    hosts = {name: facts for name, (facts, _wanted) in HOSTS.items() if facts is not None} | HOMES
    others = [
        {"name": "nobody", "host": "hides-a-vm.lab", "visibility": "hidden"},
        {"name": "pin", "host": "pinned.lab", "passthrough": [DA], **RUNNING},
    ]
    vms = [
        {"name": name, "host": f"{home}.lab", **facts}
        for name, (home, facts, _wanted) in VMS.items()
        if facts is not None
    ]
    return {"hosts": [{"name": f"{name}.lab", **facts} for name, facts in hosts.items()], "vms": [*vms, *others]}


def befall(lab: Lab) -> None:
    """What a configuration cannot say; the lab's counters start anew after it."""
    with virtual_machine(lab, "asleep") as vm:
        WaitForTask(vm.machine.SuspendVM_Task())
    lab.pull("swapped.lab", D8, keep_vm_entry=True)
    lab.insert("swapped.lab", address=D8, vendor_device="1e0f:0011")
    lab.pull("swapped.lab", D9, keep_vm_entry=True)
    lab.deny(path="config.pciPassthruInfo", object_type="HostSystem", name="denied.lab")
    lab.stats(reset=True)


def wanted_hosts() -> list[Facts]:
    """As hotplug_plan takes them."""
    return [
        {"inventory_name": name, "esxi_host_name": f"{name}.lab", "devices": drives, "one_drive_each": True}
        for name, (_facts, drives) in HOSTS.items()
    ]


def wanted_vms() -> list[Facts]:
    """As hotplug_plan takes them."""
    return [
        {"inventory_name": name, "name": name, "esxi_host_name": f"{home}.lab", **wanted}
        for name, (home, _facts, wanted) in VMS.items()
    ]

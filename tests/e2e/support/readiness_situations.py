# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts, VMs and guests of which each meets, or does not meet, some of the requirements."""

from __future__ import annotations

from typing import Any

from labclient import Lab

Facts = dict[str, Any]

U3G = "24859861"
"""Build of ESXi 8.0 Update 3g."""

BOOT, VMFS, VSAN, UNKNOWN, NIC = (f"0000:{bus}:00.0" for bus in ("17", "18", "19", "1a", "3b"))
NEIGHBOURS = ("0000:5e:00.0", "0000:5f:00.0")
D8, D9, DA, DB = (f"0000:{bus}:00.0" for bus in ("d8", "d9", "da", "db"))
FREE = [f"0000:{bus:02x}:00.0" for bus in range(0xD8, 0x100)] + [f"0001:{bus:02x}:00.0" for bus in range(0x60, 0x80)]
"""Addresses of the free drives of a host that has many."""
VMD, BEHIND_VMD = "0000:e1:00.5", "10000:01:00.0"

ALONE = [{"address": address, "dependent_device": address} for address in NEIGHBOURS]
"""Nothing changes hands with anything else."""

WORD = {"by": "J. Doe", "date": "2026-01-31", "reference": "ticket 4711"}

OF_HOSTS, OF_VMS = ("P1", "Q1", "Q2", "Q3", "Q4", "Q5", "Q5_surprise"), ("Q6", "Q7")

MARKUP = "<script>alert('1')</script> {{ 7*7 }} 100% 東京"
"""A name that is markup to some, and has a slash and a percent sign, which servers keep in another form."""

STRANGE = '<img src=x onerror="alert(1)"> \u202egnp.東京'
"""The same for a host, whose name has no slash."""

MODERN: Facts = {"version": "8.0.3", "build": U3G, "devices": ALONE}


def _setting(configured: str, runtime: str) -> dict[str, str]:
    return {"configured": configured, "runtime": runtime}


HOSTS: dict[str, tuple[Facts, Facts]] = {
    "good": (
        {
            **MODERN,
            "cluster": "automated",
            "passthrough_enabled": [D8, D9],
            "kernel": {"iovEnablePostedIntr": _setting("FALSE", "FALSE")},
        },
        {"devices": [{"address": D8}, {"address": D9}]},
    ),
    "neighbour": ({"version": "8.0.3", "build": U3G, "cluster": "automated", "passthrough_enabled": [D8, D9]}, {}),
    "attested": ({"boot": "unreadable"}, {"attested": dict.fromkeys(OF_HOSTS, WORD)}),
    "unattested": ({"version": "8.0.1", "boot": "unreadable"}, {}),
    "wrong": (
        {
            **MODERN,
            "boot": "stateless",
            "firmware": "bios",
            "in_maintenance_mode": True,
            "managed_by_profile": True,
            "kernel": {
                "maxIntrCookies": _setting("1024", "1024"),
                "enablePCIEHotplug": _setting("FALSE", "TRUE"),
                "disablePciPassthrough": _setting("TRUE", "TRUE"),
            },
            "devices": [
                *(
                    {"address": address, "passthrough_capable": False}
                    for address in (BOOT, VMFS, VSAN, UNKNOWN, *NEIGHBOURS)
                ),
                {"address": VMD, "vendor_device": "8086:28c0"},
            ],
            "free_nvme": 0,
        },
        {"attested": dict.fromkeys(OF_HOSTS, WORD)},
    ),
    "not-rebooted": (
        {
            "version": "8.0.2",
            "kernel": {"maxIntrCookies": _setting("4096", "1024")},
            "fpt_hotplug": False,
            "devices": [{"address": D8, "passthrough_enabled": True, "passthrough_active": False}],
        },
        {"devices": [{"address": D8}]},
    ),
    "old": ({"version": "7.0.3"}, {}),
    "no-drives": ({**MODERN, "devices": [], "own_nvme": False, "free_nvme": 0}, {}),
    "refuses": ({**MODERN, "esxcli": "refuses", "cluster": "manual"}, {}),
    "hangs": ({**MODERN, "esxcli": "hangs", "cluster": "manual"}, {}),
    "gone": ({**MODERN, "connected": False}, {}),
    "no-state": (MODERN, {}),
    "no-devices": ({**MODERN, "cluster": "closed", "passthrough_enabled": [D8]}, {}),
    "no-folder": (MODERN, {}),
    "many": ({**MODERN, "free_nvme": 72, "passthrough_max": {"vmx-20": 31}, "passthrough_enabled": FREE}, {}),
    "pulled": (MODERN, {}),
    STRANGE: (MODERN, {}),
}
"""By name: the host of the lab, and what the inventory says of it."""


def present(*addresses: str) -> list[dict[str, str]]:
    return [{"address": address, "state": "present"} for address in addresses]


FIT: Facts = {
    "firmware": "efi",
    "layout": "acpiHostBridges",
    "mem_locked": True,
    "fpt_hotplug": True,
    "guest_id": "rhel9_64Guest",
}

VMS: dict[str, tuple[str, Facts, Facts]] = {
    "fit": ("good", {**FIT, "passthrough": [D8]}, {"devices": present(D8)}),
    "unfit": (
        "good",
        {
            "hw_version": "vmx-17",
            "guest_id": "otherGuest",
            "num_cpu": 129,
            "iommu": True,
            "cpu_hot_add": True,
            "memory_hot_add": True,
            "nested_hv": True,
            "dynamic_directpath": True,
            "snapshot": "before the upgrade",
            "fault_tolerance": True,
            "question": {"text": "Retry?", "choices": ["Retry", "Cancel"]},
        },
        {"esxi_host_name": "neighbour.lab"},
    ),
    "by-hand": ("refuses", FIT, {}),
    "asleep": ("no-drives", {**FIT, "power": "suspended"}, {}),
    "anywhere": ("no-drives", FIT, {"esxi_host_name": None}),
    "full": ("many", {**FIT, "passthrough": FREE[:30]}, {"devices": present(*FREE[60:63])}),
    "nearly-full": ("many", {**FIT, "passthrough": FREE[30:60]}, {}),
    "has-a-card": ("pulled", {**FIT, "passthrough": [NIC, DA]}, {}),
    "newer": ("pulled", {**FIT, "hw_version": "vmx-22"}, {}),
    "inaccessible": ("no-folder", {**FIT, "connection_state": "inaccessible", "visibility": "no_config"}, {}),
    "no-config": ("no-folder", {**FIT, "visibility": "no_permission"}, {}),
    "no-runtime": ("no-folder", FIT, {}),
    "no-host": ("no-folder", FIT, {}),
    "on-closed-host": ("no-devices", {**FIT, "passthrough": [D8]}, {}),
    "a-template": ("no-drives", {**FIT, "template": True}, {}),
    MARKUP: (STRANGE, FIT, {}),
}
"""By name: its host, the VM of the lab, and what the inventory says of it; its host, unless it says otherwise."""

CLUSTERS: list[Facts] = [
    {
        "name": "automated",
        "drs": {},
        "ha": {},
        "vm_groups": {"storage": ["fit"]},
        "host_groups": {"its-own": ["good.lab"]},
        "rules": [{"name": "stay", "vm_group": "storage", "affine_host_group": "its-own", "mandatory": True}],
    },
    {"name": "manual", "drs": {"behavior": "manual"}, "ha": {"vms": {"by-hand": "disabled"}}},
]

DENIED: list[tuple[str, str, str, str]] = [
    ("HostSystem", "no-state.lab", "runtime.connectionState", "System.Read"),
    ("HostSystem", "no-state.lab", "runtime.inMaintenanceMode", "System.Read"),
    ("HostSystem", "no-state.lab", "config.product", "System.View"),
    ("HostSystem", "no-devices.lab", "hardware.pciDevice", "System.Read"),
    ("HostSystem", "no-devices.lab", "capability", "System.View"),
    ("HostSystem", "no-devices.lab", "recentTask", "Task.Read"),
    ("HostSystem", "no-folder.lab", "parent", "System.View"),
    ("ClusterComputeResource", "closed", "configurationEx", "System.Read"),
    ("ClusterComputeResource", "closed", "configManagerEnabled", "System.View"),
    ("VirtualMachine", "no-runtime", "runtime.connectionState", "System.Read"),
    ("VirtualMachine", "no-runtime", "runtime.powerState", "System.Read"),
    ("VirtualMachine", "no-runtime", "runtime.question", "VirtualMachine.Interact.AnswerQuestion"),
    ("VirtualMachine", "no-runtime", "runtime.faultToleranceState", "System.Read"),
    ("VirtualMachine", "no-runtime", "snapshot", "System.Read"),
    ("VirtualMachine", "no-runtime", "recentTask", "Task.Read"),
    ("VirtualMachine", "no-host", "runtime.host", "System.View"),
]
"""Type, name and property of what may not be read, and the privilege that is said to be missing for it."""


def config() -> Facts:
    """The lab's, with all of them."""
    return {
        "hosts": [{"name": f"{name}.lab", **facts} for name, (facts, _wanted) in HOSTS.items()],
        "vms": [{"name": name, "host": f"{home}.lab", **facts} for name, (home, facts, _wanted) in VMS.items()],
        "clusters": CLUSTERS,
    }


def befall(lab: Lab) -> None:
    """What a configuration cannot say."""
    lab.pull("pulled.lab", DA, keep_vm_entry=True)
    lab.begin_task(vm="unfit")
    lab.begin_task(host="wrong.lab")
    for object_type, name, path, privilege in DENIED:
        lab.deny(object_type=object_type, name=name, path=path, privilege=privilege)


NOWHERE = "not-there"
"""An inventory name that vSphere has nothing for."""


def wanted_hosts() -> list[Facts]:
    """All of them, and one that is not there."""
    wanted = {**{name: wanted for name, (_facts, wanted) in HOSTS.items()}, NOWHERE: {}}
    return [{"inventory_name": name, "esxi_host_name": f"{name}.lab", **facts} for name, facts in wanted.items()]


def wanted_vms() -> list[Facts]:
    """All of them, and one that is not there."""
    wanted = {**VMS, NOWHERE: ("good", {}, {})}
    return [
        {"inventory_name": name, "name": name, "esxi_host_name": f"{home}.lab", **facts}
        for name, (home, _facts, facts) in wanted.items()
    ]


KERNEL: Facts = {
    "release": "6.1.0-56-cloud-amd64",
    "nvme": True,
    "pciehp": True,
    "acpiphp": True,
    "hot_plug_slots": ["64", "65"],
}

GUEST: Facts = {
    "gathered_at": "2026-11-24T02:28:11+00:00",
    "vm_uuid": "7870803a-303d-5628-ad31-8fda129266a5",
    "root": True,
    "not_seen": [],
    "kernel": KERNEL,
    "lspci": True,
    "devices": [],
    "lost": [],
}
"""What guest_nvme_info answers in a guest that has no drive."""


def _guest(**facts: Any) -> Facts:
    return {**GUEST, **facts}


def _lost(kind: str, name: str, degraded: bool) -> list[Facts]:
    return [{"kind": kind, "name": name, "device": "nvme1n1", "degraded": degraded}]


GUESTS: dict[str, Facts | str | None] = {
    "native": GUEST,
    "acpi": _guest(kernel={**KERNEL, "pciehp": False}),
    "no-hot-plug": _guest(kernel={**KERNEL, "pciehp": False, "acpiphp": False}),
    "no-driver": _guest(kernel={**KERNEL, "nvme": False}),
    "not-root": _guest(root=False, vm_uuid=None),
    "hides": _guest(not_seen=["processes of 2 other users"]),
    "lost-a-mount": _guest(lost=_lost("mount", "/data", degraded=False)),
    "lost-a-mirror": _guest(lost=_lost("md", "md0", degraded=True)),
    "lacks-a-drive": GUEST,
    "no-python": "0000:0b:00.0 0108: 144d:a80a\n",
    "silent": None,
}
"""By situation: what guest_nvme_info answers, what lspci prints where there is no Python, None where nobody answers."""

GIVEN = {"lacks-a-drive": 1}
"""How many drives the VM of a guest has, where it is held against that."""

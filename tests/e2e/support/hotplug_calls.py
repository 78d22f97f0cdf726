# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of vm_pci_hotplug, the lab that they are made in, and what they did there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from labclient import Lab
from module_steps import Answer
from virtual_machine import virtual_machine

MODULE = "directpath.nvme.vm_pci_hotplug"
RECONFIGURE = "ReconfigVM_Task"

FREE = [f"0000:{bus:02x}:00.0" for bus in range(0xD8, 0x100)]
"""The free drives of esxi-01.lab; two alike ones are next to each other."""

D8, D9, DA, DB, DC, DD, DE, DF = FREE[:8]
PASSED = [D8, D9, DA, DB, DC]
FULL = FREE[-32:]

FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
UNFIT = {
    "hw_version": "vmx-17",
    "iommu": True,
    "cpu_hot_add": True,
    "memory_hot_add": True,
    "dynamic_directpath": True,
    "num_cpu": 129,
    "nested_hv": True,
}
ON = {"power": "poweredOn"}

CONFIG = {
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.1", "free_nvme": len(FREE), "passthrough_enabled": [*PASSED, *FULL]},
        {"name": "fresh.lab", "version": "8.0.3"},
        {"name": "old.lab", "version": "7.0.3"},
        {"name": "unable.lab", "version": "8.0.1", "fpt_hotplug": False, "passthrough_enabled": [D8]},
    ],
    "vms": [
        {"name": "storage", **ON, **FIT},
        {"name": "almost", **ON, **FIT, "passthrough": FULL[1:]},
        {"name": "off", **FIT, "passthrough": FULL[:1]},
        {"name": "unfit", **ON, **UNFIT},
        {"name": "template", "template": True, **FIT},
        {"name": "factory", "host": "fresh.lab"},
        {"name": "fresh", "host": "fresh.lab", **ON, **FIT},
        {"name": "on-old", "host": "old.lab", **ON},
        {"name": "on-unable", "host": "unable.lab", **ON, **FIT},
    ],
}


def at(*addresses: str) -> list[dict[str, str]]:
    return [{"address": address} for address in addresses]


def present(*addresses: str, name: str = "storage", **args: Any) -> dict[str, Any]:
    return {"name": name, "devices": at(*addresses), **args}


def absent(*addresses: str, name: str = "storage", **args: Any) -> dict[str, Any]:
    return {**present(*addresses, name=name), "state": "absent", "allow_guest_unchecked": True, **args}


def evidence(lab: Lab, *drives: dict[str, Any], age: int = 0, name: str = "storage", **changes: Any) -> dict[str, Any]:
    """What guest_nvme_info would find in the guest of a VM, as far as it is looked at; age in seconds."""
    with virtual_machine(lab, name) as vm:
        vm_uuid = vm.machine.config.uuid
    gathered_at = (datetime.now(UTC) - timedelta(seconds=age)).isoformat(timespec="seconds")
    return {"gathered_at": gathered_at, "vm_uuid": vm_uuid, "not_seen": [], "devices": list(drives), **changes}


def in_guest(number: int, vendor_device: str, slot: int | None, *mounted: str) -> dict[str, Any]:
    """A drive as the guest sees it. Physical slots have the VM's numbers only with native PCIe hot plug."""
    disk = f"nvme{number}n1"
    return {
        "vendor_device": vendor_device,
        "physical_slot": None if slot is None else str(slot),
        "namespaces": [{"name": disk, "path": f"/dev/{disk}", "size": 2**30, "partitions": []}],
        "in_use_by": [{"kind": "mount", "name": point, "device": disk} for point in mounted],
    }


def statuses(answer: Answer) -> list[str]:
    return [device["status"] for device in answer["devices"]]


def entries(lab: Lab, name: str = "storage") -> list[str]:
    """Addresses of the devices that a VM has, in the order in which it got them."""
    (vm,) = (vm for vm in lab.state()["vms"] if vm["name"] == name)
    return [device["address"] for device in sorted(vm["pci_devices"], key=lambda device: int(device["key"]))]


def reconfigurations(lab: Lab) -> int:
    """How often a VM was reconfigured; nothing else may have been changed."""
    calls = lab.mutating_calls()
    assert set(calls) <= {RECONFIGURE}
    return calls.get(RECONFIGURE, 0)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import STORAGE_NOT_READ
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import NOT_SET, Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import ClusterFacts, VmOptions, VmPlace
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Verdict
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.place import (
    PLACE_REQUIREMENTS,
    judge_place,
)
from readiness_facts import D8, D9, device, view
from requirement_cases import Case, closed, held

MakeVm = Callable[..., Vm]

HIDDEN = Unreadable("NoPermission, the account lacks System.Read")
GPU = device("0000:3b:00.0", "10de:2235", 0x0302)
MANY = view(*(device(f"0000:{bus:02x}:00.0") for bus in range(1, 41)))


def entry(address: str = D9, number: int = 0, ids: str = "144d:a80a", **changes: Any) -> VmPciDevice:
    vendor, model = (int(part, 16) for part in ids.split(":"))
    facts: dict[str, Any] = {"system_id": None, "dynamic": False, "pci_slot_number": 64 + number}
    return VmPciDevice(
        key=13000 + number,
        label=f"PCI device {number}",
        address=address,
        name="NVMe SSD",
        vendor_id=vendor,
        device_id=model,
        **{**facts, **changes},
    )


def full(count: int) -> dict[str, Any]:
    """A VM that has so many of MANY."""
    addresses = list(MANY.devices)[:count]
    return {"devices": tuple(entry(address, number) for number, address in enumerate(addresses))}


def in_cluster(drs: str | None = None, ha: bool = False, rule: str | None = None) -> dict[str, ClusterFacts]:
    return {"cluster": ClusterFacts("C0", drs, ha, rule)}


NEXT = (Selector(address=list(MANY.devices)[39]),)
BY_SERIAL = (Selector(serial="S1"), Selector(serial="S2"))
HOT_PLUG = {"options": VmOptions("ubuntu64Guest", True, 64)}
THREE = {"options": VmOptions("ubuntu64Guest", True, 3)}
RULE = "nvme-vm-01"

CASES: list[Case] = [
    ("wrong_host", {}, "pass", "esxi-01", "it is on host esxi-01, as the inventory wants"),
    ("wrong_host", {"wanted_host": "ESXI-01"}, "pass", "esxi-01", "as the inventory wants"),
    ("wrong_host", {"wanted_host": "host-1"}, "pass", "esxi-01", "as the inventory wants"),
    ("wrong_host", {"wanted_host": "esxi-02"}, "fail", "esxi-01", "it is on host esxi-01, not on esxi-02"),
    ("wrong_host", {"wanted_host": None}, "not_applicable", "esxi-01", "names no host"),
    ("wrong_host", {"vm": {"host_name": None}}, "unknown", "host-1", "whose name cannot be read"),
    ("wrong_host", {"vm": {"host_name": None, "host_moid": None}}, "unknown", None, "its host cannot be read"),
    ("L4", {}, "pass", "1 of 32", "1 of 32 NVMe drives"),
    ("L4", {"wanted": (Selector(address=D9),)}, "pass", "1 of 32", "1 of 32"),
    ("L4", {"devices": MANY, "vm": full(27)}, "pass", "27 of 32", "27 of 32"),
    ("L4", {"devices": MANY, "vm": full(27), "wanted": NEXT}, "warn", "28 of 32", "28 of 32"),
    ("L4", {"devices": MANY, "vm": full(32)}, "warn", "32 of 32", "32 of 32"),
    ("L4", {"devices": MANY, "vm": full(32), "wanted": NEXT}, "fail", "33 of 32", "would have 33 of 32"),
    ("L4", {"devices": MANY, "vm": full(31), "wanted": BY_SERIAL}, "unknown", "31-33 of 32", "nobody can tell"),
    ("L4", {"devices": HIDDEN}, "unknown", None, "lacks System.Read"),
    ("L4", {"devices": view(unreadable=("hardware.pciDevice",))}, "unknown", None, "hardware.pciDevice"),
    ("L4", {"vm": {"unreadable": {"config.hardware": NOT_SET}}}, "unknown", None, NOT_SET),
    ("max_devices", {}, "pass", "1 of 64", "1 of 64"),
    ("max_devices", {**THREE, "wanted": (Selector(address=D8),)}, "warn", "2 of 3", "2 of 3"),
    ("max_devices", {**THREE, "devices": MANY, "vm": full(3), "wanted": NEXT}, "fail", "4 of 3", "fewer passthrough"),
    ("max_devices", {**THREE, "devices": MANY, "vm": full(2), "wanted": BY_SERIAL}, "unknown", "2-4 of 3", "nobody"),
    ("max_devices", {"options": VmOptions("ubuntu64Guest", True, None)}, "unknown", None, "does not tell how many"),
    ("max_devices", {"options": HIDDEN}, "unknown", None, "lacks System.Read"),
    ("max_devices", {"devices": HIDDEN}, "unknown", None, "lacks System.Read"),
    ("L5", {}, "pass", "0", "are NVMe drives, or gone"),
    (
        "L5",
        {"devices": view(device(), GPU), "vm": {"devices": (entry(GPU.pci.address, 1, "10de:2235"),)}},
        "warn",
        "PCI device 1 (0000:3b:00.0)",
        "no NVMe drives: PCI device 1 (0000:3b:00.0)",
    ),
    ("L5", {"devices": HIDDEN}, "unknown", None, "lacks System.Read"),
    ("V3", {}, "pass", "0", "has all drives"),
    ("V3", {"devices": view(device(D8))}, "fail", f"PCI device 0 ({D9})", f"no more: PCI device 0 ({D9})"),
    ("V3", {"devices": view(device(ids="8086:0a54"))}, "fail", f"PCI device 0 ({D9})", "no more"),
    ("V3", {"devices": HIDDEN}, "unknown", None, "lacks System.Read"),
    (
        "V3",
        {"devices": view(device(active=False, uses=(STORAGE_NOT_READ,)))},
        "unknown",
        None,
        "the storage of its host was not read",
    ),
    ("guest_id", {}, "pass", "ubuntu64Guest", "ubuntu64Guest supports PCI hot plug"),
    ("guest_id", {"options": VmOptions("otherGuest", False, 64)}, "warn", "otherGuest", "otherGuest does not support"),
    ("guest_id", {"options": VmOptions("newGuest", None, 64)}, "unknown", "newGuest", "does not know the guest OS"),
    ("guest_id", {"options": VmOptions(None, None, 64), "vm": {"guest_id": None}}, "unknown", None, "does not tell"),
    ("guest_id", {"options": HIDDEN}, "unknown", "ubuntu64Guest", "lacks System.Read"),
    ("drs", {}, "not_applicable", None, "in no cluster"),
    ("drs", in_cluster(), "pass", "off", "neither places nor moves it"),
    ("drs", in_cluster("manual"), "pass", "manual", "neither places nor moves it"),
    ("drs", in_cluster("fullyAutomated", rule=RULE), "pass", "fullyAutomated, nvme-vm-01", "binds it to its host"),
    ("drs", in_cluster("fullyAutomated"), "warn", "fullyAutomated", "at power-on it can land on a host"),
    ("drs", in_cluster("partiallyAutomated"), "warn", "partiallyAutomated", "at power-on it can land on a host"),
    ("drs", {"cluster": HIDDEN}, "unknown", None, "lacks System.Read"),
    ("ha", {}, "not_applicable", None, "in no cluster"),
    ("ha", in_cluster(), "pass", "false", "does not restart it"),
    ("ha", in_cluster(ha=True, rule=RULE), "pass", "true, nvme-vm-01", "binds it to its host"),
    ("ha", in_cluster(ha=True), "warn", "true", "may restart it on a host where its drives are not"),
    ("ha", {"cluster": HIDDEN}, "unknown", None, "lacks System.Read"),
    ("tasks", {}, "pass", "0", "no task is running"),
    ("tasks", {"tasks": ("VirtualMachine.reconfigure",)}, "warn", "VirtualMachine.reconfigure", "tasks are running"),
    ("tasks", {"tasks": HIDDEN}, "unknown", None, "lacks System.Read"),
]


def judged(make_vm: MakeVm, name: str, changes: dict[str, Any]) -> Verdict:
    facts: dict[str, Any] = {
        "wanted_host": "esxi-01",
        "host": Host("host-1", "esxi-01", "connected", False, "8.0.3", "24859861", "8.0.3.0"),
        "devices": view(device(), device(D8)),
        "tasks": (),
        **HOT_PLUG,
    }
    vm = {"power_state": "poweredOn", "guest_id": "ubuntu64Guest", "devices": (entry(),), **changes.get("vm", {})}
    place = VmPlace(**{**facts, **changes, "vm": make_vm(**vm)})
    return next(item for item in judge_place(place) if item.id == name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}")
def test_each_requirement_in_each_of_its_states(make_vm: MakeVm, case: Case) -> None:
    held(judged(make_vm, case[0], case[1]), case)


def test_no_state_of_no_requirement_is_left_out() -> None:
    closed(PLACE_REQUIREMENTS, CASES, lambda row: row.id)


def test_a_drive_that_is_gone_still_has_its_place(make_vm: MakeVm) -> None:
    gone = {"devices": view(device(D8)), "vm": {"devices": (entry(), entry(D8, 1))}}
    assert judged(make_vm, "L4", gone).value == "2 of 32"


def test_what_nobody_asked_for_is_unknown(make_vm: MakeVm) -> None:
    rows = judge_place(VmPlace(make_vm(host_moid=None, host_name=None), wanted_host="esxi-01"))
    assert {row.id for row in rows if row.status != "unknown"} == {"drs", "ha"}

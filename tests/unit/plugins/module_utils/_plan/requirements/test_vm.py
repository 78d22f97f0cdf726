# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import NOT_SET, Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import (
    VM_REQUIREMENTS,
    VM_RULES,
    broken,
    judge_vm,
    refusal,
    refuses,
)
from requirement_cases import Case, closed, held

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]

LACKING = "NoPermission, the account lacks System.Read"
NOT_LOCKED = {"memoryReservationLockedToMax": False}
VERSION, FIRMWARE, LAYOUT = "Virtual hardware version 18 or later", "UEFI boot firmware", "ACPI motherboard layout"
MEMORY, HOT_PLUG = "All guest memory reserved", "Hot plug of passthrough devices enabled"
IOMMU, CPU, RAM = "No IOMMU exposed to the guest", "No CPU hot plug", "No memory hot plug"
DYNAMIC, CPUS, NESTED = "No Dynamic DirectPath I/O devices", "At most 128 vCPUs", "No nested hardware virtualization"
TOLERANCE, SNAPSHOTS, SUSPENDED = "No Fault Tolerance", "No snapshots", "Not suspended"
QUESTION, CONTACT, TEMPLATE = "No question is pending", "vSphere has contact with the VM", "A VM, not a template"

BROKEN: list[Case] = [
    (VERSION, {"version": 17}, "fail", "vmx-17", "its virtual hardware version is 17, below 18"),
    (FIRMWARE, {"firmware": "bios"}, "fail", "bios", "its firmware is bios, not efi"),
    (
        LAYOUT,
        {"motherboardLayout": "i440bxHostBridge"},
        "fail",
        "i440bxHostBridge",
        "its motherboard layout is i440bxHostBridge, not acpiHostBridges",
    ),
    (LAYOUT, {"motherboardLayout": None}, "fail", None, "its motherboard layout is not set, not acpiHostBridges"),
    (
        MEMORY,
        {**NOT_LOCKED, "memory_reservation_mb": 4095},
        "fail",
        "4095 of 4096 MB",
        "4095 MB of its 4096 MB of memory are reserved",
    ),
    (
        HOT_PLUG,
        {"fixedPassthruHotPlugEnabled": False},
        "fail",
        "false",
        "hot plug of passthrough devices is not enabled",
    ),
    (IOMMU, {"flags.vvtdEnabled": True}, "fail", "flags.vvtdEnabled", "an IOMMU is exposed to its guest"),
    (CPU, {"cpuHotAddEnabled": True}, "fail", "cpuHotAddEnabled", "CPU hot plug is enabled"),
    (CPU, {"cpuHotRemoveEnabled": True}, "fail", "cpuHotRemoveEnabled", "CPU hot plug is enabled"),
    (RAM, {"memoryHotAddEnabled": True}, "fail", "memoryHotAddEnabled", "memory hot plug is enabled"),
    (CPUS, {"cpus": 129}, "fail", "129", "it has 129 vCPUs, more than 128"),
    (
        NESTED,
        {"nestedHVEnabled": True},
        "fail",
        "nestedHVEnabled",
        "hardware virtualization is exposed to its guest",
    ),
    (TOLERANCE, {"fault_tolerance": True}, "fail", "true", "it is protected by Fault Tolerance"),
    (
        QUESTION,
        {"question": "Was it moved or copied?"},
        "fail",
        "1",
        "it waits for the answer to a question: Was it moved or copied?",
    ),
]

OTHERWISE: list[Case] = [
    (SNAPSHOTS, {"snapshots": True}, "warn", "true", "going back to one undoes the preparation"),
    (SUSPENDED, {"power_state": "suspended"}, "fail", "suspended", "it is suspended"),
    (SUSPENDED, {"power_state": "unknown"}, "unknown", None, "cannot be read"),
    (CONTACT, {"connection_state": "orphaned"}, "fail", "orphaned", "it is orphaned; nothing can be done with it"),
    (CONTACT, {"connection_state": "disconnected"}, "unknown", "disconnected", "may be old"),
    (CONTACT, {"connection_state": "unknown"}, "unknown", None, "cannot be read"),
    (TEMPLATE, {"template": True}, "fail", "true", "a template, which never runs"),
    (VERSION, {"version": 0}, "unknown", None, "does not tell its virtual hardware version"),
    (FIRMWARE, {"firmware": None}, "unknown", None, "does not tell its firmware"),
]

WELL: list[Case] = [
    (CONTACT, {}, "pass", "connected", "has contact"),
    (TEMPLATE, {}, "pass", "false", "no template"),
    (VERSION, {"version": 18}, "pass", "vmx-18", "its virtual hardware version is 18"),
    (FIRMWARE, {}, "pass", "efi", "its firmware is efi"),
    (LAYOUT, {}, "pass", "acpiHostBridges", "its motherboard layout is acpiHostBridges"),
    (MEMORY, {**NOT_LOCKED, "memory_reservation_mb": 4096}, "pass", "4096 of 4096 MB", "4096 MB of its 4096 MB"),
    (MEMORY, {"memory_reservation_mb": 0}, "pass", "memoryReservationLockedToMax", "whatever its size"),
    (HOT_PLUG, {}, "pass", "true", "is enabled"),
    (IOMMU, {}, "pass", "false", "no IOMMU"),
    (CPU, {}, "pass", "false", "is disabled"),
    (RAM, {}, "pass", "false", "is disabled"),
    (DYNAMIC, {}, "pass", "0", "no Dynamic DirectPath I/O devices"),
    (CPUS, {"cpus": 128}, "pass", "128", "it has 128 vCPUs"),
    (NESTED, {}, "pass", "false", "is not exposed"),
    (TOLERANCE, {}, "pass", "false", "not protected"),
    (SNAPSHOTS, {}, "pass", "false", "no snapshots"),
    (SUSPENDED, {}, "pass", "poweredOff", "not suspended"),
    (QUESTION, {}, "pass", "0", "no question"),
]

UNREAD: list[Case] = [
    (row.title, {"unreadable": {path.split(".", 1)[1]: LACKING}}, "unknown", None, LACKING)
    for row in VM_REQUIREMENTS
    for path in row.source.split("; ")
]


def judged(vm: Vm) -> dict[str, Any]:
    return {verdict.requirement.title: verdict for verdict in judge_vm(vm)}


@pytest.mark.parametrize("case", [*BROKEN, *OTHERWISE, *WELL, *UNREAD], ids=lambda case: f"{case[0]}-{case[2]}")
def test_each_requirement_in_each_of_its_states(make_vm: MakeVm, case: Case) -> None:
    held(judged(make_vm(**case[1]))[case[0]], case)


def test_dynamic_devices_are_named(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    devices = (make_vm_device(), make_vm_device(key=13001, label="PCI device 1", dynamic=True))
    (item,) = broken(make_vm(devices=devices))
    assert (item.id, item.value) == ("N4", "PCI device 1")
    assert str(item.evidence) == "it has Dynamic DirectPath I/O devices: PCI device 1"


def test_no_state_of_no_requirement_is_left_out() -> None:
    named: Case = (DYNAMIC, {}, "fail", "PCI device 1", "shown above, by a device")
    closed(VM_REQUIREMENTS, [*BROKEN, *OTHERWISE, *WELL, *UNREAD, named], lambda row: row.title)


def test_a_vm_without_configuration_is_unknown_in_all_that_its_configuration_would_tell(make_vm: MakeVm) -> None:
    rows = judge_vm(make_vm(version=0, firmware=None, unreadable={"config.hardware": NOT_SET}))
    of_config = [row for row in rows if "VirtualMachine.config." in row.source]
    assert len(of_config) == len(rows) - 5
    assert {row.status for row in of_config} == {"unknown"}
    assert {row.status for row in rows if row not in of_config} == {"pass"}
    assert all(NOT_SET in str(row.evidence) for row in of_config)


def test_what_is_hidden_in_part_is_unknown_in_that_part_only(make_vm: MakeVm) -> None:
    found = judged(make_vm(unreadable={"config.hardware": LACKING}))
    assert {title for title, row in found.items() if row.status == "unknown"} == {LAYOUT, MEMORY, DYNAMIC, CPUS}


def test_a_fit_vm_breaks_no_rule(make_vm: MakeVm) -> None:
    assert broken(make_vm()) == []


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case[4])
def test_a_broken_rule_is_a_clause_in_refusals(make_vm: MakeVm, case: Case) -> None:
    (item,) = broken(make_vm(**case[1]))
    assert (item.requirement.title, refuses(item)) == (case[0], True)
    assert item.describe() == f"{case[4]} ({item.id})"


def test_snapshots_only_warn(make_vm: MakeVm) -> None:
    (item,) = broken(make_vm(snapshots=True))
    assert (item.id, refuses(item)) == ("N9", False)


@pytest.mark.parametrize(
    "changes", [{"power_state": "suspended"}, {"connection_state": "orphaned"}, {"template": True}]
)
def test_what_modules_refuse_by_codes_of_its_own_breaks_no_rule(make_vm: MakeVm, changes: dict[str, Any]) -> None:
    assert broken(make_vm(**changes)) == []
    assert [row.status for row in judge_vm(make_vm(**changes)) if row.status != "pass"] == ["fail"]


def test_a_refusal_names_every_broken_rule_and_each_remedy_once(make_vm: MakeVm) -> None:
    vm = make_vm(firmware="bios", motherboardLayout="i440bxHostBridge", **{"flags.vvtdEnabled": True})
    error = refusal(vm, broken(vm))
    assert (error.code, error.requirement, error.vm) == ("vm_rule_broken", "P6", "vm-01")
    for words in ("bios", "i440bxHostBridge", "IOMMU", "(P6)", "(P7)", "(N1)"):
        assert words in error.msg
    assert str(error.remedy).count("allow_firmware_change") == 1
    assert str(error.remedy).count("correct_unsupported") == 1


def test_corrections_lead_to_a_fit_vm(make_vm: MakeVm) -> None:
    wanted = {name: value for rule in VM_RULES for name, value in rule.correction.items()}
    assert make_vm().settings == wanted
    assert all(rule.needs_power_off for rule in VM_RULES if rule.correction)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import (
    VM_REQUIREMENTS,
    VM_RULES,
    broken,
    refusal,
    refuses,
)

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]

BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"version": 17}, "P7", "its virtual hardware version is 17, below 18"),
    ({"firmware": "bios"}, "P6", "its firmware is bios, not efi"),
    (
        {"motherboardLayout": "i440bxHostBridge"},
        "P7",
        "its motherboard layout is i440bxHostBridge, not acpiHostBridges",
    ),
    ({"motherboardLayout": None}, "P7", "its motherboard layout is not set, not acpiHostBridges"),
    (
        {"memoryReservationLockedToMax": False, "memory_reservation_mb": 4095},
        "P7",
        "4095 MB of its 4096 MB of memory are reserved",
    ),
    ({"fixedPassthruHotPlugEnabled": False}, "P7", "hot plug of passthrough devices is not enabled"),
    ({"flags.vvtdEnabled": True}, "N1", "an IOMMU is exposed to its guest"),
    ({"cpuHotAddEnabled": True}, "N2", "CPU hot plug is enabled"),
    ({"cpuHotRemoveEnabled": True}, "N2", "CPU hot plug is enabled"),
    ({"memoryHotAddEnabled": True}, "N3", "memory hot plug is enabled"),
    ({"cpus": 129}, "N5", "it has 129 vCPUs, more than 128"),
    ({"nestedHVEnabled": True}, "N9", "hardware virtualization is exposed to its guest"),
    ({"fault_tolerance": True}, "N9", "it is protected by Fault Tolerance"),
]


def test_a_fit_vm_breaks_no_rule(make_vm: MakeVm) -> None:
    assert broken(make_vm()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 18},
        {"cpus": 128},
        {"memoryReservationLockedToMax": False, "memory_reservation_mb": 4096},
        {"memoryReservationLockedToMax": True, "memory_reservation_mb": 0},
    ],
)
def test_limits_are_kept(make_vm: MakeVm, changes: dict[str, Any]) -> None:
    assert broken(make_vm(**changes)) == []


@pytest.mark.parametrize(("changes", "requirement", "found"), BROKEN)
def test_each_rule(make_vm: MakeVm, changes: dict[str, Any], requirement: str, found: str) -> None:
    (item,) = broken(make_vm(**changes))
    assert (item.id, str(item.evidence), refuses(item)) == (requirement, found, True)
    assert item.describe() == f"{found} ({requirement})"


def test_dynamic_devices_are_named(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    devices = (make_vm_device(), make_vm_device(key=13001, label="PCI device 1", dynamic=True))
    (item,) = broken(make_vm(devices=devices))
    assert (item.id, str(item.evidence)) == ("N4", "it has Dynamic DirectPath I/O devices: PCI device 1")


def test_snapshots_only_warn(make_vm: MakeVm) -> None:
    (item,) = broken(make_vm(snapshots=True))
    assert (item.id, refuses(item)) == ("N9", False)


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


def test_titles_are_unique() -> None:
    assert len({rule.title for rule in VM_REQUIREMENTS}) == len(VM_REQUIREMENTS)

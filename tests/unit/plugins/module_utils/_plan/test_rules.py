# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.rules import VM_RULES, broken_rules, refusal

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]

BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"hardware_version": 17}, "P7", "its virtual hardware version is 17, below 18"),
    ({"firmware": "bios"}, "P6", "its firmware is bios, not efi"),
    ({"layout": "i440bxHostBridge"}, "P7", "its motherboard layout is i440bxHostBridge, not acpiHostBridges"),
    ({"layout": None}, "P7", "its motherboard layout is not set, not acpiHostBridges"),
    ({"memory_locked": False, "memory_reservation_mb": 4095}, "P7", "4095 MB of its 4096 MB of memory are reserved"),
    ({"hot_plug": False}, "P7", "hot plug of passthrough devices is not enabled"),
    ({"iommu": True}, "N1", "an IOMMU is exposed to its guest"),
    ({"cpu_hot_add": True}, "N2", "CPU hot plug is enabled"),
    ({"cpu_hot_remove": True}, "N2", "CPU hot plug is enabled"),
    ({"memory_hot_add": True}, "N3", "memory hot plug is enabled"),
    ({"cpus": 129}, "N5", "it has 129 vCPUs, more than 128"),
    ({"nested_hv": True}, "N9", "hardware virtualization is exposed to its guest"),
    ({"fault_tolerance": True}, "N9", "it is protected by Fault Tolerance"),
]


def test_a_fit_vm_breaks_no_rule(make_vm: MakeVm) -> None:
    assert broken_rules(make_vm()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"hardware_version": 18},
        {"cpus": 128},
        {"memory_locked": False, "memory_reservation_mb": 4096},
        {"memory_locked": True, "memory_reservation_mb": 0},
    ],
)
def test_limits_are_kept(make_vm: MakeVm, changes: dict[str, Any]) -> None:
    assert broken_rules(make_vm(**changes)) == []


@pytest.mark.parametrize(("changes", "requirement", "found"), BROKEN)
def test_each_rule(make_vm: MakeVm, changes: dict[str, Any], requirement: str, found: str) -> None:
    (item,) = broken_rules(make_vm(**changes))
    assert (item.rule.id, item.found, item.rule.refuses) == (requirement, found, True)
    assert item.describe() == f"{found} ({requirement})"


def test_dynamic_devices_are_named(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    devices = (make_vm_device(), make_vm_device(key=13001, label="PCI device 1", dynamic=True))
    (item,) = broken_rules(make_vm(devices=devices))
    assert (item.rule.id, item.found) == ("N4", "it has Dynamic DirectPath I/O devices: PCI device 1")


def test_snapshots_only_warn(make_vm: MakeVm) -> None:
    (item,) = broken_rules(make_vm(snapshots=True))
    assert (item.rule.id, item.rule.refuses) == ("N9", False)


def test_a_refusal_names_every_broken_rule_and_each_remedy_once(make_vm: MakeVm) -> None:
    vm = make_vm(firmware="bios", layout="i440bxHostBridge", iommu=True)
    error = refusal(vm, broken_rules(vm))
    assert (error.code, error.requirement, error.vm) == ("vm_rule_broken", "P6", "vm-01")
    for words in ("bios", "i440bxHostBridge", "IOMMU", "(P6)", "(P7)", "(N1)"):
        assert words in error.msg
    assert str(error.remedy).count("allow_firmware_change") == 1
    assert str(error.remedy).count("correct_unsupported") == 1


def test_corrections_lead_to_a_fit_vm(make_vm: MakeVm) -> None:
    wanted = {name: value for rule in VM_RULES for name, value in rule.correction.items()}
    assert make_vm().settings == wanted


def test_titles_are_unique() -> None:
    assert len({rule.title for rule in VM_RULES}) == len(VM_RULES)

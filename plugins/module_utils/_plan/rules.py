# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented rules of NVMe hot plug, once, with their ids; docs/requirements.md explains each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm

MAX_INTR_COOKIES = "maxIntrCookies"
"""P2: the VMkernel boot parameter that bounds the interrupts of passthrough devices."""

KERNEL_SETTING_MAXIMUM = {MAX_INTR_COOKIES: 4096}
"""Limits that a setting's type does not tell. 4096 is the value P2 asks for and the largest one (KB 312151)."""

MAX_NVME_PER_VM = 32
"""L4: NVMe passthrough devices per VM."""

MAX_VCPUS = 128
"""N5: vCPUs of a VM with hot plug of passthrough devices."""

MIN_HARDWARE_VERSION = 18
"""P7: virtual hardware version that knows motherboardLayout=acpiHostBridges."""


@dataclass(frozen=True)
class VmRule:
    """One requirement on a virtual machine.

    :param title: what must hold.
    :param check: what was found instead, as a clause that follows the VM's name; None if the rule is kept.
    :param remedy: what an operator does about it.
    :param correction: VirtualMachineConfigSpec fields that mend it, with their values; empty if the product cannot.
    :param allowed_by: the option of vm_hotplug_config without which that module does not correct, but refuses.
    :param needs_power_off: mending it, by whomever, needs the VM off.
    :param refuses: a broken rule prevents hot plug; otherwise it is only worth a warning.
    """

    id: str
    title: str
    check: Callable[[Vm], str | None]
    remedy: str
    correction: Mapping[str, Any] = field(default_factory=dict)
    allowed_by: str | None = None
    needs_power_off: bool = True
    refuses: bool = True


@dataclass(frozen=True)
class BrokenRule:
    """A rule and what was found instead."""

    rule: VmRule
    found: str

    def describe(self) -> str:
        """``its firmware is bios, not efi (P6)``."""
        return f"{self.found} ({self.rule.id})"


def broken_rules(vm: Vm) -> list[BrokenRule]:
    """Every rule that a VM breaks, those that only warn among them."""
    found = [(rule, rule.check(vm)) for rule in VM_RULES]
    return [BrokenRule(rule, text) for rule, text in found if text is not None]


def refusal(vm: Vm, broken: Sequence[BrokenRule]) -> DirectPathError:
    """One error that names every broken rule and each remedy once."""
    return DirectPathError(
        f"VM {vm.name} does not support hot plug of NVMe devices: {'; '.join(item.describe() for item in broken)}. "
        "Nothing was changed.",
        "vm_rule_broken",
        requirement=broken[0].rule.id,
        vm=vm.name,
        remedy=" ".join(dict.fromkeys(item.rule.remedy for item in broken)),
    )


def _unless(kept: bool, found: str) -> str | None:
    return None if kept else found


_PREPARE = "Run vm_hotplug_config on it."

_PREPARE_FIRMWARE = "Run vm_hotplug_config with allow_firmware_change: true, best before a guest is installed."

_PREPARE_UNSUPPORTED = "Run vm_hotplug_config with correct_unsupported: true."

VM_RULES = (
    VmRule(
        "P7",
        "Virtual hardware version 18 or later",
        lambda vm: _unless(
            vm.hardware_version >= MIN_HARDWARE_VERSION,
            f"its virtual hardware version is {vm.hardware_version}, below {MIN_HARDWARE_VERSION}",
        ),
        "Upgrade its virtual hardware to version 18 or later in vSphere, after a backup; this cannot be undone.",
    ),
    VmRule(
        "P6",
        "UEFI boot firmware",
        lambda vm: _unless(vm.firmware == "efi", f"its firmware is {vm.firmware}, not efi"),
        _PREPARE_FIRMWARE,
        {"firmware": "efi"},
        allowed_by="allow_firmware_change",
    ),
    VmRule(
        "P7",
        "ACPI motherboard layout",
        lambda vm: _unless(
            vm.layout == "acpiHostBridges", f"its motherboard layout is {vm.layout or 'not set'}, not acpiHostBridges"
        ),
        _PREPARE_FIRMWARE,
        {"motherboardLayout": "acpiHostBridges"},
        allowed_by="allow_firmware_change",
    ),
    VmRule(
        "P7",
        "All guest memory reserved",
        lambda vm: _unless(
            vm.memory_reserved, f"{vm.memory_reservation_mb} MB of its {vm.memory_mb} MB of memory are reserved"
        ),
        _PREPARE,
        # Rather than a number: it stays right when the memory size changes.
        {"memoryReservationLockedToMax": True},
    ),
    VmRule(
        "P7",
        "Hot plug of passthrough devices enabled",
        lambda vm: _unless(vm.hot_plug, "hot plug of passthrough devices is not enabled"),
        _PREPARE,
        {"fixedPassthruHotPlugEnabled": True},
    ),
    VmRule(
        "N1",
        "No IOMMU exposed to the guest",
        lambda vm: _unless(not vm.iommu, "an IOMMU is exposed to its guest"),
        _PREPARE_UNSUPPORTED,
        {"flags.vvtdEnabled": False},
        allowed_by="correct_unsupported",
    ),
    VmRule(
        "N2",
        "No CPU hot plug",
        lambda vm: _unless(not vm.cpu_hot_add and not vm.cpu_hot_remove, "CPU hot plug is enabled"),
        _PREPARE_UNSUPPORTED,
        {"cpuHotAddEnabled": False, "cpuHotRemoveEnabled": False},
        allowed_by="correct_unsupported",
    ),
    VmRule(
        "N3",
        "No memory hot plug",
        lambda vm: _unless(not vm.memory_hot_add, "memory hot plug is enabled"),
        _PREPARE_UNSUPPORTED,
        {"memoryHotAddEnabled": False},
        allowed_by="correct_unsupported",
    ),
    VmRule(
        "N4",
        "No Dynamic DirectPath I/O devices",
        lambda vm: _unless(
            not any(device.dynamic for device in vm.devices),
            "it has Dynamic DirectPath I/O devices: "
            + ", ".join(device.label for device in vm.devices if device.dynamic),
        ),
        "Remove its Dynamic DirectPath I/O devices in vSphere.",
    ),
    VmRule(
        "N5",
        f"At most {MAX_VCPUS} vCPUs",
        lambda vm: _unless(vm.cpus <= MAX_VCPUS, f"it has {vm.cpus} vCPUs, more than {MAX_VCPUS}"),
        f"Give it at most {MAX_VCPUS} vCPUs.",
    ),
    VmRule(
        "N9",
        "No nested hardware virtualization",
        lambda vm: _unless(not vm.nested_hv, "hardware virtualization is exposed to its guest"),
        _PREPARE_UNSUPPORTED,
        {"nestedHVEnabled": False},
        allowed_by="correct_unsupported",
    ),
    VmRule(
        "N9",
        "No Fault Tolerance",
        lambda vm: _unless(not vm.fault_tolerance, "it is protected by Fault Tolerance"),
        "Turn Fault Tolerance off for it in vSphere.",
    ),
    VmRule(
        "N9",
        "No snapshots",
        lambda vm: _unless(
            not vm.snapshots,
            "it has snapshots, which passthrough devices do not support, and going back to one undoes the preparation",
        ),
        "Delete its snapshots in vSphere.",
        needs_power_off=False,
        refuses=False,
    ),
)
"""P6, P7 and N1 to N9: what vm_hotplug_config brings about, and what a hot-add is refused for."""

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is required of the configuration of a VM (P6, P7, N1 to N5, N9)."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    PASS,
    WARN,
    Requirement,
    Seen,
    Text,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    DELETE_SNAPSHOTS,
    FEWER_CPUS,
    NO_FAULT_TOLERANCE,
    PREPARE,
    PREPARE_FIRMWARE,
    PREPARE_UNSUPPORTED,
    REMOVE_DYNAMIC,
    UPGRADE_HARDWARE,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm_looks import (
    cpus,
    dynamic,
    fault_tolerance,
    firmware,
    hardware_version,
    hot_plug,
    layout,
    memory,
    snapshots,
    switched_off,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm_seen import of_vm

_EITHER = (PASS, FAIL)


def _by_hand(id_: str, title: str, path: str, look: Callable[[Vm], Seen], remedy: str) -> Requirement[Vm]:
    """What the product cannot mend."""
    return of_vm(id_, title, (path,), look, _EITHER, remedy, needs_power_off=True)


def _switched_off(id_: str, title: str, off: Text, on: Text, *names: str) -> Requirement[Vm]:
    """What no setting may have on.

    :param names: as in Vm.settings; each is a property of ``config``.
    """
    return of_vm(
        id_,
        title,
        tuple("config.flags" if name.startswith("flags.") else f"config.{name}" for name in names),
        switched_off(off, on, names),
        _EITHER,
        PREPARE_UNSUPPORTED,
        correction=dict.fromkeys(names, False),
        allowed_by="correct_unsupported",
        needs_power_off=True,
    )


SETTINGS: tuple[Requirement[Vm], ...] = (
    of_vm(
        "P7",
        "Virtual hardware version 18 or later",
        ("config.version",),
        hardware_version,
        _EITHER,
        UPGRADE_HARDWARE,
        needs_power_off=True,
    ),
    of_vm(
        "P6",
        "UEFI boot firmware",
        ("config.firmware",),
        firmware,
        _EITHER,
        PREPARE_FIRMWARE,
        correction={"firmware": "efi"},
        allowed_by="allow_firmware_change",
        needs_power_off=True,
    ),
    of_vm(
        "P7",
        "ACPI motherboard layout",
        ("config.hardware",),
        layout,
        _EITHER,
        PREPARE_FIRMWARE,
        correction={"motherboardLayout": "acpiHostBridges"},
        allowed_by="allow_firmware_change",
        needs_power_off=True,
    ),
    of_vm(
        "P7",
        "All guest memory reserved",
        ("config.hardware", "config.memoryAllocation", "config.memoryReservationLockedToMax"),
        memory,
        _EITHER,
        PREPARE,
        # Rather than a number: it stays right when the memory size changes.
        correction={"memoryReservationLockedToMax": True},
        needs_power_off=True,
    ),
    of_vm(
        "P7",
        "Hot plug of passthrough devices enabled",
        ("config.fixedPassthruHotPlugEnabled",),
        hot_plug,
        _EITHER,
        PREPARE,
        correction={"fixedPassthruHotPlugEnabled": True},
        needs_power_off=True,
    ),
    _switched_off(
        "N1",
        "No IOMMU exposed to the guest",
        text("no IOMMU is exposed to its guest"),
        text("an IOMMU is exposed to its guest"),
        "flags.vvtdEnabled",
    ),
    _switched_off(
        "N2",
        "No CPU hot plug",
        text("CPU hot plug is disabled"),
        text("CPU hot plug is enabled"),
        "cpuHotAddEnabled",
        "cpuHotRemoveEnabled",
    ),
    _switched_off(
        "N3",
        "No memory hot plug",
        text("memory hot plug is disabled"),
        text("memory hot plug is enabled"),
        "memoryHotAddEnabled",
    ),
    _by_hand("N4", "No Dynamic DirectPath I/O devices", "config.hardware", dynamic, REMOVE_DYNAMIC),
    _by_hand("N5", "At most 128 vCPUs", "config.hardware", cpus, FEWER_CPUS),
    _switched_off(
        "N9",
        "No nested hardware virtualization",
        text("hardware virtualization is not exposed to its guest"),
        text("hardware virtualization is exposed to its guest"),
        "nestedHVEnabled",
    ),
    _by_hand("N9", "No Fault Tolerance", "runtime.faultToleranceState", fault_tolerance, NO_FAULT_TOLERANCE),
    of_vm("N9", "No snapshots", ("snapshot",), snapshots, (PASS, WARN), DELETE_SNAPSHOTS),
)
"""What vm_hotplug_config brings about, and what a hot-add is refused for, but for what a VM is doing."""

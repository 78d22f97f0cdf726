# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented requirements on a VM, once, with their ids; docs/requirements.md explains each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    Verdict,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.limits import (
    MAX_VCPUS,
    MIN_HARDWARE_VERSION,
)


def broken(vm: Vm) -> list[Verdict]:
    """The verdict on every requirement that a VM does not meet, those that only warn among them."""
    return [verdict for verdict in (item.judge(vm) for item in VM_REQUIREMENTS) if verdict.status != PASS]


def refuses(verdict: Verdict) -> bool:
    """Whether it prevents hot plug; what is not known does, too."""
    return verdict.status in (FAIL, UNKNOWN)


def refusal(vm: Vm, verdicts: Sequence[Verdict]) -> DirectPathError:
    """One error that names every requirement that is not met, and each remedy once."""
    return DirectPathError(
        f"VM {vm.name} does not support hot plug of NVMe devices: {'; '.join(item.describe() for item in verdicts)}. "
        "Nothing was changed.",
        "vm_rule_broken",
        requirement=verdicts[0].id,
        vm=vm.name,
        remedy=" ".join(dict.fromkeys(item.remedy for item in verdicts)),
    )


_PREPARE = "Run vm_hotplug_config on it."

_PREPARE_FIRMWARE = "Run vm_hotplug_config with allow_firmware_change: true, best before a guest is installed."

_PREPARE_UNSUPPORTED = "Run vm_hotplug_config with correct_unsupported: true."


def _by_hand(
    id_: str, title: str, met: Callable[[Vm], bool], otherwise: Callable[[Vm], str], remedy: str, **more: Any
) -> Requirement[Vm]:
    """What the product cannot mend, unless ``more`` has a correction. ``otherwise`` says what was found instead."""

    def look(vm: Vm) -> Seen:
        return Seen(PASS, title) if met(vm) else Seen(FAIL, otherwise(vm))

    return Requirement(id_, title, look, remedy, **{"needs_power_off": True, **more})


def _by_setting(
    id_: str,
    title: str,
    otherwise: Callable[[Vm], str],
    correction: Mapping[str, Any],
    remedy: str = _PREPARE_UNSUPPORTED,
    allowed_by: str | None = "correct_unsupported",
) -> Requirement[Vm]:
    """What is met when the settings are as the correction has them."""

    def met(vm: Vm) -> bool:
        return all(vm.settings[name] == value for name, value in correction.items())

    return _by_hand(id_, title, met, otherwise, remedy, correction=correction, allowed_by=allowed_by)


def _snapshots(vm: Vm) -> Seen:
    """They do not stop a hot-add, so that they only warn."""
    if not vm.snapshots:
        return Seen(PASS, "it has no snapshots")
    return Seen(
        WARN, "it has snapshots, which passthrough devices do not support, and going back to one undoes the preparation"
    )


VM_REQUIREMENTS: tuple[Requirement[Vm], ...] = (
    _by_hand(
        "P7",
        "Virtual hardware version 18 or later",
        lambda vm: vm.hardware.version >= MIN_HARDWARE_VERSION,
        lambda vm: f"its virtual hardware version is {vm.hardware.version}, below {MIN_HARDWARE_VERSION}",
        "Upgrade its virtual hardware to version 18 or later in vSphere, after a backup; this cannot be undone.",
    ),
    _by_setting(
        "P6",
        "UEFI boot firmware",
        lambda vm: f"its firmware is {vm.settings['firmware']}, not efi",
        {"firmware": "efi"},
        _PREPARE_FIRMWARE,
        "allow_firmware_change",
    ),
    _by_setting(
        "P7",
        "ACPI motherboard layout",
        lambda vm: f"its motherboard layout is {vm.settings['motherboardLayout'] or 'not set'}, not acpiHostBridges",
        {"motherboardLayout": "acpiHostBridges"},
        _PREPARE_FIRMWARE,
        "allow_firmware_change",
    ),
    _by_hand(
        "P7",
        "All guest memory reserved",
        lambda vm: vm.memory_reserved,
        lambda vm: f"{vm.hardware.memory_reservation_mb} MB of its {vm.hardware.memory_mb} MB of memory are reserved",
        _PREPARE,
        # Rather than a number: it stays right when the memory size changes.
        correction={"memoryReservationLockedToMax": True},
    ),
    _by_setting(
        "P7",
        "Hot plug of passthrough devices enabled",
        lambda vm: "hot plug of passthrough devices is not enabled",
        {"fixedPassthruHotPlugEnabled": True},
        _PREPARE,
        None,
    ),
    _by_setting(
        "N1",
        "No IOMMU exposed to the guest",
        lambda vm: "an IOMMU is exposed to its guest",
        {"flags.vvtdEnabled": False},
    ),
    _by_setting(
        "N2",
        "No CPU hot plug",
        lambda vm: "CPU hot plug is enabled",
        {"cpuHotAddEnabled": False, "cpuHotRemoveEnabled": False},
    ),
    _by_setting("N3", "No memory hot plug", lambda vm: "memory hot plug is enabled", {"memoryHotAddEnabled": False}),
    _by_hand(
        "N4",
        "No Dynamic DirectPath I/O devices",
        lambda vm: not any(device.dynamic for device in vm.devices),
        lambda vm: (
            "it has Dynamic DirectPath I/O devices: "
            + ", ".join(device.label for device in vm.devices if device.dynamic)
        ),
        "Remove its Dynamic DirectPath I/O devices in vSphere.",
    ),
    _by_hand(
        "N5",
        f"At most {MAX_VCPUS} vCPUs",
        lambda vm: vm.hardware.cpus <= MAX_VCPUS,
        lambda vm: f"it has {vm.hardware.cpus} vCPUs, more than {MAX_VCPUS}",
        f"Give it at most {MAX_VCPUS} vCPUs.",
    ),
    _by_setting(
        "N9",
        "No nested hardware virtualization",
        lambda vm: "hardware virtualization is exposed to its guest",
        {"nestedHVEnabled": False},
    ),
    _by_hand(
        "N9",
        "No Fault Tolerance",
        lambda vm: not vm.fault_tolerance,
        lambda vm: "it is protected by Fault Tolerance",
        "Turn Fault Tolerance off for it in vSphere.",
    ),
    Requirement("N9", "No snapshots", _snapshots, "Delete its snapshots in vSphere."),
)
"""P6, P7 and N1 to N9: what vm_hotplug_config brings about, and what a hot-add is refused for."""

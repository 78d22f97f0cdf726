# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a look at the configuration of a VM finds, each as a clause that follows its name."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    PASS,
    UNKNOWN,
    WARN,
    Seen,
    Text,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.limits import (
    MAX_VCPUS,
    MIN_HARDWARE_VERSION,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import ASK_VM_AGAIN


def switched_off(off: Text, on: Text, names: tuple[str, ...]) -> Callable[[Vm], Seen]:
    """What no setting of these names may have on."""

    def look(vm: Vm) -> Seen:
        found = [name for name in names if vm.settings[name]]
        return Seen(FAIL, on, ", ".join(found)) if found else Seen(PASS, off, "false")

    return look


def hardware_version(vm: Vm) -> Seen:
    """P7. Version 0 is none."""
    version = vm.hardware.version
    if not version:
        return Seen(UNKNOWN, text("it does not tell its virtual hardware version"), remedy=ASK_VM_AGAIN)
    if version < MIN_HARDWARE_VERSION:
        evidence = text(
            "its virtual hardware version is {version}, below {least}", version=version, least=MIN_HARDWARE_VERSION
        )
        return Seen(FAIL, evidence, f"vmx-{version}")
    return Seen(PASS, text("its virtual hardware version is {version}", version=version), f"vmx-{version}")


def firmware(vm: Vm) -> Seen:
    """P6."""
    found = vm.settings["firmware"]
    if not found:
        return Seen(UNKNOWN, text("it does not tell its firmware"), remedy=ASK_VM_AGAIN)
    if found != "efi":
        return Seen(FAIL, text("its firmware is {firmware}, not efi", firmware=found), found)
    return Seen(PASS, text("its firmware is {firmware}", firmware=found), found)


def layout(vm: Vm) -> Seen:
    """P7."""
    found = vm.settings["motherboardLayout"]
    if not found:
        return Seen(FAIL, text("its motherboard layout is not set, not acpiHostBridges"))
    if found != "acpiHostBridges":
        return Seen(FAIL, text("its motherboard layout is {layout}, not acpiHostBridges", layout=found), found)
    return Seen(PASS, text("its motherboard layout is {layout}", layout=found), found)


def memory(vm: Vm) -> Seen:
    """P7."""
    reserved, size = vm.hardware.memory_reservation_mb, vm.hardware.memory_mb
    if vm.settings["memoryReservationLockedToMax"]:
        return Seen(PASS, text("all its memory is reserved, whatever its size"), "memoryReservationLockedToMax")
    found = text("{reserved} MB of its {size} MB of memory are reserved", reserved=reserved, size=size)
    return Seen(PASS if vm.memory_reserved else FAIL, found, f"{reserved} of {size} MB")


def hot_plug(vm: Vm) -> Seen:
    """P7."""
    if vm.settings["fixedPassthruHotPlugEnabled"]:
        return Seen(PASS, text("hot plug of passthrough devices is enabled"), "true")
    return Seen(FAIL, text("hot plug of passthrough devices is not enabled"), "false")


def dynamic(vm: Vm) -> Seen:
    """N4."""
    found = ", ".join(device.label for device in vm.devices if device.dynamic)
    if found:
        return Seen(FAIL, text("it has Dynamic DirectPath I/O devices: {devices}", devices=found), found)
    return Seen(PASS, text("it has no Dynamic DirectPath I/O devices"), "0")


def cpus(vm: Vm) -> Seen:
    """N5."""
    count = vm.hardware.cpus
    if count > MAX_VCPUS:
        return Seen(FAIL, text("it has {count} vCPUs, more than {most}", count=count, most=MAX_VCPUS), str(count))
    return Seen(PASS, text("it has {count} vCPUs", count=count), str(count))


def fault_tolerance(vm: Vm) -> Seen:
    """N9."""
    if vm.fault_tolerance:
        return Seen(FAIL, text("it is protected by Fault Tolerance"), "true")
    return Seen(PASS, text("it is not protected by Fault Tolerance"), "false")


def snapshots(vm: Vm) -> Seen:
    """N9. They do not stop a hot-add, so that they only warn."""
    if not vm.snapshots:
        return Seen(PASS, text("it has no snapshots"), "false")
    evidence = text(
        "it has snapshots, which passthrough devices do not support, and going back to one undoes the preparation"
    )
    return Seen(WARN, evidence, "true")

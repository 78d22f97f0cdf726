# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""May this device be taken? The guard that stands between a playbook and somebody's data. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Owners

_KIND_TEXT = {
    "boot": "the ESXi system volume",
    "vmfs": "the VMFS datastore",
    "vsan": "vSAN disk",
    "coredump": "the coredump partition",
    "rdm": "a raw device mapping of VM",
    "memory_tiering": "memory tiering",
    "unknown": "something that cannot be judged:",
}


def describe(use: Use) -> str:
    """What a host has on a device, in words."""
    return f"{_KIND_TEXT[use.kind]} {use.name}"


def objections(view: HostDevices, device: HostDevice, owners: Owners) -> list[str]:
    """Why a device may not be taken, in words; empty if it may.

    The whole group that changes hands with the device is judged: a neighbour's datastore counts as its own.
    """
    return [*_held_by_host(view, device), *_held_by_vms(view, device, owners)]


def refuse_if_held(view: HostDevices, device: HostDevice, owners: Owners) -> None:
    """Raise ``device_in_use`` unless nobody uses the device. There is no override."""
    _refuse(view, device, objections(view, device, owners), "Free it in vSphere first, or choose another device.")


def refuse_if_in_vm(view: HostDevices, device: HostDevice, owners: Owners) -> None:
    """Raise ``device_in_use`` if a VM has the device. The host's own use is no reason to keep passthrough on."""
    _refuse(view, device, _held_by_vms(view, device, owners), "Remove it from the VM first (vm_pci_hotplug).")


def refuse_if_about_to_be_taken(view: HostDevices, device: HostDevice) -> None:
    """Raise ``device_in_use`` if passthrough of a device that the host uses was configured, by whomever.

    It is not in force yet: the next reboot would take the device, with a datastore or the boot disk on it.
    """
    remedy = f"Disable its passthrough before host {view.host.name} is rebooted: the reboot takes it from its user."
    _refuse(view, device, _held_by_host(view, device), remedy)


def refuse_to_bring_into_force(view: HostDevices, pending: Sequence[str], owners: Owners) -> None:
    """Raise ``device_in_use`` if a reboot would take a device from its user: a change of passthrough is pending.

    Whoever configured it: a device that passthrough is about to take from the host, or about to leave to the host
    although a VM has it.

    :param pending: addresses whose passthrough is configured otherwise than in force.
    """
    for address in pending:
        device = view.devices.get(address)
        if device is None:
            continue
        host, name = view.host.name, f"nvme_passthrough_toggle on {address}"
        if device.enabled:
            reasons = _held_by_host(view, device)
            remedy = f"Take the change back before host {host} is rebooted: {name} with state disabled."
        else:
            reasons = _held_by_vms(view, device, owners)
            remedy = f"Take the change back before host {host} is rebooted: {name} with state enabled."
        _refuse(view, device, [f"the reboot would take it: {reason}" for reason in reasons], remedy)


def _held_by_host(view: HostDevices, device: HostDevice) -> list[str]:
    """A neighbour that is neither NVMe nor a bridge is of unknown use, and so counts as held."""
    found = [f"it holds {describe(use)}" for use in device.uses]
    for other in _neighbours(view, device):
        where = _where(other)
        found += [f"{where} holds {describe(use)}" for use in other.uses]
        if not other.pci.is_nvme and not other.pci.is_bridge:
            found.append(f"{where} is no NVMe device ({other.pci.name}) and its use is unknown")
    return found


def _held_by_vms(view: HostDevices, device: HostDevice, owners: Owners) -> list[str]:
    found = [f"VM {name} has it" for name in owners.get(device.pci.address, ())]
    for other in _neighbours(view, device):
        found += [f"{_where(other)} is in VM {name}" for name in owners.get(other.pci.address, ())]
    return found


def _neighbours(view: HostDevices, device: HostDevice) -> list[HostDevice]:
    return [other for other in view.group(device) if other.pci.address != device.pci.address]


def _where(other: HostDevice) -> str:
    return f"{other.pci.address}, which changes hands with it,"


def _refuse(view: HostDevices, device: HostDevice, reasons: Sequence[str], remedy: str) -> None:
    if not reasons:
        return
    raise DirectPathError(
        f"Device {device.pci.address} ({device.pci.name}) of host {view.host.name} is in use: {'; '.join(reasons)}. "
        "Nothing was changed.",
        "device_in_use",
        requirement="P5",
        host=view.host.name,
        device=device.pci.address,
        remedy=remedy,
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who uses this drive? The guard that stands between a playbook and somebody's data. No I/O.

One rule for all: the whole group that changes hands with a drive is judged, and what cannot be judged counts as used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle

_KIND_TEXT = {
    "boot": "the ESXi system volume",
    "boot_disk": "the boot partitions of ESXi on",
    "vmfs": "the VMFS datastore",
    "vsan": "vSAN disk",
    "coredump": "the coredump partition",
    "rdm": "a raw device mapping of VM",
    "memory_tiering": "memory tiering",
}

_REMEDY = {
    "unknown": "Make readable what cannot be judged; docs/least_privilege.md lists what each module needs to read.",
    "no_adapter": "There is nothing to free: wait until ESXi has claimed the drive, or rescan the host's storage "
    "adapters, and check that ESXi has a driver for it.",
    "foreign": "Find out whose data it is, and save or erase it; docs/operating.md tells how such a drive is taken all "
    "the same.",
}

FREE_IT = "Free it in vSphere first, or choose another device."


def uses_by_host(host: HostDevices, device: HostDevice) -> list[Use]:
    """Who on the host uses a device or one that changes hands with it, which ``Use.device`` names then.

    A neighbour that is neither NVMe nor a bridge is of unknown use.
    """
    found = list(device.uses)
    for other in _neighbours(host, device):
        found += [replace(use, device=other.pci.address) for use in other.uses]
        if not other.pci.is_nvme and not other.pci.is_bridge:
            found.append(Use("unknown", f"it is no NVMe device ({other.pci.name})", other.pci.address))
    return found


def uses_by_vms(host: HostDevices, device: HostDevice, owners: Owners) -> list[Use]:
    """Which VMs have a device or one that changes hands with it, or may have it."""
    found = owners.uses_of(device.pci)
    told = {use.name for use in found if use.kind == "unknown"}
    for other in _neighbours(host, device):
        # What is unknown of a VM is unknown for the whole group; it is told once.
        new = [use for use in owners.uses_of(other.pci) if use.kind != "unknown" or use.name not in told]
        told |= {use.name for use in new}
        found += [replace(use, device=other.pci.address) for use in new]
    return found


def uses_lost_by_reboot(host: HostDevices, device: HostDevice, owners: Owners) -> list[Use]:
    """Who loses a device when its pending passthrough comes into force, by whomever it was configured.

    The VM that is to get it is no such user, but one that cannot be read may have it as a raw device mapping.
    """
    doubts = [use for use in uses_by_vms(host, device, owners) if use.kind == "unknown"]
    return [*uses_by_host(host, device), *doubts]


def uses_of(host: HostDevices, device: HostDevice, owners: Owners) -> list[Use]:
    """Everyone who uses a device."""
    return [*uses_by_host(host, device), *uses_by_vms(host, device, owners)]


def objections(host: HostDevices, device: HostDevice, owners: Owners) -> list[str]:
    """Why a device may not be taken, in words; empty if it may."""
    return [describe(use) for use in uses_of(host, device, owners)]


def describe(use: Use) -> str:
    """``it holds the VMFS datastore local``."""
    subject = f"{use.device}, which changes hands with it," if use.device else "it"
    if use.kind == "vm":
        return f"{subject} is in VM {use.name}" if use.device else f"VM {use.name} has it"
    if use.kind in ("unknown", "no_adapter"):
        return f"{subject} cannot be judged: {use.name}"
    if use.kind == "foreign":
        return f"{subject} has data that this host does not use: {use.name}"
    return f"{subject} holds {_KIND_TEXT[use.kind]} {use.name}"


def remedy_for(uses: Sequence[Use], free_it: str = FREE_IT) -> str:
    """What to do about each kind of user, once.

    :param free_it: what to do about users that are known.
    """
    return " ".join(dict.fromkeys(_REMEDY.get(use.kind, free_it) for use in uses))


def in_use(host: HostDevices, device: HostDevice, uses: Sequence[Use], remedy: str, why: str = "") -> DirectPathError:
    """``device_in_use``, naming every user. There is no override.

    :param why: how it would be taken from each, as the start of a clause.
    """
    return DirectPathError(
        f"Device {device.pci.address} ({device.pci.name}) of host {host.name} is in use: "
        f"{'; '.join(why + describe(use) for use in uses)}. Nothing was changed.",
        "foreign_data" if {use.kind for use in uses} == {"foreign"} else "device_in_use",
        requirement="P5",
        host=host.name,
        device=device.pci.address,
        remedy=remedy,
    )


def use_obstacles(host: HostDevices, device: HostDevice, owners: Owners) -> tuple[Obstacle, ...]:
    """``device_in_use``, or nothing if nobody uses the device. No earlier step of a playbook mends it."""
    uses = uses_of(host, device, owners)
    return (Obstacle(in_use(host, device, uses, remedy_for(uses))),) if uses else ()


def taken_by_reboot(host: HostDevices, pending: Sequence[str], owners: Owners) -> list[DirectPathError]:
    """``device_in_use`` for each device that a reboot would take from its user: a change of passthrough is pending.

    Whoever configured it: a device that passthrough is about to take from the host, or about to leave to the host
    although a VM has it.

    :param host: with its users (_read/use).
    :param pending: addresses whose passthrough is configured otherwise than in force.
    """
    errors: list[DirectPathError] = []
    for device in (host.devices[address] for address in pending if address in host.devices):
        state, uses = "disabled", uses_lost_by_reboot(host, device, owners)
        if not device.enabled:
            state, uses = "enabled", uses_by_vms(host, device, owners)
        if not device.pci.is_storage:
            # A network card, say: nothing is stored on it, so that only a use that is known counts.
            uses = [use for use in uses if use.kind != "unknown"]
        if uses:
            address = device.pci.address
            how = f"nvme_passthrough_toggle on {address} with state {state}" if device.pci.is_nvme else "in vSphere"
            remedy = f"Take the change back before host {host.name} is rebooted: {how}."
            errors.append(in_use(host, device, uses, remedy, "the reboot would take it: "))
    return errors


def _neighbours(host: HostDevices, device: HostDevice) -> list[HostDevice]:
    return [other for other in host.group(device) if other.pci.address != device.pci.address]

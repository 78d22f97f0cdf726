# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How results show drives, the VMs that have them, and what of a VM is verified. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import FROM_MEMORY, HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci_listing import PciListing
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.residue import Residue
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_drives import (
    ABSENT,
    Answer,
    Held,
    Wanted,
    drives_of,
    look_for,
)

IDENTITY = (
    "address",
    "name",
    "vendor_device",
    "serial",
    "serial_from",
    "slot",
    "slot_description",
    "hardware_label",
)
"""What tells a drive from others, in every row of one."""


def identity_row(device: HostDevice) -> dict[str, Any]:
    """What a host tells, or somebody remembers, of who a drive is."""
    return {
        "address": device.pci.address,
        "name": device.pci.name,
        "vendor_device": device.pci.vendor_device,
        "serial": device.serial,
        "serial_from": device.serial_from,
        "slot": device.slot,
        "slot_description": device.slot_description,
        "hardware_label": device.hardware_label,
    }


def device_row(device: HostDevice, listed: PciListing | None) -> dict[str, Any]:
    """All that a host tells of a drive itself.

    :param listed: what esxcli tells of it; None where that could not be read.
    """
    controller = device.controller
    return {
        **identity_row(device),
        "numa_node": listed.numa_node if listed else None,
        "model": controller.model if controller else None,
        "firmware": controller.firmware if controller else None,
        "capacity_bytes": controller.capacity_bytes if controller else None,
        "vmhba": controller.vmhba if controller else None,
        "namespaces": [item.as_dict() for item in controller.namespaces] if controller else None,
        "reset_method": listed.reset_method if listed else None,
        "owner": listed.owner if listed else None,
        "configured_owner": listed.configured_owner if listed else None,
        "passthrough": {
            "capable": device.capable,
            "enabled": device.enabled,
            "active": device.active,
            "pending": device.pending,
        },
        "held_by": [{"kind": use.kind, "name": use.name} for use in device.uses],
    }


def owner_row(vm: Vm, entry: VmPciDevice) -> dict[str, Any]:
    """The VM that has a drive, and its place there."""
    return {
        **vm.identity,
        "power_state": vm.power_state,
        "key": entry.key,
        "label": entry.label,
        "pci_slot_number": entry.pci_slot_number,
    }


def orphan_row(vm: Vm, entry: VmPciDevice, serial: str | None) -> dict[str, Any]:
    """An entry of a VM whose drive the host has no more (V3).

    :param serial: of that drive; None where nobody remembers it.
    """
    place = {"vm": vm.identity, "address": entry.address, "key": entry.key, "label": entry.label}
    return {**place, "vendor_device": entry.vendor_device, "serial": serial}


def vm_report(
    placement: Placement,
    wanted: Sequence[Wanted],
    residue: Sequence[Residue] | None = None,
    twins: Twins | None = None,
) -> dict[str, Any]:
    """What vSphere says of a VM's drives, and of those that are asked for (V1 to V3), as verify_drives() takes it.

    :param residue: what failed hot-adds left in it; None where nobody looked, or it could not be read.
    :param twins: whose guests may be taken for the VM's (V4 to V6); None where nobody looked.
    """
    vm, held = placement.vm, drives_of(placement)
    return {
        "vm": vm.identity_with_uuid,
        "host": placement.view.host.identity,
        "power_state": vm.power_state,
        "devices": [held_row(item) for item in held if not item.is_orphan],
        "orphans": [held_row(item) for item in held if item.is_orphan],
        "selected": [_answer_row(look_for(placement, item)) for item in wanted],
        "residue": None if residue is None else [item.as_dict() for item in residue],
        "twins": twins.as_dict() if twins else None,
    }


def held_row(held: Held) -> dict[str, Any]:
    """A drive of a VM: who it is, and its place there.

    ``on_host`` is whether the host still has the drive; None where nobody can tell which one the entry is for.
    """
    entry, device = held.entry, held.device
    known = identity_row(device) if device else _of_entry(held)
    return {
        **known,
        "address": entry.address,
        "key": entry.key,
        "label": entry.label,
        "pci_slot_number": entry.pci_slot_number,
        "dynamic": entry.dynamic,
        "in_vm": True,
        "on_host": True if device else False if held.is_orphan else None,
    }


def _of_entry(held: Held) -> dict[str, Any]:
    """What is known of a drive by the VM's entry alone."""
    serial_from = FROM_MEMORY if held.serial else None
    return {**dict.fromkeys(IDENTITY), **held.identity, "serial": held.serial, "serial_from": serial_from}


def _outside_row(device: HostDevice) -> dict[str, Any]:
    place = dict.fromkeys(("key", "label", "pci_slot_number", "dynamic"))
    return {**identity_row(device), **place, "in_vm": False, "on_host": True}


def _answer_row(answer: Answer) -> dict[str, Any]:
    """``drive`` is the one that is meant; None if none is, or several may be: ``candidates`` has them all."""
    inside = [held_row(item) for item in answer.held]
    candidates = [*inside, *(_outside_row(device) for device in answer.elsewhere)]
    meant = inside or candidates
    return {
        "selector": answer.wanted.selector.as_dict(),
        "state": answer.wanted.state,
        "status": answer.status,
        "as_wanted": answer.status == answer.wanted.state,
        "drive": meant[0] if len(meant) == 1 and answer.is_sure else None,
        "candidates": candidates,
    }


def vm_to_come(name: str, host: str | None, wanted: Sequence[Wanted]) -> dict[str, Any]:
    """The report of a VM that is yet to be deployed, which has no drives."""
    return {
        "vm": {"name": name, "moid": None, "uuid": None},
        "host": {"name": host, "moid": None},
        "power_state": None,
        "devices": [],
        "orphans": [],
        "selected": [_answer_row(Answer(item, ABSENT, (), (), is_sure=False)) for item in wanted],
        "residue": [],
        "twins": Twins().as_dict(),
    }


def vm_unread(moid: str, vm: Vm | None, error: DirectPathError) -> dict[str, Any]:
    """The row of one VM of many of which nothing can be said, and why. Null is not known, and never "none"."""
    names = ("power_state", "devices", "orphans", "selected", "residue", "twins")
    return {
        "vm": vm.identity_with_uuid if vm else {"name": None, "moid": moid, "uuid": None},
        "host": vm.host if vm else {"name": None, "moid": None},
        **dict.fromkeys(names),
        "error": {"message": str(error), **error.fields()},
    }

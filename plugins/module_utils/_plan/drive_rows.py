# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How results show which VM has a drive, and what the vSphere half of verification gets. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan, Item


def owner_row(vm: Vm, entry: VmPciDevice) -> dict[str, Any]:
    """The VM that has a drive, and its place there."""
    return {
        **vm.identity,
        "power_state": vm.power_state,
        "key": entry.key,
        "label": entry.label,
        "pci_slot_number": entry.pci_slot_number,
    }


def orphan_row(vm: Vm, entry: VmPciDevice) -> dict[str, Any]:
    """An entry of a VM whose drive the host has no more (V3)."""
    return {"vm": vm.identity, "address": entry.address, "key": entry.key, "label": entry.label}


def verification(placement: Placement, added: HotplugPlan, removed: HotplugPlan, twins: Twins) -> dict[str, Any]:
    """What VM and host say of the drives that the inventory names (V1 to V3), as verify_drives() takes it.

    :param twins: whose guests may be taken for the VM's (V4 to V6).
    """
    vm, view = placement.vm, placement.view
    entries = [(entry, placement.device_of(entry)) for entry in vm.devices if entry.address]
    held = [_drive(device, owner_row(vm, entry)) for entry, device in entries if device]
    have = {row["address"] for row in held}
    # A drive that is out of the VM, as wanted, has no device in its item: the host tells its name.
    found = [item.device or view.devices.get(item.address) for item in (*added.items, *removed.items)]
    meant = {device.pci.address: device for device in found if device}
    of_vm = {"vm": vm.identity_with_uuid, "twins": twins.as_dict()}
    return {
        "answers": [
            {**of_vm, "devices": _rows(placement, added.items, "added", "present")},
            {**of_vm, "devices": _rows(placement, removed.items, "removed", "absent")},
        ],
        "host": {
            "host": view.host.identity,
            "devices": [*held, *(_drive(device, None) for address, device in meant.items() if address not in have)],
            "orphans": [orphan_row(vm, entry) for entry, device in entries if not device],
        },
    }


def _drive(device: HostDevice, owner: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "address": device.pci.address,
        "name": device.pci.name,
        "vendor_device": device.pci.vendor_device,
        "serial": device.serial,
        "vm": owner,
    }


def _rows(placement: Placement, items: Sequence[Item], step: str, reached: str) -> list[dict[str, Any]]:
    rows = []
    for item in items:
        entry = placement.entry(item.address)
        known = item.device.pci if item.device else entry
        rows.append(
            {
                "address": item.address or None,
                "name": known.name if known else item.selector.name,
                "vendor_device": known.vendor_device if known else None,
                "pci_slot_number": entry.pci_slot_number if entry else None,
                "status": step if item.step else reached,
            }
        )
    return rows

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How results show the drives of a host with who has them. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci_listing import PciListing
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import serial_of_entry
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import device_row, orphan_row, owner_row
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import objections


class HostRows:
    """Rows of the drives of one host."""

    def __init__(self, view: HostDevices, listing: Mapping[str, PciListing], on_host: VmsOnHost) -> None:
        """
        :param view: with its users (_read/use).
        :param listing: what esxcli tells of its devices, by address.
        """
        # A device is shown with the VM that runs with it; one that is off may have an entry for it as well.
        by_power = sorted(on_host.vms, key=lambda vm: not vm.powered_on)
        self._entries = [(vm, entry) for vm in by_power for entry in vm.devices if entry.address]
        self._owners = on_host.owners()
        self._view = view
        self._listing = listing

    def row(self, device: HostDevice) -> dict[str, Any]:
        """A drive, why it may not be taken, and the VM that has it."""
        return {
            **device_row(device, self._listing.get(device.pci.address)),
            "group": [other.pci.address for other in self._view.group(device)],
            "objections": objections(self._view, device, self._owners),
            "vm": self._owner(device),
        }

    def orphans(self) -> list[dict[str, Any]]:
        """The entries of VMs whose drive the host has no more (V3)."""
        return [
            orphan_row(vm, entry, serial_of_entry(self._view, entry, None))
            for vm, entry in self._entries
            if not self._view.device_behind(entry, vm.powered_on)
        ]

    def _owner(self, device: HostDevice) -> dict[str, Any] | None:
        found = (
            owner_row(vm, entry)
            for vm, entry in self._entries
            if self._view.device_behind(entry, vm.powered_on) == device
        )
        return next(found, None)

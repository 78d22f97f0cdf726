# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A VM on its host, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import serial_of_entry
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import normal_serial
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice


@dataclass(frozen=True)
class Placement:
    """A VM, the host it is on with its devices, and who else has devices of that host.

    :param owners: the other VMs that have its devices, and all that may have them.
    :param twins: whose guests may be taken for this VM's.
    """

    vm: Vm
    view: HostDevices
    owners: Owners
    twins: Twins = field(default_factory=Twins)

    def entry(self, address: str) -> VmPciDevice | None:
        """The VM's passthrough device with this host address."""
        return next((entry for entry in self.vm.devices if entry.address == address), None)

    def device_of(self, entry: VmPciDevice) -> HostDevice | None:
        """The host's device that an entry was made for; None if it is not there any more."""
        return self.view.device_behind(entry, self.vm.powered_on)

    def identity_of(self, entry: VmPciDevice) -> dict[str, str | None]:
        """What is known of the drive that an entry was made for, by criterion of selectors; None is unknown.

        Where the host has that drive no more, the entry tells what it was, and memory its serial number. What is at the
        address now is in its slot.
        """
        device = self.device_of(entry)
        if device:
            return device.identity
        address = entry.address if entry.address_known else None
        there = self.view.devices.get(address or "")
        return {
            "address": address,
            "name": entry.name or None,
            "vendor_device": entry.vendor_device,
            "serial": normal_serial(serial_of_entry(self.view, entry, None)) if address else None,
            "slot": there.slot if there else None,
            "hardware_label": None,
        }

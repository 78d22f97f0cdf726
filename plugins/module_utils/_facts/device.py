# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PCI devices of hosts, their passthrough state and their users, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import NO_MEMORY, Memory
from ansible_collections.directpath.nvme.plugins.module_utils._facts.nvme import Controller
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import PciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import normal_serial
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice

STORAGE_NOT_READ = Use("unknown", "the storage of its host was not read")
"""The use of every device of a host of which only the PCI devices were read. Not seen is not the same as not there."""


FROM_HOST, FROM_GUEST, FROM_MEMORY = "host", "guest", "memory"
"""Who tells a serial number. What the host tells always counts."""


@dataclass(frozen=True)
class HostDevice:
    """One PCI device of a host.

    :param capable: the host can pass it through.
    :param enabled: passthrough is configured (P5); ``active``: it is in force. They differ until a reboot.
    :param dependent: the device that must be unclaimed with this one, perhaps a bridge; its own address if none.
    :param serial: None where nobody tells it: the host does while its own driver has the drive and its storage is read.
    :param serial_from: who tells it: FROM_HOST, or FROM_MEMORY for what was learnt while it could be.
    :param slot: number of the physical slot. None where nobody tells it, which is not to say that it is in none.
    :param slot_description: what the host calls the slot; ``hardware_label`` what an administrator calls the device.
    :param luns: the disks behind it; empty where the host's storage was not read.
    :param uses: who uses it on the host; a device that nobody uses has none. STORAGE_NOT_READ where nobody looked.
    :param controller: what ESXi's own driver tells of it; None while that does not have it.
    """

    pci: PciDevice
    capable: bool
    enabled: bool
    active: bool
    dependent: str
    uses: tuple[Use, ...]
    luns: tuple[Lun, ...]
    controller: Controller | None = None
    serial: str | None = None
    serial_from: str | None = None
    slot: str | None = None
    slot_description: str | None = None
    hardware_label: str | None = None

    @property
    def label(self) -> str | None:
        """Where the drive is, in the most telling words there are."""
        return self.hardware_label or self.slot_description or (f"slot {self.slot}" if self.slot else None)

    @property
    def identity(self) -> dict[str, str | None]:
        """What is known of it, by criterion of selectors; None is unknown. It has no label where the host shows none.

        A slot that is not told is unknown as well: firmware is silent about bays that have a drive in them.
        """
        return {
            "address": self.pci.address,
            "name": self.pci.name,
            "vendor_device": self.pci.vendor_device,
            "serial": normal_serial(self.serial),
            "slot": self.slot,
            "hardware_label": self.hardware_label or "",
        }

    def describe(self) -> str:
        """For messages: ``0000:d9:00.0 (PM9A3, serial S4X1, slot 5)``."""
        serial, slot = self.serial and f"serial {self.serial}", self.slot and f"slot {self.slot}"
        known = [text for text in (self.pci.name, serial, slot, self.hardware_label) if text]
        return f"{self.pci.address} ({', '.join(known)})"

    @property
    def pending(self) -> bool:
        """Passthrough is configured but not in force, or the other way round: the host must be rebooted (P3, P5)."""
        return self.enabled != self.active

    @property
    def claimed(self) -> bool:
        """ESXi's own driver has it: the host shows a storage adapter for it.

        :raises ValueError: nobody looked; either answer would be taken for the truth.
        """
        if STORAGE_NOT_READ in self.uses:
            raise ValueError(f"Who has {self.pci.address} was asked, but {STORAGE_NOT_READ.name}.")
        return self.serial_from == FROM_HOST or bool(self.luns) or any(use.kind != "no_adapter" for use in self.uses)


@dataclass(frozen=True)
class HostDevices:
    """A host and its PCI devices, by address, in the order of the host.

    :param hot_plug_supported: the host's own word on NVMe hot plug (Q8); None if it does not say.
    :param rebinds_without_reboot: passthrough takes effect at once where the device is not in use.
    :param unreadable: what the account may not read of it, without which no device can be judged.
    :param memory: which serial numbers were read of it earlier; recalled() gives them to the devices.
    :param slots_unread: why slots that the host's properties do not tell are unknown; None where it was asked for them.
    """

    host: Host
    hot_plug_supported: bool | None
    rebinds_without_reboot: bool
    unreadable: tuple[str, ...]
    devices: Mapping[str, HostDevice]
    slots_unread: str | None = None
    memory: Memory = NO_MEMORY

    @property
    def name(self) -> str:
        """The host's."""
        return self.host.name

    def select(self, selector: Selector) -> list[HostDevice]:
        """The devices that a selector surely names, NVMe or not."""
        return [device for device in self.devices.values() if selector.judge(device.identity)]

    def nvme(self) -> list[HostDevice]:
        """All NVMe devices (L5)."""
        return [device for device in self.devices.values() if device.pci.is_nvme]

    def device_behind(self, entry: VmPciDevice, running: bool) -> HostDevice | None:
        """The device that a VM's entry was made for; None if it is not on the host any more (V3).

        Another device at its address is told by its ids, or, if the VM runs, by ESXi's own driver having it: a VM
        cannot run with such a device. That passthrough is not in force is no proof: hosts were seen to say so of
        drives that VMs ran with (8.0 U1).
        """
        device = self.devices.get(entry.address or "")
        if device is None or entry.vendor_device not in (None, device.pci.vendor_device):
            return None
        return None if running and not device.active and device.claimed else device

    def group(self, device: HostDevice) -> list[HostDevice]:
        """The devices that change hands together with this one, itself among them: toggling one can take them all.

        A device goes with the one that it depends on, and with all that depend on that one, and so on.
        """
        related = {device.pci.address, device.dependent}
        size = 0
        while size != len(related):
            size = len(related)
            for other in self.devices.values():
                if other.pci.address in related or other.dependent in related:
                    related |= {other.pci.address, other.dependent}
        return [other for address, other in self.devices.items() if address in related]


@dataclass(frozen=True)
class Lun:
    """A disk behind an adapter.

    :param canonical_name: ``t10.NVMe____...``
    :param uuid: what raw device mappings refer to.
    :param path: ``/vmfs/devices/disks/t10.NVMe____...``
    :param detached: somebody took it from ESXi's use, so that nobody sees what is on it.
    """

    canonical_name: str
    uuid: str
    path: str
    detached: bool = False

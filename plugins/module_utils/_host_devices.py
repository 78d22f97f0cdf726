# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PCI devices of hosts, their passthrough state and their users, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._hosts import BASIC_PATHS, Host, host_of
from ansible_collections.directpath.nvme.plugins.module_utils._pci import PciDevice, Selector, unsigned16
from ansible_collections.directpath.nvme.plugins.module_utils._properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._storage import (
    STORAGE_PATHS,
    Holder,
    Lun,
    storage_of,
)

try:
    from pyVmomi import vim
except ImportError:
    pass

DEVICE_PATHS = (
    *BASIC_PATHS,
    "capability.fptHotplugSupported",
    "capability.deviceRebindWithoutRebootSupported",
    "configManager.pciPassthruSystem",
    "hardware.pciDevice",
    "config.pciPassthruInfo",
    *STORAGE_PATHS,
)


@dataclass(frozen=True)
class HostDevice:
    """One PCI device of a host.

    :param capable: the host can pass it through.
    :param enabled: passthrough is configured (P5); ``active``: it is in force. They differ until a reboot.
    :param dependent: the device that must be unclaimed with this one, perhaps a bridge; its own address if none.
    :param label: the slot or label of the chassis, where the host tells it.
    :param holders: who uses it on the host; a device that nobody uses has none.
    """

    pci: PciDevice
    capable: bool
    enabled: bool
    active: bool
    dependent: str
    label: str | None
    serial: str | None
    holders: tuple[Holder, ...]
    luns: tuple[Lun, ...]

    @property
    def pending(self) -> bool:
        """Passthrough is configured but not in force, or the other way round: the host must be rebooted (P3, P5)."""
        return self.enabled != self.active

    def with_holder(self, holder: Holder) -> HostDevice:
        """The same device with one more user."""
        return replace(self, holders=(*self.holders, holder))


@dataclass(frozen=True)
class HostDevices:
    """A host and its PCI devices, by address, in the order of the host.

    :param passthrough_system: HostPciPassthruSystem reference.
    :param hot_plug_supported: the host's own word on NVMe hot plug (Q8); None if it does not say.
    :param rebinds_without_reboot: passthrough takes effect at once where the device is not in use.
    """

    host: Host
    passthrough_system: Any
    hot_plug_supported: bool | None
    rebinds_without_reboot: bool
    boot_disk_known: bool
    devices: Mapping[str, HostDevice]

    def select(self, selector: Selector) -> list[HostDevice]:
        """The devices that a selector names, NVMe or not."""
        return [device for device in self.devices.values() if selector.matches_device(device.pci)]

    def nvme(self) -> list[HostDevice]:
        """All NVMe devices (L5)."""
        return [device for device in self.devices.values() if device.pci.is_nvme]

    def group(self, device: HostDevice) -> list[HostDevice]:
        """The devices that change hands together with this one: toggling one can take all of them."""
        return [
            other
            for other in self.devices.values()
            if other.pci.address in (device.pci.address, device.dependent) or other.dependent == device.dependent
        ]


def read_host_devices(session: Session, refs: Sequence[Any]) -> list[HostDevices]:
    """The devices of several hosts, in one retrieval, in the order given."""
    found = retrieve(session, refs, {vim.HostSystem: DEVICE_PATHS})
    by_ref = {item.obj: host_devices_of(item) for item in found}
    return [by_ref[ref] for ref in refs if ref in by_ref]


def host_devices_of(properties: ObjectProperties) -> HostDevices:
    """Build the view from a retrieval that has DEVICE_PATHS among its paths."""
    passthrough = {info.id: info for info in properties.get("config.pciPassthruInfo", [])}
    storage = storage_of(properties)
    devices: dict[str, HostDevice] = {}
    for item in properties.get("hardware.pciDevice", []):
        info = passthrough.get(item.id)
        devices[item.id] = HostDevice(
            pci=_pci_device(item),
            capable=bool(info and info.passthruCapable),
            enabled=bool(info and info.passthruEnabled),
            active=bool(info and info.passthruActive),
            dependent=(info.dependentDevice if info else None) or item.id,
            label=_label(item, info),
            serial=storage.serials.get(item.id),
            holders=storage.holders.get(item.id, ()),
            luns=storage.luns.get(item.id, ()),
        )
    return HostDevices(
        host=host_of(properties),
        passthrough_system=properties.get("configManager.pciPassthruSystem"),
        hot_plug_supported=properties.get("capability.fptHotplugSupported"),
        rebinds_without_reboot=bool(properties.get("capability.deviceRebindWithoutRebootSupported")),
        boot_disk_known=storage.boot_disk_known,
        devices=devices,
    )


def _pci_device(item: Any) -> PciDevice:
    return PciDevice(
        address=item.id,
        name=item.deviceName or "",
        vendor_name=item.vendorName or "",
        vendor_id=unsigned16(item.vendorId),
        device_id=unsigned16(item.deviceId),
        class_id=unsigned16(item.classId),
    )


def _label(item: Any, info: Any) -> str | None:
    """physicalSlot and slotDescription exist from API 9.0 on, hardwareLabel where an administrator gave one."""
    slot = getattr(item, "physicalSlot", None)
    labels = [getattr(info, "hardwareLabel", None), getattr(item, "slotDescription", None)]
    return next((label for label in labels if label), None) or (str(slot) if slot is not None else None)

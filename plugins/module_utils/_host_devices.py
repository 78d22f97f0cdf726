# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The PCI devices of hosts, their passthrough state and their users, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
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
from ansible_collections.directpath.nvme.plugins.module_utils._vms import VmPciDevice

try:
    from pyVmomi import vim
except ImportError:
    pass

_ESSENTIAL_PATHS = ("configManager.pciPassthruSystem", "hardware.pciDevice", "config.pciPassthruInfo")

DEVICE_PATHS = (
    *BASIC_PATHS,
    "capability.fptHotplugSupported",
    "capability.deviceRebindWithoutRebootSupported",
    *_ESSENTIAL_PATHS,
    *STORAGE_PATHS,
)

_NO_ADAPTER = Holder("unknown", "the host shows no storage adapter for it")


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
    :param boot_disk_known: whether the host's properties tell which disk it boots from.
    :param unreadable: what the account may not read of it, without which no device can be judged.
    """

    host: Host
    passthrough_system: Any
    hot_plug_supported: bool | None
    rebinds_without_reboot: bool
    boot_disk_known: bool
    unreadable: tuple[str, ...]
    devices: Mapping[str, HostDevice]

    def require_usable(self) -> None:
        """Refuse a host that is not connected, too old (Q8), or does not show its devices."""
        self.host.require_usable()
        if self.unreadable:
            raise DirectPathError(
                f"The account may not read {', '.join(self.unreadable)} of host {self.host.name}. Nothing was changed.",
                "host_not_readable",
                host=self.host.name,
                remedy="Check its privileges on this host; docs/least_privilege.md lists them.",
            )

    def select(self, selector: Selector) -> list[HostDevice]:
        """The devices that a selector names, NVMe or not."""
        return [device for device in self.devices.values() if selector.matches_device(device.pci)]

    def nvme(self) -> list[HostDevice]:
        """All NVMe devices (L5)."""
        return [device for device in self.devices.values() if device.pci.is_nvme]

    def device_behind(self, entry: VmPciDevice, running: bool) -> HostDevice | None:
        """The device that a VM's entry was made for; None if it is not on the host any more (V3).

        Another device at its address is told by its ids, or, if the VM runs, by passthrough not being in force: a VM
        cannot run with such a device.
        """
        device = self.devices.get(entry.address or "")
        if device is None or entry.vendor_device not in (None, device.pci.vendor_device):
            return None
        return device if device.active or not running else None

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
        pci, info = _pci_device(item), passthrough.get(item.id)
        active = bool(info and info.passthruActive)
        devices[item.id] = HostDevice(
            pci=pci,
            capable=bool(info and info.passthruCapable),
            enabled=bool(info and info.passthruEnabled),
            active=active,
            dependent=(info.dependentDevice if info else None) or item.id,
            label=_label(item, info),
            serial=storage.serials.get(item.id),
            # ESXi's driver has every drive that is not passed through, so that there must be an adapter to judge it by.
            holders=storage.holders.get(item.id, (_NO_ADAPTER,) if pci.is_nvme and not active else ()),
            luns=storage.luns.get(item.id, ()),
        )
    return HostDevices(
        host=host_of(properties),
        passthrough_system=properties.get("configManager.pciPassthruSystem"),
        hot_plug_supported=properties.get("capability.fptHotplugSupported"),
        rebinds_without_reboot=bool(properties.get("capability.deviceRebindWithoutRebootSupported")),
        boot_disk_known=storage.boot_disk_known,
        unreadable=tuple(path for path in _ESSENTIAL_PATHS if path in properties.missing),
        devices=devices,
    )


def _pci_device(item: Any) -> PciDevice:
    return PciDevice(
        address=item.id,
        name=item.deviceName or "",
        vendor_id=unsigned16(item.vendorId),
        device_id=unsigned16(item.deviceId),
        class_id=unsigned16(item.classId),
    )


def _label(item: Any, info: Any) -> str | None:
    """physicalSlot and slotDescription exist from API 9.0 on, hardwareLabel where an administrator gave one."""
    slot = getattr(item, "physicalSlot", None)
    labels = [getattr(info, "hardwareLabel", None), getattr(item, "slotDescription", None)]
    return next((label for label in labels if label), None) or (str(slot) if slot is not None else None)

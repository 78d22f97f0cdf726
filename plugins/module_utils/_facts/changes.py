# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which NVMe drives came to a host and went from it, from one look to the next. Plain data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import (
    FROM_HOST,
    FROM_MEMORY,
    HostDevice,
    HostDevices,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import same_serial


@dataclass(frozen=True)
class DriveChanges:
    """A host as it was last seen, and what came and went up to then.

    A drive that was replaced at its address came and went.

    :param view: the last look.
    :param inserted: addresses of drives that are there and were not.
    :param pulled: address -> the drive that was there; None where only its address is known.
    :param gone_before: those of ``pulled`` that were gone at the first look: nobody saw them go.
    :param fresh: those of ``inserted`` that were seen to come; what is remembered there is of other drives.
    """

    view: HostDevices
    inserted: tuple[str, ...] = ()
    pulled: Mapping[str, HostDevice | None] = field(default_factory=dict)
    gone_before: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()

    @classmethod
    def since(cls, before: Collection[str] | None, view: HostDevices) -> DriveChanges:
        """The first look.

        :param before: addresses that were taken earlier; None: what is there now is what was there before.
        """
        if before is None:
            return cls(view)
        gone = {address: None for address in before if address not in view.devices}
        new = tuple(address for address in _nvme(view) if address not in before)
        return cls(view, new, gone, frozenset(gone))

    def after(self, view: HostDevices) -> DriveChanges:
        """With the next look."""
        view = without_memory(view, self.fresh)
        old, new = _nvme(self.view), _nvme(view)
        went = {address: device for address, device in old.items() if not _same(device, new.get(address))}
        came = [address for address in new if address not in old or address in went]
        kept = [address for address in self.inserted if address not in went]
        fresh = (self.fresh - set(went)) | set(came)
        pulled = {**self.pulled, **went}
        return DriveChanges(
            without_memory(view, fresh), (*kept, *came), pulled, self.gone_before - set(went), frozenset(fresh)
        )

    @property
    def came(self) -> list[HostDevice]:
        """The drives that were inserted, as they are now."""
        return [self.view.devices[address] for address in self.inserted]


def without_memory(view: HostDevices, addresses: Collection[str]) -> HostDevices:
    """The same host with what was remembered of these addresses left out."""
    devices = {
        address: replace(device, serial=None, serial_from=None)
        if address in addresses and device.serial_from == FROM_MEMORY
        else device
        for address, device in view.devices.items()
    }
    return replace(view, devices=devices)


def _nvme(view: HostDevices) -> dict[str, HostDevice]:
    return {device.pci.address: device for device in view.nvme()}


def _same(device: HostDevice, other: HostDevice | None) -> bool:
    """Whether both may be one drive. Only a serial number that the host tells now says that they are two."""
    if other is None or device.pci.vendor_device != other.pci.vendor_device:
        return False
    if other.serial_from != FROM_HOST or device.serial is None:
        return True
    return same_serial(device.serial, other.serial)

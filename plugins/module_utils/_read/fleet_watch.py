# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The drives of all hosts and the entries of all VMs, as the server tells of them whenever one changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Sighting
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import NVME_CLASS, slot_number, unsigned16
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import serials_by_memory
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_ON
from ansible_collections.directpath.nvme.plugins.module_utils._facts.watched import (
    Drive,
    Entry,
    Fleet,
    WatchedHost,
    WatchedVm,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import ATTRIBUTE_PATHS
from ansible_collections.directpath.nvme.plugins.module_utils._read.memory import memory_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.vm_devices import passthrough_devices
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.watching import Change, Watching

try:
    from pyVmomi import vim
except ImportError:
    pass


_DRIVES = "hardware.pciDevice"
_ENTRIES = "config.hardware.device"
_CONNECTION = "runtime.connectionState"
_CONNECTED = "connected"


class FleetWatch:
    """What a session tells of the fleet. Only facts are kept: the devices of 1,000 VMs would take much memory."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._watching = Watching(
            session,
            {
                vim.HostSystem: ["name", _CONNECTION, _DRIVES, *ATTRIBUTE_PATHS],
                vim.VirtualMachine: ["name", _CONNECTION, "runtime.host", "runtime.powerState", _ENTRIES],
            },
        )
        self._values: dict[Any, dict[str, Any]] = {}
        self._hosts: dict[str, WatchedHost] = {}
        self._vms: dict[str, WatchedVm] = {}

    @property
    def ended(self) -> bool:
        """Its session ended: another watch has to begin."""
        return self._watching.logins != self._session.logins

    def next(self) -> Fleet | None:
        """The fleet as it is, as soon as something of it has changed; None if nothing did for a while.

        :raises DirectPathError: ``connection_lost``.
        """
        changed = False
        for change in self._watching.changes():
            changed = True
            self._take(change)
        return Fleet(dict(self._hosts), dict(self._vms)) if changed else None

    def _take(self, change: Change) -> None:
        moid: str = change.obj._moId
        if change.gone:
            for known in (self._values, self._hosts, self._vms):
                known.pop(change.obj if known is self._values else moid, None)
            return
        values = self._values.setdefault(change.obj, {})
        values.update({path: _fact(path, value) for path, value in change.values.items()})
        values.update(dict.fromkeys(change.missing))
        if isinstance(change.obj, vim.HostSystem):
            self._hosts[moid] = _host(change.obj, values)
        else:
            self._vms[moid] = _vm(moid, values)


def _host(obj: Any, values: dict[str, Any]) -> WatchedHost:
    drives: dict[str, Drive] | None = _told(values, _DRIVES)
    memory = memory_of(ObjectProperties(obj, {path: value for path, value in values.items() if value is not None}, {}))
    seen = {at: Sighting(at, drive.vendor_device, drive.slot) for at, drive in (drives or {}).items()}
    serials = serials_by_memory(memory.entries, seen)
    named = drives and {at: replace(drive, serial=serials.get(at)) for at, drive in drives.items()}
    return WatchedHost(values.get("name") or obj._moId, named)


def _vm(moid: str, values: dict[str, Any]) -> WatchedVm:
    return WatchedVm(
        name=values.get("name") or moid,
        host=values.get("runtime.host"),
        running=values.get("runtime.powerState") == POWERED_ON,
        entries=_told(values, _ENTRIES),
    )


def _told(values: dict[str, Any], path: str) -> Any:
    """A fact that counts: what a server says of a host or VM that it has no contact with may be old."""
    return values.get(path) if values.get(_CONNECTION) == _CONNECTED else None


def _fact(path: str, value: Any) -> Any:
    """What is kept of a property."""
    # Every host has PCI devices: one of which none are told has not said yet, as right after a restart.
    if value is None or (path == _DRIVES and not value):
        return None
    if path == _DRIVES:
        return _drives(value)
    if path == _ENTRIES:
        return _entries(value)
    if path in ATTRIBUTE_PATHS:
        return value
    return value._moId if path == "runtime.host" else unquote(value) if path == "name" else str(value)


def _drives(devices: Sequence[Any]) -> dict[str, Drive]:
    return {
        item.id: Drive(
            vendor_device=f"{unsigned16(item.vendorId):04x}:{unsigned16(item.deviceId):04x}",
            name=item.deviceName or "",
            slot=slot_number(getattr(item, "physicalSlot", None)),
        )
        for item in devices
        if unsigned16(item.classId) == NVME_CLASS
    }


def _entries(devices: Sequence[Any]) -> tuple[Entry, ...]:
    return tuple(
        Entry(device.key, device.address, device.vendor_device)
        for device in passthrough_devices(devices)
        if device.address and device.address_known
    )

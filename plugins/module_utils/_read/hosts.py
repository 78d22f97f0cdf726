# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ESXi hosts and their PCI devices, read in one narrow retrieval; who uses the devices only where it is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import (
    FROM_HOST,
    HostDevice,
    HostDevices,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import ADDRESS_ON_HOST
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import recalled
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import ATTRIBUTE_PATHS
from ansible_collections.directpath.nvme.plugins.module_utils._read.memory import memory_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.pci import device_of, tells_slots
from ansible_collections.directpath.nvme.plugins.module_utils._read.storage import (
    STORAGE_PATHS,
    HostStorage,
    storage_of,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import (
    ObjectProperties,
    retrieve,
    retrieve_in_parts,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


BASIC_PATHS = ("name", "runtime.connectionState", "runtime.inMaintenanceMode", "config.product")


def read_hosts(session: Session, refs: Sequence[Any]) -> list[Host]:
    """The basic facts of several hosts in one retrieval, in the order given."""
    found = retrieve(session, refs, {vim.HostSystem: BASIC_PATHS})
    by_ref = {item.obj: host_of(item) for item in found}
    return [by_ref[ref] for ref in refs if ref in by_ref]


def host_of(properties: ObjectProperties) -> Host:
    """A host from a retrieval that has BASIC_PATHS among its paths."""
    product = properties.get("config.product")
    return Host(
        moid=properties.obj._moId,
        name=properties.get("name", properties.obj._moId),
        connection_state=str(properties.get("runtime.connectionState", "unknown")),
        in_maintenance_mode=bool(properties.get("runtime.inMaintenanceMode", False)),
        version=product.version if product else None,
        build=product.build if product else None,
        api_version=product.apiVersion if product else None,
    )


def gone(host: str) -> DirectPathError:
    """What is said of a host that was there when it was looked up."""
    return DirectPathError(
        f"Host {host} is no longer in the inventory, or the account may not see it.",
        "object_gone",
        host=host,
        remedy="Look for it in vSphere, then run the play again.",
    )


ESSENTIAL_PATHS = ("hardware.pciDevice", "config.pciPassthruInfo")

PCI_PATHS = (
    *BASIC_PATHS,
    "capability.fptHotplugSupported",
    "capability.deviceRebindWithoutRebootSupported",
    *ATTRIBUTE_PATHS,
    *ESSENTIAL_PATHS,
)
"""What choosing devices takes, and reading back: a quarter of DEVICE_PATHS, and less with many LUNs."""

DEVICE_PATHS = (*PCI_PATHS, *STORAGE_PATHS)

PART = 250
"""Hosts in a call. 1,000 hosts cost three calls more than all at once, and a third of the memory for it."""

_NO_ADAPTER = Use(
    "no_adapter",
    "ESXi has no storage adapter for it, as of a drive that was just inserted or that it has no driver for",
)


def read_host_devices(session: Session, refs: Sequence[Any], known: Sequence[Remembered] = ()) -> list[HostDevices]:
    """The devices of several hosts and who uses them, in one retrieval, in the order given.

    :param known: what the inventory knows of the drives of the one host.
    """
    found = retrieve_in_parts(session, refs, {vim.HostSystem: DEVICE_PATHS}, PART)
    by_ref = {item.obj: host_devices_of(item, known) for item in found}
    return [by_ref[ref] for ref in refs if ref in by_ref]


def read_host_pci(session: Session, refs: Sequence[Any], known: Sequence[Remembered] = ()) -> list[HostDevices]:
    """The devices of several hosts without their users, in one retrieval, in the order given.

    For finding devices and reading back their passthrough. with_storage() makes them fit to be judged.
    """
    found = retrieve_in_parts(session, refs, {vim.HostSystem: PCI_PATHS}, PART)
    by_ref = {item.obj: host_pci_of(item, known) for item in found}
    return [by_ref[ref] for ref in refs if ref in by_ref]


def with_storage(session: Session, hosts: Sequence[HostDevices]) -> list[HostDevices]:
    """Hosts of read_host_pci() with who uses their devices, in one retrieval.

    A host that left the inventory meanwhile comes back as it was, and so cannot be judged.
    """
    refs = [session.object(vim.HostSystem, host.host.moid) for host in hosts]
    found = retrieve_in_parts(session, refs, {vim.HostSystem: STORAGE_PATHS}, PART)
    storage = {item.obj._moId: storage_of(item) for item in found}
    return [_completed(host, storage[host.host.moid]) if host.host.moid in storage else host for host in hosts]


def host_devices_of(properties: ObjectProperties, known: Sequence[Remembered] = ()) -> HostDevices:
    """Build the view from a retrieval that has DEVICE_PATHS among its paths."""
    return _completed(host_pci_of(properties, known), storage_of(properties))


def host_pci_of(properties: ObjectProperties, known: Sequence[Remembered] = ()) -> HostDevices:
    """Build the view from a retrieval that has PCI_PATHS among its paths: no device of it can be judged."""
    passthrough = {info.id: info for info in properties.get("config.pciPassthruInfo", [])}
    devices: dict[str, HostDevice] = {}
    items = properties.get("hardware.pciDevice", [])
    for item in items:
        devices[item.id] = device_of(item, passthrough.get(item.id))
    view = HostDevices(
        host=host_of(properties),
        hot_plug_supported=properties.get("capability.fptHotplugSupported"),
        rebinds_without_reboot=bool(properties.get("capability.deviceRebindWithoutRebootSupported")),
        unreadable=_unreadable(properties, devices),
        devices=devices,
        slots_unread=None if tells_slots(items) else "its API does not tell slots, and esxcli was not asked",
        memory=memory_of(properties, known),
    )
    return recalled(view)


def _completed(host: HostDevices, storage: HostStorage) -> HostDevices:
    devices = {address: _used(device, storage) for address, device in host.devices.items()}
    return recalled(replace(host, devices=devices))


def _used(device: HostDevice, storage: HostStorage) -> HostDevice:
    address = device.pci.address
    # ESXi's driver has every drive that is not passed through, so that there must be an adapter to judge it by.
    without_adapter = (_NO_ADAPTER,) if device.pci.is_storage and not device.active else ()
    told = storage.serials.get(address)
    return replace(
        device,
        serial=told or device.serial,
        serial_from=FROM_HOST if told else device.serial_from,
        uses=storage.uses.get(address, without_adapter),
        luns=storage.luns.get(address, ()),
        controller=storage.controllers.get(address),
    )


def _unreadable(properties: ObjectProperties, devices: Mapping[str, HostDevice]) -> tuple[str, ...]:
    """What of a host cannot be read or not be understood, so that no device can be judged."""
    missing = [f"{path} ({properties.missing[path]})" for path in ESSENTIAL_PATHS if path in properties.missing]
    # No server is without PCI devices: vCenter has none to tell of a host that it had no contact with yet.
    missing += ["hardware.pciDevice (it is not set)"] if not missing and not devices else []
    # Entries of VMs are compared with these addresses.
    strange = [item for item in devices if ADDRESS_ON_HOST.match(item) is None]
    return (*missing, *(f"hardware.pciDevice ('{item}' is an address in no known form)" for item in strange))

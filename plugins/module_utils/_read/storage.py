# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who uses a PCI storage device on the host: datastores, vSAN, coredump, the boot disk, and what nobody can tell.

HostBusAdapter.pci links a PCI address to an adapter, ScsiTopology the adapter to its LUNs, and the LUN's canonical
name to its users. The kinds of user are an open list: what cannot be judged counts as held.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import Lun
from ansible_collections.directpath.nvme.plugins.module_utils._facts.nvme import Controller, Namespace
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties

STORAGE_PATHS = (
    "config.storageDevice.hostBusAdapter",
    "config.storageDevice.scsiLun",
    "config.storageDevice.scsiTopology",
    "config.storageDevice.nvmeTopology",
    "config.fileSystemVolume.mountInfo",
    "config.vsanHostConfig.storageInfo",
    "config.activeDiagnosticPartition",
)

_SYSTEM_VOLUME = re.compile(r"^(OSDATA|LOCKER|BOOTBANK)", re.IGNORECASE)
"""ESXi's own volumes. They need not lie on the disk that it boots from."""


@dataclass(frozen=True)
class HostStorage:
    """The storage view of one host, by PCI address.

    :param uses: who uses a device, as far as the host's properties tell; no entry for one without an adapter. ESXi's
        boot banks are FAT volumes, whose disk no property tells: only esxcli does (see _read/use).
    :param luns: the disks behind a device.
    :param serials: NVMe serial numbers; known only while ESXi's own driver has the device, as ``controllers``.
    """

    uses: Mapping[str, tuple[Use, ...]]
    luns: Mapping[str, tuple[Lun, ...]]
    serials: Mapping[str, str]
    controllers: Mapping[str, Controller]


def storage_of(properties: ObjectProperties) -> HostStorage:
    """Build the storage view from a retrieval that has STORAGE_PATHS among its paths."""
    unreadable = sorted(set(properties.missing).intersection(STORAGE_PATHS))
    users = _users_by_disk(properties)
    controller_of = {item.associatedAdapter: item for item in _controllers(properties)}
    uses: dict[str, tuple[Use, ...]] = {}
    luns: dict[str, tuple[Lun, ...]] = {}
    serials: dict[str, str] = {}
    controllers: dict[str, Controller] = {}
    for hba in properties.get("config.storageDevice.hostBusAdapter", []):
        if not hba.pci:
            continue
        disks, found = _disks_of(properties, hba.key)
        if unreadable:
            found.append(Use("unknown", f"the host does not show {', '.join(unreadable)}"))
        found += [user for disk in disks for user in users.get(disk.canonical_name, [])]
        # A PCI device may have several adapters.
        luns[hba.pci] = (*luns.get(hba.pci, ()), *disks)
        uses[hba.pci] = tuple(dict.fromkeys((*uses.get(hba.pci, ()), *found)))
        controller = controller_of.get(hba.key)
        controllers[hba.pci] = _controller(hba.device, controller)
        serial = (controller.serialNumber or "").strip() if controller else ""
        if serial:
            serials[hba.pci] = serial
    return HostStorage(uses, luns, serials, controllers)


def _controller(vmhba: str, controller: Any) -> Controller:
    """An adapter with what its NVMe controller tells, if the host shows that one."""
    if controller is None:
        return Controller(vmhba)
    return Controller(
        vmhba=vmhba,
        model=(controller.model or "").strip() or None,
        firmware=(controller.firmwareVersion or "").strip() or None,
        namespaces=tuple(
            Namespace(item.id, item.name or "", (item.blockSize or 0) * (item.capacityInBlocks or 0))
            for item in controller.attachedNamespace
        ),
    )


def _disks_of(properties: ObjectProperties, adapter: str) -> tuple[tuple[Lun, ...], list[Use]]:
    """The disks behind an adapter, and a doubt for each one that should be there and cannot be seen."""
    disks = {lun.key: lun for lun in properties.get("config.storageDevice.scsiLun", [])}
    topology = properties.get("config.storageDevice.scsiTopology")
    interfaces = [item for item in (topology.adapter if topology else []) if item.adapter == adapter]
    keys = [lun.scsiLun for item in interfaces for target in item.target for lun in target.lun]
    found = tuple(_lun(disks[key]) for key in keys if key in disks)
    doubts = [Use("unknown", f"its disk {key} is not among the host's") for key in keys if key not in disks]
    namespaces = _namespace_count(properties, adapter)
    if namespaces is None and not keys:
        doubts.append(Use("unknown", "the host does not show what is behind its adapter"))
    elif namespaces is not None and namespaces > len(keys):
        doubts.append(Use("unknown", f"only {len(keys)} of its {namespaces} namespaces are seen as disks"))
    return found, doubts


def _lun(disk: Any) -> Lun:
    path = getattr(disk, "devicePath", None) or disk.deviceName or f"/vmfs/devices/disks/{disk.canonicalName}"
    return Lun(disk.canonicalName, disk.uuid, path, detached="off" in (disk.operationalState or []))


def _controllers(properties: ObjectProperties) -> list[Any]:
    topology = properties.get("config.storageDevice.nvmeTopology")
    interfaces = topology.adapter if topology else []
    return [controller for item in interfaces for controller in item.connectedController]


def _namespace_count(properties: ObjectProperties, adapter: str) -> int | None:
    """How many namespaces the NVMe controllers of an adapter have; None where the host does not tell."""
    mine = [controller for controller in _controllers(properties) if controller.associatedAdapter == adapter]
    return sum(len(controller.attachedNamespace) for controller in mine) if mine else None


def _users_by_disk(properties: ObjectProperties) -> dict[str, list[Use]]:
    """Every use of a disk that the host's properties show, by canonical name."""
    users: dict[str, list[Use]] = {}

    def add(disk: str, kind: str, name: str) -> None:
        users.setdefault(disk, []).append(Use(kind, name))

    for mount in properties.get("config.fileSystemVolume.mountInfo", []):
        volume = mount.volume
        kind = "boot" if _SYSTEM_VOLUME.match(volume.name or "") else "vmfs"
        for extent in getattr(volume, "extent", None) or []:
            add(extent.diskName, kind, volume.name)
    vsan = properties.get("config.vsanHostConfig.storageInfo")
    mappings = list(vsan.diskMapping) + [item.mapping for item in vsan.diskMapInfo] if vsan else []
    for mapping in mappings:
        for disk in [mapping.ssd, *mapping.nonSsd]:
            add(disk.canonicalName, "vsan", disk.canonicalName)
    coredump = properties.get("config.activeDiagnosticPartition")
    if coredump:
        add(coredump.id.diskName, "coredump", coredump.id.diskName)
    for lun in properties.get("config.storageDevice.scsiLun", []):
        # vSAN ESA claims disks without a disk mapping.
        if getattr(lun, "vsanDiskInfo", None) is not None:
            add(lun.canonicalName, "vsan", lun.canonicalName)
        if getattr(lun, "usedByMemoryTiering", None):
            add(lun.canonicalName, "memory_tiering", lun.canonicalName)
    return users

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The devices of a VM that are a host's: DirectPath I/O devices and raw device mappings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import parse_address, parse_hex_id, unsigned16
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice

try:
    from pyVmomi import vim
except ImportError:
    pass


def passthrough_devices(devices: Sequence[Any]) -> tuple[VmPciDevice, ...]:
    """The DirectPath I/O devices among a VM's devices; a vGPU has the same type, but is no host device."""
    passthrough = vim.vm.device.VirtualPCIPassthrough
    found: list[VmPciDevice] = []
    for device in devices:
        if not isinstance(device, passthrough):
            continue
        if isinstance(device.backing, passthrough.DeviceBackingInfo):
            found.append(_fixed_device(device))
        elif isinstance(device.backing, passthrough.DynamicBackingInfo):
            found.append(_dynamic_device(device))
    return tuple(found)


def raw_disks(devices: Sequence[Any]) -> tuple[str, ...]:
    """The uuids of the host's disks that are raw device mappings of the VM."""
    mapping = vim.vm.device.VirtualDisk.RawDiskMappingVer1BackingInfo
    return tuple(item.backing.lunUuid for item in devices if isinstance(item.backing, mapping) and item.backing.lunUuid)


def _fixed_device(device: Any) -> VmPciDevice:
    backing = device.backing
    return VmPciDevice(
        address=_address(backing.id),
        name=backing.deviceName or "",
        vendor_id=unsigned16(backing.vendorId),
        device_id=_device_id(backing.deviceId),
        system_id=backing.systemId,
        dynamic=False,
        **_common(device),
    )


def _dynamic_device(device: Any) -> VmPciDevice:
    backing = device.backing
    return VmPciDevice(
        address=_address(backing.assignedId) if backing.assignedId else None,
        name=backing.deviceName or "",
        vendor_id=None,
        device_id=None,
        system_id=None,
        dynamic=True,
        **_common(device),
    )


def _common(device: Any) -> dict[str, Any]:
    return {
        "key": device.key,
        "label": device.deviceInfo.label if device.deviceInfo else f"PCI device {device.key}",
        # Only the slot of a PCI bus has a number; the base type of slotInfo has none.
        "pci_slot_number": getattr(device.slotInfo, "pciSlotNumber", None),
    }


def _address(text: str) -> str:
    """The address of an entry, normalised. One in a form we do not know must not keep the VM from being read."""
    try:
        return parse_address(text)
    except DirectPathError:
        return text


def _device_id(text: str) -> int | None:
    """Servers give the device id back as ``10d3``, ``0x0a54`` or, made by a careless client, as no number at all."""
    try:
        return parse_hex_id(text)
    except ValueError:
        return None

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One PCI device of a host, from the two lists of the host that have it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import STORAGE_NOT_READ, HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import PciDevice, slot_number, unsigned16


def device_of(item: Any, info: Any) -> HostDevice:
    """A device of which nobody knows who uses it.

    :param item: HostPciDevice; ``info`` its HostPciPassthruInfo, None where the host has none.
    """
    return HostDevice(
        pci=PciDevice(
            address=item.id,
            name=item.deviceName or "",
            vendor_id=unsigned16(item.vendorId),
            device_id=unsigned16(item.deviceId),
            class_id=unsigned16(item.classId),
        ),
        capable=bool(info and info.passthruCapable),
        enabled=bool(info and info.passthruEnabled),
        active=bool(info and info.passthruActive),
        dependent=(info.dependentDevice if info else None) or item.id,
        uses=(STORAGE_NOT_READ,),
        luns=(),
        slot=slot_number(_told_slot(item)),
        slot_description=_slot_description(item),
        hardware_label=getattr(info, "hardwareLabel", None) or None,
    )


def tells_slots(items: Iterable[Any]) -> bool:
    """Whether a host tells the slots of its devices: from API 9.0 on, of which an older pyVmomi knows nothing."""
    return any(_told_slot(item) is not None for item in items)


def _told_slot(item: Any) -> int | None:
    slot: int | None = getattr(item, "physicalSlot", None)
    return slot


def _slot_description(item: Any) -> str | None:
    """Of what is in no slot (-1) it is the name of something else ("NIC2")."""
    described = getattr(item, "slotDescription", None) or None
    return described if _told_slot(item) is None or slot_number(_told_slot(item)) is not None else None

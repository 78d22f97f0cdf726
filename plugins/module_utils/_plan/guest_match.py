# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which device of the guest is which passthrough device of its VM? No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestDeviceResult, VmDevice

VMWARE_VENDOR = "15ad:"
"""Virtual NVMe controllers, which hold virtual disks, are VMware's; passthrough devices keep their maker's ids."""


@dataclass(frozen=True)
class Pairing:
    """What the guest may know a VM's device as.

    :param devices: one device; several that cannot be told apart; none if the guest does not see it.
    :param how: ``slot``, ``serial``, ``ids``, ``rest`` (the only one left on both sides), ``ambiguous`` or ``none``.
    """

    devices: tuple[GuestDeviceResult, ...]
    how: str


def passed_through(devices: Sequence[GuestDeviceResult]) -> list[GuestDeviceResult]:
    """The guest's drives that are not virtual disks."""
    return [device for device in devices if not device["vendor_device"].startswith(VMWARE_VENDOR)]


def pair(vm_devices: Sequence[VmDevice], guest_devices: Sequence[GuestDeviceResult]) -> list[Pairing]:
    """Pair all passthrough devices of a VM with those of its guest.

    With native PCIe hot plug the guest's Physical Slot is the VM's pciSlotNumber: exact. Where slots have other names,
    the serial number decides if the host knows it, then the ids if only one drive on each side has them, and then what
    is left over.

    :return: one pairing for each of ``vm_devices``, in their order.
    """
    left = passed_through(guest_devices)
    found: dict[int, Pairing] = {}
    for how, same in (("slot", _same_slot), ("serial", _same_serial)):
        for index, item in enumerate(vm_devices):
            here = [device for device in left if same(device, item)]
            if index not in found and len(here) == 1 and sum(same(here[0], other) for other in vm_devices) == 1:
                found[index] = Pairing((here[0],), how)
                left = [device for device in left if device is not here[0]]
    for index, item in enumerate(vm_devices):
        if item.get("gone"):
            found.setdefault(index, Pairing((), "none"))
    open_items = {index: item for index, item in enumerate(vm_devices) if index not in found}
    for index, item in open_items.items():
        alike = [device for device in left if device["vendor_device"] == item["vendor_device"]]
        rivals = [other for other in open_items.values() if other["vendor_device"] == item["vendor_device"]]
        if len(alike) == 1 and len(rivals) == 1:
            found[index] = Pairing((alike[0],), "ids")
        elif alike:
            found[index] = Pairing(tuple(alike), "ambiguous")
    paired = [id(device) for pairing in found.values() for device in pairing.devices]
    rest = tuple(device for device in left if id(device) not in paired)
    unpaired = [index for index in open_items if index not in found]
    for index in unpaired:
        how = "none" if not rest else "rest" if len(rest) == len(unpaired) == 1 else "ambiguous"
        found[index] = Pairing(rest, how)
    return [found[index] for index in range(len(vm_devices))]


def match_guest(vm_devices: Sequence[VmDevice], guest: Mapping[str, Any]) -> dict[str, Any]:
    """Hold the passthrough devices of a VM against what its guest says (V4 to V6).

    :param guest: the result of guest_nvme_info.
    :return: ``devices``, the VM's devices with what the guest says of each; ``surplus``, how many drives the guest has
        that the VM does not have; ``agree``, whether the guest has just what the VM has.
    """
    pairings = pair(vm_devices, guest["devices"])
    devices = [{**item, **_columns(pairing)} for item, pairing in zip(vm_devices, pairings)]
    seen = len(passed_through(guest["devices"]))
    agree = seen == len(vm_devices) and all(pairing.how != "none" for pairing in pairings)
    return {"devices": devices, "surplus": max(0, seen - len(vm_devices)), "agree": agree}


def _columns(pairing: Pairing) -> dict[str, Any]:
    if len(pairing.devices) != 1 or pairing.how == "ambiguous":
        return {"guest_match": pairing.how, "guest_address": None, "guest_paths": [], "guest_lspci": None}
    device = pairing.devices[0]
    return {
        "guest_match": pairing.how,
        "guest_address": device["address"],
        "guest_paths": [item["path"] for item in device["namespaces"]],
        "guest_lspci": device["lspci"],
    }


def _same_slot(device: GuestDeviceResult, item: VmDevice) -> bool:
    slot = item["pci_slot_number"]
    return slot is not None and device["physical_slot"] == str(slot)


def _same_serial(device: GuestDeviceResult, item: VmDevice) -> bool:
    serial = item.get("serial")
    return bool(serial) and device.get("serial") == serial

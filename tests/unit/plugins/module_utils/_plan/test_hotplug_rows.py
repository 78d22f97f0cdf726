# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import Item
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug_rows import describe_item
from hotplug_plans import D9, DA, NAME, ON, at

MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
Place = Callable[..., Placement]


def test_a_device_is_described_by_host_and_entry(
    place: Place, make_device: MakeDevice, make_vm_device: MakeVmDevice
) -> None:
    drive = make_device(D9, name="PM9A3", slot="5", **ON)
    item = Item(at(D9), D9, drive, step=True)
    identity: dict[str, Any] = {"address": D9, "name": "PM9A3", "vendor_device": "144d:a80a", "slot": "5"}
    identity.update(dict.fromkeys(("serial", "serial_from", "slot_description", "hardware_label")))
    identity = {**identity, "on_host": True, "still_used_by": []}
    assert describe_item(item, place(drive)) == {**identity, "key": None, "label": None, "pci_slot_number": None}
    inside = place(drive, devices=(make_vm_device(address=D9),))
    assert describe_item(item, inside) == {**identity, "key": 13000, "label": "PCI device 0", "pci_slot_number": 64}


def test_who_else_has_a_device_is_told(place: Place, make_device: MakeDevice) -> None:
    drive = make_device(D9, uses=(Use("vmfs", "local"),), **ON)
    facts = describe_item(Item(at(D9), D9, drive, step=True), place(drive, owners={D9: ["vm-02"]}))
    assert facts["still_used_by"] == ["it holds the VMFS datastore local", "VM vm-02 has it"]


def test_an_orphan_is_described_by_its_entry(place: Place, make_vm_device: MakeVmDevice) -> None:
    placement = place(devices=(make_vm_device(address=DA),))
    facts = describe_item(Item(at(DA), DA, None, step=True), placement)
    assert (facts["address"], facts["name"], facts["vendor_device"]) == (DA, "NVMe SSD", "144d:a80a")
    assert (facts["on_host"], facts["still_used_by"]) == (False, [])
    assert (facts["serial"], facts["slot"]) == (None, None)
    nothing = describe_item(Item(NAME, "", None, step=False), placement)
    assert (nothing["address"], nothing["name"], nothing["vendor_device"]) == (None, "NVMe SSD", None)

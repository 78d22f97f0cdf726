# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported of drives, of the VMs that have them, and of what pulled drives left behind."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._operations.nvme_device_info import operate
from memory_vsphere import Vsphere
from pyVmomi import vim

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"
SYSTEM = "00000000-0000-0000-0000-000000000001"


def pci(address: str, **changes: Any) -> Any:
    facts = {"vendorId": 0x144D, "deviceId": -22518, "classId": 0x0108, "deviceName": "PM9A3"}
    return vim.host.PciDevice(id=address, **{**facts, **changes})


def passthrough(address: str, on: bool) -> Any:
    return vim.host.PciPassthruInfo(
        id=address, dependentDevice=address, passthruCapable=True, passthruEnabled=on, passthruActive=on
    )


def entry(key: int, address: str) -> Any:
    backing = vim.vm.device.VirtualPCIPassthrough.DeviceBackingInfo(
        id=address, deviceId="a80a", systemId=SYSTEM, vendorId=0x144D, deviceName="PM9A3"
    )
    device = vim.vm.device.VirtualPCIPassthrough(key=key, backing=backing)
    device.deviceInfo = vim.Description(label=f"PCI device {key - 13000}", summary="")
    device.slotInfo = vim.vm.device.VirtualDevice.PciBusSlotInfo(pciSlotNumber=key - 13000 + 64)
    return device


@pytest.fixture
def vsphere() -> Vsphere:
    """One host with two drives and a network card; a running VM has one drive, and an entry of a third that is gone."""
    vsphere = Vsphere()
    host = vsphere.add_host(
        configManager__pciPassthruSystem=vim.host.PciPassthruSystem("pciPassthruSystem-1", vsphere),
        hardware__pciDevice=[pci(D8), pci(D9), pci("0000:3b:00.0", classId=0x0200)],
        config__pciPassthruInfo=[passthrough(D8, on=True), passthrough(D9, on=False)],
    )
    hardware = vim.vm.VirtualHardware(numCPU=2, memoryMB=4096, device=[entry(13000, D8), entry(13001, DA)])
    vm = vsphere.add(
        vim.VirtualMachine,
        "vm-1",
        "db",
        vsphere.vm_folder,
        config__hardware=hardware,
        config__uuid="u-1",
        config__version="vmx-20",
        runtime__host=host,
        runtime__powerState="poweredOn",
        runtime__connectionState="connected",
    )
    vsphere.values[host]["vm"] = [vm]
    return vsphere


def report(vsphere: Vsphere, **changes: Any) -> Any:
    params = {"esxi_host_name": "esxi-01.lab", "devices": None, **changes}
    outcome = operate(vsphere.session(), params, False)
    assert not outcome.result["changed"]
    (host,) = outcome.result["hosts"]
    return host


def test_drives_and_who_has_them(vsphere: Vsphere) -> None:
    host = report(vsphere)
    assert host["host"] == {"name": "esxi-01.lab", "moid": "host-1"}
    first, second = host["devices"]
    assert (first["address"], first["vendor_device"], first["name"]) == (D8, "144d:a80a", "PM9A3")
    assert first["passthrough"] == {"capable": True, "enabled": True, "active": True, "pending": False}
    assert first["vm"]["name"] == "db"
    assert (first["vm"]["key"], first["vm"]["label"], first["vm"]["pci_slot_number"]) == (13000, "PCI device 0", 64)
    assert (second["address"], second["vm"]) == (D9, None)


def test_a_drive_that_no_adapter_shows_cannot_be_judged(vsphere: Vsphere) -> None:
    device = report(vsphere)["devices"][1]
    (use,) = device["held_by"]
    assert use["kind"] == "no_adapter"
    assert device["objections"] == [f"it cannot be judged: {use['name']}"]


def test_what_a_pulled_drive_left_behind(vsphere: Vsphere) -> None:
    (orphan,) = report(vsphere)["orphans"]
    assert (orphan["vm"]["name"], orphan["address"], orphan["key"]) == ("db", DA, 13001)


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ({"address": D9}, [D9]),
        ({"vendor_device": "144d:a80a"}, [D8, D9]),
        ({"name": "PM9A3"}, [D8, D9]),
        ({"address": "0000:3b:00.0"}, []),
    ],
)
def test_selectors_narrow_the_report(vsphere: Vsphere, selector: dict[str, str], found: list[str]) -> None:
    devices = report(vsphere, devices=[selector])["devices"]
    assert [device["address"] for device in devices] == found


def test_a_host_that_is_away_is_an_error(vsphere: Vsphere) -> None:
    vsphere.add_host("host-2", "away.lab", runtime__connectionState="disconnected")
    with pytest.raises(DirectPathError) as caught:
        report(vsphere, esxi_host_name="away.lab")
    assert (caught.value.code, caught.value.host) == ("host_not_connected", "away.lab")


def test_a_host_whose_devices_may_not_be_read_is_an_error(vsphere: Vsphere) -> None:
    host = next(obj for obj in vsphere.values if isinstance(obj, vim.HostSystem))
    vsphere.values[host]["hardware.pciDevice"] = vim.fault.NoPermission()
    with pytest.raises(DirectPathError) as caught:
        report(vsphere)
    assert caught.value.code == "host_not_readable"

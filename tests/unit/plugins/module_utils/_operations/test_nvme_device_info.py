# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported of drives, of the VMs that have them, and of what pulled drives left behind."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._operations.nvme_device_info import operate
from memory_vsphere import Unreadable, Vsphere, pci_device, vm_device
from pyVmomi import vim

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"


@pytest.fixture
def vsphere() -> Vsphere:
    """One host with two drives and a network card; a running VM has one drive, and an entry of a third that is gone."""
    vsphere = Vsphere()
    host = vsphere.add_host()
    vsphere.add_drives(host, d8=True, d9=False)
    vsphere.values[host]["hardware.pciDevice"].append(pci_device("0000:3b:00.0", classId=0x0200))
    vsphere.add_vm(host, "vm-1", "db", vm_device(0, D8), vm_device(1, DA))
    return vsphere


def report(vsphere: Vsphere, **changes: Any) -> Any:
    params = {"esxi_host_name": "esxi-01.lab", "devices": None, "known_drives": None, **changes}
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
    vsphere.values[vsphere.hosts[0]]["config.storageDevice.hostBusAdapter"] = []
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
    vsphere.values[vsphere.hosts[0]]["hardware.pciDevice"] = Unreadable(vim.fault.NoPermission())
    with pytest.raises(DirectPathError) as caught:
        report(vsphere)
    assert caught.value.code == "host_not_readable"

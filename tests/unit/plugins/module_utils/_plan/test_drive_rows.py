# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.residue import Residue
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import (
    orphan_row,
    owner_row,
    vm_report,
    vm_to_come,
    vm_unread,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.verify import verify_drives
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_drives import Wanted

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]
Report = Callable[..., dict[str, Any]]

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"
ON = {"enabled": True, "active": True}


@pytest.fixture
def report(make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView) -> Report:
    """Of a running VM with D9, and an entry for DA that the host has lost. Its host has D8 besides."""

    def make(present: tuple[str, ...] = (), absent: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
        entries = (make_vm_device(), make_vm_device(key=13001, address=DA, label="PCI device 1"))
        view = make_view(make_device(D8, name="SSD 8"), make_device(D9, name="SSD 9", serial="S9", slot="9", **ON))
        placement = Placement(make_vm(power_state="poweredOn", devices=entries), view, Owners())
        wanted = [Wanted(Selector(address=address)) for address in present]
        wanted += [Wanted(Selector(address=address), "absent") for address in absent]
        return vm_report(placement, wanted, **more)

    return make


def rows(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(row["address"], row["name"], row["wanted"], row["status"]) for row in result["table"]]


def test_what_is_as_wanted_is_verified(report: Report) -> None:
    result = verify_drives(report(present=(D9,), absent=(D8,)), None)
    assert rows(result) == [
        (D9, "SSD 9", "present", "present"),
        # The host tells what is called so there, though the VM does not have it.
        (D8, "SSD 8", "absent", "absent"),
    ]
    assert result["wrong"] == []
    assert [row["pci_slot_number"] for row in result["table"]] == [64, None]


def test_what_is_not_yet_as_wanted_is_wrong(report: Report) -> None:
    result = verify_drives(report(present=(D8,), absent=(D9, DA)), None)
    assert [row[3] for row in rows(result)] == ["absent", "present", "gone"]
    assert len(result["wrong"]) == 3


def test_an_entry_whose_drive_is_gone_is_an_orphan(report: Report) -> None:
    (orphan,) = verify_drives(report(present=(D9,)), None)["orphans"]
    assert DA in orphan
    assert "PCI device 1" in orphan


def test_no_drives_named_is_nothing_to_verify(report: Report) -> None:
    assert verify_drives(report(), None)["table"] == []


def test_a_report_tells_who_a_drive_is_and_its_place_in_the_vm(report: Report) -> None:
    found = report(residue=(Residue("pciPassthru3", {"pciPassthru3.present": "FALSE"}),), twins=Twins(("copy",)))
    (device,), (orphan,) = found["devices"], found["orphans"]
    assert device == {
        "address": D9,
        "name": "SSD 9",
        "vendor_device": "144d:a80a",
        "serial": "S9",
        "serial_from": "host",
        "slot": "9",
        "slot_description": None,
        "hardware_label": None,
        "key": 13000,
        "label": "PCI device 0",
        "pci_slot_number": 64,
        "dynamic": False,
        "in_vm": True,
        "on_host": True,
    }
    # What the entry itself tells is all that is known of a drive that is gone.
    assert {name: value for name, value in orphan.items() if value is not None} == {
        "address": DA,
        "name": "NVMe SSD",
        "vendor_device": "144d:a80a",
        "key": 13001,
        "label": "PCI device 1",
        "pci_slot_number": 64,
        "dynamic": False,
        "in_vm": True,
        "on_host": False,
    }
    assert found["residue"] == [{"entry": "pciPassthru3", "options": {"pciPassthru3.present": "FALSE"}}]
    assert found["twins"]["names"] == ["copy"]
    assert (report()["residue"], report()["twins"]) == (None, None)


def test_a_vm_that_is_to_come_has_no_drives(report: Report) -> None:
    found = vm_to_come("new", "esxi-01", [Wanted(Selector(address=D9))])
    assert set(found) == set(report())
    assert [row["status"] for row in found["selected"]] == ["absent"]
    assert verify_drives(found, None)["table"][0]["address"] == D9


def test_of_a_vm_that_cannot_be_read_nothing_is_said(report: Report, make_vm: MakeVm) -> None:
    error = DirectPathError("It is away.", "vm_not_connected", vm="vm-01", remedy="Bring it back.")
    for vm in (make_vm(), None):
        row = vm_unread("vm-1", vm, error)
        assert set(row) == {*report(), "error"}
        assert row["vm"]["moid"] == "vm-1"
        assert {row[name] for name in ("devices", "orphans", "selected", "residue")} == {None}
        assert (row["error"]["code"], row["error"]["message"]) == ("vm_not_connected", "It is away. Bring it back.")


def test_a_row_names_the_owner_and_its_place(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    vm, entry = make_vm(), make_vm_device()
    assert owner_row(vm, entry) == {
        "name": "vm-01",
        "moid": "vm-1",
        "power_state": "poweredOff",
        "key": 13000,
        "label": "PCI device 0",
        "pci_slot_number": 64,
    }
    assert orphan_row(vm, entry, "S9") == {
        "vm": vm.identity,
        "address": D9,
        "key": 13000,
        "label": "PCI device 0",
        "vendor_device": "144d:a80a",
        "serial": "S9",
    }

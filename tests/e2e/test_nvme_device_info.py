# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nvme_device_info against a lab: it tells what there is and who uses it, and touches nothing."""

from __future__ import annotations

from typing import Any

import pytest
from labclient import Lab
from module_steps import Answer, error_of, run_steps
from pyVmomi import vim

MODULE = "directpath.nvme.nvme_device_info"

D8, D9, DA, DB = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:db:00.0"

FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}

NEWEST = "9.0.1" if "physicalSlot" in vim.host.PciDevice._propInfo else "8.0.3"
"""Slots are in API 9.0, which the oldest pyVmomi does not know. A server speaks the version of its client; the lab
sends every client all it has, so it must not be newer than the client."""

CONFIG = {
    "vcenter_version": NEWEST,
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.1", "cluster": "cluster-a", "passthrough_enabled": [D8, D9, DA]},
        {"name": "esxi-02.lab", "version": NEWEST, "cluster": "cluster-a"},
        {"name": "old.lab", "version": "7.0.3"},
        {"name": "gone.lab", "connected": False},
    ],
    "vms": [
        # Made first, so that it comes first where it should not.
        {"name": "off", "host": "esxi-01.lab", "passthrough": [D8, D9], **FIT},
        {"name": "running", "host": "esxi-01.lab", "power": "poweredOn", "passthrough": [D9], **FIT},
    ],
    "extra_hosts": 40,
}

CONNECTION_GET = 1
"""Connecting asks for the list of API versions, which is no SOAP call, and so is not among the lab's counters."""


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def devices(answer: Answer, host: str = "esxi-01.lab") -> dict[str, dict[str, Any]]:
    (found,) = (item for item in answer["hosts"] if item["host"]["name"] == host)
    return {device["address"]: device for device in found["devices"]}


def test_what_there_is_and_who_uses_it(lab: Lab) -> None:
    (answer,) = run_steps(lab, MODULE, {"cluster": "cluster-a"})
    assert lab.mutating_calls() == {}
    assert answer["changed"] is False
    assert [item["host"]["name"] for item in answer["hosts"]] == ["esxi-01.lab", "esxi-02.lab"]
    assert [item["orphans"] for item in answer["hosts"]] == [[], []]
    found = devices(answer)
    # NVMe devices only.
    assert [address[5:7] for address in found] == [
        "17",
        "18",
        "19",
        "1a",
        "5e",
        "5f",
        "d8",
        "d9",
        "da",
        "db",
        "dc",
        "dd",
    ]
    assert found[DB] == {
        "address": DB,
        "name": "NVMe SSD Controller CD6",
        "vendor_device": "1e0f:0011",
        "serial": "S01DB",
        "serial_from": "host",
        # Before 9.0 only esxcli tells slots.
        "slot": "10",
        "slot_description": "NVMe Bay 10",
        "hardware_label": None,
        "numa_node": 1,
        "model": "KIOXIA KCD6XLUL1T92",
        "firmware": "1.0.3",
        "capacity_bytes": 1920383410176,
        "vmhba": found[DB]["vmhba"],
        "namespaces": [{"id": 1, "name": found[DB]["namespaces"][0]["name"], "size_bytes": 1920383410176}],
        "reset_method": "Function reset",
        "owner": "VMkernel",
        "configured_owner": "VMkernel",
        "passthrough": {"capable": True, "enabled": False, "active": False, "pending": False},
        "held_by": [],
        "group": [DB],
        "objections": [],
        "vm": None,
    }
    kinds = {address: [holder["kind"] for holder in device["held_by"]] for address, device in found.items()}
    assert {address: kind for address, kind in kinds.items() if kind} == {
        "0000:17:00.0": ["boot", "coredump", "boot_disk"],
        "0000:18:00.0": ["vmfs"],
        "0000:19:00.0": ["vsan"],
        "0000:1a:00.0": ["unknown"],
        "0000:5f:00.0": ["vmfs"],
    }
    assert found["0000:18:00.0"]["held_by"] == [{"kind": "vmfs", "name": "esxi-01-local"}]
    assert found["0000:5e:00.0"]["group"] == ["0000:5d:00.0", "0000:5e:00.0", "0000:5f:00.0"]
    assert "0000:5f:00.0, which changes hands with it" in found["0000:5e:00.0"]["objections"][0]

    # Serial number and all else that ESXi's driver tells go with it.
    gone = ("serial", "serial_from", "model", "firmware", "capacity_bytes", "vmhba", "namespaces")
    assert {name: found[D8][name] for name in gone} == dict.fromkeys(gone)
    assert (found[D8]["owner"], found[D8]["configured_owner"], found[D8]["slot"]) == ("VM Passthru", "VM Passthru", "7")
    assert [(item["memory"], item["unreadable"], item["candidates"]) for item in answer["hosts"]] == [([], [], [])] * 2
    assert found[D8]["passthrough"] == {"capable": True, "enabled": True, "active": True, "pending": False}
    placed = {address: device["vm"] for address, device in found.items() if device["vm"]}
    assert set(placed) == {D8, D9}
    assert (placed[D8]["name"], placed[D8]["power_state"]) == ("off", "poweredOff")
    moid = next(vm["moid"] for vm in lab.state()["vms"] if vm["name"] == "running")
    assert placed[D9] == {
        "name": "running",
        "moid": moid,
        "power_state": "poweredOn",
        "key": 13000,
        "label": "PCI device 0",
        "pci_slot_number": 64,
    }
    assert devices(answer, "esxi-02.lab")[D8]["slot_description"] == "NVMe Bay 7"


def test_drives_that_nobody_can_tell_and_a_host_that_does_not_answer_esxcli(lab: Lab) -> None:
    one = {"esxi_host_name": "esxi-01.lab"}
    known = [{"serial": "S01D8", "address": D8}]
    lab.fault("ExecuteSoap:vim.EsxCLI.hardware.pci.list", fault_type="NotSupported", immediate=True, skip=2)
    unknown, remembered, mute = run_steps(
        lab,
        MODULE,
        {**one, "devices": [{"serial": "S01D8"}, {"slot": "1"}]},
        {**one, "devices": [{"serial": "s01d8"}], "known_drives": known},
        one,
    )
    # The slot is known of all, and the serial number of none that is passed through.
    assert list(devices(unknown)) == ["0000:17:00.0"]
    assert [row["address"] for row in unknown["hosts"][0]["candidates"]] == [D8, D9, DA]
    (device,) = devices(remembered).values()
    assert (device["address"], device["serial"], device["serial_from"]) == (D8, "S01D8", "memory")
    (entry,) = remembered["hosts"][0]["memory"]
    assert (entry["serial"], entry["state"], entry["learnt_from"]) == ("S01D8", "known", "operator")
    (line,) = mute["hosts"][0]["unreadable"]
    assert line.startswith("esxcli hardware pci list: esxcli could not be asked (")
    untold = ("slot", "slot_description", "numa_node", "reset_method", "owner", "configured_owner")
    assert {name: devices(mute)[DB][name] for name in untold} == dict.fromkeys(untold)
    assert devices(mute)[DB]["serial"] == "S01DB"


def test_what_is_no_longer_on_the_host(lab: Lab) -> None:
    lab.pull("esxi-01.lab", D9, keep_vm_entry=True)
    lab.pull("esxi-01.lab", D8, keep_vm_entry=True)
    lab.insert("esxi-01.lab", address=D8, vendor_device="144d:a80a", serial="NEW")
    one = {"esxi_host_name": "esxi-01.lab"}
    whole, new, model, none = run_steps(
        lab,
        MODULE,
        one,
        {**one, "devices": [{"address": D8}]},
        {**one, "devices": [{"vendor_device": "144d:a80a"}, {"address": DB}], "check": True},
        {**one, "devices": [{"address": D9}]},
    )
    orphans = whole["hosts"][0]["orphans"]
    assert [(item["vm"]["name"], item["address"], item["key"]) for item in orphans] == [
        ("running", D9, 13000),
        ("off", D8, 13000),
        ("off", D9, 13001),
    ]
    assert orphans[0]["label"] == "PCI device 0"
    assert orphans[0]["vm"]["moid"].startswith("vm-")
    # The drive that came to a pulled one's place is in no VM, although one has an entry with its address.
    (device,) = devices(new).values()
    assert (device["serial"], device["vm"], device["passthrough"]["active"]) == ("NEW", None, False)
    assert device["objections"] == ["VM off has it"]
    assert list(devices(model)) == ["0000:1a:00.0", D8, DA, DB]
    assert devices(none) == {}
    # A filter of devices hides no orphan.
    assert new["hosts"][0]["orphans"] == none["hosts"][0]["orphans"] == orphans


def test_a_fleet_and_hosts_that_cannot_be_read(lab: Lab) -> None:
    (fleet,) = run_steps(lab, MODULE, {"cluster": "cluster-x"})
    # Three for each host: only esxcli knows which disk it boots from, and before 9.0 in which slot a drive is.
    assert lab.stats()["total"] + CONNECTION_GET <= 12 + 3 * 40
    assert len(fleet["hosts"]) == 40
    answers = run_steps(
        lab, MODULE, {"esxi_host_name": "old.lab"}, {"esxi_host_name": "gone.lab"}, {"esxi_host_name": "esxi-03.lab"}
    )
    assert [error_of(answer)["code"] for answer in answers] == ["host_too_old", "host_not_connected", "not_found"]
    assert lab.mutating_calls() == {}

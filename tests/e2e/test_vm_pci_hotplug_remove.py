# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_pci_hotplug against a lab: what it removes and refuses to remove, whatever the guest says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hotplug_calls import (
    CONFIG,
    D8,
    D9,
    DA,
    FIT,
    FULL,
    MODULE,
    ON,
    absent,
    entries,
    present,
    reconfigurations,
    statuses,
)
from labclient import Lab
from module_steps import error_of, run_steps


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def test_removal(lab: Lab) -> None:
    both = absent(DA, D9)
    careful = {**both, "allow_guest_unchecked": False}
    _added, refused, planned, done, again = run_steps(
        lab, MODULE, present(D9, DA), careful, {**both, "check": True}, both, careful
    )
    error = error_of(refused)
    assert (error["code"], error["requirement"], error["vm"]) == ("guest_unchecked", "C3", "storage")
    assert "nothing shows that its guest does not use 0000:da:00.0, 0000:d9:00.0" in refused["msg"]
    assert statuses(planned) == statuses(done) == ["removed", "removed"]
    # What is out needs no permission.
    assert statuses(again) == ["absent", "absent"]
    assert [item["changed"] for item in (planned, done, again)] == [True, True, False]
    assert planned["diff"] == done["diff"]
    for answer in (planned, done):
        (warning,) = answer["warnings"]
        assert "Removing 0000:da:00.0, 0000:d9:00.0 from the running VM storage WITHOUT evidence" in warning
    assert "warnings" not in again
    # Where it was tells which slot of the guest is empty now.
    assert (done["devices"][0]["label"], done["devices"][0]["pci_slot_number"]) == ("PCI device 1", 65)
    assert reconfigurations(lab) == 4
    assert entries(lab) == []


def test_a_vm_that_is_off(lab: Lab) -> None:
    drive = FULL[0]
    refused, check, kept, removed = run_steps(
        lab,
        MODULE,
        present(D8, name="off"),
        present(D8, name="off", check=True),
        present(drive, name="off"),
        absent(drive, name="off", allow_guest_unchecked=False),
    )
    error = error_of(refused)
    assert (error["code"], error["vm"]) == ("vm_power_state", "off")
    assert "VM off is poweredOff" in refused["msg"]
    (warning,) = check["warnings"]
    assert warning.startswith("The real run needs this first: VM off is poweredOff")
    assert (statuses(kept), kept["changed"]) == (["present"], False)
    assert (statuses(removed), removed.get("warnings")) == (["removed"], None)
    assert entries(lab, "off") == []


def test_a_drive_that_was_pulled_and_one_in_its_place(lab: Lab) -> None:
    run_steps(lab, MODULE, present(D8, D9))
    lab.pull("esxi-01.lab", D9, keep_vm_entry=True)
    lab.stats(reset=True)
    refused, removed = run_steps(lab, MODULE, absent(D9, allow_guest_unchecked=False), absent(D9))
    assert error_of(refused)["code"] == "guest_unchecked"
    (device,) = removed["devices"]
    assert (device["status"], device["vendor_device"], device["label"]) == ("removed", "144d:a80a", "PCI device 1")
    assert entries(lab) == [D8]

    # A drive of another model comes to the address of one that the VM still has an entry of.
    lab.pull("esxi-01.lab", D8, keep_vm_entry=True)
    lab.insert("esxi-01.lab", address=D8, vendor_device="144d:a80a")
    stale, cleared, inactive = run_steps(lab, MODULE, present(D8), absent(D8), present(D8))
    error = error_of(stale)
    assert (error["code"], error["requirement"], error["device"]) == ("stale_entry", "V3", D8)
    assert (statuses(cleared), cleared["devices"][0]["vendor_device"]) == (["removed"], "8086:0a54")
    assert error_of(inactive)["code"] == "passthrough_not_active"
    assert reconfigurations(lab) == 2


def test_a_drive_is_a_drive_of_one_host(lab: Lab) -> None:
    """The same address on another host is another drive: nothing is added, removed or foretold there."""
    path = "DC0/host/fresh.lab/fresh.lab"
    elsewhere = ("fresh.lab", "esxi-01", "host-999999", path)
    wrong = [call(D8, esxi_host_name=name) for name in elsewhere for call in (present, absent)]
    refused = [*run_steps(lab, MODULE, *wrong), *run_steps(lab, MODULE, *wrong[:2], check=True)]
    for answer in refused:
        error = error_of(answer)
        assert (error["code"], error["host"], error["vm"], error["device"]) == (
            "wrong_host",
            "esxi-01.lab",
            "storage",
            D8,
        )
    assert [error_of(answer)["requirement"] for answer in refused[:2]] == ["C1", "C3"]
    (unknown,) = run_steps(lab, MODULE, present(D8, esxi_host_name="DC0/host/none.lab"))
    assert error_of(unknown)["code"] == "not_found"
    assert lab.mutating_calls() == {}

    (added,) = run_steps(lab, MODULE, present(D8, esxi_host_name="ESXi-01.lab"))
    moid, full = added["host"]["moid"], "DC0/host/esxi-01.lab/esxi-01.lab"
    assert statuses(added) == ["added"]
    by_moid, by_path = run_steps(lab, MODULE, absent(D8, esxi_host_name=moid), present(D8, esxi_host_name=full))
    assert (statuses(by_moid), statuses(by_path)) == (["removed"], ["added"])


def test_a_vm_that_came_from_another_host_with_its_entry(lab: Lab) -> None:
    """Its entry has an address of the new host as well, where that is a drive which must not be told as free."""
    lab.move("off", "unable.lab")
    refused, check = run_steps(lab, MODULE, *(absent(FULL[0], name="off", check=check) for check in (False, True)))
    for answer in (refused, check):
        error = error_of(answer)
        assert (error["code"], error["requirement"], error["host"]) == ("wrong_host", "C3", "unable.lab")
        assert "was made for a drive of another host" in answer["msg"]
    assert lab.mutating_calls() == {}


def test_who_else_has_a_drive_that_left_is_told(start_lab: Callable[..., Lab]) -> None:
    """A VM that is off may have an entry for a drive with which another runs: that one must not be pulled."""
    host = {"name": "esxi-01.lab", "version": "8.0.3", "passthrough_enabled": [D8, D9]}
    vms = [
        {"name": "off", **FIT, "passthrough": [D8, D9]},
        {"name": "runs", **ON, **FIT, "passthrough": [D8]},
    ]
    lab = start_lab({"hosts": [host], "vms": vms})
    lab.pull("esxi-01.lab", D9, keep_vm_entry=True)
    lab.insert("esxi-01.lab", address=D9, vendor_device="8086:0a54")
    (answer,) = run_steps(lab, MODULE, absent(D8, D9, name="off"))
    shared, swapped = answer["devices"]
    assert (shared["status"], shared["on_host"], shared["still_used_by"]) == ("removed", True, ["VM runs has it"])
    # What is at that address now is another drive, which nobody may take for the one that left.
    assert (swapped["status"], swapped["on_host"], swapped["still_used_by"]) == ("removed", False, [])

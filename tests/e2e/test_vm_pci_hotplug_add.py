# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_pci_hotplug against a lab: what it adds and refuses to add."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hotplug_calls import (
    CONFIG,
    D8,
    D9,
    DA,
    DB,
    DC,
    DD,
    FIT,
    FULL,
    MODULE,
    ON,
    PASSED,
    RECONFIGURE,
    absent,
    at,
    entries,
    present,
    reconfigurations,
    statuses,
)
from labclient import Lab
from module_steps import error_of, run_steps

CONNECTION_GET = 1
"""Connecting asks for the list of API versions, which is no SOAP call, and so is not among the lab's counters."""


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def test_check_mode_a_first_and_a_second_run(lab: Lab) -> None:
    # Ids above and below 0x8000, in an order that is not the host's.
    wanted = present(DB, D8, D9)
    (planned,) = run_steps(lab, MODULE, wanted, check=True)
    assert lab.mutating_calls() == {}
    done, again = run_steps(lab, MODULE, wanted, wanted)
    # The lab refuses a call with two devices, or with anything else in it.
    assert reconfigurations(lab) == 3
    assert entries(lab) == [DB, D8, D9]

    assert (planned["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert planned["diff"] == done["diff"]
    assert done["diff"]["before"] == {"passthrough_devices": []}
    assert done["diff"]["after"] == {"passthrough_devices": [D8, D9, DB]}
    assert again["diff"]["before"] == again["diff"]["after"] == done["diff"]["after"]
    assert statuses(planned) == statuses(done) == ["added"] * 3
    assert statuses(again) == ["present"] * 3
    identity: dict[str, Any] = {"address": DB, "name": "NVMe SSD Controller CD6", "vendor_device": "1e0f:0011"}
    # The API has no slots of a host before 9.0, and passthrough hides serial numbers.
    identity.update(dict.fromkeys(("serial", "serial_from", "slot", "slot_description", "hardware_label")))
    place = {"key": 13000, "label": "PCI device 0", "pci_slot_number": 64}
    whose = {"on_host": True, "still_used_by": []}
    assert done["devices"][0] == {**identity, **place, **whose, "status": "added", "error": None}
    assert planned["devices"][0] == {**done["devices"][0], "key": None, "label": None, "pci_slot_number": None}
    assert [device["vendor_device"] for device in done["devices"]] == ["1e0f:0011", "8086:0a54", "144d:a80a"]
    assert again["devices"] == [{**device, "status": "present"} for device in done["devices"]]
    assert (done["vm"]["name"], done["host"]["name"]) == ("storage", "esxi-01.lab")


def test_what_is_refused(lab: Lab) -> None:
    steps: dict[str, dict[str, Any]] = {
        "vm_is_template": present(D8, name="template"),
        "vm_rule_broken": present(D8, name="unfit"),
        "device_in_use": present(D8, FULL[0]),
        "too_many_devices": present(D8, D9, name="almost"),
        "not_nvme": present(D8, "0000:3b:00.0"),
        "passthrough_not_active": present(DD, name="fresh"),
        "host_too_old": present(D8, name="on-old"),
        "host_without_hot_plug": present(D8, name="on-unable"),
        "device_not_found": present(D8, "0000:ee:00.1"),
    }
    model = {"name": "NVMe SSD Controller PM9A3"}
    answers = run_steps(
        lab,
        MODULE,
        *steps.values(),
        {"name": "storage", "devices": [model]},
        {"name": "storage", "devices": [*at(D9), {**model, "address": D9}]},
    )
    assert lab.mutating_calls() == {}
    *others, ambiguous, twice = answers
    found = dict(zip(steps, others, strict=True))
    for code, answer in found.items():
        assert error_of(answer)["code"] == code

    for requirement in ("P6", "P7", "N1", "N2", "N3", "N4", "N5", "N9"):
        assert f"({requirement})" in found["vm_rule_broken"]["msg"]
    assert f"Device {FULL[0]} (" in found["device_in_use"]["msg"]
    assert "VM off has it" in found["device_in_use"]["msg"]
    assert "has 31 NVMe passthrough devices, and 2 more would pass the limit of 32" in found["too_many_devices"]["msg"]
    requirements = {code: answer["error"]["requirement"] for code, answer in found.items()}
    assert requirements["too_many_devices"] == "L4"
    assert requirements["not_nvme"] == "L5"
    assert requirements["passthrough_not_active"] == "P5"
    assert requirements["host_too_old"] == requirements["host_without_hot_plug"] == "Q8"

    assert error_of(ambiguous)["code"] == error_of(twice)["code"] == "ambiguous_device"
    assert f"{D9} (NVMe SSD Controller PM9A3" in ambiguous["msg"]
    assert f"{DA} (NVMe SSD Controller PM9A3" in ambiguous["msg"]
    # The drive of unknown use is shown with its serial number, which ESXi knows as long as it has the drive.
    assert "0000:1a:00.0 (NVMe SSD Controller PM9A3, serial S011A, slot " in ambiguous["msg"]
    assert f"both mean {D9}" in twice["msg"]


def test_the_last_place_can_be_taken_with_few_requests(lab: Lab) -> None:
    (last,) = run_steps(lab, MODULE, present(D8, name="almost", datacenter="DC0"))
    assert statuses(last) == ["added"]
    assert len(entries(lab, "almost")) == 32
    assert lab.stats()["total"] + CONNECTION_GET <= 18


def test_check_mode_names_what_earlier_steps_have_to_provide(lab: Lab) -> None:
    unprepared, to_come, gone, moid = run_steps(
        lab,
        MODULE,
        present(DA, name="factory"),
        present(DA, name="to-come"),
        absent(DA, name="to-come"),
        {"moid": "vm-999999", "devices": at(DA)},
        check=True,
    )
    assert lab.mutating_calls() == {}
    for answer in (unprepared, to_come):
        assert (answer["changed"], statuses(answer)) == (True, ["added"])
        assert all(warning.startswith("The real run needs this first: ") for warning in answer["warnings"])
    warnings = "\n".join(unprepared["warnings"])
    for words in ("bios", "i440bxHostBridge", "(P6)", "(P7)", "poweredOff", f"Passthrough of {DA}"):
        assert words in warnings
    assert to_come["vm"] == {"name": "to-come", "moid": None, "uuid": None}
    assert (gone["changed"], statuses(gone)) == (False, ["absent"])
    assert error_of(moid)["code"] == "not_found"


def test_the_third_of_five_fails(lab: Lab) -> None:
    lab.fault(RECONFIGURE, skip=2, fault_type="GenericVmConfigFault", message="The hot-plug failed. ", residue=True)
    failed, rest = run_steps(lab, MODULE, present(*PASSED), present(*PASSED))
    error = error_of(failed)
    assert (error["code"], error["fault"], error["requirement"]) == ("hotplug_failed", "GenericVmConfigFault", "C1")
    assert (error["host"], error["vm"], error["device"]) == ("esxi-01.lab", "storage", DA)
    assert "GenericVmConfigFault: The hot-plug failed." in failed["msg"]
    assert "pciPassthru2.present=FALSE, left by this or an earlier failed hot-add" in failed["msg"]
    assert f"Added before: {D8}, {D9}. Not tried: {DB}, {DC}." in failed["msg"]
    assert failed["changed"]
    assert statuses(failed) == ["added", "added", "failed", "not_tried", "not_tried"]
    assert [device["error"] is None for device in failed["devices"]] == [True, True, False, True, True]
    assert "The hot-plug failed." in failed["devices"][2]["error"]
    assert failed["devices"][1]["label"] == "PCI device 1"

    assert not rest["failed"], rest
    assert statuses(rest) == ["present", "present", "added", "added", "added"]
    assert entries(lab) == PASSED
    assert reconfigurations(lab) == 3 + 3


def test_a_refusal_that_speaks_for_itself(lab: Lab) -> None:
    """What the account may not do, or the host cannot, is no failure of the hot plug."""
    refusals = {
        "NoPermission": (D8, "no_permission", "least_privilege"),
        "HostNotConnected": (D9, "host_not_connected", "vCenter"),
        "TaskInProgress": (DA, "task_in_progress", "Wait until the other task has ended"),
        "DeviceHotPlugNotSupported": (DB, "hotplug_failed", "vm_hotplug_config"),
    }
    for fault, (address, _code, _words) in refusals.items():
        lab.fault(RECONFIGURE, when_request_contains=address, fault_type=fault, immediate=address != DB)
    answers = run_steps(lab, MODULE, *(present(address) for address, _code, _words in refusals.values()))
    for (fault, (address, code, words)), answer in zip(refusals.items(), answers, strict=True):
        error = error_of(answer)
        assert (error["code"], error["fault"], error["device"]) == (code, fault, address)
        assert words in error["remedy"]
        assert "vmware.log" not in answer["msg"]
        assert (statuses(answer), answer["changed"]) == (["failed"], False)
    assert entries(lab) == []


def test_an_old_vcenter_is_not_written_to(start_lab: Callable[..., Lab]) -> None:
    host = {"name": "esxi-01.lab", "version": "7.0.3", "passthrough_enabled": [D8]}
    old = start_lab({"vcenter_version": "7.0.3", "hosts": [host], "vms": [{"name": "storage", **ON}]})
    (answer,) = run_steps(old, MODULE, present(D8))
    error = error_of(answer)
    assert (error["code"], error["requirement"]) == ("api_too_old", "Q8")
    assert old.mutating_calls() == {}


def test_on_esxi_directly(start_lab: Callable[..., Lab]) -> None:
    host = {"name": "esxi-01.lab", "passthrough_enabled": [D8]}
    esxi = start_lab({"hosts": [host], "vms": [{"name": "storage", **ON, **FIT}]}, mode="esxi")
    added, removed = run_steps(esxi, MODULE, present(D8), absent(D8))
    assert (statuses(added), statuses(removed)) == (["added"], ["removed"])
    assert reconfigurations(esxi) == 2

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_pci_hotplug against a lab: what it adds, removes, refuses, reports and leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from labclient import Lab
from module_steps import Answer, error_of, run_steps
from pyVim.task import WaitForTask
from pyVmomi import vim
from virtual_machine import virtual_machine

MODULE = "directpath.nvme.vm_pci_hotplug"
RECONFIGURE = "ReconfigVM_Task"

FREE = [f"0000:{bus:02x}:00.0" for bus in range(0xD8, 0x100)]
"""The free drives of esxi-01.lab; two alike ones are next to each other."""

D8, D9, DA, DB, DC, DD, DE, DF = FREE[:8]
PASSED = [D8, D9, DA, DB, DC]
FULL = FREE[-32:]

FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
UNFIT = {
    "hw_version": "vmx-17",
    "iommu": True,
    "cpu_hot_add": True,
    "memory_hot_add": True,
    "dynamic_directpath": True,
    "num_cpu": 129,
    "nested_hv": True,
}
ON = {"power": "poweredOn"}

CONFIG = {
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.1", "free_nvme": len(FREE), "passthrough_enabled": [*PASSED, *FULL]},
        {"name": "fresh.lab", "version": "8.0.3"},
        {"name": "old.lab", "version": "7.0.3"},
        {"name": "unable.lab", "version": "8.0.1", "fpt_hotplug": False, "passthrough_enabled": [D8]},
    ],
    "vms": [
        {"name": "storage", **ON, **FIT},
        {"name": "almost", **ON, **FIT, "passthrough": FULL[1:]},
        {"name": "off", **FIT, "passthrough": FULL[:1]},
        {"name": "unfit", **ON, **UNFIT},
        {"name": "template", "template": True, **FIT},
        {"name": "factory", "host": "fresh.lab"},
        {"name": "fresh", "host": "fresh.lab", **ON, **FIT},
        {"name": "on-old", "host": "old.lab", **ON},
        {"name": "on-unable", "host": "unable.lab", **ON, **FIT},
    ],
}

CONNECTION_GET = 1
"""Connecting asks for the list of API versions, which is no SOAP call, and so is not among the lab's counters."""


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def at(*addresses: str) -> list[dict[str, str]]:
    return [{"address": address} for address in addresses]


def present(*addresses: str, name: str = "storage", **args: Any) -> dict[str, Any]:
    return {"name": name, "devices": at(*addresses), **args}


def absent(*addresses: str, name: str = "storage", **args: Any) -> dict[str, Any]:
    return {**present(*addresses, name=name), "state": "absent", "allow_guest_unchecked": True, **args}


def evidence(lab: Lab, *drives: dict[str, Any], age: int = 0, name: str = "storage", **changes: Any) -> dict[str, Any]:
    """What guest_nvme_info would find in the guest of a VM, as far as it is looked at; age in seconds."""
    with virtual_machine(lab, name) as vm:
        vm_uuid = vm.machine.config.uuid
    gathered_at = (datetime.now(UTC) - timedelta(seconds=age)).isoformat(timespec="seconds")
    return {"gathered_at": gathered_at, "vm_uuid": vm_uuid, "not_seen": [], "devices": list(drives), **changes}


def in_guest(number: int, vendor_device: str, slot: int | None, *mounted: str) -> dict[str, Any]:
    """A drive as the guest sees it. Physical slots have the VM's numbers only with native PCIe hot plug."""
    disk = f"nvme{number}n1"
    return {
        "vendor_device": vendor_device,
        "physical_slot": None if slot is None else str(slot),
        "namespaces": [{"name": disk, "path": f"/dev/{disk}", "size": 2**30, "partitions": []}],
        "in_use_by": [{"kind": "mount", "name": point, "device": disk} for point in mounted],
    }


def statuses(answer: Answer) -> list[str]:
    return [device["status"] for device in answer["devices"]]


def entries(lab: Lab, name: str = "storage") -> list[str]:
    """Addresses of the devices that a VM has, in the order in which it got them."""
    (vm,) = (vm for vm in lab.state()["vms"] if vm["name"] == name)
    return [device["address"] for device in sorted(vm["pci_devices"], key=lambda device: int(device["key"]))]


def reconfigurations(lab: Lab) -> int:
    """How often a VM was reconfigured; nothing else may have been changed."""
    calls = lab.mutating_calls()
    assert set(calls) <= {RECONFIGURE}
    return calls.get(RECONFIGURE, 0)


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
    identity = {"address": DB, "name": "NVMe SSD Controller CD6", "vendor_device": "1e0f:0011"}
    # The API has no slots of a host before 9.0.
    place = {"slot": None, "key": 13000, "label": "PCI device 0", "pci_slot_number": 64}
    whose = {"on_host": True, "still_used_by": []}
    assert done["devices"][0] == {**identity, **place, **whose, "status": "added", "error": None}
    assert planned["devices"][0] == {**done["devices"][0], "key": None, "label": None, "pci_slot_number": None}
    assert [device["vendor_device"] for device in done["devices"]] == ["1e0f:0011", "8086:0a54", "144d:a80a"]
    assert again["devices"] == [{**device, "status": "present"} for device in done["devices"]]
    assert (done["vm"]["name"], done["host"]["name"]) == ("storage", "esxi-01.lab")


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


def test_evidence_that_proves_nothing_removes_nothing(lab: Lab) -> None:
    idle = in_guest(0, "144d:a80a", 64)
    elsewhere = evidence(lab, idle, name="almost")["vm_uuid"]
    refused = {
        "s ago (limit 300 s)": absent(D9, guest_evidence=evidence(lab, idle, age=400)),
        "(limit 60 s)": absent(D9, guest_evidence=evidence(lab, idle, age=100), guest_evidence_max_age=60),
        "in the future": absent(D9, guest_evidence=evidence(lab, idle, age=-400)),
        f"of the VM with UUID {elsewhere}": absent(D9, guest_evidence=evidence(lab, idle, vm_uuid=elsewhere)),
        "does not say which VM": absent(D9, guest_evidence=evidence(lab, idle, vm_uuid=None)),
        "could not show mounts": absent(D9, guest_evidence=evidence(lab, idle, not_seen=["mounts of other users"])),
        "not a result of guest_nvme_info": absent(D9, guest_evidence={"devices": []}),
        "is not a result of": absent(D9, guest_evidence=evidence(lab, {"vendor_device": "144d:a80a"}), check=True),
    }
    # The operator's word, which absent() gives, makes up for missing evidence, never for bad evidence.
    _added, *answers = run_steps(lab, MODULE, present(D9), *refused.values())
    for text, answer in zip(refused, answers, strict=True):
        error = error_of(answer)
        assert (error["code"], error["requirement"], error["vm"]) == ("guest_evidence_invalid", "C3", "storage")
        assert text in answer["msg"]
    # Only to add it.
    assert reconfigurations(lab) == 1
    assert entries(lab) == [D9]


def test_a_guest_that_does_not_show_the_drive_or_may_be_a_copys_proves_nothing(lab: Lab) -> None:
    none = evidence(lab)
    idle = evidence(lab, in_guest(0, "144d:a80a", 64))
    with virtual_machine(lab, "almost") as copy:
        own = copy.machine.config.uuid
        WaitForTask(copy.machine.ReconfigVM_Task(vim.vm.ConfigSpec(uuid=idle["vm_uuid"])))
        _added, unseen, of_a_copy = run_steps(
            lab, MODULE, present(D9), absent(D9, guest_evidence=none), absent(D9, guest_evidence=idle)
        )
        WaitForTask(copy.machine.ReconfigVM_Task(vim.vm.ConfigSpec(uuid=own)))
    (shown,) = run_steps(lab, MODULE, absent(D9, guest_evidence=none))
    for answer in (unseen, of_a_copy, shown):
        assert error_of(answer)["code"] == "guest_evidence_invalid"
    for answer in (unseen, of_a_copy):
        assert "VM almost has the same BIOS UUID" in answer["msg"]
    assert f"does not show {D9} (slot 64), which VM and host have in force" in shown["msg"]
    assert entries(lab) == [D9]


def test_a_drive_that_the_guest_uses_stays(lab: Lab) -> None:
    other, free = in_guest(0, "8086:0a54", 64), in_guest(2, "144d:a80a", 66)
    used = evidence(lab, other, in_guest(1, "144d:a80a", 65, "/data", "/srv"), free)
    # Without slots, of two alike drives either may be the one in use.
    vague = evidence(lab, other, in_guest(1, "144d:a80a", None, "/data"), in_guest(2, "144d:a80a", None))
    wanted = absent(D9, guest_evidence=used, allow_guest_unchecked=False)
    _added, *answers = run_steps(
        lab,
        MODULE,
        present(D8, D9, DA),
        wanted,
        {**wanted, "allow_guest_unchecked": True},
        {**wanted, "check": True},
        {**wanted, "devices": at(DA, D9)},
        {**wanted, "devices": at(DA), "guest_evidence": vague},
    )
    errors = [error_of(answer) for answer in answers]
    assert {(error["code"], error["requirement"]) for error in errors} == {("device_in_use_by_guest", "C3")}
    assert {(error["host"], error["vm"]) for error in errors} == {("esxi-01.lab", "storage")}
    assert [error["device"] for error in errors] == [D9, D9, D9, D9, DA]
    for answer in answers[:4]:
        assert f"{D9} (/dev/nvme1n1) for mount /data, mount /srv. Nothing was changed." in answer["msg"]
    assert "one of 2 drives that cannot be told apart) for mount /data" in answers[4]["msg"]
    # Only to add them.
    assert reconfigurations(lab) == 3
    assert entries(lab) == [D8, D9, DA]


def test_a_drive_that_the_guest_does_not_use_leaves_without_anybody_vouching(lab: Lab) -> None:
    # What the guest does with a drive that stays does not matter.
    idle = evidence(lab, in_guest(0, "8086:0a54", 64, "/srv"), in_guest(1, "144d:a80a", 65), age=100)
    wanted = absent(D9, guest_evidence=idle, allow_guest_unchecked=False)
    _added, planned, done, again = run_steps(lab, MODULE, present(D8, D9), {**wanted, "check": True}, wanted, wanted)
    assert statuses(planned) == statuses(done) == ["removed"]
    assert planned["diff"] == done["diff"]
    assert (statuses(again), again["changed"]) == (["absent"], False)
    assert [answer.get("warnings") for answer in (planned, done, again)] == [None] * 3
    assert reconfigurations(lab) == 2 + 1
    assert entries(lab) == [D8]


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


def test_the_third_of_five_fails(lab: Lab) -> None:
    lab.fault(RECONFIGURE, skip=2, fault_type="GenericVmConfigFault", message="The hot-plug failed. ", residue=True)
    failed, rest = run_steps(lab, MODULE, present(*PASSED), present(*PASSED))
    error = error_of(failed)
    assert (error["code"], error["fault"], error["requirement"]) == ("hotplug_failed", "GenericVmConfigFault", "C1")
    assert (error["host"], error["vm"], error["device"]) == ("esxi-01.lab", "storage", DA)
    assert "GenericVmConfigFault: The hot-plug failed." in failed["msg"]
    assert "pciPassthru0.present=FALSE, left by this or an earlier failed hot-add" in failed["msg"]
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


def test_lost_connections_and_sessions(lab: Lab) -> None:
    lab.fault(RECONFIGURE, when_request_contains=D8, drop_connection="before")
    lab.fault(RECONFIGURE, when_request_contains=D9, drop_connection="after")
    lab.fault(RECONFIGURE, when_request_contains=DA, expire_session=True)
    lab.fault(RECONFIGURE, when_request_contains=DB, drop_connection="before", count=2)
    done, gone, rest = run_steps(lab, MODULE, present(D8, D9, DA), present(D8, DB), present(DB))
    assert statuses(done) == ["added"] * 3, done
    error = error_of(gone)
    assert (error["code"], error["vm"], error["device"]) == ("connection_lost", "storage", DB)
    assert (statuses(gone), gone["changed"]) == (["present", "failed"], False)
    assert statuses(rest) == ["added"]
    # Only what the server had not heard of was asked for again.
    assert reconfigurations(lab) == 2 + 1 + 2 + 2 + 1
    assert entries(lab) == [D8, D9, DA, DB]


def test_an_answer_that_is_lost_anywhere(lab: Lab) -> None:
    """Of whatever call an answer is lost: what is told is what the server did (A drive that is in counts as in)."""
    for method in ("CreateFilter", "WaitForUpdatesEx", "RetrievePropertiesEx", "QueryConfigTarget"):
        lab.fault(method, drop_connection="after")
    (done,) = run_steps(lab, MODULE, present(D8))
    assert (statuses(done), done["changed"]) == (["added"], True), done
    # The line is dead for as long as anybody waits on it; the task has ended by then.
    lab.fault("WaitForUpdatesEx", drop_connection="before", count=12)
    (unseen,) = run_steps(lab, MODULE, present(D9))
    assert (statuses(unseen), unseen["changed"]) == (["added"], True), unseen
    assert entries(lab) == [D8, D9]
    assert reconfigurations(lab) == 2


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


def test_a_session_that_ends_anywhere(lab: Lab) -> None:
    for method in ("RetrievePropertiesEx", "QueryConfigTarget", "WaitForUpdatesEx"):
        lab.fault(method, expire_session=True)
    (done,) = run_steps(lab, MODULE, present(D8))
    assert statuses(done) == ["added"], done
    assert reconfigurations(lab) == 1


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
    assert "0000:1a:00.0 (NVMe SSD Controller PM9A3, serial S011A)" in ambiguous["msg"]
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


def test_a_task_that_takes_too_long(start_lab: Callable[..., Lab]) -> None:
    slow = start_lab(CONFIG, settings={"task_seconds": 60})
    (answer,) = run_steps(slow, MODULE, present(D8, D9, timeout=1))
    error = error_of(answer)
    assert (error["code"], error["vm"], error["device"]) == ("task_timeout", "storage", D8)
    assert "did not end within 1 s; the task task-" in answer["msg"]
    assert "When last read, it was not in place." in answer["msg"]
    assert (statuses(answer), answer["changed"]) == (["failed", "not_tried"], False)
    assert reconfigurations(slow) == 1


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


def test_a_copy_on_another_host_may_have_answered(start_lab: Callable[..., Lab]) -> None:
    uuid = "4c4c4544-0035-4710-8051-b4c04f4a3532"
    hosts = [{"name": f"esxi-0{n}.lab", "version": "8.0.3", "passthrough_enabled": [D8]} for n in (1, 2)]
    vms = [
        {"name": name, "host": f"esxi-0{n}.lab", **ON, **FIT, "passthrough": [D8], "uuid": uuid}
        for n, name in ((1, "storage"), (2, "replica"))
    ]
    lab = start_lab({"hosts": hosts, "vms": vms})
    seen = evidence(lab, in_guest(0, "8086:0a54", 64))
    (answer,) = run_steps(lab, MODULE, absent(D8, allow_guest_unchecked=False, guest_evidence=seen))
    assert error_of(answer)["code"] == "guest_evidence_invalid"
    assert "VM replica has the same BIOS UUID" in answer["msg"]
    assert lab.mutating_calls() == {}


@pytest.mark.parametrize("skip", [3, 4])
def test_what_was_done_counts_though_it_cannot_be_read_back(start_lab: Callable[..., Lab], skip: int) -> None:
    host = {"name": "esxi-01.lab", "version": "8.0.3", "passthrough_enabled": [D8]}
    lab = start_lab({"hosts": [host], "vms": [{"name": "storage", **ON, **FIT}]})
    lab.fault("RetrievePropertiesEx", drop_connection="after", skip=skip, count=2)
    (answer,) = run_steps(lab, MODULE, present(D8))
    assert entries(lab) == [D8]
    assert (answer["changed"], statuses(answer)) == (True, ["added"])

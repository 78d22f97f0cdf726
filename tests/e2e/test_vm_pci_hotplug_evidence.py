# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_pci_hotplug against a lab: what the guest's word is worth when a drive is to leave it."""

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
    MODULE,
    ON,
    absent,
    at,
    entries,
    evidence,
    in_guest,
    present,
    reconfigurations,
    statuses,
)
from labclient import Lab
from module_steps import error_of, run_steps
from pyVim.task import WaitForTask
from pyVmomi import vim
from virtual_machine import virtual_machine


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


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


def test_a_copy_on_another_host_may_have_answered(start_lab: Callable[..., Lab]) -> None:
    uuid = "4c4c4544-0035-4710-8051-b4c04f4a3532"
    hosts = [{"name": f"esxi-0{n}.lab", "version": "8.0.3", "passthrough_enabled": [D8]} for n in (1, 2)]
    vms = [
        {"name": name, "host": f"esxi-0{n}.lab", **ON, **FIT, "passthrough": [D8], "uuid": uuid}
        for n, name in ((1, "storage"), (2, "replica"))
    ]
    lab = start_lab({"hosts": hosts, "vms": vms})
    seen = evidence(lab, in_guest(0, "8086:0a54", 64))
    answer, foretold = run_steps(
        lab, MODULE, absent(D8, allow_guest_unchecked=False, guest_evidence=seen), present(D8, check=True)
    )
    assert error_of(answer)["code"] == "guest_evidence_invalid"
    assert "VM replica has the same BIOS UUID" in answer["msg"]
    assert foretold["twins"] == {"names": ["replica"], "doubts": []}
    assert lab.mutating_calls() == {}


def test_a_vm_of_the_host_that_cannot_be_read_may_have_answered(start_lab: Callable[..., Lab]) -> None:
    host = {"name": "esxi-01.lab", "version": "8.0.3", "passthrough_enabled": [D8]}
    others = [
        {"name": "hidden", "visibility": "hidden", **ON},
        {"name": "unread", "visibility": "no_config", **ON},
        {"name": "unread-but-off", "visibility": "no_config"},
    ]
    lab = start_lab({"hosts": [host], "vms": [{"name": "storage", **ON, **FIT, "passthrough": [D8]}, *others]})
    (hidden,) = (vm["moid"] for vm in lab.state()["vms"] if vm["name"] == "hidden")
    seen = evidence(lab, in_guest(0, "8086:0a54", 64))
    answer, foretold = run_steps(
        lab, MODULE, absent(D8, allow_guest_unchecked=False, guest_evidence=seen), present(D8, check=True)
    )
    assert error_of(answer)["code"] == "guest_evidence_invalid"
    assert foretold["twins"]["names"] == []
    unseen, unread = foretold["twins"]["doubts"]
    assert f"the host lists the VM {hidden}, which the account may not see" in unseen
    assert "the BIOS UUID of VM unread cannot be read" in unread
    for doubt in (unseen, unread):
        assert f"another VM may have the same BIOS UUID: {doubt}" in answer["msg"]
    assert "unread-but-off" not in answer["msg"]
    # A plan for a whole fleet finds the same, for verification.
    wanted = {"name": "storage", "esxi_host_name": "esxi-01.lab", "devices": [{"address": D8, "state": "present"}]}
    (plan,) = run_steps(lab, "directpath.nvme.hotplug_plan", {"vms": [{"inventory_name": "db-01", **wanted}]})
    assert plan["verification"]["db-01"]["twins"] == foretold["twins"]
    assert "allow_guest_unchecked" not in answer["msg"]
    assert lab.mutating_calls() == {}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""host_maintenance_claim against a lab: the mark on the host, as others see it too."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from labclient import Lab
from module_steps import error_of, run_steps, run_tasks
from vsphere import MARK, maintenance_mark, write_attribute

MODULE = "directpath.nvme.host_maintenance_claim"

HOST = {"esxi_host_name": "esxi-01.lab"}
VM_1, VM_2 = {"name": "storage-vm-01", "moid": "vm-1"}, {"name": "storage-vm-02", "moid": "vm-2"}
CONFIG = {
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.1"},
        {"name": "esxi-02.lab", "version": "8.0.3"},
        {"name": "gone.lab", "version": "8.0.1", "connected": False},
        {"name": "old.lab", "version": "7.0.3"},
    ],
    "vms": [],
}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def attribute(lab: Lab, name: str = "esxi-01.lab") -> str | None:
    return maintenance_mark(lab, name)


def test_people_see_the_mark_and_other_hosts_have_none(lab: Lab) -> None:
    assert attribute(lab) is None
    run_steps(lab, MODULE, {**HOST, "vms": [VM_1, VM_2]})
    assert json.loads(attribute(lab) or "") == {"vms": [VM_1, VM_2]}
    assert attribute(lab, "esxi-02.lab") == ""
    run_steps(lab, MODULE, {**HOST, "state": "absent"})
    assert attribute(lab) == ""


def test_a_later_run_keeps_the_vms_unless_it_names_others(lab: Lab) -> None:
    first, kept, more, none, fresh = run_steps(
        lab,
        MODULE,
        {**HOST, "vms": [VM_1]},
        HOST,
        {**HOST, "vms": [VM_1, VM_2]},
        {**HOST, "vms": []},
        {"esxi_host_name": "esxi-02.lab"},
    )
    assert [item["changed"] for item in (first, kept, more, none, fresh)] == [True, False, True, True, True]
    assert [item["hosts"][0]["vms"] for item in (kept, more, none, fresh)] == [[VM_1], [VM_1, VM_2], [], []]
    assert lab.mutating_calls() == {"AddCustomFieldDef": 1, "SetField": 4}


def run_called(name: str, process: str = "another machine/1/1") -> dict[str, str]:
    """A run whose life this machine cannot see, unless its process is told."""
    return {"id": name, "by": f"{name}@controller", "process": process}


def test_a_live_runs_mark_is_respected_and_a_dead_ones_taken_over(lab: Lab) -> None:
    mine, other = {**HOST, "run": run_called("mine")}, {**HOST, "run": run_called("other")}
    first, again, refused, unmark, nobody, expired, cleared = run_steps(
        lab,
        MODULE,
        {**mine, "vms": [VM_1]},
        mine,
        other,
        {**other, "state": "absent"},
        HOST,
        {**other, "take_over": "mine", "lease": 0},
        {**mine, "state": "absent"},
    )
    assert (first["changed"], again["changed"]) == (True, False)
    for answer in (refused, unmark, nobody):
        error = error_of(answer)
        assert (error["code"], error["host"], error["requirement"]) == ("claim_held", "esxi-01.lab", "P3")
        assert "run mine of mine@controller, since 20" in answer["msg"]
    # Taken over with the VMs that wait for their start; its lease of 0 s is over at once, for whoever comes next.
    (taken,) = expired["hosts"]
    assert (taken["run"]["id"], taken["vms"]) == ("other", [VM_1])
    assert cleared["changed"]
    assert lab.mutating_calls() == {"AddCustomFieldDef": 1, "SetField": 3}


def test_this_machine_sees_that_a_run_is_dead(lab: Lab) -> None:
    who = "{{ lookup('directpath.nvme.run_identity') }}"
    gone = "{{ lookup('directpath.nvme.run_identity').process | regex_replace('/[0-9]+/', '/999999999/') }}"
    dead = {"id": "dead", "by": "me@here", "process": gone}
    alive = {"id": "alive", "by": "me@here", "process": who.replace(" }}", ".process }}")}
    runs = (dead, who, who, alive)
    marked, taken, live, refused = run_tasks(lab, *((MODULE, {**HOST, "run": one}) for one in runs))
    assert (marked["changed"], taken["changed"], live["changed"]) == (True, True, False)
    assert taken["hosts"][0]["run"]["id"] not in ("dead", "alive")
    assert error_of(refused)["code"] == "claim_held"


def test_two_first_runs_at_the_same_moment(lab: Lab) -> None:
    lab.fault("AddCustomFieldDef", drop_connection="after")
    # The call is repeated on a new connection, and finds that the attribute has been defined meanwhile.
    (done,) = run_steps(lab, MODULE, {**HOST, "vms": [VM_1]})
    assert not done["failed"], done
    assert lab.mutating_calls() == {"AddCustomFieldDef": 2, "SetField": 1}
    assert json.loads(attribute(lab) or "") == {"vms": [VM_1]}


def test_what_somebody_else_wrote_is_left_alone(lab: Lab) -> None:
    write_attribute(lab, "esxi-01.lab", MARK, "Bob works here until Friday")
    lab.stats(reset=True)
    answers = run_steps(lab, MODULE, {**HOST, "vms": [VM_1]}, {**HOST, "state": "absent"})
    for answer in answers:
        assert error_of(answer)["code"] == "claim_unreadable"
        assert "Bob works here until Friday" in answer["msg"]
    assert lab.mutating_calls() == {}


@pytest.mark.parametrize("path", ["availableField", "customValue"])
def test_a_mark_that_may_not_be_read_is_not_taken_for_none(lab: Lab, path: str) -> None:
    run_steps(lab, MODULE, {**HOST, "vms": [VM_1], "run": run_called("other")})
    marked = attribute(lab)
    lab.stats(reset=True)
    lab.deny(path=path, object_type="HostSystem", name="esxi-01.lab")
    answers = run_steps(lab, MODULE, {**HOST, "run": run_called("mine")}, {**HOST, "state": "absent"})
    lab.allow_all()
    for answer in answers:
        error = error_of(answer)
        assert (error["code"], error["host"]) == ("claim_unreadable", "esxi-01.lab")
        assert f"may not read {path} of host esxi-01.lab" in answer["msg"]
        assert "System.Read" in error["remedy"]
    assert lab.mutating_calls() == {}
    assert attribute(lab) == marked


def test_a_mark_may_be_removed_whatever_became_of_the_host(lab: Lab) -> None:
    gone, old, unknown, left, incomplete = run_steps(
        lab,
        MODULE,
        {"esxi_host_name": "gone.lab"},
        {"esxi_host_name": "old.lab"},
        {"esxi_host_name": "esxi-1.lab"},
        {"esxi_host_name": "gone.lab", "state": "absent"},
        {**HOST, "vms": [{"name": "storage-vm-01"}]},
    )
    codes = [error_of(answer)["code"] for answer in (gone, old, unknown)]
    assert codes == ["host_not_connected", "host_too_old", "not_found"]
    assert (left["failed"], left["changed"]) == (False, False)
    assert "missing required arguments: moid" in incomplete["msg"]
    assert lab.mutating_calls() == {}


def test_a_refusal_of_vcenter_is_passed_on(lab: Lab) -> None:
    lab.fault("SetField", fault_type="NoPermission")
    refused, done = run_steps(lab, MODULE, HOST, HOST)
    assert error_of(refused)["code"] == "no_permission"
    assert (refused["changed"], done["changed"]) == (False, True)


def test_esxi_keeps_no_marks(start_lab: Callable[..., Lab]) -> None:
    lab = start_lab(mode="esxi")
    present, absent = run_steps(lab, MODULE, {**HOST, "vms": [VM_1]}, {**HOST, "state": "absent"})
    for answer in (present, absent):
        assert (answer["failed"], answer["changed"], answer["hosts"][0]["supported"]) == (False, False, False)
    assert lab.mutating_calls() == {}

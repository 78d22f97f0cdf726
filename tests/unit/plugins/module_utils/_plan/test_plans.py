# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans are put together, compared and shown."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import Change, Planned, plan_document
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plans import (
    merge_plans,
    plan_difference,
    plan_lines,
    plan_targets,
)

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"

REBOOT = Change("reboot", "esxi-01.lab", None, "in force: maxIntrCookies", "P3")
SETTING = Change("setting", "firmware", "bios", "efi", "P6", needs_power_off=True)
ADD = Change("hot_add", "SSD", "not in the VM", "in it", "C1", device=D8, vendor_device="144d:a80a")
REMOVE = Change("hot_remove", "SSD", "in the VM", "not in it", "C3", D9, "144d:a80a", "S1")


def obstacle(code: str, mendable: bool = False) -> Obstacle:
    return Obstacle(DirectPathError(f"It is {code}.", code, remedy="Mend it."), mendable)


def planned(name: str, kind: str, *steps: Change, obstacles: tuple[Obstacle, ...] = (), note: str = "") -> Planned:
    notes = (Note("P6", note),) if note else ()
    subject = {kind: {"name": name, "moid": f"{kind}-{name}"}}
    return Planned(name, subject, Plan(steps, notes, obstacles))


def plan(*vms: Planned, vcenter: str = "uuid-1", hosts: tuple[Planned, ...] = ()) -> dict[str, Any]:
    return plan_document(vcenter, hosts or (planned("esxi-01", "host", REBOOT),), vms or (planned("db-01", "vm", ADD),))


def test_plans_of_two_vcenters_become_one_whatever_their_order() -> None:
    one, other = plan(vcenter="b"), plan(planned("web", "vm", REMOVE), vcenter="a", hosts=(planned("h", "host"),))
    merged = merge_plans([one, other])
    assert json.dumps(merged) == json.dumps(merge_plans([other, one]))
    assert merged["vcenters"] == ["a", "b"]
    assert [item["inventory_name"] for item in (*merged["hosts"], *merged["vms"])] == ["esxi-01", "h", "db-01", "web"]
    assert (merged["summary"]["added"], merged["summary"]["removed"]) == (1, 1)


def test_the_plan_that_was_approved_differs_in_nothing() -> None:
    assert plan_difference(plan(), json.loads(json.dumps(plan()))) == []
    assert plan_difference(plan(), json.dumps(plan())) == []


@pytest.mark.parametrize(
    ("approved", "said"),
    [
        (plan(vcenter="uuid-2"), "another vCenter"),
        ({**plan(), "schema": 0}, "form 0"),
        (plan(planned("db-01", "vm")), "VM db-01: now: hot-add 0000:d8:00.0"),
        (plan(planned("db-01", "vm", ADD, REMOVE)), "VM db-01: no longer: hot-remove 0000:d9:00.0"),
        (plan(planned("db-01", "vm", ADD, obstacles=(obstacle("wrong_host"),))), "no longer: It is wrong_host."),
        (plan(planned("db-01", "vm", ADD, note="Beware.")), "no longer: Beware."),
        (plan(planned("db-02", "vm", ADD)), "VM db-02 was approved, but is not planned for now."),
        (plan(planned("db-02", "vm", ADD)), "VM db-01 is not in the plan that was approved."),
        (None, "no plan in it"),
        ([], "no plan in it"),
        ('"plan"', "no plan in it"),
        ("", "no JSON (Expecting value"),
        ("---\nschema: 1\n", "no JSON (Expecting value"),
        ("[" * 200_000, "no JSON ("),
        ({}, "look at schema, vcenters, hosts, vms, summary"),
        ({**plan(), "more": 1}, "look at more"),
        ({**plan(), "hosts": "all"}, "look at hosts"),
        ({**plan(), "hosts": [{}]}, "no inventory_name"),
        ({**plan(), "vms": [{"inventory_name": []}]}, "no inventory_name"),
        ({**plan(), "hosts": plan()["hosts"] * 2}, "a Host twice"),
        ({**plan(), "summary": {}}, "its summary is not that of its steps"),
    ],
)
def test_any_difference_is_said(approved: Any, said: str) -> None:
    lines = plan_difference(plan(), approved)
    assert any(said in line for line in lines), lines
    assert all("\n" not in line and ".." not in line for line in lines), lines


def test_no_field_of_a_plan_can_be_edited_unseen() -> None:
    fresh = plan()
    for kind in ("hosts", "vms"):
        for field in fresh[kind][0]:
            edited = copy.deepcopy(fresh)
            edited[kind][0][field] = "edited"
            assert plan_difference(fresh, edited), (kind, field)
        for field in fresh[kind][0]["steps"][0]:
            edited = copy.deepcopy(fresh)
            edited[kind][0]["steps"][0][field] = "edited"
            assert plan_difference(fresh, edited), (kind, field)


def test_a_person_reads_what_is_done_and_what_is_in_the_way() -> None:
    vm = planned(
        "db-01",
        "vm",
        SETTING,
        ADD,
        REMOVE,
        note="Beware.",
        obstacles=(obstacle("wrong_host"), obstacle("vm_power_state", True)),
    )
    assert plan_lines(plan(vm)) == [
        "1 of 1 hosts to prepare, 1 of them with a reboot; 1 of 1 VMs to prepare; drives: 1 in, 1 out; 1 obstacles.",
        "esxi-01: reboot, in force: maxIntrCookies (P3)",
        "db-01: set firmware from bios to efi (P6), powered off for it",
        "db-01: hot-add 0000:d8:00.0 (SSD, C1)",
        "db-01: hot-remove 0000:d9:00.0 (SSD, serial S1, C3)",
        "db-01: note: Beware.",
        "db-01: OBSTACLE: It is wrong_host. Mend it.",
        "db-01: needs first: It is vm_power_state. Mend it.",
    ]


def test_only_those_with_something_to_be_done_are_worked_on() -> None:
    vms = (
        planned("idle", "vm"),
        planned("set", "vm", SETTING),
        planned("in", "vm", ADD, obstacles=(obstacle("passthrough_not_active", True),)),
        planned("out", "vm", REMOVE),
        planned("stuck", "vm", obstacles=(obstacle("wrong_host"),)),
    )
    found = plan_targets(plan(*vms, hosts=(planned("h", "host"), planned("r", "host", REBOOT))), ["guest"])
    assert found["groups"] == {
        "hosts": ["r"],
        "vms": ["set", "stuck"],
        "add": ["in", "stuck"],
        "remove": ["out", "stuck"],
        "verify": ["guest", "in", "out", "set", "stuck"],
    }
    assert found["contradictions"] == []


def test_a_drive_leaves_by_address_and_ids() -> None:
    assert plan_targets(plan(planned("db-01", "vm", REMOVE, ADD)))["removals"] == {
        "db-01": [{"address": D9, "vendor_device": "144d:a80a", "serial": "S1"}]
    }


def test_contradictions_of_the_inventory_are_told_once() -> None:
    one = planned("a", "vm", obstacles=(obstacle("drive_wanted_twice"),))
    other = planned("b", "vm", obstacles=(obstacle("drive_wanted_twice"), obstacle("wrong_host")))
    assert plan_targets(plan(one, other))["contradictions"] == ["It is drive_wanted_twice. Mend it."]

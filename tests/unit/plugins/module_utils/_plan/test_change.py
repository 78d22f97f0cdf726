# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import (
    SCHEMA,
    Change,
    Planned,
    plan_document,
    stopped,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan

ERROR = DirectPathError("It is in use.", "device_in_use", host="esxi-01", remedy="Free it.")
PARAMETER = Change("boot_param", "maxIntrCookies", "1024", "4096", "P2", needs_reboot=True)
REBOOT = Change("reboot", "esxi-01", None, "in force: maxIntrCookies", "P3")
ADD = Change("hot_add", "SSD", "not in the VM", "in it", "C1", device="0000:d8:00.0")
REMOVE = Change("hot_remove", "SSD", "in the VM", "not in it", "C3", device="0000:d9:00.0")
SETTING = Change("setting", "firmware", "bios", "efi", "P6", needs_power_off=True)


def planned(name: str, *steps: Change, **plan: Any) -> Planned:
    return Planned(name, {"host": {"name": name, "moid": None}}, Plan(steps, **plan))


def test_a_change_is_shown_with_all_that_approval_goes_by() -> None:
    assert ADD.as_dict() == {
        "kind": "hot_add",
        "what": "SSD",
        "before": "not in the VM",
        "after": "in it",
        "requirement": "C1",
        "device": "0000:d8:00.0",
        "vendor_device": None,
        "serial": None,
        "needs_reboot": False,
        "needs_power_off": False,
    }


def test_what_nothing_can_be_done_with_has_obstacles_only() -> None:
    assert stopped(ERROR) == Plan((), (), (Obstacle(ERROR),))


def test_one_planned_thing_is_shown_with_its_subject_notes_and_obstacles() -> None:
    shown = planned("one", ADD, notes=(Note("P5", "Look."),), obstacles=(Obstacle(ERROR, mendable=True),)).as_dict()
    assert shown == {
        "inventory_name": "one",
        "host": {"name": "one", "moid": None},
        "drift": True,
        "steps": [ADD.as_dict()],
        "notes": [{"id": "P5", "message": "Look."}],
        "obstacles": [{"message": "It is in use. Free it.", "error": ERROR.fields(), "mendable": True}],
    }
    assert planned("one").as_dict()["drift"] is False


def test_the_document_counts_what_is_to_be_approved() -> None:
    document = plan_document(
        "uuid",
        [planned("b", PARAMETER, REBOOT), planned("a"), planned("c", PARAMETER, obstacles=(Obstacle(ERROR),))],
        [
            planned("vm-2", SETTING, REMOVE, ADD, ADD, obstacles=(Obstacle(ERROR, mendable=True), Obstacle(ERROR))),
            planned("vm-1", ADD),
        ],
    )
    assert (document["schema"], document["vcenters"]) == (SCHEMA, ["uuid"])
    assert [item["inventory_name"] for item in document["hosts"]] == ["a", "b", "c"]
    assert [item["inventory_name"] for item in document["vms"]] == ["vm-1", "vm-2"]
    assert document["summary"] == {
        "drift": True,
        "hosts": 2,
        "reboots": 1,
        "vms": 1,
        "added": 3,
        "removed": 1,
        "obstacles": 2,
    }


def test_nothing_to_do_is_no_drift() -> None:
    summary = plan_document("", [planned("a")], [planned("b", obstacles=(Obstacle(ERROR),))])["summary"]
    assert (summary["drift"], summary["obstacles"]) == (False, 1)
    assert plan_document("", [], [])["summary"]["drift"] is False


def test_equal_plans_are_equal_files() -> None:
    hosts = [planned(f"host-{number}", PARAMETER) for number in range(20)]
    vms = [planned(f"vm-{number}", ADD) for number in range(20)]
    text = json.dumps(plan_document("uuid", hosts, vms), sort_keys=True)
    assert json.dumps(plan_document("uuid", hosts[::-1], [*vms[7:], *vms[:7]]), sort_keys=True) == text

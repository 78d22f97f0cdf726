# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A readiness report, from what vCenters and guests said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._plan import readiness_guests as guests
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import document
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_report import (
    Material,
    Scope,
    readiness_report,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_silent import Answer
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Requirement
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import GUEST_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import HOST_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.place import PLACE_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import VM_REQUIREMENTS
from guest_answers import UUID

WHEN = "2026-11-26T12:00:00Z"
WORD = {"by": "J. Doe", "date": "2026-11-20"}
KERNEL = {"release": "6.1.0", "pciehp": True, "acpiphp": True, "nvme": True}
PLAN = document(["uuid"], [], [])
GUEST: dict[str, Any] = {
    "devices": [],
    "vm_uuid": UUID,
    "kernel": KERNEL,
    "root": True,
    "lspci": "/usr/bin/lspci",
    "not_seen": [],
    "lost": [],
}


def rows(**statuses: str) -> list[dict[str, Any]]:
    return [{"id": id_, "title": f"About {id_}", "status": status} for id_, status in statuses.items()]


def host(name: str, **statuses: str) -> dict[str, Any]:
    return {
        "inventory_name": name,
        "host": {"name": name, "moid": "host-1"},
        "error": None,
        "requirements": rows(**(statuses or {"P2": "pass"})),
        "capabilities": [],
        "drives": [],
    }


def vm(name: str, power: str | None = "poweredOn", uuid: str = UUID, **statuses: str) -> dict[str, Any]:
    return {
        "inventory_name": name,
        "vm": {"name": name, "moid": "vm-1", "uuid": uuid},
        "host": {"name": "esxi-01", "moid": "host-1"},
        "power_state": power,
        "error": None,
        "requirements": rows(**(statuses or {"P6": "pass"})),
        "drives": [],
    }


def asked(*names: str, vms: tuple[str, ...] = (), **of_vms: Any) -> dict[str, Any]:
    """A request for hosts and VMs of these names."""
    return {
        "hosts": [{"inventory_name": name, "esxi_host_name": f"{name}.lab"} for name in names],
        "vms": [{"inventory_name": name, "name": name, "esxi_host_name": "esxi-01", **of_vms} for name in vms],
        "refused": [],
    }


def answer(*found: dict[str, Any], **request: Any) -> Answer:
    """An answer that has just these hosts and VMs, and was asked for them."""
    hosts = [item for item in found if "vm" not in item]
    machines = [item for item in found if "vm" in item]
    wanted = asked(
        *(item["inventory_name"] for item in hosts), vms=tuple(item["inventory_name"] for item in machines), **request
    )
    return Answer("vc", wanted, {"hosts": hosts, "vms": machines})


def report(*answers: Answer, **more: Any) -> dict[str, Any]:
    made = readiness_report(Material(answers, WHEN, **more))
    # It becomes a file.
    assert json.loads(json.dumps(made)) == made
    return made


def guest_of(result: dict[str, Any] | None, machine: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """What the report has of a VM whose guest gave this result."""
    results = {} if result is None else {"db-01": result}
    (found,) = report(answer(machine or vm("db-01")), guests=results, **more)["vms"]
    return dict(found)


@pytest.mark.parametrize(
    ("statuses", "ready"),
    [
        ({"P2": "pass", "Q1": "attested", "P7": "not_applicable", "drift": "warn"}, "yes"),
        ({"P2": "pass", "Q1": "not_attested"}, "unknown"),
        ({"P2": "unknown"}, "unknown"),
        ({"P2": "unknown", "P5": "fail", "Q1": "not_attested"}, "no"),
    ],
)
def test_what_fails_is_a_no_and_what_is_not_known_is_no_yes(statuses: dict[str, str], ready: str) -> None:
    made = report(answer(host("esxi-01", **statuses)))
    assert made["hosts"][0]["ready"] == ready
    counts = {"ready": 0, "not_ready": 0, "unknown": 0}
    word = {"yes": "ready", "no": "not_ready", "unknown": "unknown"}[ready]
    assert made["summary"] == {"hosts": {**counts, word: 1}, "vms": counts}


def test_hosts_and_vms_of_all_vcenters_stand_in_the_order_of_their_names() -> None:
    first = Answer("vc-2", asked("b", "a"), {"hosts": [host("b"), host("a")], "vms": []})
    second = Answer("vc-1", asked("ab", vms=("y", "x")), {"hosts": [host("ab")], "vms": [vm("y"), vm("x")]})
    made = report(first, second)
    assert [(item["inventory_name"], item["vcenter"]) for item in made["hosts"]] == [
        ("a", "vc-2"),
        ("ab", "vc-1"),
        ("b", "vc-2"),
    ]
    assert [item["inventory_name"] for item in made["vms"]] == ["x", "y"]
    assert (made["vcenters"], made["generated_at"]) == (["vc-1", "vc-2"], WHEN)
    assert made == report(second, first)


def test_a_vcenter_that_does_not_answer_leaves_all_unknown_with_the_reason() -> None:
    error = {"code": "connection_failed", "requirement": None, "host": None, "remedy": "Mend it."}
    failed = {"failed": True, "msg": "vc-1 cannot be reached. Mend it.", "error": error}
    silent = Answer("vc-1", asked("esxi-01", vms=("db-01",)), failed)
    made = report(silent, answer(host("esxi-02")))
    lost, there = made["hosts"]
    assert (lost["ready"], there["ready"]) == ("unknown", "yes")
    assert lost["host"] == {"name": "esxi-01.lab", "moid": None}
    assert [row["id"] for row in lost["requirements"]] == [row.id for row in HOST_REQUIREMENTS]
    assert {row["status"] for row in lost["requirements"]} == {"unknown"}
    assert all("vc-1 cannot be reached" in row["evidence"] for row in lost["requirements"])
    assert (lost["error"]["code"], lost["error"]["message"]) == ("connection_failed", failed["msg"])
    assert {item["status"] for item in lost["capabilities"]} == {"unknown"}
    (machine,) = made["vms"]
    table: tuple[Requirement[Any], ...] = (*VM_REQUIREMENTS, *PLACE_REQUIREMENTS, *GUEST_REQUIREMENTS)
    assert [row["title"] for row in machine["requirements"]] == [row.title for row in table]
    assert {row["status"] for row in machine["requirements"]} == {"unknown"}
    assert machine["guest"] == {
        "asked": False,
        "answered": False,
        "reason": guests.NOT_KNOWN_TO_RUN,
        "health": [],
    }


@pytest.mark.parametrize("result", [{}, {"failed": True, "msg": "", "hosts": [host("esxi-01")]}])
def test_no_answer_at_all_is_none_either(result: dict[str, Any]) -> None:
    (found,) = report(Answer("vc", asked("esxi-01"), result))["hosts"]
    assert (found["ready"], found["error"]["code"]) == ("unknown", "no_answer")


def test_a_vm_that_nobody_can_ask_for_is_there_with_the_reason() -> None:
    request = {**asked(), "refused": [{"inventory_name": "db-01", "reason": "nvme_hotplug_vm of db-01 is db."}]}
    (found,) = report(Answer("vc", request, {"hosts": [], "vms": []}))["vms"]
    assert (found["ready"], found["error"]["message"]) == ("unknown", "nvme_hotplug_vm of db-01 is db.")


def test_the_guests_rows_stand_behind_those_of_the_vm() -> None:
    found = guest_of(GUEST)
    assert [row["title"] for row in found["requirements"]] == ["About P6", *(row.title for row in GUEST_REQUIREMENTS)]
    assert (found["ready"], found["guest"]) == (
        "yes",
        {"asked": True, "answered": True, "reason": None, "health": []},
    )


def test_a_drive_that_was_not_asked_for_its_health_has_none() -> None:
    device = {"address": "0000:0b:00.0", "vendor_device": "144d:a80a", "namespaces": []}
    assert guest_of({**GUEST, "devices": [device]})["guest"]["health"] == []
    (told,) = guest_of({**GUEST, "devices": [{**device, "health": {}}]})["guest"]["health"]
    assert told["status"] == "unknown"


@pytest.mark.parametrize(("on_host", "status"), [(True, "fail"), (False, "pass"), (None, "pass")])
def test_a_guest_has_to_show_the_drives_of_its_vm_that_are_there(on_host: bool | None, status: str) -> None:
    found = guest_of(GUEST, {**vm("db-01"), "drives": [{"on_host": on_host}]})
    assert {row["id"]: row["status"] for row in found["requirements"]}["V4"] == status


@pytest.mark.parametrize(
    ("result", "machine", "asks", "expected"),
    [
        (None, {}, False, (False, guests.NO_GUEST)),
        ({"skipped": True}, {}, True, (False, guests.NOT_THIS_GUEST)),
        (None, {"power": "poweredOff"}, True, (False, guests.NOT_RUNNING)),
        (None, {"power": None}, True, (False, guests.NOT_KNOWN_TO_RUN)),
        (None, {}, True, (False, guests.NOT_REACHED)),
        ({"unreachable": True, "msg": "No route\nto host."}, {}, True, (True, "No route to host")),
        ({"failed": True, "module_stderr": "no python\n", "msg": "FAILURE"}, {}, True, (True, "no python")),
        ({"failed": True, "msg": ""}, {}, True, (True, guests.NO_ANSWER)),
        ({**GUEST, "vm_uuid": None}, {}, True, (True, guests.NO_IDENTITY)),
        ({**GUEST, "vm_uuid": UUID.replace("4", "5")}, {}, True, (True, guests.ANOTHER_GUEST)),
        ({**GUEST, "lost": "nonsense"}, {}, True, (True, guests.NO_ANSWER)),
        ({**GUEST, "kernel": [1]}, {}, True, (True, guests.NO_ANSWER)),
        ({**GUEST, "kernel": {**KERNEL, "pciehp": "no"}}, {}, True, (True, guests.NO_ANSWER)),
        ({**GUEST, "devices": [{}]}, {}, True, (True, guests.NO_ANSWER)),
    ],
)
def test_what_a_guest_did_not_say_is_unknown(
    result: dict[str, Any] | None, machine: dict[str, Any], asks: bool, expected: tuple[bool, str]
) -> None:
    found = guest_of(result, vm("db-01", **machine), asking=asks)
    told = found["guest"]
    assert (told["asked"], told["reason"], told["answered"]) == (*expected, False)
    assert {row["status"] for row in found["requirements"][1:]} == {"unknown"}
    assert found["ready"] == "unknown"


def test_a_guest_that_may_be_anothers_counts_for_neither() -> None:
    made = report(answer(vm("db-01"), vm("db-02")), guests={"db-01": GUEST})
    assert made["vms"][0]["guest"]["reason"] == guests.TWIN


def test_what_people_vouch_for_counts_where_the_guest_says_nothing() -> None:
    request = answer(vm("db-01"), attested={"Q6": WORD, "Q7": None})
    (found,) = report(request)["vms"]
    statuses = {row["id"]: row["status"] for row in found["requirements"]}
    assert (statuses["Q6"], statuses["Q7"]) == ("attested", "unknown")
    assert found["requirements"][1]["attested"] == {**WORD, "reference": None}
    without = {**GUEST, "kernel": {**KERNEL, "pciehp": False, "acpiphp": False}}
    (found,) = report(request, guests={"db-01": without})["vms"]
    assert {row["id"]: row["status"] for row in found["requirements"]}["Q6"] == "fail"


def test_a_word_that_is_dated_in_the_future_is_nobodys() -> None:
    with pytest.raises(DirectPathError, match="is dated 2026-11-28"):
        report(answer(vm("db-01"), attested={"Q6": {**WORD, "date": "2026-11-28"}}))


def test_a_plan_is_shown_beside_it() -> None:
    plan = document(["uuid"], [], [])
    for given in (plan, json.dumps(plan)):
        made = report(answer(host("esxi-01")), plan=given)
        assert made["plan"] == plan
        assert made["plan_lines"][0].startswith("0 of 0 hosts to prepare")
    bare = report(answer(host("esxi-01")))
    assert (bare["plan"], bare["plan_lines"], bare["plan_strangers"]) == (None, [], [])


def planned(kind: str, name: str, moid: str | None) -> dict[str, Any]:
    return {"inventory_name": name, kind: {"name": name, "moid": moid}, "steps": [], "notes": [], "obstacles": []}


def test_a_plan_of_others_is_told_apart() -> None:
    """One name in the inventory may be another host by now, or have been one of another vCenter."""
    judged = answer(host("esxi-01"), host("esxi-02"), vm("db-01"))
    hosts = [planned("host", "esxi-01", "host-1"), planned("host", "esxi-02", "host-9"), planned("host", "db-01", None)]
    vms = [planned("vm", "db-01", None), planned("vm", "db-02", "vm-1")]
    made = report(judged, plan=document(["uuid"], hosts, vms))
    assert made["plan_strangers"] == ["db-01", "esxi-02", "db-02"]
    assert made["plan_lines"][0].endswith("does not judge: db-01, esxi-02, db-02")
    assert report(judged, plan=document(["uuid"], hosts[:1], vms[:1]))["plan_strangers"] == []


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ("", "is no JSON"),
        ("---\nschema: 1\n", "is no JSON"),
        ("[1, 2]", "has no plan in it"),
        ("{}", "is no plan, or was edited"),
        ({**document([], [], []), "hosts": [{"inventory_name": "a", "steps": [{}]}]}, "a step of it cannot be shown"),
        ({**document([], [], []), "summary": {}}, "a step of it cannot be shown"),
        ({**document([], [], []), "hosts": [{**planned("host", "a", None), "host": "a"}]}, "cannot be shown"),
        ({**PLAN, "summary": {**PLAN["summary"], "reboots": 7}}, "its summary is not that of its steps"),
    ],
)
def test_what_is_no_plan_is_told_in_one_line(plan: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        report(answer(host("esxi-01")), plan=plan)
    assert "\n" not in str(caught.value)


def test_it_says_how_much_of_an_inventory_it_is_about() -> None:
    made = report(answer(host("esxi-01")), scope=Scope(hosts=3, vms=2, errors=["One drive for two VMs."]))
    assert made["scope"] == {
        "hosts": {"judged": 1, "inventory": 3},
        "vms": {"judged": 0, "inventory": 2},
        "note": "",
    }
    assert made["inventory"] == ["One drive for two VMs."]
    assert made["findings"]["fail"] == ["inventory: One drive for two VMs."]
    assert "slice" in report(answer(host("esxi-01")), scope=Scope(in_job=True))["scope"]["note"]


def test_findings_say_who_has_what_by_status() -> None:
    made = report(
        answer(
            host("b", P2="fail", P3="fail", Q1="not_attested"),
            host("a", P2="fail", drift="warn", P4="pass"),
            vm("db-01", P7="fail", P6="unknown"),
        ),
        guests={"db-01": GUEST},
    )
    assert made["findings"] == {
        "fail": ["a: P2", "b: P2, P3", "db-01: P7"],
        "unknown": ["db-01: P6"],
        "not_attested": ["b: Q1"],
        "warn": ["a: drift"],
    }


def test_what_the_collection_keeps_by_itself_is_in_it() -> None:
    held = report(answer(host("esxi-01")))["held"]
    assert {"L1", "L2", "L3"} <= {row["id"] for row in held}
    assert all(set(row) == {"id", "title", "enforced"} and all(row.values()) for row in held)

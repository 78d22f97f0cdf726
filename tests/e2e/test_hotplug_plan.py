# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a fleet against a lab: it says what the modules of the roles would do, and fail with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import fleet_situations
import pytest
from fleet_situations import D8, D9, READY, RUNNING, at
from labclient import Lab
from module_steps import Answer, error_of, run_calls
from pyVmomi import vim
from vsphere import MARK, content

PLAN, PARAMETER, TOGGLE, SETTINGS, HOT_PLUG = (
    f"directpath.nvme.{name}"
    for name in ("hotplug_plan", "host_boot_param", "nvme_passthrough_toggle", "vm_hotplug_config", "vm_pci_hotplug")
)
READY_INFO = "directpath.nvme.hotplug_readiness_info"

SSD = "NVMe Datacenter SSD DC P4510"
"""The name of D8."""

FIELDS = ("code", "requirement", "host", "vm", "device")

Facts = dict[str, Any]


@pytest.fixture(scope="module")
def lab_config() -> Facts:
    return fleet_situations.config()


def by_name(answer: Answer, kind: str) -> dict[str, Facts]:
    """The plans of hosts or VMs, by inventory name."""
    assert not answer["failed"], answer
    assert not answer["changed"]
    return {item["inventory_name"]: item for item in answer["plan"][kind]}


def failure(planned: Facts) -> tuple[Any, ...] | None:
    """What the modules would fail with: the first obstacle that nothing mends."""
    final = [item["error"] for item in planned["obstacles"] if not item["mendable"]]
    return tuple(final[0][field] for field in FIELDS) if final else None


def failed(answers: list[Answer]) -> tuple[Any, ...] | None:
    """What the first of the modules to fail did fail with."""
    errors = [answer["error"] for answer in answers if answer["failed"]]
    return tuple(errors[0][field] for field in FIELDS) if errors else None


def moved(planned: Facts, kind: str) -> list[str]:
    return [step["device"] for step in planned["steps"] if step["kind"] == kind]


def kinds(planned: Facts) -> list[str]:
    return [step["kind"] for step in planned["steps"]]


def test_of_hosts_the_plan_says_what_the_modules_would_do(lab: Lab) -> None:
    fleet_situations.befall(lab)
    wanted = fleet_situations.wanted_hosts()
    toggles = [
        {
            **{name: host[name] for name in ("esxi_host_name", "devices")},
            "expect_count": len(host["devices"]),
            "fail_on_missing": True,
            "check": True,
        }
        for host in wanted
    ]
    named = [host["esxi_host_name"] for host in wanted if host["inventory_name"] not in ("away", "old", "nowhere")]
    parameter = {"esxi_host_names": named, "name": "maxIntrCookies", "value": "4096", "comparison": "at_least"}
    plan, settings, *answers = run_calls(
        lab,
        (PLAN, {"hosts": wanted}),
        (PARAMETER, {**parameter, "check": True}),
        *((TOGGLE, toggle) for toggle in toggles),
    )
    plans = by_name(plan, "hosts")
    assert list(plans) == sorted(fleet_situations.HOSTS)
    parameters = {item["host"]["name"]: item for item in settings["hosts"]}
    for host, answer in zip(wanted, answers, strict=True):
        planned = plans[host["inventory_name"]]
        assert failure(planned) == failed([answer]), host
        assert planned["drift"] == bool(planned["steps"])
        if answer["failed"]:
            continue
        of_parameter, (of_drives,) = parameters[host["esxi_host_name"]], answer["hosts"]
        assert ("boot_param" in kinds(planned)) == of_parameter["changed"], host
        assert moved(planned, "passthrough") == sorted(
            device["address"] for device in of_drives["devices"] if device["changed"]
        )
        reboots = of_parameter["reboot_required"] or of_drives["reboot_required"]
        assert ("reboot" in kinds(planned)) == reboots, host
        assert planned["host"] == of_drives["host"]
    # So that the comparison is of something: some of the hosts have steps, one has nothing to do, and most fail.
    workable = [name for name, item in plans.items() if failure(item) is None]
    assert workable == ["fresh", "prepared", "rebinds", "waiting"]
    # What is known to bite is told where something is to be done, and nowhere else.
    told = {name: [note["id"] for note in plans[name]["notes"] if note["id"] == "builds"] for name in workable}
    assert told == {name: ["builds"] if plans[name]["steps"] else [] for name in workable}
    assert (told["fresh"], told["prepared"]) == (["builds"], [])
    assert lab.mutating_calls() == {}


def test_what_host_prepare_itself_refuses_is_in_the_plan(lab: Lab) -> None:
    hosts = [
        {"inventory_name": name, "esxi_host_name": f"{name}.lab", "devices": at(D8)} for name in ("pinned", "stateless")
    ]
    allowed = [
        {**host, "attested": {"P1": {"by": "J. Doe", "date": "2026-01-31"}}, "shutdown_vms": True} for host in hosts
    ]
    plan, admitted, ready = run_calls(
        lab,
        (PLAN, {"hosts": hosts}),
        (PLAN, {"hosts": allowed}),
        (READY_INFO, {"esxi_host_names": ["pinned.lab", "stateless.lab"]}),
    )
    plans, readiness = by_name(plan, "hosts"), {item["host"]["name"]: item for item in ready["hosts"]}
    assert failure(plans["pinned"]) == ("host_pinned", "P3", "pinned.lab", None, None)
    (pin,) = readiness["pinned.lab"]["pinned_by"]
    assert f"{pin['name']} ({pin['reason']})" in plans["pinned"]["obstacles"][0]["message"]
    assert failure(plans["stateless"]) == ("host_not_fit", "P1", "stateless.lab", None, None)
    (found,) = (item for item in readiness["stateless.lab"]["requirements"] if item["id"] == "P1")
    assert found["evidence"] in plans["stateless"]["obstacles"][0]["message"]
    for name, item in by_name(admitted, "hosts").items():
        # What is in the way says nothing of what is to be done.
        assert item["steps"] == plans[name]["steps"] != []
    assert failure(by_name(admitted, "hosts")["pinned"]) is None
    assert lab.mutating_calls() == {}


def calls_for(vm: Mapping[str, Any]) -> list[tuple[str, Facts]]:
    """What vm_prepare, nvme_hot_remove and nvme_hot_add would call."""
    where = {"name": vm["name"], "esxi_host_name": vm["esxi_host_name"]}
    options = {name: vm[name] for name in ("allow_firmware_change", "correct_unsupported") if name in vm}
    # Check mode leaves to other roles what they would provide, which nobody does here. A real run is refused for it
    # before it changes anything.
    check = vm["inventory_name"] not in ("not-in-force", "is-off", "unseen", "not-there")
    calls = [(SETTINGS, {**where, **options, "power_state": "powered_on", "check": True})]
    if not vm.get("prepare", True):
        calls = []
    for state in ("absent", "present"):
        drives = [
            {name: text for name, text in entry.items() if name != "state"}
            for entry in vm["devices"]
            if entry.get("state", "present") == state
        ]
        if drives:
            # The guest has its word when the drive is removed, not when that is planned.
            guest = {"allow_guest_unchecked": True} if state == "absent" else {}
            calls.append((HOT_PLUG, {**where, "devices": drives, "state": state, "check": check, **guest}))
    return calls


def test_of_vms_the_plan_says_what_the_modules_would_do(lab: Lab) -> None:
    fleet_situations.befall(lab)
    wanted = fleet_situations.wanted_vms()
    calls = {vm["inventory_name"]: calls_for(vm) for vm in wanted}
    plan, *rest = run_calls(lab, (PLAN, {"vms": wanted}), *(call for listed in calls.values() for call in listed))
    plans = by_name(plan, "vms")
    assert list(plans) == sorted(fleet_situations.VMS)
    for name, listed in calls.items():
        answers, rest = rest[: len(listed)], rest[len(listed) :]
        planned = plans[name]
        assert failure(planned) == (failed(answers) if name != "to-come" else None), (name, answers)
        if failed(answers):
            continue
        settings = [item for answer in answers for item in answer.get("settings", [])]
        told = [(step["what"], step["before"], step["after"]) for step in planned["steps"] if step["kind"] == "setting"]
        assert told == [(item["name"], item["before"], item["after"]) for item in settings], name
        rows = [row for answer in answers for row in answer.get("devices", [])]
        assert moved(planned, "hot_add") == [row["address"] for row in rows if row["status"] == "added"], name
        assert moved(planned, "hot_remove") == [row["address"] for row in rows if row["status"] == "removed"], name
    assert [name for name, item in plans.items() if failure(item) is None] == [
        "as-wanted",
        "factory-allowed",
        "leaving-off",
        "leaving-running",
        "new-drive",
        "pulled",
        "to-come",
    ]
    assert lab.mutating_calls() == {}


def test_what_one_host_answers_wrongly_is_its_own_obstacle(lab: Lab) -> None:
    wanted = {"hosts": fleet_situations.wanted_hosts(), "vms": fleet_situations.wanted_vms()}
    (before,) = run_calls(lab, (PLAN, wanted))
    moids = {host["name"]: host["moid"] for host in lab.state()["hosts"]}
    silent, cut_off = (f">{moids[name]}<" for name in ("fresh.lab", "rebinds.lab"))
    executer = "RetrieveManagedMethodExecuter"
    lab.fault(executer, count=100, fault_type="HostCommunication", when_request_contains=silent)
    lab.fault(executer, count=100, drop_connection="before", when_request_contains=cut_off)
    with content(lab) as found:
        field = found.customFieldsManager.AddCustomFieldDef(name=MARK, moType=vim.HostSystem)
        scribbled = vim.HostSystem(moids["waiting.lab"], found.rootFolder._stub)
        found.customFieldsManager.SetField(scribbled, field.key, "scribbled")
    lab.stats(reset=True)
    (after,) = run_calls(lab, (PLAN, wanted))
    expected, hosts = by_name(before, "hosts"), by_name(after, "hosts")
    for name, code in (
        ("fresh", "host_not_connected"),
        ("rebinds", "connection_lost"),
        ("waiting", "claim_unreadable"),
    ):
        (obstacle,) = hosts.pop(name)["obstacles"]
        assert (obstacle["error"]["code"], obstacle["error"]["host"]) == (code, f"{name}.lab")
        assert expected.pop(name)["obstacles"] == []
    assert hosts == expected
    assert after["plan"]["vms"] == before["plan"]["vms"]
    assert after["verification"] == before["verification"]
    assert lab.mutating_calls() == {}


def test_a_session_that_ends_costs_nothing_and_a_server_that_is_gone_everything(lab: Lab) -> None:
    wanted = {"hosts": fleet_situations.wanted_hosts(), "vms": fleet_situations.wanted_vms()}
    (whole,) = run_calls(lab, (PLAN, wanted))
    # One call each of those that read all at once, and that ask host by host.
    for method, skip in (("RetrievePropertiesEx", 1), ("RetrievePropertiesEx", 3), ("ExecuteSoap", 2)):
        lab.fault(method, skip=skip, expire_session=True)
    (again,) = run_calls(lab, (PLAN, wanted))
    assert (again["plan"], again["verification"]) == (whole["plan"], whole["verification"])
    assert lab.stats()["calls"]["Login"] > 2
    # A lost call is repeated once.
    lab.fault("RetrievePropertiesEx", skip=3, count=2, drop_connection="before")
    lab.fault("CurrentTime", count=2, drop_connection="before")
    (lost,) = run_calls(lab, (PLAN, wanted))
    assert error_of(lost)["code"] == "connection_lost"
    assert "plan" not in lost
    assert lab.mutating_calls() == {}


def test_an_inventory_that_contradicts_vsphere_is_told_in_a_line_each(lab: Lab) -> None:
    moids = {item["name"]: item["moid"] for item in [*lab.state()["hosts"], *lab.state()["vms"]]}
    host = {"inventory_name": "one", "esxi_host_name": "fresh.lab"}
    twin = {**host, "inventory_name": "another", "esxi_host_name": moids["fresh.lab"]}
    other = {"inventory_name": "prepared", "esxi_host_name": "prepared.lab", "devices": at(D8)}
    vm = {"inventory_name": "one", "name": "new-drive", "devices": at(D9)}
    rival = {"inventory_name": "rival", "name": "as-wanted", "devices": [{"vendor_device": "144d:a80a", "address": D9}]}
    copy = {"inventory_name": "copy", "moid": moids["is-off"]}
    both_ways = {"inventory_name": "both", "name": "alike", "devices": [*at(D8), {"name": SSD, "state": "absent"}]}
    doubled = [vm, rival, copy, {"inventory_name": "is-off", "name": "is-off"}, both_ways]
    plan, shuffled, named_twice, strange, nameless = run_calls(
        lab,
        (PLAN, {"hosts": [host, twin, other], "vms": doubled}),
        (PLAN, {"hosts": [other, twin, host], "vms": doubled[::-1]}),
        (PLAN, {"hosts": [host, {**other, "inventory_name": "one"}]}),
        (PLAN, {"hosts": [other], "vms": [{**vm, "devices": at("somewhere")}]}),
        (PLAN, {"vms": [{"inventory_name": "one", "devices": at(D9)}]}),
    )
    hosts, vms = by_name(plan, "hosts"), by_name(plan, "vms")
    codes = {name: [item["error"]["code"] for item in found["obstacles"]] for name, found in hosts.items()}
    assert codes == {"another": ["named_twice"], "one": ["named_twice"], "prepared": []}
    assert "another and one of the inventory are one host" in hosts["one"]["obstacles"][0]["message"]
    for name, code in (("copy", "named_twice"), ("is-off", "named_twice"), ("both", "ambiguous_device")):
        assert code in [item["error"]["code"] for item in vms[name]["obstacles"]]
    for name in ("one", "rival"):
        assert failure(vms[name]) == ("drive_wanted_twice", "C1", "ready.lab", vms[name]["vm"]["name"], D9)
    assert json.dumps(plan["plan"], sort_keys=True) == json.dumps(shuffled["plan"], sort_keys=True)
    assert error_of(named_twice)["code"] == "invalid_argument"
    assert error_of(strange)["code"] == "invalid_selector"
    assert strange["msg"].startswith("one: 'somewhere'")
    assert "one of the following is required: name, moid, uuid" in nameless["msg"]
    assert lab.mutating_calls() == {}


def fleet(size: int, away: int = 0) -> Facts:
    """Pairs of a prepared host and a VM with a drive; some of the hosts do not answer."""
    numbers = [f"{number:03}" for number in range(size)]
    return {
        "hosts": [{"name": f"esxi-{text}", **READY, "connected": int(text) >= away} for text in numbers],
        "vms": [{"name": f"db-{text}", "host": f"esxi-{text}", "passthrough": [D8], **RUNNING} for text in numbers],
    }


def wanted_of(size: int) -> Facts:
    numbers = [f"{number:03}" for number in range(size)]
    return {
        "hosts": [
            {"inventory_name": f"h{text}", "esxi_host_name": f"esxi-{text}", "devices": at(D8)} for text in numbers
        ],
        "vms": [
            {"inventory_name": text, "name": f"db-{text}", "esxi_host_name": f"esxi-{text}", "devices": at(D8)}
            for text in numbers
        ],
    }


@pytest.mark.parametrize(("size", "away"), [(10, 0), (40, 0), (100, 30)])
def test_nothing_to_do_costs_two_calls_for_each_host(start_lab: Callable[..., Lab], size: int, away: int) -> None:
    lab = start_lab(fleet(size, away))
    (answer,) = run_calls(lab, (PLAN, wanted_of(size)))
    hosts, vms = by_name(answer, "hosts"), by_name(answer, "vms")
    silent = [name for name, item in hosts.items() if failure(item)]
    assert silent == [f"h{number:03}" for number in range(away)]
    assert {failure(hosts[name]) for name in silent} <= {
        ("host_not_connected", None, f"esxi-{number:03}", None, None) for number in range(away)
    }
    assert [name for name, item in vms.items() if failure(item)] == [f"{number:03}" for number in range(away)]
    assert list(answer["verification"]) == [f"{number:03}" for number in range(away, size)]
    assert answer["plan"]["summary"]["drift"] is False
    # The lab counts esxcli commands by their name once more.
    calls = sum(count for method, count in lab.stats()["calls"].items() if ":" not in method)
    assert calls <= 2 * size + 20
    assert lab.mutating_calls() == {}

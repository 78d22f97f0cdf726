# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook readiness: its report as data and as a page, whoever answers, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_run import Result, run_playbook
from fleet_runs import artifacts, plan_shown
from labclient import Lab

READINESS = "directpath.nvme.readiness"
PLAN = "directpath.nvme.plan"

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
HOSTILE = "{{ 7*7 }}</script><script>alert(1)</script>"

_READY = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True, "power": "poweredOn"}
CONFIG: dict[str, Any] = {
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.3", "passthrough_enabled": [D8, D9]},
        {"name": "esxi-02.lab", "version": "8.0.3"},
    ],
    "vms": [
        {"name": "db-01", "host": "esxi-01.lab", "passthrough": [D8], **_READY},
        {"name": "db-02", "host": "esxi-01.lab"},
        {"name": HOSTILE, "host": "esxi-01.lab", **_READY},
    ],
}

WORD = {"by": "J. Doe", "date": "2026-11-20", "reference": "HCL 4711"}

# Nobody listens there, which is known at once.
UNREACHABLE = {"ansible_host": "127.0.0.1", "ansible_port": 1}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def fleet(**changes: dict[str, Any]) -> dict[str, Any]:
    """The inventory, with changed variables of some (their names with _ for -)."""
    named = {name.replace("_", "-"): values for name, values in changes.items()}
    on_first = {"nvme_hotplug_esxi_host": "esxi-01.lab", **UNREACHABLE}
    vms: dict[str, Any] = {
        "db-01": {**on_first, "nvme_hotplug_devices": [{"address": D8}]},
        "db-02": {**on_first, "nvme_hotplug_devices": [{"address": D9}], "nvme_hotplug_attested": {"Q6": WORD}},
        "hostile": {
            **on_first,
            "nvme_hotplug_devices": [],
            "nvme_hotplug_vm": {"name": HOSTILE},
            "hotplug_verify_guest": False,
        },
        "no-drives": on_first,
    }
    hosts: dict[str, Any] = {"esxi-01.lab": {}, "esxi-02.lab": {}}
    return {
        "esxi_hosts": {
            "hosts": {name: {**values, **named.get(name, {})} for name, values in hosts.items()},
            "vars": {"nvme_hotplug_attested": {"Q1": WORD}},
        },
        "vms": {"hosts": {name: {**values, **named.get(name, {})} for name, values in vms.items()}},
    }


def in_yaml(folder: Path, inventory: dict[str, Any]) -> Path:
    """As people write it: without quotes, dates have a type of their own. The hostile name is no template there."""
    file = folder / "hosts.yml"
    text = (
        yaml.safe_dump(inventory).replace(f"'{HOSTILE}'", f"!unsafe '{HOSTILE}'").replace("'2026-11-20'", "2026-11-20")
    )
    file.write_text(text, encoding="utf-8")
    return file


@dataclass(frozen=True)
class Reported:
    """A plan; a run that wrote both files with it, and what it cost; one in check mode that wrote them again."""

    plan: Result
    first: Result
    second: Result
    data: dict[str, Any]
    page: str
    again: Path
    folder: Path
    stats: dict[str, Any]
    mutating: dict[str, int]

    def subject(self, kind: str, name: str) -> dict[str, Any]:
        (found,) = (item for item in self.data[kind] if item["inventory_name"] == name)
        return dict(found)


@pytest.fixture(scope="module")
def reported(lab_server: Lab, tmp_path_factory: pytest.TempPathFactory) -> Reported:
    folder = tmp_path_factory.mktemp("readiness")
    inventory = in_yaml(folder, fleet())
    lab_server.reset()
    with pytest.MonkeyPatch.context() as patch:
        # Relative paths start where the run was started.
        patch.chdir(folder)
        plan = run_playbook(PLAN, lab_server, inventory=inventory, extra_vars={"hotplug_plan_write": "plan.json"})
        assert plan.rc == 0, plan.output
        lab_server.stats(reset=True)
        wanted = {"hotplug_readiness_page": "page.html", "hotplug_readiness_data": "data.json"}
        planned = {**wanted, "hotplug_readiness_plan_file": "plan.json"}
        first = run_playbook(READINESS, lab_server, inventory=inventory, extra_vars=planned)
        assert first.rc == 0, first.output
        stats = lab_server.stats()
        again = {name: f"again.{value.split('.')[1]}" for name, value in wanted.items()}
        japanese = {**again, "hotplug_readiness_language": "ja", "hotplug_readiness_fail_on": ["fail", "warn"]}
        second = run_playbook(READINESS, lab_server, inventory=inventory, extra_vars=japanese, check=True)
    return Reported(
        plan,
        first,
        second,
        json.loads((folder / "data.json").read_text(encoding="utf-8")),
        (folder / "page.html").read_text(encoding="utf-8"),
        folder / "again.html",
        folder,
        stats,
        lab_server.mutating_calls(),
    )


def test_nothing_is_changed_but_the_two_files(reported: Reported) -> None:
    assert (reported.first.changed, reported.second.changed) == ([], [])
    assert reported.mutating == {}


def test_each_host_and_vm_is_there_in_order_and_says_whether_it_is_ready(reported: Reported) -> None:
    assert [item["inventory_name"] for item in reported.data["hosts"]] == ["esxi-01.lab", "esxi-02.lab"]
    # One without nvme_hotplug_devices wants nothing of hot plug.
    assert [item["inventory_name"] for item in reported.data["vms"]] == ["db-01", "db-02", "hostile"]
    # It wants no drive yet, its settings are those of the factory, and it is off.
    assert reported.subject("vms", "db-02")["ready"] == "no"
    assert reported.subject("hosts", "esxi-02.lab")["ready"] == "no"
    summary = reported.data["summary"]
    assert sum(summary["hosts"].values()) == 2
    assert sum(summary["vms"].values()) == 3
    assert reported.data["scope"] == {
        "hosts": {"judged": 2, "inventory": 2},
        "vms": {"judged": 3, "inventory": 3},
        "note": "",
    }


def test_what_people_vouch_for_comes_with_whose_word_it_is(reported: Reported) -> None:
    of_host = {row["id"]: row for row in reported.subject("hosts", "esxi-01.lab")["requirements"]}
    assert (of_host["Q1"]["status"], of_host["Q1"]["attested"]) == ("attested", WORD)
    assert (of_host["Q4"]["status"], of_host["Q4"]["attested"]) == ("not_attested", None)
    of_vm = {row["id"]: row for row in reported.subject("vms", "db-02")["requirements"]}
    assert (of_vm["Q6"]["status"], of_vm["Q6"]["attested"]) == ("attested", WORD)
    assert "J. Doe" in reported.page
    assert "HCL 4711" in reported.page


def test_guests_that_are_not_asked_or_do_not_answer_keep_nobody_back(reported: Reported) -> None:
    asked = {task.host: task.status for task in reported.first.of("guest_nvme_info")}
    # db-02 is off, and would have been waited for in vain; the guest of hostile is to be left alone. Who asks is there
    # so that the play has somebody.
    assert asked == {"db-01": "unreachable", "esxi-01.lab": "skipped"}
    told = {name: reported.subject("vms", name)["guest"] for name in ("db-01", "db-02", "hostile")}
    assert [(guest["asked"], guest["answered"]) for guest in told.values()] == [(True, False), *[(False, False)] * 2]
    assert "Connection refused" in told["db-01"]["reason"]
    assert told["db-02"]["reason"] == "the VM does not run"
    assert "hotplug_verify_guest" in told["hostile"]["reason"]


def test_names_are_shown_as_they_are(reported: Reported) -> None:
    assert reported.subject("vms", "hostile")["vm"]["name"] == HOSTILE
    assert "<script>alert" not in reported.page


def test_the_plan_is_on_the_page(reported: Reported) -> None:
    plan = json.loads((reported.folder / "plan.json").read_text(encoding="utf-8"))
    assert reported.data["plan"] == plan
    assert reported.data["plan_lines"] == plan_shown(reported.plan)
    assert f"db-02: hot-add {D9}" in reported.page


def test_the_files_have_no_secrets(lab_server: Lab, reported: Reported) -> None:
    for file in reported.folder.iterdir():
        text = file.read_text(encoding="utf-8")
        assert lab_server.password not in text, file
        assert lab_server.username not in text, file


def test_check_mode_reports_the_same_and_the_language_is_that_of_the_page(reported: Reported) -> None:
    again = json.loads(reported.again.with_suffix(".json").read_text(encoding="utf-8"))
    fresh = {"generated_at", "plan", "plan_lines"}
    assert {key: value for key, value in again.items() if key not in fresh} == {
        key: value for key, value in reported.data.items() if key not in fresh
    }
    assert "<html lang=en" in reported.page.replace('"', "")
    page = reported.again.read_text(encoding="utf-8")
    assert "<html lang=ja" in page.replace('"', "")
    assert "ホスト" in page


def test_a_run_may_fail_for_what_was_found(reported: Reported) -> None:
    assert reported.second.rc != 0
    told = str(reported.second.failed[-1].result["msg"])
    assert told.startswith("Hosts: ")
    assert "\n" not in told
    # All that fails is told of a few, and what is not asked for is not.
    assert "esxi-02.lab: P5" in told
    assert "unknown of" not in told


def test_awx_gets_what_came_of_it(reported: Reported) -> None:
    found = artifacts(reported.first)
    assert found["hotplug_readiness_summary"] == reported.data["summary"]
    assert found["hotplug_readiness_findings"] == reported.data["findings"]


def test_a_fleet_costs_a_few_calls(reported: Reported) -> None:
    """In one session, and three commands of esxcli for each host."""
    assert reported.stats["calls"]["Login"] == 1
    esxcli = reported.stats["calls"]["ExecuteSoap"]
    assert esxcli == 3 * len(CONFIG["hosts"]), reported.stats["calls"]
    assert reported.stats["total"] - esxcli <= 20, reported.stats["calls"]


def test_an_inventory_that_contradicts_itself_is_reported_all_the_same(lab: Lab, tmp_path: Path) -> None:
    wrong = fleet(
        db_02={"nvme_hotplug_devices": [{"address": D8}], "nvme_hotplug_attested": {"Q6": True}},
        hostile={"nvme_hotplug_vm": "a text"},
    )
    data = tmp_path / "data.json"
    run = run_playbook(
        READINESS,
        lab,
        inventory=in_yaml(tmp_path, wrong),
        extra_vars={"hotplug_readiness_data": str(data), "hotplug_readiness_guest": False},
    )
    assert run.rc == 0, run.output
    found = json.loads(data.read_text(encoding="utf-8"))
    said = " ".join(found["inventory"])
    assert "db-01 and db-02 both want one drive of esxi-01.lab" in said
    assert "Q6 is True, which does not say whose word it is" in said
    (vm,) = (item for item in found["vms"] if item["inventory_name"] == "hostile")
    assert (vm["ready"], vm["error"]["code"]) == ("unknown", "invalid_argument")
    assert {task.status for task in run.of("guest_nvme_info")} == {"skipped"}
    assert {item["guest"]["reason"] for item in found["vms"]} == {
        "hotplug_readiness_guest is false, so no guest was asked"
    }


def test_a_word_of_a_day_to_come_leaves_no_report_whoever_else_answers(lab: Lab, tmp_path: Path) -> None:
    """Of a vCenter that was asked something wrong nobody may think that it is silent."""
    tomorrow = {"Q1": {"by": "J. Doe", "date": "2999-01-01"}}
    own: dict[str, Any] = {
        "esxi-01.lab": {"nvme_hotplug_attested": tomorrow},
        "esxi-02.lab": {"vcenter_hostname": "localhost"},
    }
    data = tmp_path / "data.json"
    run = run_playbook(READINESS, lab, inventory=fleet(**own), extra_vars={"hotplug_readiness_data": str(data)})
    assert run.rc != 0
    assert len(run.of("hotplug_readiness_info")) == 2
    told = str(run.failed[-1].result["msg"])
    assert told.startswith("There is no report. The attestation of Q1 for esxi-01.lab is dated 2999-01-01")
    assert "did not answer" not in run.output
    assert not data.exists()


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            {"hotplug_readiness_language": "de", "hotplug_readiness_fail_on": ["pass"]},
            "Nobody was asked. hotplug_readiness_language is de, and may be en or ja; hotplug_readiness_fail_on is "
            "['pass'], and may be",
        ),
        (
            {"hotplug_readiness_plan_file": "/nonexistent/plan.json"},
            "Nobody was asked. There is no file /nonexistent/plan.json",
        ),
        ({"hotplug_readiness_esxi_hosts": [], "hotplug_readiness_vms": ["no-drives"]}, "write [] to have a VM judged"),
        ({"hotplug_readiness_plan_file": __file__}, "There is no report. The plan file is no JSON"),
    ],
)
def test_a_wrong_variable_is_told_before_anybody_is_asked(lab: Lab, variables: dict[str, Any], told: str) -> None:
    lab.stats(reset=True)
    run = run_playbook(READINESS, lab, inventory=fleet(), extra_vars=variables)
    (failed,) = run.failed
    assert told in str(failed.result["msg"])
    assert "Traceback" not in run.output
    assert lab.stats()["calls"] == {}


def test_the_page_of_a_limited_run_says_what_it_covers(lab: Lab, tmp_path: Path) -> None:
    """One of its guests has a connection that is none, which is for the page as well."""
    data = tmp_path / "data.json"
    inventory = fleet(db_01={"ansible_connection": "nonesuch"})
    wanted = {"hotplug_readiness_data": str(data)}
    run = run_playbook(READINESS, lab, inventory=inventory, extra_vars=wanted, limit="esxi-02.lab:db-01")
    assert run.rc == 0, run.output
    made = json.loads(data.read_text(encoding="utf-8"))
    assert made["scope"] == {
        "hosts": {"judged": 1, "inventory": 2},
        "vms": {"judged": 1, "inventory": 3},
        "note": "",
    }
    assert "nonesuch" in made["vms"][0]["guest"]["reason"]


def test_hosts_alone_can_be_judged(lab: Lab) -> None:
    """With an inventory that has no VMs, where Ansible itself would refuse a group that is none."""
    hosts: dict[str, Any] = {"esxi_hosts": {"hosts": {"esxi-01.lab": {}}}}
    env = {"ANSIBLE_HOST_PATTERN_MISMATCH": "error"}
    run = run_playbook(READINESS, lab, inventory=hosts, env=env)
    assert run.rc == 0, run.output
    assert artifacts(run)["hotplug_readiness_summary"]["vms"] == {"ready": 0, "not_ready": 0, "unknown": 0}


def test_a_vcenter_that_does_not_answer_keeps_the_other_from_nothing(
    lab: Lab, start_lab: Callable[..., Lab], tmp_path: Path
) -> None:
    """Unlike a plan, which is of all or none."""
    other = start_lab(CONFIG)
    places = {"a": connection(lab, "127.0.0.1"), "b": connection(other, "localhost")}
    inventory: dict[str, Any] = {"esxi_hosts": {"hosts": {}}, "vms": {"hosts": {}}}
    for name, where in places.items():
        inventory["esxi_hosts"]["hosts"][f"esxi-{name}"] = {"host_prepare_esxi_host_name": "esxi-01.lab", **where}
        inventory["vms"]["hosts"][f"db-{name}"] = {
            "nvme_hotplug_vm": {"name": "db-02"},
            "nvme_hotplug_esxi_host": f"esxi-{name}",
            "nvme_hotplug_devices": [],
            **where,
        }
    other.stop()
    data = tmp_path / "data.json"
    wanted = {"hotplug_readiness_data": str(data), "hotplug_readiness_fail_on": ["unknown"]}
    run = run_playbook(READINESS, None, inventory=inventory, extra_vars=wanted)
    assert run.rc != 0
    told = str(run.failed[-1].result["msg"])
    assert "esxi-b: " in told
    found = json.loads(data.read_text(encoding="utf-8"))
    assert found["vcenters"] == [f"127.0.0.1:{lab.port}", f"localhost:{other.port}"]
    there, lost = found["hosts"]
    assert (there["error"], there["connection_state"]) == (None, "connected")
    assert (lost["ready"], lost["error"]["code"]) == ("unknown", "connection_failed")
    assert [vm["power_state"] for vm in found["vms"]] == ["poweredOff", None]


def connection(lab: Lab, name: str) -> dict[str, Any]:
    """The variables of a host or VM of this vCenter. Two labs are one machine, with two names."""
    return {
        "vcenter_hostname": name,
        "vcenter_port": lab.port,
        "vcenter_username": lab.username,
        "vcenter_password": lab.password,
        "vcenter_validate_certs": False,
    }

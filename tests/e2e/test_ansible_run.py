# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The helpers that run playbooks and modules see what each task answered, in every ansible-core."""

from __future__ import annotations

from typing import Any

from ansible_run import run_module, run_playbook
from labclient import Lab
from module_steps import Answer, Call, run_calls, run_tasks

DEBUG, FAIL = "ansible.builtin.debug", "ansible.builtin.fail"


def play(*tasks: dict[str, Any], hosts: str = "localhost") -> dict[str, Any]:
    return {"hosts": hosts, "gather_facts": False, "tasks": list(tasks)}


def test_every_outcome_is_recorded() -> None:
    done = run_playbook(
        [
            play(
                {"name": "Skip", DEBUG: {"msg": ""}, "when": False},
                {"name": "Ignore", FAIL: {"msg": "ignored"}, "ignore_errors": True},
                {"name": "Loop", DEBUG: {"msg": "{{ item }}"}, "loop": [1, 2]},
                {"name": "Fail", FAIL: {"msg": "failed"}},
            )
        ],
        None,
    )
    assert [(task.task, task.status, task.ignored) for task in done.tasks] == [
        ("Skip", "skipped", False),
        ("Ignore", "failed", True),
        ("Loop", "ok", False),
        ("Fail", "failed", False),
    ]
    assert done.rc == 2
    assert [task.result["msg"] for task in done.failed] == ["failed"]
    assert [item["msg"] for item in done.of("debug")[1].result["results"]] == [1, 2]


def test_unreachable_hosts_and_limits() -> None:
    inventory = {"all": {"hosts": {"gone": {"ansible_host": "127.0.0.1", "ansible_port": 1}, "other": {}}}}
    done = run_playbook(
        [play({"name": "Reach", "ansible.builtin.ping": {}}, hosts="all")], None, inventory=inventory, limit="gone"
    )
    assert [(task.host, task.status) for task in done.tasks] == [("gone", "unreachable")], done.output


def test_variables_and_modes_reach_the_play() -> None:
    shown = {"name": "Show", DEBUG: {"msg": "{{ secret }} {{ ansible_check_mode }} {{ ansible_diff_mode }}"}}
    done = run_playbook([play(shown)], None, extra_vars={"secret": "x"}, check=True, diff=True)
    assert done.tasks[0].result["msg"] == "x True True"


def test_one_module() -> None:
    assert not run_module("ansible.builtin.ping", {}, None)["failed"]
    assert run_module(FAIL, {"msg": "no"}, None)["failed"]


PARAMETER = {"esxi_host_name": "esxi-01.lab", "name": "maxIntrCookies", "value": "4096"}
ON_ONE = {"esxi_host_names": ["esxi-01.lab", "esxi-02.lab"], "devices": [{"serial": "S01D9"}]}
CALLS: dict[str, Call] = {
    "facts": ("nvme_device_info", {"esxi_host_name": "esxi-01.lab"}),
    "check mode, with a diff": ("host_boot_param", {**PARAMETER, "check": True}),
    "a change": ("host_boot_param", PARAMETER),
    "no change": ("host_boot_param", PARAMETER),
    "an error of ours": ("host_boot_param", {**PARAMETER, "esxi_host_name": "esxi-1.lab"}),
    "an argument that is missing": ("host_boot_param", {"esxi_host_name": "esxi-01.lab", "value": "4096"}),
    "an argument that is none": ("host_boot_param", {**PARAMETER, "colour": "red"}),
    "a warning": ("nvme_passthrough_toggle", {**ON_ONE, "check": True}),
}


def comparable(answers: list[Answer]) -> dict[str, Answer]:
    """Without what the controller adds."""
    added = ("_ansible_no_log", "exception")
    stripped = [{name: value for name, value in answer.items() if name not in added} for answer in answers]
    return {what: {"changed": False, **answer} for what, answer in zip(CALLS, stripped, strict=True)}


def test_a_module_answers_the_same_in_a_process_with_others(lab: Lab) -> None:
    calls = [(f"directpath.nvme.{name}", step) for name, step in CALLS.values()]
    through_ansible, done = comparable(run_tasks(lab, *calls)), lab.mutating_calls()
    lab.reset()
    assert comparable(run_calls(lab, *calls)) == through_ansible
    assert lab.mutating_calls() == done != {}
    failed = [what for what, answer in through_ansible.items() if answer["failed"]]
    assert failed == ["an error of ours", "an argument that is missing", "an argument that is none"]
    assert through_ansible["a warning"]["warnings"]
    assert through_ansible["check mode, with a diff"]["diff"] == through_ansible["a change"]["diff"] != []

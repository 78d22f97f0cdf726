# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The helper that runs playbooks sees what each task answered, in every ansible-core."""

from __future__ import annotations

from typing import Any

from ansible_run import run_module, run_playbook

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

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several module calls in one run of Ansible, which costs as much as one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_run import run_playbook
from labclient import Lab

Answer = dict[str, Any]


def run_steps(lab: Lab, module: str, *steps: Mapping[str, Any], **options: Any) -> list[Answer]:
    """What the module answered to each set of arguments, failed or not; options are those of run_playbook.

    A step whose arguments have "check": True runs in check mode.
    """
    return run_calls(lab, *((module, step) for step in steps), **options)


def run_calls(lab: Lab, *calls: tuple[str, Mapping[str, Any]], **options: Any) -> list[Answer]:
    """As run_steps(), of several modules."""
    tasks = []
    for module, step in calls:
        args = {name: value for name, value in step.items() if name != "check"}
        task = {"name": f"{module} {args}", module: args, "ignore_errors": True, "diff": True}
        # Only where asked for: a task's own check_mode beats the --check of the run.
        tasks.append({**task, "check_mode": True} if step.get("check") else task)
    run = run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], lab, **options)
    assert len(run.tasks) == len(calls), run.output
    return [{"failed": task.status == "failed", **task.result} for task in run.tasks]


def error_of(answer: Answer) -> Answer:
    """The error of a call that has to have failed, after checking that its message is one line that names a remedy."""
    assert answer["failed"], answer
    assert "\n" not in answer["msg"]
    error: Answer = answer["error"]
    assert error["remedy"], error
    assert answer["msg"].endswith(error["remedy"])
    return error

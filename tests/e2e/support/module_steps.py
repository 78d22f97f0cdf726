# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several module calls in one process, which costs hardly more than one."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_run import collections_path, environment, run_playbook
from labclient import Lab

Answer = dict[str, Any]
Call = tuple[str, Mapping[str, Any]]

PROCESS = Path(__file__).with_name("module_process.py")


def run_steps(lab: Lab, module: str, *steps: Mapping[str, Any], check: bool = False) -> list[Answer]:
    """What the module answered to each set of arguments, failed or not.

    A step whose arguments have "check": True runs in check mode, as all do with check.
    """
    return run_calls(lab, *((module, {"check": check, **step}) for step in steps))


def run_calls(lab: Lab, *calls: Call) -> list[Answer]:
    """As run_steps(), of several modules.

    They are called as Ansible calls them, with their own parsing of arguments, by a process of their own. That it makes
    no difference is a test of test_ansible_run.py.
    """
    listed = [(module, _arguments(step), _in_check_mode(step)) for module, step in calls]
    with tempfile.TemporaryDirectory(prefix="modules-") as folder:
        done = subprocess.run(
            [sys.executable, PROCESS],
            input=json.dumps(listed),
            env={**environment(lab, Path(folder)), "PYTHONPATH": str(collections_path())},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return [{"failed": False, **answer} for answer in json.loads(done.stdout)]


def run_tasks(lab: Lab, *calls: Call) -> list[Answer]:
    """As run_calls(), through Ansible; arguments may be templates."""
    tasks = []
    for module, step in calls:
        args = _arguments(step)
        task = {"name": f"{module} {args}", module: args, "ignore_errors": True, "diff": True}
        tasks.append({**task, "check_mode": _in_check_mode(step)})
    run = run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], lab)
    assert len(run.tasks) == len(calls), run.output
    return [{"failed": task.status == "failed", **task.result} for task in run.tasks]


def _arguments(step: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in step.items() if name != "check"}


def _in_check_mode(step: Mapping[str, Any]) -> bool:
    return bool(step.get("check"))


def error_of(answer: Answer) -> Answer:
    """The error of a call that has to have failed, after checking that its message is one line that names a remedy."""
    assert answer["failed"], answer
    assert "\n" not in answer["msg"]
    error: Answer = answer["error"]
    assert error["remedy"], error
    assert answer["msg"].endswith(error["remedy"])
    return error

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the real ansible-playbook against a lab and return what each task answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labclient import Lab

REPO = Path(__file__).resolve().parents[3]
CALLBACKS = Path(__file__).resolve().parent / "callback_plugins"

Play = Mapping[str, Any]
Inventory = Path | Sequence[Path] | Mapping[str, Any]


def tool(name: str) -> str:
    """A console script of the Python that runs the tests; a missing one fails the test that needs it."""
    path = Path(sys.executable).parent / name
    if not path.is_file():
        raise FileNotFoundError(f"{name} is not installed beside {sys.executable}")
    return str(path)


def collections_path() -> Path:
    """The folder that holds ansible_collections/ with vmware.vmware, community.vmware and this collection."""
    path = Path(os.environ.get("DPN_COLLECTIONS") or REPO / ".cache" / "collections")
    if not (path / "ansible_collections").is_dir():
        raise FileNotFoundError(f"{path} has no ansible_collections: run 'make setup', or set DPN_COLLECTIONS")
    return path


@dataclass(frozen=True)
class Task:
    """What one task answered on one host. status is ok, failed, skipped or unreachable."""

    host: str
    task: str
    action: str
    status: str
    ignored: bool
    result: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """A whole run: exit code, output (stdout and stderr in one, as a terminal shows them) and the tasks in order."""

    rc: int
    output: str
    tasks: tuple[Task, ...]

    def of(self, action: str) -> list[Task]:
        """The tasks that ran a module, by its full name or the last part of it."""
        return [task for task in self.tasks if task.action == action or task.action.endswith("." + action)]

    @property
    def failed(self) -> list[Task]:
        return [task for task in self.tasks if task.status in ("failed", "unreachable") and not task.ignored]

    @property
    def changed(self) -> list[Task]:
        return [task for task in self.tasks if task.result.get("changed")]


@dataclass(frozen=True)
class Command:
    """An ansible-playbook command that is ready to run, for tests that start, kill or time it themselves."""

    argv: list[str]
    env: dict[str, str]
    results_file: Path

    def tasks(self) -> tuple[Task, ...]:
        if not self.results_file.exists():
            return ()
        lines = self.results_file.read_text(encoding="utf-8").splitlines()
        return tuple(Task(**json.loads(line)) for line in lines)


def environment(lab: Lab | None, folder: Path, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables for an Ansible command: nothing of the user's own Ansible set-up, only the lab's connection."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VMWARE_"))}
    return {
        **kept,
        **(lab.environment() if lab else {}),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_COLLECTIONS_PATH": str(collections_path()),
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "task_results",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "ANSIBLE_NOCOLOR": "true",
        "TASK_RESULTS_FILE": str(folder / "results.jsonl"),
        **(env or {}),
    }


def playbook_command(
    play: Sequence[Play] | Path | str,
    lab: Lab | None,
    folder: Path,
    *,
    extra_vars: Mapping[str, Any] | None = None,
    check: bool = False,
    diff: bool = False,
    env: Mapping[str, str] | None = None,
    inventory: Inventory | None = None,
    limit: str | None = None,
    arguments: Sequence[str] = (),
) -> Command:
    """The command for a play: a list of plays as data, a path, or the full name of a collection's playbook.

    folder takes the files of this run. inventory is a path, several, or an inventory as data (default: localhost
    alone). arguments are more options for ansible-playbook, such as -vvv.
    """
    argv = [tool("ansible-playbook")]
    for source in _inventory(inventory, folder):
        argv += ["-i", str(source)]
    if extra_vars:
        # A file, not an argument: values may be passwords.
        (folder / "extra_vars.json").write_text(json.dumps(extra_vars), encoding="utf-8")
        argv += ["-e", f"@{folder / 'extra_vars.json'}"]
    if limit:
        argv += ["--limit", limit]
    argv += [flag for flag, wanted in (("--check", check), ("--diff", diff)) if wanted]
    argv += arguments
    if isinstance(play, (Path, str)):
        argv.append(str(play))
    else:
        (folder / "play.yml").write_text(json.dumps(play), encoding="utf-8")
        argv.append(str(folder / "play.yml"))
    variables = environment(lab, folder, env)
    return Command(argv, variables, Path(variables["TASK_RESULTS_FILE"]))


def _inventory(inventory: Inventory | None, folder: Path) -> list[Path]:
    if inventory is None:
        return [Path(os.devnull)]
    if isinstance(inventory, Mapping):
        (folder / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
        return [folder / "inventory.json"]
    return [inventory] if isinstance(inventory, Path) else list(inventory)


def run_playbook(play: Sequence[Play] | Path | str, lab: Lab | None, *, timeout: float = 300, **options: Any) -> Result:
    """Run a play to its end; options are those of playbook_command, timeout is in seconds."""
    with tempfile.TemporaryDirectory(prefix="play-") as folder:
        command = playbook_command(play, lab, Path(folder), **options)
        done = subprocess.run(
            command.argv,
            env=command.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Result(done.returncode, done.stdout, command.tasks())


def run_module(
    name: str, args: Mapping[str, Any], lab: Lab | None, *, check: bool = False, diff: bool = False, **options: Any
) -> dict[str, Any]:
    """The answer of one module on localhost; its `failed` is always there, so that tests need no default."""
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"name": name, name: dict(args)}]}
    run = run_playbook([play], lab, check=check, diff=diff, **options)
    if len(run.tasks) != 1:
        raise AssertionError(f"{name} gave {len(run.tasks)} results:\n{run.output}")
    task = run.tasks[0]
    return {"failed": task.status == "failed", **task.result}

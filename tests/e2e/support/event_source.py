# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source pulled_drives as ansible-rulebook runs it, and ansible-rulebook itself, beside the test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_run import REPO, environment
from background import LONGEST, until
from labclient import Lab

PLUGIN = REPO / "extensions" / "eda" / "plugins" / "event_source" / "pulled_drives.py"

ENGINE = """
import asyncio, json, runpy, sys

class Queue(asyncio.Queue):
    async def put(self, event):
        print(json.dumps(event), flush=True)

asyncio.run(runpy.run_path(sys.argv[1])["main"](Queue(), json.loads(sys.argv[2])))
"""
"""What ansible-rulebook does with a source, without Java."""


class Background:
    """A program, and what it has printed so far: events, and all the rest."""

    def __init__(self, argv: list[str], env: Mapping[str, str], folder: Path) -> None:
        self._output, self._log = folder / "output", folder / "log"
        with self._output.open("ab") as output, self._log.open("ab") as log:
            self.process = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=log)

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def events(self) -> list[dict[str, Any]]:
        """Of a source alone: all of all its runs."""
        return [json.loads(line) for line in self.output.splitlines()]

    def stop(self) -> int:
        """As a service manager does, and what it ended with."""
        self.process.terminate()
        return self.process.wait(timeout=LONGEST)


@contextmanager
def source(lab: Lab, folder: Path, **args: Any) -> Iterator[Background]:
    """The event source, once it knows what is there."""
    argv = [sys.executable, "-c", ENGINE, str(PLUGIN), json.dumps(args)]
    with _running(lab, argv, environment(lab, folder), folder) as background:
        yield background


@contextmanager
def rulebook(
    lab: Lab, folder: Path, inventory: Mapping[str, Any], env: Mapping[str, str] | None = None, **variables: Any
) -> Iterator[Background]:
    """ansible-rulebook with the rulebook of the collection, once it knows what is there."""
    (folder / "inventory").mkdir(exist_ok=True)
    (folder / "inventory" / "hosts.yml").write_text(json.dumps(inventory), encoding="utf-8")
    (folder / "variables.yml").write_text(json.dumps(variables), encoding="utf-8")
    program = Path(os.environ.get("RULEBOOK_BIN") or REPO / ".cache" / "venv-rulebook" / "bin" / "ansible-rulebook")
    if not program.is_file():
        raise FileNotFoundError(f"{program} is not there: run 'make setup', or set RULEBOOK_BIN")
    argv = [str(program), "--rulebook", "directpath.nvme.clean_pulled_drives", "-vv"]
    argv += ["--inventory", str(folder / "inventory"), "--vars", str(folder / "variables.yml")]
    # It finds ansible-playbook and ansible-galaxy on PATH.
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    with _running(lab, argv, environment(lab, folder, {**(env or {}), "PATH": path}), folder) as background:
        yield background


@contextmanager
def _running(lab: Lab, argv: list[str], env: Mapping[str, str], folder: Path) -> Iterator[Background]:
    before = _waits(lab)
    background = Background(argv, env, folder)
    try:
        # The first wait brings all there is; with the second it has been told of.
        until(lambda: _waits(lab) >= before + 2 or background.process.poll() is not None, "the source watches")
        yield background
    finally:
        if background.process.poll() is None:
            background.stop()


def _waits(lab: Lab) -> int:
    return int(lab.stats()["calls"].get("WaitForUpdatesEx", 0))

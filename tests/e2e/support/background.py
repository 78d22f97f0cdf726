# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of Ansible beside the test: it is watched by the calls that it makes, and ends with the test."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ansible_run import Command
from labclient import Lab

Process = subprocess.Popen[bytes]

LONGEST = 240.0
"""Seconds until something must have happened: far above what it takes, so that a loaded machine fails no test."""


@contextmanager
def running(command: Command) -> Iterator[Process]:
    """Start a run; at the end of the block it is killed, with everything it started, unless it has ended."""
    # Its output goes nowhere, so that it cannot block on a full pipe.
    process = subprocess.Popen(command.argv, env=command.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        if process.poll() is None:
            _kill(process.pid)
        process.wait()


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {LONGEST:.0f} s"
        time.sleep(0.05)


def until_called(process: Process, lab: Lab, method: str) -> None:
    """Wait until the lab has got a call of this method, which the run makes before it ends."""

    def called() -> bool:
        # In this order: a run that has ended has made all its calls.
        ended = process.poll() is not None
        if method in lab.stats()["calls"]:
            return True
        assert not ended, f"the run ended before {method} was called"
        return False

    until(called, f"a call of {method}")


def _kill(root: int) -> None:
    for pid in _processes_of(root):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _processes_of(root: int) -> list[int]:
    """A process and all below it. Ansible's workers lead sessions of their own, so a process group is not enough."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may contain anything; the parent comes two fields after it.
            fields = path.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(path.parent.name)] = int(fields[1])
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command to its end and say what it cost, with everything that it started.

CPU time and the largest process are the kernel's own accounts of a process and all below it that were waited for
(wait4), so they are exact. The memory of all processes together and their number are looked up in /proc again and
again, so what lives for less than the time between two looks may be missed. Needs Linux.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")

SHORTEST_PAUSE = 0.05
"""Seconds between two looks, at least."""

SHARE = 10
"""A pause is this many times the CPU time of the look before it, so that looking takes no more than 9 % of one core."""


class LeftBehind(RuntimeError):
    """Processes outlived the command that started them, so that its figures are not all of it."""


@dataclass(frozen=True)
class Usage:
    """What a command cost.

    :param exit_code: None if it was ended because it took too long.
    :param wall: seconds from start to end.
    :param cpu: seconds of CPU, user and system, of all processes.
    :param largest: bytes; the resident memory of the process that had most (ru_maxrss).
    :param together: bytes; the most that all processes had at one time, with what they share counted once (Pss).
    :param processes: how many were seen.
    """

    exit_code: int | None
    wall: float
    cpu: float
    largest: int
    together: int
    processes: int


def run(command: Sequence[str], env: Mapping[str, str], output: Path, longest: float) -> Usage:
    """
    :param output: the file for stdout and stderr.
    :param longest: seconds after which the command is killed, with everything that it started.
    :raises LeftBehind: something of it still runs.
    """
    started = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
    watch = Watch(process.pid, started + longest)
    watch.start()
    try:
        _pid, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        kill(process.pid)
        raise
    finally:
        wall = time.monotonic() - started
        watch.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    alive = watch.seen & identities()
    if alive and not watch.killed:
        raise LeftBehind(f"{len(alive)} processes of {command[0]} outlived it")
    return Usage(
        exit_code=None if watch.killed else process.returncode,
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        largest=usage.ru_maxrss * 1024,
        together=watch.together,
        processes=len(watch.seen),
    )


Identity = tuple[int, str]
"""A process id and the time at which the process started, as ids are used again."""


class Watch(threading.Thread):
    """Looks at a process and all below it until it is told to stop."""

    def __init__(self, root: int, deadline: float) -> None:
        super().__init__(daemon=True)
        self.seen: set[Identity] = set()
        self.together = 0
        self.killed = False
        self._root = root
        self._deadline = deadline
        self._ended = threading.Event()

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def run(self) -> None:
        while True:
            began = time.thread_time()
            self._look()
            if self._ended.wait(max(SHORTEST_PAUSE, SHARE * (time.thread_time() - began))):
                return

    def _look(self) -> None:
        processes = tree(self._root)
        self.seen |= processes
        self.together = max(self.together, sum(proportional_size(pid) for pid, _start in processes))
        if time.monotonic() > self._deadline and not self._ended.is_set():
            self.killed = True
            kill(self._root)


def kill(root: int) -> None:
    """End a process and all below it. It is stopped first, so that it starts no others meanwhile."""
    send(root, signal.SIGSTOP)
    for pid, _start in tree(root):
        send(pid, signal.SIGKILL)


def send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def identities() -> set[Identity]:
    """All processes of this machine that have not ended."""
    return {(pid, fields[START]) for pid, fields in stats().items() if fields[STATE] != "Z"}


def tree(root: int) -> set[Identity]:
    """A process and all below it. Ansible's workers lead sessions of their own, so a process group is not enough."""
    every = stats()
    children: dict[int, list[int]] = {}
    for pid, fields in every.items():
        children.setdefault(int(fields[PARENT]), []).append(pid)
    found = [root] if root in every else []
    for pid in found:
        found += children.get(pid, [])
    return {(pid, every[pid][START]) for pid in found}


# Fields of /proc/PID/stat, counted from the one after the name, which is in parentheses and may contain anything.
STATE, PARENT, USER_TICKS, SYSTEM_TICKS, START = 0, 1, 11, 12, 19


def stats() -> dict[int, list[str]]:
    """The fields of every process of this machine, by process id."""
    return {pid: fields for pid in process_ids() if (fields := stat(pid))}


def process_ids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal()]


def stat(pid: int) -> list[str]:
    """The fields of one process; empty if it has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a running process has used, without its children."""
    fields = stat(pid)
    return (int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS])) / TICKS


def proportional_size(pid: int) -> int:
    """Bytes of resident memory, with a page that n processes share counted as one nth; 0 if the process has ended."""
    try:
        text = (PROC / str(pid) / "smaps_rollup").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    sizes = [int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")]
    return sum(sizes) * 1024

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run test steps: `check.py lint unit ...`, or all of them; the last lines say what passed and what was not covered.

A single step shows at once what its checks say. Of several, two run side by side, as most of what they do takes one
processor; what a check says is then shown in one piece when it has ended. Steps that want quiet come last, alone.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import IO

import interpreters
import prepare
import steps

LANES = 2

GRACE = 20.0
"""Seconds. Ctrl-C reaches the commands, too; so long they may take to put away what they have begun."""


@dataclass(frozen=True)
class Outcome:
    name: str
    seconds: float
    passed: bool


class Lanes:
    """Runs steps at the same time, and the checks of each one after the other, the failed ones' successors too."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._shown = count == 1
        self._printing = threading.Lock()
        self._starting = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, checks: Mapping[str, Sequence[steps.Check]]) -> list[Outcome]:
        """
        :param checks: by the name of their step. :return: in this order.
        """
        with ThreadPoolExecutor(self._count) as pool:
            lanes = [pool.submit(self._step, name, found) for name, found in checks.items()]
            try:
                return [outcome for lane in lanes for outcome in lane.result()]
            except KeyboardInterrupt:
                self._stop(lanes)
                raise

    def _step(self, name: str, checks: Sequence[steps.Check]) -> list[Outcome]:
        return [self._check(f"{name}: {check.name}", check) for check in checks if not self._stopped]

    def _check(self, title: str, check: steps.Check) -> Outcome:
        started = time.monotonic()
        self._print(f"\n=== {title}" if self._shown else f"--- {title} begins")
        try:
            code = self._command(check, None) if self._shown else self._command_kept(title, check)
        except Exception:  # noqa: BLE001  # of whatever kind: it must not take the results of others with it
            self._print(f"{title}: {traceback.format_exc()}")
            code = None
        return Outcome(title, time.monotonic() - started, code == 0)

    def _command_kept(self, title: str, check: steps.Check) -> int | None:
        with tempfile.TemporaryFile() as kept:
            code = self._command(check, kept)
            kept.seek(0)
            self._print(f"\n=== {title}\n{kept.read().decode(errors='replace')}")
        return code

    def _command(self, check: steps.Check, output: IO[bytes] | None) -> int | None:
        """The exit code; None of a command that did not begin any more."""
        env = {**steps.environment(check.venv), **check.env}
        with self._starting:
            if self._stopped:
                return None
            process = subprocess.Popen(
                check.command, cwd=check.cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            self._running.add(process)
        code = process.wait()
        self._running.discard(process)
        return code

    def _stop(self, lanes: Sequence[Future[list[Outcome]]]) -> None:
        with self._starting:
            self._stopped = True
        wait(lanes, GRACE)
        for process in list(self._running):
            process.terminate()

    def _print(self, text: str) -> None:
        with self._printing:
            print(text, flush=True)


def run_steps(names: Sequence[str]) -> list[Outcome]:
    """Set up what all steps need, then run them. A set-up that fails is a failure of its step."""
    outcomes = []
    checks: dict[str, list[steps.Check]] = {}
    for name in names:
        started = time.monotonic()
        try:
            prepare.prepare(steps.STEPS[name].needs)
            checks[name] = list(steps.STEPS[name].checks())
        except prepare.SetupError as error:
            print(f"Set-up: {error}", flush=True)
            outcomes.append(Outcome(f"{name}: set-up", time.monotonic() - started, False))
    single = len(checks) == 1
    alone = {name: found for name, found in checks.items() if single or steps.STEPS[name].alone}
    beside = {name: found for name, found in checks.items() if name not in alone}
    return [*outcomes, *Lanes(LANES).run(beside), *Lanes(1).run(alone)]


def main(names: Sequence[str]) -> int:
    started = time.monotonic()
    outcomes = run_steps(names)
    failed = sum(not outcome.passed for outcome in outcomes)
    width = max(len(outcome.name) for outcome in outcomes)
    print(f"\n{'check':{width}}  seconds  result")
    for outcome in outcomes:
        print(f"{outcome.name:{width}}  {outcome.seconds:7.1f}  {'passed' if outcome.passed else 'FAILED'}")
    for line in interpreters.not_covered():
        print(f"Not covered: {line}")
    print(f"{len(outcomes) - failed} passed, {failed} failed, {time.monotonic() - started:.0f} s in all", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(steps.STEPS)))

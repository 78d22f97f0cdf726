# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run test steps: `check.py lint unit ...`, or all of them; the last lines say what passed and what was not covered."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import interpreters
import prepare
import steps


@dataclass(frozen=True)
class Outcome:
    name: str
    seconds: float
    passed: bool


def run_step(name: str) -> Iterator[Outcome]:
    """Run each check of a step, the failed ones' successors too. A set-up that fails is a failure of the step."""
    step = steps.STEPS[name]
    started = time.monotonic()
    try:
        prepare.prepare(step.needs)
        checks = list(step.checks())
    except prepare.SetupError as error:
        print(f"Set-up: {error}", flush=True)
        yield Outcome(f"{name}: set-up", time.monotonic() - started, False)
        return
    for check in checks:
        print(f"\n=== {name}: {check.name}", flush=True)
        started = time.monotonic()
        env = {**steps.environment(check.venv), **check.env}
        code = subprocess.run(check.command, cwd=check.cwd, env=env, stdin=subprocess.DEVNULL, check=False).returncode
        yield Outcome(f"{name}: {check.name}", time.monotonic() - started, code == 0)


def main(names: Sequence[str]) -> int:
    outcomes = [outcome for name in names for outcome in run_step(name)]
    failed = sum(not outcome.passed for outcome in outcomes)
    width = max(len(outcome.name) for outcome in outcomes)
    print(f"\n{'check':{width}}  seconds  result")
    for outcome in outcomes:
        print(f"{outcome.name:{width}}  {outcome.seconds:7.1f}  {'passed' if outcome.passed else 'FAILED'}")
    for line in interpreters.not_covered():
        print(f"Not covered: {line}")
    print(f"{len(outcomes) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(steps.STEPS)))

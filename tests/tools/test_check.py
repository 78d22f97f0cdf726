# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps side by side: what one does never hides what another found, and nothing is left running."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import check
import layout
import prepare
import pytest
import steps

MEET = """
import pathlib, sys, time
mine, other = map(pathlib.Path, sys.argv[1:3])
mine.touch()
print("first line of", mine.name, flush=True)
end = time.monotonic() + 60
while not other.exists():
    if time.monotonic() > end:
        sys.exit("nobody else is here")
    time.sleep(0.01)
print("last line of", mine.name, flush=True)
"""
"""Ends well only if the other one runs at the same time."""

WAIT = """
import os, pathlib, sys, time
at = pathlib.Path(sys.argv[1])
at.with_suffix(".new").write_text(str(os.getpid()))
at.with_suffix(".new").rename(at)
time.sleep(600)
"""


def python(name: str, code: str, *arguments: str | Path) -> steps.Check:
    return steps.Check(name, "newest", (sys.executable, "-c", code, *arguments))


def step(*checks: steps.Check, alone: bool = False) -> steps.Step:
    return steps.Step((), lambda: checks, alone)


def results(outcomes: Sequence[check.Outcome]) -> dict[str, bool]:
    return {outcome.name: outcome.passed for outcome in outcomes}


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> dict[str, steps.Step]:
    """The steps that there are, for a test to fill in."""
    own: dict[str, steps.Step] = {}
    monkeypatch.setattr(steps, "STEPS", own)
    return own


def test_two_steps_run_at_the_same_time_and_say_it_one_after_the_other(
    chosen: dict[str, steps.Step], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    chosen.update(a=step(python("meets", MEET, one, two)), b=step(python("meets", MEET, two, one)))
    assert check.main(["a", "b"]) == 0
    said = capfd.readouterr().out
    for name in ("one", "two"):
        assert f"first line of {name}\nlast line of {name}\n" in said
    assert re.search(r"^2 passed, 0 failed, \d+ s in all$", said, re.MULTILINE)


def test_each_check_of_each_step_has_a_result(chosen: dict[str, steps.Step], capfd: pytest.CaptureFixture[str]) -> None:
    chosen.update(
        a=step(python("fails", "print('out', flush=True); raise SystemExit('err')"), python("goes on", "")),
        b=step(steps.Check("is not there", "newest", ("/nowhere/program",)), python("goes on", "")),
        c=step(python("alone", "print('quiet')"), alone=True),
    )
    assert results(check.run_steps(["a", "b", "c"])) == {
        "a: fails": False,
        "a: goes on": True,
        "b: is not there": False,
        "b: goes on": True,
        "c: alone": True,
    }
    said = capfd.readouterr().out
    assert "=== a: fails\nout\nerr\n" in said
    assert "/nowhere/program" in said
    assert check.main(["b", "a"]) == 1


def test_a_step_that_wants_quiet_comes_after_the_others(chosen: dict[str, steps.Step], tmp_path: Path) -> None:
    late = "import pathlib, sys, time; time.sleep(0.5); pathlib.Path(sys.argv[1]).touch()"
    seen = "import pathlib, sys; sys.exit(not all(pathlib.Path(path).exists() for path in sys.argv[1:]))"
    one, two = tmp_path / "one", tmp_path / "two"
    chosen.update(quiet=step(python("sees both", seen, one, two), alone=True))
    chosen.update(a=step(python("late", late, one)), b=step(python("late", late, two)))
    assert all(results(check.run_steps(["quiet", "a", "b"])).values())


def test_a_set_up_that_fails_is_a_failure_of_its_step(
    chosen: dict[str, steps.Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(parts: Sequence[str]) -> None:
        if parts:
            raise prepare.SetupError("nothing is here")

    monkeypatch.setattr(prepare, "prepare", refuse)
    chosen.update(a=steps.Step(("dev",), lambda: [python("works", "")]), b=step(python("works", "")))
    assert results(check.run_steps(["a", "b"])) == {"a: set-up": False, "b: works": True}


def test_an_interruption_ends_what_runs_and_begins_nothing_more(tmp_path: Path) -> None:
    """The signal goes to the tool alone, as a terminal's would not: its commands have to be ended by it."""
    program = f"""
import sys
import check, steps
check.GRACE = 0.1
wait = lambda name: steps.Check(name, "newest", (sys.executable, "-c", {WAIT!r}, {str(tmp_path)!r} + "/" + name))
steps.STEPS = {{name: steps.Step((), lambda name=name: [wait(name), wait("next")]) for name in ("a", "b", "c")}}
check.main(["a", "b", "c"])
"""
    env = {**os.environ, "PYTHONPATH": str(layout.ROOT / "tests" / "tools")}
    with subprocess.Popen([sys.executable, "-c", program], env=env, stderr=subprocess.PIPE) as tool:
        pids = [pid_in(tmp_path / name) for name in ("a", "b")]
        tool.send_signal(signal.SIGINT)
        _out, error = tool.communicate(timeout=60)
    assert (tool.returncode != 0, b"KeyboardInterrupt" in error) == (True, True)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def pid_in(file: Path) -> int:
    """Once the command has written it."""
    end = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    return int(file.read_text(encoding="utf-8"))


def test_make_and_the_tool_know_the_same_steps() -> None:
    makefile = (layout.ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.search(r"^STEPS := (.+)$", makefile, re.MULTILINE)
    assert named
    assert sorted(named[1].split()) == sorted(steps.STEPS)

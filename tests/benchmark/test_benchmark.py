# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of how the benchmark measures, computes and shows: a wrong figure would be believed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cases
import fleets
import machine
import measure
import pytest
import report
import run
from results import Figures, Results, Target, TooLong, fraction, judge, of_ours, slower_by

CHEAP = Figures(2.0, 1.0, 10, 500_000, 30_000_000, 40_000_000, None, 1, 0.1)
DEAR = Figures(5.0, 4.0, 25, 3_000_000, 90_000_000, 80_000_000, 2, 7, 0.0)
LATE = replace(DEAR, wall=9.5)
RESULTS = Results("ours", {0.0: {"ours": DEAR, "by hand": CHEAP}, 0.05: {"ours": LATE, "by hand": TooLong(300)}})

PARENT = "import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', sys.argv[1]]).returncode)"
"""A process whose work is done by its child."""


def usage(folder: Path, code: str, longest: float = 600.0) -> measure.Usage:
    return measure.run([sys.executable, "-c", PARENT, code], os.environ, folder / "output", longest)


# Measuring


def test_the_cpu_time_of_a_child_is_counted(tmp_path: Path) -> None:
    used = usage(tmp_path, "import time\nwhile time.process_time() < 0.3: pass")
    assert used.exit_code == 0
    assert used.cpu >= 0.3


def test_waiting_is_no_cpu_time(tmp_path: Path) -> None:
    used = usage(tmp_path, "import time; time.sleep(1)")
    assert used.wall >= 1
    assert used.cpu < used.wall


def test_the_largest_process_may_be_a_child(tmp_path: Path) -> None:
    assert usage(tmp_path, "bytearray(b'1') * 200_000_000").largest >= 200_000_000


def test_a_failure_is_told(tmp_path: Path) -> None:
    assert usage(tmp_path, "raise SystemExit(3)").exit_code == 3


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    assert usage(tmp_path, "import time; time.sleep(600)", longest=0).exit_code is None


def test_what_outlives_a_command_makes_its_figures_worthless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This very process stands for one that the command left behind."""
    me = os.getpid()
    monkeypatch.setattr(measure, "tree", lambda _root: {(me, measure.stat(me)[measure.START])})
    with pytest.raises(measure.LeftBehind, match="1 processes"):
        usage(tmp_path, "")


def test_a_tree_is_a_process_and_all_below_it() -> None:
    hold = "import sys; print('up', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", PARENT, hold]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        found = measure.tree(process.pid)
        sizes = [measure.proportional_size(pid) for pid, _start in found]
        process.communicate()
    assert len(found) == 2
    assert all(1_000_000 < size < 100_000_000 for size in sizes)
    assert measure.tree(process.pid) == set()


# Arithmetic


def test_targets_are_about_ours() -> None:
    targets = [
        Target("CPU seconds", of_ours("cpu"), 4),
        Target("memory", of_ours("together", 1_000_000), 79),
        Target("part of their time", fraction("wall", "by hand"), 2.5),
        Target("seconds that latency adds", slower_by(0.05), 4),
    ]
    verdicts = judge(RESULTS, targets)
    assert [verdict.value for verdict in verdicts] == [4.0, 80.0, 2.5, 4.5]
    assert [verdict.word for verdict in verdicts] == ["reached", "MISSED", "reached", "MISSED"]


def test_a_run_that_took_too_long_missed_its_target() -> None:
    late = Results("ours", {0.0: {"ours": TooLong(300)}})
    assert [verdict.word for verdict in judge(late, [Target("CPU seconds", of_ours("cpu"), 4)])] == ["MISSED"]


def test_what_nobody_asked_for_is_neither_reached_nor_missed() -> None:
    only = Results("ours", {0.0: {"ours": DEAR}})
    assert [verdict.word for verdict in judge(only, [Target("latency", slower_by(0.05), 4)])] == ["not measured"]


def test_a_drive_too_many_is_not_the_work_that_was_asked_for() -> None:
    pairs = fleets.pairs(2)
    first, second = ({"name": pair["vm"], "pci_devices": [{"address": pair["address"]}]} for pair in pairs)
    assert cases.have_drives({"vms": [first, second]}, pairs)
    assert not cases.have_drives({"vms": [first, second]}, pairs[:1])
    assert not cases.have_drives({"vms": [first, {**second, "pci_devices": []}]}, pairs)


# Showing


def test_a_table_has_figures_and_ratios() -> None:
    shown = report.text(report.Section("Something", RESULTS, judge(RESULTS, [Target("calls", of_ours("calls"), 24)])))
    assert shown.split("\n") == [
        "",
        "Something",
        "",
        "  without latency",
        "                 wall s  CPU s  calls    MB  largest MB  all MB  workers  processes  lab CPU s",
        "  ours              5.0    4.0     25  3.00          90      80        2          7        0.0",
        "  by hand           2.0    1.0     10  0.50          30      40        -          1        0.1",
        "  times by hand    2.50   4.00   2.50  6.00        3.00    2.00        -       7.00       0.00",
        "",
        "  each answer 50 ms later",
        "                   wall s  CPU s  calls    MB  largest MB  all MB  workers  processes  lab CPU s",
        "  ours                9.5    4.0     25  3.00          90      80        2          7        0.0",
        "  by hand        over 300      -      -     -           -       -        -          -          -",
        "  times by hand         -      -      -     -           -       -        -          -          -",
        "",
        "  calls: 25, at most 24: MISSED",
    ]


def test_the_end_names_what_was_not_reached() -> None:
    targets = [Target("calls", of_ours("calls"), 24), Target("workers", of_ours("workers"), 2)]
    section = report.Section("Something", RESULTS, judge(RESULTS, targets))
    assert report.summary([section, section]).split("\n") == [
        "",
        "2 of 4 targets reached",
        "  Something: calls: 25, at most 24: MISSED",
        "  Something: calls: 25, at most 24: MISSED",
    ]


def test_the_page_gets_new_figures_and_keeps_its_text() -> None:
    text = f"# Page\n{run.BEGIN}old\n{run.END}More.\n"
    results = Results("ours", {0.0: {"ours": CHEAP}})
    written = run.page(text, ["a machine"], [report.Section("Something", results, ())])
    assert written.split("\n") == [
        "# Page",
        run.BEGIN.strip(),
        "",
        "- a machine",
        "",
        "### Something",
        "",
        "Without latency:",
        "",
        "|  | wall s | CPU s | calls | MB | largest MB | all MB | workers | processes | lab CPU s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        "| ours | 2.0 | 1.0 | 10 | 0.50 | 30 | 40 | - | 1 | 0.1 |",
        "",
        run.END.strip(),
        "More.",
        "",
    ]
    assert run.page(written, ["a machine"], [report.Section("Something", results, ())]) == written


def test_the_processor_is_named_where_the_kernel_names_it(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\n", encoding="utf-8")
    (tmp_path / "other").write_text("processor\t: 0\n", encoding="utf-8")
    assert machine.processor(tmp_path / "cpuinfo") == "Some CPU @ 2.00GHz"
    assert machine.processor(tmp_path / "other")


def test_an_unknown_scenario_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.arguments(["--only", "site,sight"])
    assert (
        "no scenario is called sight; there are hot-add, readiness, toggle, first-run, site" in capsys.readouterr().err
    )

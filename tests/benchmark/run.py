# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the collection beside the least that the same work costs, and beside its peers: `make benchmark`.

Every figure of a table is of one run, and the runs of a table follow each other in the same lab. The exit code says
whether all runs did their work, not whether targets were reached. Nothing is written if one did not.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import machine
import measure
import report
from cases import SCENARIOS, Case, Sizes, cases
from contenders import COLLECTIONS, REPO, WORKERS, Contender, environment
from labclient import Lab, LabError
from results import Figures, Outcome, Results, TooLong, judge

PAGE = REPO / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->\n"


class WrongRun(RuntimeError):
    """A run did not do its work, so its figures say nothing."""


def measured(case: Case, delays: Sequence[float], longest: float) -> Results:
    """All runs of a case, in one lab."""
    runs: dict[float, dict[str, Outcome]] = {}
    with Lab.start(case.config) as lab:
        for delay in delays:
            outcomes = runs.setdefault(delay, {})
            for contender in (case.ours, *case.others):
                shorter = [earlier[contender.name] for earlier in runs.values() if contender.name in earlier]
                late = next((outcome for outcome in shorter if isinstance(outcome, TooLong)), None)
                outcomes[contender.name] = late or one_run(case, contender, lab, delay, longest)
    return Results(case.ours.name, runs)


def one_run(case: Case, contender: Contender, lab: Lab, delay: float, longest: float) -> Outcome:
    if case.changes:
        lab.reset()
    lab.delay(f"{delay}s")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        command = contender.prepare(case.pairs, folder)
        lab.stats(reset=True)
        before = measure.cpu_of(lab.pid)
        usage = measure.run(command, environment(lab, folder), folder / "output", longest)
        lab_cpu = measure.cpu_of(lab.pid) - before
        stats = lab.stats()
        if usage.exit_code is None:
            return TooLong(longest)
        require(case, contender, lab, usage, stats["mutating"]["total"], folder / "output")
        workers = folder / WORKERS
        return Figures(
            wall=usage.wall,
            cpu=usage.cpu,
            calls=stats["total"],
            traffic=stats["bytes"]["received"] + stats["bytes"]["sent"],
            largest=usage.largest,
            together=usage.together,
            workers=int(workers.read_text(encoding="utf-8")) if workers.exists() else None,
            processes=usage.processes,
            lab_cpu=lab_cpu,
        )


def require(case: Case, contender: Contender, lab: Lab, usage: measure.Usage, mutating: int, output: Path) -> None:
    """:raises WrongRun: the run failed, left the work undone, or changed something where there was nothing to do."""
    problems = {
        f"ended with code {usage.exit_code}": usage.exit_code != 0,
        "left the lab in another state than it should": not case.expected(lab.state()),
        f"called methods that change something {mutating} times": bool(mutating) and not case.changes,
    }
    for problem, found in problems.items():
        if found:
            text = output.read_text(encoding="utf-8", errors="replace")
            raise WrongRun(f"{contender.name} {problem}:\n{text[-4000:]}")


def numbers(kind: Callable[[str], float]) -> Callable[[str], tuple[float, ...]]:
    """An argument that is a list with commas."""
    return lambda text: tuple(kind(part) for part in text.split(",") if part)


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    sizes = Sizes()
    parser = argparse.ArgumentParser(prog="make benchmark", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--only",
        type=lambda text: text.split(","),
        default=list(SCENARIOS),
        metavar="SCENARIO,...",
        help=f"of {', '.join(SCENARIOS)}",
    )
    for name in ("site", "first_run", "toggle", "hot_add", "readiness"):
        default = getattr(sizes, name)
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=numbers(int),
            default=default,
            metavar="PAIRS,...",
            help=f"sizes of this scenario (default: {','.join(map(str, default))})",
        )
    parser.add_argument(
        "--delays",
        type=numbers(float),
        default=(0.0, 50.0),
        metavar="MS,...",
        help="milliseconds by which each answer is late (default: 0,50)",
    )
    parser.add_argument(
        "--longest",
        type=float,
        default=300.0,
        metavar="SECONDS",
        help="end a run that takes longer, and say so (default: 300)",
    )
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.relative_to(REPO)}")
    chosen = parser.parse_args(argv)
    unknown = set(chosen.only) - set(SCENARIOS)
    if unknown:
        parser.error(f"no scenario is called {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    return chosen


def run(options: argparse.Namespace) -> list[report.Section | None]:
    """All that was asked for, shown as it comes; None in place of what failed."""
    sizes = Sizes(options.site, options.first_run, options.toggle, options.hot_add, options.readiness)
    delays = [milliseconds / 1000 for milliseconds in options.delays]
    return [section(case, delays, options.longest) for case in cases(sizes) if case.scenario in options.only]


def section(case: Case, delays: Sequence[float], longest: float) -> report.Section | None:
    try:
        results = measured(case, delays, longest)
    except (WrongRun, measure.LeftBehind, LabError) as error:
        print(f"\nNo figures. {case.title}: {error}", file=sys.stderr, flush=True)
        return None
    found = report.Section(case.title, results, judge(results, case.targets))
    print(report.text(found), flush=True)
    return found


def page(text: str, head: Sequence[str], sections: Sequence[report.Section]) -> str:
    """The page with what was measured in place of what was there."""
    before, _begin, rest = text.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    lines = "\n".join(f"- {line}" for line in head)
    return f"{before}{BEGIN}\n{lines}\n\n{report.markdown(sections)}{END}{after}"


def main(argv: Sequence[str]) -> int:
    options = arguments(argv)
    head = [
        *machine.description(COLLECTIONS),
        f"{datetime.now(UTC):%Y-%m-%d}; load of the machine at the start {os.getloadavg()[0]:.1f}",
    ]
    print(*head, "", *report.LEGEND, sep="\n", flush=True)
    found = run(options)
    sections = [section for section in found if section]
    print(report.summary(sections), flush=True)
    if len(sections) < len(found):
        return 1
    if options.write:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), head, sections), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures of runs, and arithmetic with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

MB = 1_000_000


@dataclass(frozen=True)
class Figures:
    """What one run cost; see measure.Usage for how the processes are accounted.

    :param wall: seconds.
    :param cpu: seconds of CPU of all processes, without the lab's.
    :param calls: SOAP calls.
    :param traffic: bytes of HTTP bodies in both directions.
    :param largest: bytes of the largest process.
    :param together: bytes of all processes at one time.
    :param workers: Ansible's worker processes, one for each task on each host; None for who is not Ansible.
    :param processes: that were seen.
    :param lab_cpu: seconds of CPU of the lab.
    """

    wall: float
    cpu: float
    calls: int
    traffic: int
    largest: int
    together: int
    workers: int | None
    processes: int
    lab_cpu: float


@dataclass(frozen=True)
class TooLong:
    """A run that was ended after so many seconds, or not begun because it took too long without delay already."""

    seconds: float


Outcome = Figures | TooLong


@dataclass(frozen=True)
class Results:
    """The runs of one case.

    :param ours: the name of whom targets are about.
    :param runs: delay of each answer in seconds -> name -> outcome.
    """

    ours: str
    runs: Mapping[float, Mapping[str, Outcome]]

    def figures(self, name: str, delay: float = 0.0) -> Figures | None:
        """None: not measured, or not to the end."""
        outcome = self.runs.get(delay, {}).get(name)
        return outcome if isinstance(outcome, Figures) else None

    @property
    def unfinished(self) -> bool:
        """Whether a run of ours took too long."""
        return any(isinstance(outcomes.get(self.ours), TooLong) for outcomes in self.runs.values())


Value = Callable[[Results], float | None]


@dataclass(frozen=True)
class Target:
    """What a figure of a case has to reach: `what`, at most `limit`. A figure is None if there is none."""

    what: str
    value: Value
    limit: float


@dataclass(frozen=True)
class Verdict:
    """A target with its figure; word says what became of it."""

    what: str
    value: float | None
    limit: float
    word: str


def judge(results: Results, targets: Sequence[Target]) -> list[Verdict]:
    return [verdict(results, target) for target in targets]


def verdict(results: Results, target: Target) -> Verdict:
    """A run that took too long has missed its target; one that nobody asked for was not measured."""
    value = target.value(results)
    if value is None:
        word = "MISSED" if results.unfinished else "not measured"
    else:
        word = "reached" if value <= target.limit else "MISSED"
    return Verdict(target.what, value, target.limit, word)


def of_ours(field: str, unit: float = 1) -> Value:
    """A figure of ours, in this unit."""

    def value(results: Results) -> float | None:
        figures = results.figures(results.ours)
        return getattr(figures, field) / unit if figures else None

    return value


def fraction(field: str, other: str) -> Value:
    """A figure of ours as part of another's."""

    def value(results: Results) -> float | None:
        ours, theirs = results.figures(results.ours), results.figures(other)
        return getattr(ours, field) / getattr(theirs, field) if ours and theirs else None

    return value


def slower_by(delay: float) -> Value:
    """The seconds that a delay of each answer adds to ours."""

    def value(results: Results) -> float | None:
        without, late = results.figures(results.ours), results.figures(results.ours, delay)
        return late.wall - without.wall if without and late else None

    return value

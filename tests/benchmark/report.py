# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of results, for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from results import MB, Figures, Outcome, Results, TooLong, Verdict

Table = list[list[str]]
"""Rows of cells, the first of which is the heading. The first column is text, the others are figures."""

COLUMNS = {
    "wall s": "wall",
    "CPU s": "cpu",
    "calls": "calls",
    "MB": "traffic",
    "largest MB": "largest",
    "all MB": "together",
    "workers": "workers",
    "processes": "processes",
    "lab CPU s": "lab_cpu",
}

LEGEND = (
    "wall s: seconds from the start of the command to its end.",
    "CPU s: user and system seconds of the command and everything it started, by the kernel's own account (wait4).",
    "calls, MB: SOAP calls, and HTTP bodies in both directions in millions of bytes, as the lab counts them.",
    "largest MB: resident memory of the largest process (ru_maxrss). all MB: the most that all processes had at one "
    "time, shared pages counted once (Pss of /proc, looked up again and again).",
    "workers: processes that Ansible forked, one for each task on each host. processes: all that were seen; what lives "
    "for less than a twentieth of a second may be missed.",
    "lab CPU s: of the simulated vCenter, on the same cores; it is in no other figure.",
    'A line that begins with "times" has the first line\'s figures divided by those of the one that it names.',
)


@dataclass(frozen=True)
class Section:
    """All about one case."""

    title: str
    results: Results
    verdicts: Sequence[Verdict]


def tables(results: Results) -> Iterator[tuple[str, Table]]:
    """A heading and a table for each delay."""
    for delay, runs in results.runs.items():
        rows = [["", *COLUMNS], *([name, *cells(outcome)] for name, outcome in runs.items())]
        ours = runs[results.ours]
        rows += [[f"times {name}", *ratios(ours, other)] for name, other in runs.items() if name != results.ours]
        yield heading(delay), rows


def heading(delay: float) -> str:
    return f"each answer {delay * 1000:.0f} ms later" if delay else "without latency"


def cells(outcome: Outcome) -> list[str]:
    if isinstance(outcome, TooLong):
        return [f"over {outcome.seconds:.0f}", *["-"] * (len(COLUMNS) - 1)]
    return [
        f"{outcome.wall:.1f}",
        f"{outcome.cpu:.1f}",
        f"{outcome.calls}",
        f"{outcome.traffic / MB:.2f}",
        f"{outcome.largest / MB:.0f}",
        f"{outcome.together / MB:.0f}",
        "-" if outcome.workers is None else f"{outcome.workers}",
        f"{outcome.processes}",
        f"{outcome.lab_cpu:.1f}",
    ]


def ratios(ours: Outcome, other: Outcome) -> list[str]:
    return [ratio(ours, other, field) for field in COLUMNS.values()]


def ratio(ours: Outcome, other: Outcome, field: str) -> str:
    if not (isinstance(ours, Figures) and isinstance(other, Figures)):
        return "-"
    above, below = getattr(ours, field), getattr(other, field)
    return f"{above / below:.2f}" if above is not None and below else "-"


def verdict_line(verdict: Verdict) -> str:
    value = "no figure" if verdict.value is None else f"{verdict.value:.3g}"
    return f"{verdict.what}: {value}, at most {verdict.limit:g}: {verdict.word}"


def text(section: Section) -> str:
    """For a terminal."""
    lines = ["", section.title]
    for head, table in tables(section.results):
        lines += ["", f"  {head}", *("  " + line for line in aligned(table))]
    if section.verdicts:
        lines += ["", *("  " + verdict_line(verdict) for verdict in section.verdicts)]
    return "\n".join(lines)


def summary(sections: Sequence[Section]) -> str:
    """What became of all targets, with those that were not reached by name."""
    everything = [(section, verdict) for section in sections for verdict in section.verdicts]
    open_ones = [(section, verdict) for section, verdict in everything if verdict.word != "reached"]
    lines = [f"  {section.title}: {verdict_line(verdict)}" for section, verdict in open_ones]
    return "\n".join(["", f"{len(everything) - len(open_ones)} of {len(everything)} targets reached", *lines])


def aligned(table: Table) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in table
    ]


def markdown(sections: Sequence[Section]) -> str:
    return "".join(f"{line}\n" for section in sections for line in section_lines(section))


def section_lines(section: Section) -> Iterator[str]:
    yield f"### {section.title}"
    yield ""
    for head, table in tables(section.results):
        yield from (f"{head[0].upper()}{head[1:]}:", "")
        yield from markdown_table(table)
        yield ""
    if section.verdicts:
        yield from (f"- {verdict_line(verdict)}" for verdict in section.verdicts)
        yield ""


def markdown_table(table: Table) -> Iterator[str]:
    head, *rows = table
    yield "| " + " | ".join(head) + " |"
    yield "|---|" + "---:|" * (len(head) - 1)
    for row in rows:
        yield "| " + " | ".join(row) + " |"

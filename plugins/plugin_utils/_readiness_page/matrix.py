# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requirements by hosts and by VMs: the cells of the tables, and what the page tells of each when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.subjects import (
    LETTERS,
    SIGNS,
    Said,
    Subject,
)
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.text import visible
from markupsafe import Markup

Column = tuple[str, str]

NO_VERDICT = -1
"""In a row of ``Matrix.details()``: that subject has no such requirement, as a VM whose guest nobody asked."""


class Strings:
    """Texts, each once, by number; 0 is the empty one."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}

    def number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    def all(self) -> list[str]:
        return list(self._numbers)


def cell(status: str) -> Markup:
    """A cell of a table. Most pass, so that these have no class."""
    css = "" if status == "pass" else f" class={LETTERS[status]}"
    return Markup("<td{}>{}").format(Markup(css), SIGNS[status])  # noqa: S704 (of our own letters)


_CELLS = {status: cell(status) for status in SIGNS}


@dataclass(frozen=True)
class Matrix:
    """Subjects of one kind and their verdicts; columns are all requirements that any of them has, in order."""

    columns: Sequence[Column]
    subjects: Sequence[Subject]

    @classmethod
    def of(cls, subjects: Sequence[Subject]) -> Matrix:
        return cls(list(dict.fromkeys(said.column for item in subjects for said in item.said)), subjects)

    def cells(self, subject: Subject) -> Markup:
        """The row of a subject, without its head."""
        has = {said.column: _CELLS[said.status] for said in subject.said}
        return Markup("").join(has.get(column, _EMPTY) for column in self.columns)

    def details(self, strings: Strings) -> dict[str, Any]:
        """What the script needs: by column its verdicts, each once, and by row the number of its verdict there.

        A verdict is its status's letter and the numbers of its texts; those at the end that are empty are left out.
        """
        known: list[dict[tuple[Any, ...], int]] = [{} for _column in self.columns]
        place = {column: number for number, column in enumerate(self.columns)}
        rows = []
        for subject in self.subjects:
            row = [NO_VERDICT] * len(self.columns)
            for said in subject.said:
                verdicts = known[place[said.column]]
                row[place[said.column]] = verdicts.setdefault(_verdict(said, strings), len(verdicts))
            rows.append(row)
        heads = [[visible(text) for text in column] for column in self.columns]
        return {"columns": [[*head, list(verdicts)] for head, verdicts in zip(heads, known)], "rows": rows}


_EMPTY = Markup("<td>")


def _verdict(said: Said, strings: Strings) -> tuple[Any, ...]:
    texts = (said.value, said.source, said.evidence, said.remedy, said.attested)
    return (LETTERS[said.status], *_without_tail(strings.number(text) for text in texts))


def _without_tail(numbers: Iterable[int]) -> list[int]:
    found = list(numbers)
    while found and not found[-1]:
        found.pop()
    return found

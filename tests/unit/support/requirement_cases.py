# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a table of requirements is held against: cases that show each of its rows in each of its states."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Union

from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    ATTESTED,
    NOT_APPLICABLE,
    PASS,
    STATUSES,
    Requirement,
    Verdict,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements import remedies

Case = tuple[str, dict[str, Any], str, Union[str, None], str]
"""A row, what is other than where all is well, the status, the value, words of the evidence."""

REMEDIES = {value for name, value in vars(remedies).items() if name.isupper()}


def held(verdict: Verdict, case: Case) -> None:
    """A verdict is as its case has it, and complete."""
    _row, _changes, status, value, words = case
    assert (verdict.status, verdict.value) == (status, value)
    assert words in str(verdict.evidence)
    assert status in verdict.requirement.states
    fields = {name for _text, name, _format, _conversion in string.Formatter().parse(verdict.evidence.template) if name}
    assert fields == set(verdict.evidence.values)
    assert all(isinstance(item, (str, int)) for item in verdict.evidence.values.values())
    assert verdict.source
    assert verdict.remedy in {*REMEDIES, ""}
    assert not (status in (PASS, ATTESTED, NOT_APPLICABLE) and verdict.remedy)


def closed(table: Sequence[Requirement[Any]], cases: Iterable[Case], key: Callable[[Requirement[Any]], str]) -> None:
    """The cases show each row in each of the states that it says it can have, and no row has another's title."""
    shown = {(case[0], case[2]) for case in cases}
    assert shown == {(key(row), state) for row in table for state in row.states}
    assert {state for row in table for state in row.states} <= set(STATUSES)
    assert len({row.title for row in table}) == len(table)

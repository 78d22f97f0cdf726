# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done: what is not met or not known, put together where the same remedy helps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import Catalogue
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.matrix import Matrix
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.subjects import (
    FAIL,
    NOT_ATTESTED,
    UNKNOWN,
    WARN,
    Said,
    Subject,
)

ORDER = (FAIL, UNKNOWN, NOT_ATTESTED, WARN)

NOT_ASKED = "error"
"""Id of the group of those that could not be asked at all."""


@dataclass
class Variant:
    """Subjects of which the same was seen."""

    value: str
    source: str
    evidence: str
    names: list[str] = field(default_factory=list)


@dataclass
class Finding:
    """A requirement that is not met, or not known to be, and whom that concerns.

    :param column: its place in the table of its kind; None of those that could not be asked at all.
    """

    kind: str
    column: int | None
    id: str
    title: str
    status: str
    remedy: str
    variants: dict[tuple[str, str, str], Variant] = field(default_factory=dict)

    @property
    def concerned(self) -> int:
        return sum(len(variant.names) for variant in self.variants.values())

    @property
    def sources(self) -> list[str]:
        return [text for text in dict.fromkeys(variant.source for variant in self.variants.values()) if text]

    def add(self, name: str, value: str, source: str, evidence: str) -> None:
        said = (value, source, evidence)
        self.variants.setdefault(said, Variant(*said)).names.append(name)


def findings(matrices: Sequence[Matrix], say: Catalogue) -> list[Finding]:
    """All that stands between the fleet and hot plug, the worst first.

    Of a host or VM that could not be asked, nothing is known for one reason: it is told once, not by requirement.
    """
    found: dict[tuple[str, ...], Finding] = {}
    for matrix in matrices:
        places = {column: place for place, column in enumerate(matrix.columns)}
        for subject in matrix.subjects:
            if subject.facts.get("error"):
                _add_error(found, subject, say)
            for said in subject.said:
                if said.status in ORDER and not (said.status == UNKNOWN and subject.facts.get("error")):
                    _add(found, subject, said, places[said.column])
    return sorted(found.values(), key=_rank)


def _add(found: dict[tuple[str, ...], Finding], subject: Subject, said: Said, place: int) -> None:
    key = (subject.kind, said.id, said.title, said.status, said.remedy)
    group = found.setdefault(key, Finding(subject.kind, place, *key[1:]))
    group.add(subject.name, said.value, said.source, said.evidence)


def _add_error(found: dict[tuple[str, ...], Finding], subject: Subject, say: Catalogue) -> None:
    error = subject.facts["error"]
    title = say("The host could not be asked") if subject.kind == "host" else say("The VM could not be asked")
    key = (subject.kind, NOT_ASKED, title, UNKNOWN, str(error.get("remedy") or ""))
    group = found.setdefault(key, Finding(subject.kind, None, *key[1:]))
    group.add(subject.name, str(error.get("code") or ""), "", str(error.get("message") or ""))


def _rank(finding: Finding) -> tuple[int, bool, str, int]:
    """What fails first; of that what could not be asked, then in the order of the tables."""
    place = -1 if finding.column is None else finding.column
    return ORDER.index(finding.status), finding.column is not None, finding.kind, place

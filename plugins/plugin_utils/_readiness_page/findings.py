# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done: what is not met or not known, put together where the same remedy helps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    NOT_ATTESTED,
    UNKNOWN,
    WARN,
)
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import Catalogue
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.drives import reasons_of
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.matrix import Matrix
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.subjects import (
    Said,
    Subject,
    status_of,
)

ORDER = (FAIL, UNKNOWN, NOT_ATTESTED, WARN)

NOT_ASKED, HEALTH = "error", "health"
"""Ids of the groups of those that could not be asked at all, and of drives that are not well."""


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

    :param column: its place in the table of its kind; None where it is no requirement of a table.
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

    Of what could not be asked, a host, VM or guest, nothing is known for one reason: it is told once.
    """
    found: dict[tuple[str, ...], Finding] = {}
    for matrix in matrices:
        places = {column: place for place, column in enumerate(matrix.columns)}
        for subject in matrix.subjects:
            one_reason = _add_reason(found, subject, say)
            for said in subject.said:
                if said.status in ORDER and said not in one_reason:
                    _add(found, subject, said, places[said.column])
            for drive in (subject.facts.get("guest") or {}).get("health") or ():
                _add_health(found, subject.name, drive, say)
    return sorted(found.values(), key=_rank)


def _add_reason(found: dict[tuple[str, ...], Finding], subject: Subject, say: Catalogue) -> list[Said]:
    """The one reason for which much is unknown of a host, VM or guest, and the verdicts that it explains."""
    unknown = [said for said in subject.said if said.status == UNKNOWN]
    if subject.facts.get("error"):
        _add_error(found, subject, say)
        return unknown
    guest = subject.facts.get("guest") or {}
    of_guest = [said for said in unknown if said.from_guest]
    if guest.get("answered") or not of_guest:
        return []
    title = say("The guest gave no answer") if guest.get("asked") else say("Nobody asked the guest")
    key = ("vm", NOT_ASKED, title, UNKNOWN, of_guest[0].remedy)
    group = found.setdefault(key, Finding("vm", None, *key[1:]))
    group.add(subject.name, "", ", ".join(said.id for said in of_guest), say(str(guest.get("reason") or "")))
    return of_guest


def _add(found: dict[tuple[str, ...], Finding], subject: Subject, said: Said, place: int) -> None:
    key = (subject.kind, said.id, said.title, said.status, said.remedy)
    group = found.setdefault(key, Finding(subject.kind, place, *key[1:]))
    group.add(subject.name, said.value, said.source, said.evidence)


def _add_error(found: dict[tuple[str, ...], Finding], subject: Subject, say: Catalogue) -> None:
    error = subject.facts["error"]
    title = say("The host could not be asked") if subject.kind == "host" else say("The VM could not be asked")
    key = (subject.kind, NOT_ASKED, title, UNKNOWN, say(str(error.get("remedy") or "")))
    group = found.setdefault(key, Finding(subject.kind, None, *key[1:]))
    group.add(subject.name, str(error.get("code") or ""), "", str(error.get("message") or ""))


def _add_health(found: dict[tuple[str, ...], Finding], vm: str, drive: Mapping[str, Any], say: Catalogue) -> None:
    """What a drive tells of itself, as a guest was asked for it."""
    status = status_of(drive.get("status"))
    if status in ORDER:
        bad = [row for row in drive.get("rows") or () if row.get("status") == status]
        remedy = " ".join(dict.fromkeys(say(str(row.get("remedy") or "")) for row in bad))
        key = ("vm", HEALTH, say("The health of drives"), status, remedy)
        group = found.setdefault(key, Finding("vm", None, *key[1:]))
        named = " ".join(str(drive[name]) for name in ("path", "serial") if drive.get(name))
        group.add(vm, named, say(str(bad[0].get("source") or "")) if bad else "", reasons_of(drive, say))


def _rank(finding: Finding) -> tuple[int, bool, str, int]:
    """What fails first; of that what could not be asked, then in the order of the tables."""
    place = -1 if finding.column is None else finding.column
    return ORDER.index(finding.status), finding.column is not None, finding.kind, place

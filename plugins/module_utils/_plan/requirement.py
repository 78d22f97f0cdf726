# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one shape of a documented requirement on a host, a VM or a guest, and of the verdict about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import (
    ATTESTABLE,
    Attestation,
    Attested,
)

PASS, FAIL, WARN, UNKNOWN = "pass", "fail", "warn", "unknown"
ATTESTED, NOT_ATTESTED, NOT_APPLICABLE = "attested", "not_attested", "not_applicable"

STATUSES = (PASS, FAIL, WARN, UNKNOWN, ATTESTED, NOT_ATTESTED, NOT_APPLICABLE)

Facts = TypeVar("Facts")


@dataclass(frozen=True)
class Text:
    """A sentence with its values kept apart, so that it can be said in another language.

    :param template: English, with ``{names}`` of the values.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


def text(template: str, **values: Any) -> Text:
    """``text("Its firmware is {firmware}", firmware="bios")``."""
    return Text(template, values)


@dataclass(frozen=True)
class Seen:
    """What a look at the facts found.

    :param status: one of STATUSES. What could not be read is UNKNOWN, never PASS.
    :param evidence: what was seen, as a clause that follows the name of the host or VM, or a sentence.
    :param value: what was read, short and in no language: ``4096``; None where nothing could be read.
    :param remedy: what an operator does about it; None stands for the requirement's own.
    :param source: where it was read, if not at the requirement's own source.
    """

    status: str
    evidence: Text
    value: str | None = None
    remedy: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Requirement(Generic[Facts]):
    """One row of a table of requirements (docs/requirements.md).

    :param id: as documented; what is known to bite and has none there has a word of its own. Several rows may share it.
    :param title: what is required; no other row of the table has it.
    :param source: where the facts come from: a property, a command, ``attestation``.
    :param look: reads the facts; no I/O.
    :param states: the statuses that looking can find; ATTESTED comes to them where it can be attested.
    :param correction: settings that mend it, with their values; empty if the product cannot.
    :param allowed_by: the option without which the product does not correct, but refuses.
    :param needs_power_off: mending it, by whomever, needs the VM off.
    """

    id: str
    title: str
    source: str
    look: Callable[[Facts], Seen]
    states: tuple[str, ...]
    remedy: str = ""
    correction: Mapping[str, Any] = field(default_factory=dict)
    allowed_by: str | None = None
    needs_power_off: bool = False

    def judge(self, facts: Facts) -> Verdict:
        """Hold the facts against it."""
        return self.verdict(self.look(facts))

    def verdict(self, seen: Seen) -> Verdict:
        """What a look means to whoever asked."""
        done = seen.status in (PASS, ATTESTED, NOT_APPLICABLE)
        remedy = "" if done else self.remedy if seen.remedy is None else seen.remedy
        return Verdict(self, seen.status, seen.evidence, remedy, seen.value, seen.source or self.source)

    def unread(self, reason: str) -> Verdict:
        """The verdict where the host or VM could not be asked at all, for whatever reason."""
        return self.verdict(Seen(UNKNOWN, text("it could not be read: {reason}", reason=reason), remedy=""))


def judge_rows(table: Sequence[Requirement[Facts]], facts: Facts, attested: Attested) -> list[Verdict]:
    """The verdict on every row of a table, in its order, with the operator's word."""
    return [requirement.judge(facts).vouched(attested) for requirement in table]


def unread_rows(table: Sequence[Requirement[Any]], reason: str) -> list[Verdict]:
    """Every row of a table, of a host or VM that could not be read at all.

    :param reason: a clause without a full stop.
    """
    return [requirement.unread(reason) for requirement in table]


@dataclass(frozen=True)
class Verdict:
    """A requirement and what was seen of it."""

    requirement: Requirement[Any]
    status: str
    evidence: Text
    remedy: str
    value: str | None
    source: str
    attestation: Attestation | None = None

    @property
    def id(self) -> str:
        """The requirement's, for example ``P6``."""
        return self.requirement.id

    def describe(self) -> str:
        """``its firmware is bios, not efi (P6)``, for messages."""
        return f"{self.evidence} ({self.id})"

    def vouched(self, attested: Attested) -> Verdict:
        """With the operator's word, which counts for what could not be read, and never against what was."""
        word = attested.get(self.id) if self.id in ATTESTABLE else None
        if word is None or self.status not in (UNKNOWN, NOT_ATTESTED):
            return self
        return replace(self, status=ATTESTED, remedy="", attestation=word)

    def as_dict(self) -> dict[str, Any]:
        """As results show it."""
        return {
            "id": self.id,
            "title": self.requirement.title,
            "status": self.status,
            "value": self.value,
            "source": self.source,
            "evidence": str(self.evidence),
            "evidence_template": self.evidence.template,
            "evidence_values": dict(self.evidence.values),
            "remedy": self.remedy,
            "attested": self.attestation.as_dict() if self.attestation else None,
        }

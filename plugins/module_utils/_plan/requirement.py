# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one shape of a documented requirement on a host, a VM or a guest, and of the verdict about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

PASS, FAIL, WARN, UNKNOWN = "pass", "fail", "warn", "unknown"
ATTESTED, NOT_ATTESTED = "attested", "not_attested"

Facts = TypeVar("Facts")


@dataclass(frozen=True)
class Seen:
    """What a look at the facts found.

    :param status: PASS, FAIL, WARN, UNKNOWN, ATTESTED or NOT_ATTESTED. What could not be read is UNKNOWN, never PASS.
    :param evidence: the value that was read, as a clause that follows the name of the host or VM, or a sentence.
    :param remedy: what an operator does about it; None stands for the requirement's own.
    """

    status: str
    evidence: str
    remedy: str | None = None


@dataclass(frozen=True)
class Requirement(Generic[Facts]):
    """One row of a table of requirements (docs/requirements.md).

    :param look: reads the facts; no I/O.
    :param correction: settings that mend it, with their values; empty if the product cannot.
    :param allowed_by: the option without which the product does not correct, but refuses.
    :param needs_power_off: mending it, by whomever, needs the VM off.
    """

    id: str
    title: str
    look: Callable[[Facts], Seen]
    remedy: str = ""
    correction: Mapping[str, Any] = field(default_factory=dict)
    allowed_by: str | None = None
    needs_power_off: bool = False

    def judge(self, facts: Facts) -> Verdict:
        """Hold the facts against it."""
        seen = self.look(facts)
        remedy = "" if seen.status in (PASS, ATTESTED) else self.remedy if seen.remedy is None else seen.remedy
        return Verdict(self, seen.status, seen.evidence, remedy)


@dataclass(frozen=True)
class Verdict:
    """A requirement and what was seen of it."""

    requirement: Requirement[Any]
    status: str
    evidence: str
    remedy: str

    @property
    def id(self) -> str:
        """The requirement's, for example ``P6``."""
        return self.requirement.id

    def describe(self) -> str:
        """``its firmware is bios, not efi (P6)``, for messages."""
        return f"{self.evidence} ({self.id})"

    def as_dict(self) -> dict[str, str]:
        """As results show it."""
        return {
            "id": self.id,
            "title": self.requirement.title,
            "status": self.status,
            "evidence": self.evidence,
            "remedy": self.remedy,
        }

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operator's word for what no API tells: whose it is, and when it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError

OF_HOSTS = ("P1", "Q1", "Q2", "Q3", "Q4", "Q5", "Q5_surprise")
"""What may be vouched for of a host. For P1 and Q2 that counts where the host cannot be read, never against what it
says; no API tells the others."""

OF_VMS = ("Q6", "Q7")
"""What may be vouched for of a VM: that its guest supports hot plug. It counts where the guest does not tell."""

ATTESTABLE = (*OF_HOSTS, *OF_VMS)
"""What an operator's word counts for. None stands in for a setting."""

KEYS = ("by", "date", "reference")

WRITE = "Write {id}: {{by: who vouches for it, date: 2026-01-31, reference: ticket or guide}}."
"""What is said to whoever has vouched for something in another form."""


@dataclass(frozen=True)
class Attestation:
    """Somebody's word for one requirement.

    :param by: who vouches for it. :param date: when, YYYY-MM-DD.
    :param reference: a ticket, an entry of a compatibility guide; None if none was given.
    """

    by: str
    date: str
    reference: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """As results show it."""
        return asdict(self)


Attested = Mapping[str, Attestation]
"""By the id of the requirement."""


def attestations(given: Mapping[str, Any] | None, subject: str, today: date = date.max) -> dict[str, Attestation]:
    """From a module's argument, of whose shape its spec knows the ids alone.

    :param subject: the host or VM, for messages.
    :param today: of the server, in UTC; a word that is dated later is a mistake, of one of both.
    :raises DirectPathError: ``invalid_argument``: nobody's word, or a date that is none or has not come yet.
    """
    return {id_: _attestation(id_, item, subject, today) for id_, item in (given or {}).items() if item}


def _attestation(id_: str, given: Any, subject: str, today: date) -> Attestation:
    if not isinstance(given, Mapping):
        raise _invalid(id_, subject, f"is {given}, which says neither whose word it is nor since when")
    unknown = [str(name) for name in given if name not in KEYS]
    if unknown:
        raise _invalid(id_, subject, f"has the key {unknown[0]}, which is none of {', '.join(KEYS)}")
    by, day, reference = (str(given.get(name) or "").strip() for name in KEYS)
    if not by or isinstance(given["by"], (bool, Mapping, list)):
        raise _invalid(id_, subject, "does not say who vouches for it")
    try:
        read = date.fromisoformat(day)
        if read.isoformat() != day:  # newer versions of Python read other forms as well
            raise ValueError
    except ValueError:
        raise _invalid(id_, subject, f"has the date '{day}', which is none") from None
    # In Tokyo it is tomorrow already while a server's clock, in UTC, still says today.
    if (read - today).days > 1:
        raise _invalid(id_, subject, f"is dated {day}, and today is {today.isoformat()}")
    return Attestation(by, read.isoformat(), reference or None)


def _invalid(id_: str, subject: str, what: str) -> DirectPathError:
    return DirectPathError(
        f"The attestation of {id_} for {subject} {what}.",
        "invalid_argument",
        requirement=id_,
        remedy=WRITE.format(id=id_),
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one exception type below the edge: what went wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class DirectPathError(Exception):
    """A failure an operator can act on.

    Raised anywhere below ``_run``; only ``_run`` turns it into a failed task. ``str(error)`` is one line: what was
    found, then the remedy. The fields are what a playbook's rescue block or an event rule matches on.
    """

    def __init__(
        self,
        msg: str,
        code: str,
        requirement: str | None = None,
        host: str | None = None,
        vm: str | None = None,
        device: str | None = None,
        fault: str | None = None,
        remedy: str | None = None,
        **result: Any,
    ) -> None:
        """
        :param msg: what was found, naming host, VM and device; one sentence.
        :param code: stable machine-readable word, for example ``device_in_use``.
        :param requirement: id of the documented rule behind it (docs/requirements.md), for example ``L4``.
        :param fault: type name of the vSphere fault, where one was the cause.
        :param remedy: what to do next; one sentence.
        :param result: what had been done before it failed (``hosts``, ``devices``); returned beside ``msg``.
        """
        self.msg = one_line(msg)
        self.code = code
        self.requirement = requirement
        self.host = host
        self.vm = vm
        self.device = device
        self.fault = fault
        self.remedy = remedy
        self.result = result
        super().__init__(" ".join(part for part in (self.msg, one_line(remedy or "")) if part))

    def adding(self, text: str, result: Mapping[str, Any]) -> DirectPathError:
        """The same failure, with what happened after it in words, and what had been done by then."""
        error = DirectPathError(f"{self.msg} {text}", **self.fields())
        error.result = {**self.result, **result}
        return error

    def with_result(self, **result: Any) -> DirectPathError:
        """The same failure, with what had been done by then."""
        return self.adding("", result)

    def at(self, **subject: str | None) -> DirectPathError:
        """The same failure, with what is known of where it happened; what it says itself stands.

        :param subject: ``host``, ``vm``, ``device``, ``requirement``.
        """
        known = {name: value for name, value in self.fields().items() if value is not None}
        error = DirectPathError(self.msg, **{**self.fields(), **subject, **known})
        error.result = dict(self.result)
        return error

    def fields(self) -> dict[str, Any]:
        """The ``error`` value of a failed result."""
        names = ("code", "requirement", "host", "vm", "device", "fault", "remedy")
        return {name: getattr(self, name) for name in names}


def one_line(text: object) -> str:
    """Collapse a message of the server, which may span lines, into one."""
    return " ".join(str(text).split())


def combined(failures: Sequence[DirectPathError], total: int, **result: Any) -> DirectPathError:
    """One error for the hosts that failed: every message and each remedy once, the other fields of the first.

    A host may have failed several times.

    :param total: how many hosts were asked.
    :param result: what was done on all of them (``hosts``, ``changed``), so that it is not lost.
    """
    first = failures[0]
    text = " ".join(dict.fromkeys(failure.msg for failure in failures))
    if total > 1:
        text = f"{len({failure.host for failure in failures})} of {total} hosts failed. {text}"
    remedy = " ".join(dict.fromkeys(failure.remedy for failure in failures if failure.remedy)) or None
    return DirectPathError(text, **{**first.fields(), "remedy": remedy}, **{**first.result, **result})

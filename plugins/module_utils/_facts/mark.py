# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mark that says whose a maintenance mode is, and which VMs were shut down for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError

ATTRIBUTE = "directpath.nvme.maintenance"
"""Name of the custom attribute, as vSphere shows it on the host."""


@dataclass(frozen=True)
class MarkedVm:
    """A VM that was shut down so that its host could enter maintenance mode."""

    name: str
    moid: str

    def as_dict(self) -> dict[str, str]:
        """As results show it."""
        return dict(vars(self))


@dataclass(frozen=True)
class Run:
    """One run of Ansible.

    :param id: the same for all of the run, and no other run has it.
    :param by: user and controller, for people.
    :param process: machine, process id and start time, by which that machine can tell whether the run still lives.
    """

    id: str
    by: str
    process: str

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Run:
        """From a module's argument, or from the attribute."""
        return cls(**{item.name: str(values[item.name]) for item in fields(cls)})


@dataclass(frozen=True)
class Mark:
    """The mark of one host, or that there is none (``claimed`` is False).

    :param run: None for a mark that does not say whose it is, as older versions of this collection wrote it.
    :param since: when the run set it, ISO 8601, UTC by vCenter's clock; ``until``: when it counts as abandoned.
    :param found: somebody else had entered the maintenance mode already. The mark keeps runs apart; nobody leaves the
        maintenance mode on its account.
    """

    claimed: bool
    vms: tuple[MarkedVm, ...] = ()
    run: Run | None = None
    since: str | None = None
    until: str | None = None
    found: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As results and the diff show it."""
        run = self.run and {"id": self.run.id, "by": self.run.by, "since": self.since, "until": self.until}
        vms = [vm.as_dict() for vm in self.vms]
        return {"claimed": self.claimed, "found": self.found, "vms": vms, "run": run}


NO_MARK = Mark(claimed=False)


def encode_mark(mark: Mark) -> str:
    """The attribute's value. An empty one is how vSphere says that an attribute is not set."""
    if not mark.claimed:
        return ""
    value: dict[str, Any] = {"vms": [vm.as_dict() for vm in mark.vms]}
    if mark.found:
        value["found"] = True
    if mark.run:
        value.update(run=vars(mark.run), since=mark.since, until=mark.until)
    return json.dumps(value)


def decode_mark(value: str, host: str) -> Mark:
    """The mark from the attribute's value.

    :raises DirectPathError: ``claim_unreadable``: somebody else wrote it, so nobody can tell what it means.
    """
    if not value:
        return NO_MARK
    try:
        found: dict[str, Any] = json.loads(value)
        vms = tuple(MarkedVm(str(vm["name"]), str(vm["moid"])) for vm in found["vms"])
        mark = Mark(True, vms, found=_flag(found.get("found", False)))
        if "run" not in found:
            return mark
        return replace(mark, run=Run.from_dict(found["run"]), since=str(found["since"]), until=str(found["until"]))
    except (ValueError, KeyError, TypeError):
        raise DirectPathError(
            f"The custom attribute {ATTRIBUTE} of host {host} holds something else than our mark: {value}",
            "claim_unreadable",
            host=host,
            remedy="Find out who wrote it, start the VMs that wait for it, and clear the attribute in vSphere.",
        ) from None


def _flag(value: object) -> bool:
    """A text such as "no" would count as true: whoever wrote it, it was not us."""
    if not isinstance(value, bool):
        raise TypeError
    return value

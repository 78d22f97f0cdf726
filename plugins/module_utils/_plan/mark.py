# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding whose a host's maintenance mode is: a live run's mark is respected, a dead one's taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import NO_MARK, Mark, MarkedVm, Run

_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Claimant:
    """Who wants the mark.

    :param run: None for a caller that does not say; it gets no mark that another run has.
    :param take_over: id of the run that the operator declares dead.
    :param alive: whether the run that has the mark still lives; None where this machine cannot tell.
    :param now: by the server's clock, aware.
    :param lease: seconds after which a mark that nobody renewed counts as abandoned.
    """

    run: Run | None
    take_over: str | None
    alive: bool | None
    now: datetime
    lease: int


@dataclass(frozen=True)
class Wanted:
    """The mark that is asked for. None keeps what an existing mark says.

    :param state: ``present`` or ``absent``.
    :param vms: a run that goes on where another stopped finds them already off, and would forget to start them again.
    :param found: whether somebody else entered the maintenance mode.
    """

    state: str
    vms: Sequence[Mapping[str, str]] | None = None
    found: bool | None = None


def plan_mark(current: Mark, wanted: Wanted, claimant: Claimant, host: str) -> Mark:
    """The mark as it should be.

    :raises DirectPathError: ``claim_held``: another run has it.
    """
    if is_held(current, claimant):
        raise held(current, host)
    if wanted.state == "absent":
        return NO_MARK
    vms = current.vms if wanted.vms is None else tuple(MarkedVm(vm["name"], vm["moid"]) for vm in wanted.vms)
    mark = Mark(True, vms, found=current.found if wanted.found is None else wanted.found)
    if claimant.run is None:
        return mark
    mine = current.run is not None and current.run.id == claimant.run.id
    since = current.since if mine else _text(claimant.now)
    until = _text(claimant.now + timedelta(seconds=claimant.lease))
    renewed = replace(mark, run=claimant.run, since=since, until=until)
    half = claimant.now + timedelta(seconds=claimant.lease / 2)
    # A second call of the same run changes nothing; one that comes late renews the mark.
    kept = replace(renewed, until=current.until)
    return kept if mine and current.until and current.until > _text(half) else renewed


def is_held(current: Mark, claimant: Claimant) -> bool:
    """Whether another run has the mark, and may still be at work."""
    if not current.claimed or current.run is None:
        return False
    if claimant.run and claimant.run.id == current.run.id:
        return False
    if claimant.take_over == current.run.id or claimant.alive is False:
        return False
    return claimant.alive is True or (current.until or "") > _text(claimant.now)


def held(mark: Mark, host: str) -> DirectPathError:
    """What the other run is told."""
    run = mark.run or Run("unknown", "unknown", "")
    return DirectPathError(
        f"Host {host} is being worked on by run {run.id} of {run.by}, since {mark.since}.",
        "claim_held",
        requirement="P3",
        host=host,
        remedy="Let that run end, then run the play again. If it was killed where this machine cannot see it, its mark "
        f"counts as abandoned at {mark.until}. Who is sure that it is dead names it in take_over "
        f"(host_prepare_take_over: {run.id}).",
    )


def _text(time: datetime) -> str:
    return time.astimezone(timezone.utc).strftime(_FORMAT)

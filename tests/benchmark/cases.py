# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: labs, the work to do in them, who does it, and what the figures have to reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import contenders
import fleets
from contenders import Contender
from results import MB, Target, fraction, of_ours, slower_by


@dataclass(frozen=True)
class Case:
    """
    :param scenario: the name by which it is chosen.
    :param title: what is done, on how much.
    :param pairs: of which the work is.
    :param config: of the lab.
    :param ours: whom the targets are about.
    :param others: whom the ratios are to.
    :param expected: the lab's own state after a run -> whether the work is done.
    :param changes: whether a run changes anything. One that does gets the lab as it was at the start.
    """

    scenario: str
    title: str
    pairs: fleets.Pairs
    config: dict[str, Any]
    ours: Contender
    others: Sequence[Contender]
    expected: Callable[[dict[str, Any]], bool]
    changes: bool = True
    targets: Sequence[Target] = field(default=())


@dataclass(frozen=True)
class Sizes:
    """How many pairs, or hosts, each scenario is measured with."""

    site: Sequence[int] = (10, 100, 1000)
    first_run: Sequence[int] = (10, 50)
    toggle: Sequence[int] = (101,)
    hot_add: Sequence[int] = (100,)
    readiness: Sequence[int] = (100,)


def site(count: int) -> Case:
    """A run with nothing to do, the one module call in which it can be found out, and the same reading by hand."""
    pairs = fleets.pairs(count)
    return Case(
        "site",
        f"Nothing to do, {count} pairs",
        pairs,
        fleets.prepared(pairs, with_drives=True),
        contenders.playbook("directpath.nvme.site"),
        [contenders.plan(), contenders.by_hand("read")],
        lambda state: have_drives(state, pairs),
        changes=False,
        targets=[*SITE_TARGETS.get(count, ()), Target("workers, fewer than pairs", of_ours("workers"), count - 1)],
    )


SITE_TARGETS = {
    100: (
        Target("CPU seconds", of_ours("cpu"), 20),
        Target("calls", of_ours("calls"), 240),
        Target("seconds that 50 ms of latency add", slower_by(0.05), 15),
    ),
    1000: (
        Target("CPU seconds", of_ours("cpu"), 60),
        Target("MB of memory, all processes together", of_ours("together", MB), 600),
    ),
}


def first_run(count: int) -> Case:
    """Hosts and VMs are prepared, and the drives are to be added."""
    pairs = fleets.pairs(count)
    return Case(
        "first-run",
        f"First run, {count} prepared pairs",
        pairs,
        fleets.prepared(pairs, with_drives=False),
        contenders.playbook("directpath.nvme.site"),
        [contenders.by_hand("first-run")],
        lambda state: have_drives(state, pairs),
        targets=[Target(f"calls, {FIRST_RUN_CALLS} for each pair", of_ours("calls"), FIRST_RUN_CALLS * count)],
    )


FIRST_RUN_CALLS = 86
"""What a pair took when every role asked for itself, before there was a plan."""


def toggle(count: int, *, done: bool) -> Case:
    """Passthrough of one drive on every host of a cluster, in one module call."""
    pairs = fleets.pairs(count)
    ours = {"cluster": fleets.CLUSTER, "devices": [{"address": fleets.ADDRESS}]}
    theirs = {"cluster": fleets.CLUSTER, "devices": [{"device": fleets.ADDRESS}]}
    peer = "community.vmware.vmware_host_passthrough"
    to_do = (
        Target("calls", of_ours("calls"), 115),
        Target("MB of traffic", of_ours("traffic", MB), 4.5),
        Target("part of the peer's time", fraction("wall", peer), 0.2),
    )
    nothing = (Target("MB of traffic", of_ours("traffic", MB), 3.1),)
    return Case(
        "toggle",
        f"Passthrough on {count} hosts" + (", nothing to do" if done else ""),
        pairs,
        fleets.hosts(pairs, passthrough=done),
        contenders.module("directpath.nvme.nvme_passthrough_toggle", ours),
        [contenders.module(peer, theirs), contenders.by_hand("toggle")],
        lambda state: fleets.passed_through(state) == {pair["host"] for pair in pairs},
        changes=not done,
        targets=(nothing if done else to_do) if count == 101 else (),
    )


def hot_add(count: int) -> Case:
    """One drive into one VM of a fleet."""
    pairs = fleets.pairs(count)
    (pair,) = pairs[:1]
    arguments = {
        "name": pair["vm"],
        "esxi_host_name": pair["host"],
        "devices": [{"address": pair["address"]}],
        "state": "present",
    }
    return Case(
        "hot-add",
        f"One hot-add among {count} pairs",
        [pair],
        fleets.prepared(pairs, with_drives=False),
        contenders.module("directpath.nvme.vm_pci_hotplug", arguments),
        [contenders.by_hand("add")],
        lambda state: have_drives(state, [pair]),
    )


def readiness(count: int) -> Case:
    """Hosts and two VMs on each are judged in one module call."""
    pairs = fleets.two_each(count)
    return Case(
        "readiness",
        f"Readiness of {count} hosts and {2 * count} VMs",
        pairs,
        fleets.prepared_twice(pairs),
        contenders.readiness(),
        [],
        lambda state: have_drives(state, pairs),
        changes=False,
        targets=[
            Target("calls, four of them for each host", of_ours("calls"), 4 * count + READINESS_CALLS),
            *([Target("CPU seconds", of_ours("cpu"), 8)] if count == 100 else []),
        ],
    )


READINESS_CALLS = 12 + 5
"""Calls that are made once for all, and what logging in and out takes."""


def have_drives(state: dict[str, Any], pairs: fleets.Pairs) -> bool:
    """Whether these VMs have their drives, and no other VM has one."""
    wanted = {pair["vm"]: [pair["address"]] for pair in pairs}
    found = {vm: drives for vm, drives in fleets.drives_of(state).items() if drives}
    return found == wanted


def cases(sizes: Sizes) -> Iterator[Case]:
    """The quick ones first."""
    yield from map(hot_add, sizes.hot_add)
    yield from map(readiness, sizes.readiness)
    for count in sizes.toggle:
        yield toggle(count, done=False)
        yield toggle(count, done=True)
    yield from map(first_run, sizes.first_run)
    yield from map(site, sizes.site)


SCENARIOS = ("hot-add", "readiness", "toggle", "first-run", "site")

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose is a host? Tables of marks and claimants."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import NO_MARK, Mark, MarkedVm, Run
from ansible_collections.directpath.nvme.plugins.module_utils._plan.mark import Claimant, Wanted, is_held, plan_mark

VM_1, VM_2 = MarkedVm("vm-a", "vm-1"), MarkedVm("vm-b", "vm-2")
ME, OTHER = Run("mine", "me@here", "here/1/1"), Run("theirs", "them@there", "there/2/2")
EARLIER, NOW, HALF, LATER = (f"2026-11-26T0{hour}:00:00Z" for hour in (1, 2, 3, 4))
AGES = Mark(True, (VM_1,))
MINE = Mark(True, (VM_1,), ME, EARLIER, LATER)
THEIRS = Mark(True, (VM_1,), OTHER, EARLIER, LATER)
ABANDONED = Mark(True, (VM_1,), OTHER, EARLIER, NOW)


def claimant(run: Run | None = ME, **changes: Any) -> Claimant:
    now = datetime(2026, 11, 26, 2, tzinfo=timezone.utc)
    facts: dict[str, Any] = {"run": run, "take_over": None, "alive": None, "now": now, "lease": 7200}
    return Claimant(**{**facts, **changes})


@pytest.mark.parametrize(
    ("mark", "who", "expected"),
    [
        (NO_MARK, claimant(), False),
        (AGES, claimant(), False),
        (MINE, claimant(), False),
        (MINE, claimant(alive=True), False),
        (THEIRS, claimant(), True),
        (THEIRS, claimant(None), True),
        (THEIRS, claimant(alive=True), True),
        (THEIRS, claimant(alive=False), False),
        (THEIRS, claimant(take_over="theirs"), False),
        (THEIRS, claimant(take_over="another"), True),
        (THEIRS, claimant(take_over=""), True),
        (ABANDONED, claimant(), False),
        (ABANDONED, claimant(None), False),
        # It takes longer than it thought, but it lives.
        (ABANDONED, claimant(alive=True), True),
    ],
)
def test_a_live_runs_mark_is_respected_and_a_dead_ones_is_not(mark: Mark, who: Claimant, expected: bool) -> None:
    assert is_held(mark, who) is expected
    for state in ("present", "absent"):
        if expected:
            with pytest.raises(DirectPathError) as caught:
                plan_mark(mark, Wanted(state), who, "esxi-01")
            error = caught.value
            assert (error.code, error.host, error.requirement) == ("claim_held", "esxi-01", "P3")
            assert f"run theirs of them@there, since {EARLIER}" in str(error)
        else:
            assert plan_mark(mark, Wanted(state), who, "esxi-01").claimed is (state == "present")


@pytest.mark.parametrize(
    ("current", "state", "vms", "planned"),
    [
        (NO_MARK, "present", None, Mark(True)),
        (NO_MARK, "present", [], Mark(True)),
        (NO_MARK, "present", [VM_1.as_dict()], Mark(True, (VM_1,))),
        (AGES, "present", None, AGES),
        (AGES, "present", [VM_2.as_dict()], Mark(True, (VM_2,))),
        (AGES, "present", [], Mark(True)),
        (AGES, "absent", None, NO_MARK),
        (NO_MARK, "absent", [VM_1.as_dict()], NO_MARK),
    ],
)
def test_a_mark_that_does_not_say_whose_it_is(
    current: Mark, state: str, vms: list[dict[str, str]] | None, planned: Mark
) -> None:
    assert plan_mark(current, Wanted(state, vms), claimant(None), "esxi-01") == planned


@pytest.mark.parametrize(
    ("current", "planned"),
    [
        (NO_MARK, Mark(True, (), ME, NOW, LATER)),
        (AGES, Mark(True, (VM_1,), ME, NOW, LATER)),
        (ABANDONED, Mark(True, (VM_1,), ME, NOW, LATER)),
        (MINE, MINE),
        # Renewed when less than half of the lease is left, and it began when it began.
        (Mark(True, (VM_1,), ME, EARLIER, HALF), Mark(True, (VM_1,), ME, EARLIER, LATER)),
    ],
)
def test_the_mark_of_a_run(current: Mark, planned: Mark) -> None:
    assert plan_mark(current, Wanted("present"), claimant(), "esxi-01") == planned


@pytest.mark.parametrize(
    ("current", "found", "planned"),
    [
        (NO_MARK, True, Mark(True, (), ME, NOW, LATER, found=True)),
        (NO_MARK, None, Mark(True, (), ME, NOW, LATER)),
        # A run that takes over does not know who entered it; the mark does.
        (replace(ABANDONED, found=True), None, Mark(True, (VM_1,), ME, NOW, LATER, found=True)),
        (replace(MINE, found=True), None, replace(MINE, found=True)),
        # Meanwhile somebody left it, and this run is about to enter one of its own.
        (replace(MINE, found=True), False, MINE),
        (MINE, True, replace(MINE, found=True)),
    ],
)
def test_the_mark_of_a_maintenance_mode_that_was_found(current: Mark, found: bool | None, planned: Mark) -> None:
    assert plan_mark(current, Wanted("present", None, found), claimant(), "esxi-01") == planned


def test_a_found_mark_keeps_runs_apart_like_any_other() -> None:
    assert is_held(replace(THEIRS, found=True), claimant())
    assert not is_held(replace(THEIRS, found=True), claimant(alive=False))

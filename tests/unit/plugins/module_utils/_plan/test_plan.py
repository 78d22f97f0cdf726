# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan

FINAL = Obstacle(DirectPathError("Too many devices.", "too_many_devices", remedy="Remove one."))
MENDABLE = Obstacle(DirectPathError("The VM is off.", "vm_power_state", remedy="Power it on."), mendable=True)
DEFERRED = "The real run needs this first: The VM is off. Power it on."


@pytest.mark.parametrize(
    ("obstacles", "check_mode", "expected"),
    [
        ((), False, []),
        ((), True, []),
        ((MENDABLE,), True, [DEFERRED]),
        ((MENDABLE,), False, "vm_power_state"),
        ((FINAL,), True, "too_many_devices"),
        ((FINAL,), False, "too_many_devices"),
        ((MENDABLE, FINAL), True, "too_many_devices"),
        ((MENDABLE, FINAL), False, "vm_power_state"),
    ],
)
def test_the_gate(obstacles: tuple[Obstacle, ...], check_mode: bool, expected: list[str] | str) -> None:
    plan = Plan(("step",), (Note("N9", "It has snapshots."),), obstacles)
    if isinstance(expected, str):
        with pytest.raises(DirectPathError) as caught:
            plan.admit(check_mode)
        assert caught.value.code == expected
    else:
        assert plan.admit(check_mode) == [*expected, "It has snapshots."]


def test_what_is_found_later_hinders_check_mode_as_well() -> None:
    plan = Plan(("step",), obstacles=(MENDABLE,))
    assert plan.hindered_by([]) == plan
    hindered = plan.hindered_by([FINAL.error])
    assert (hindered.steps, hindered.obstacles) == (("step",), (MENDABLE, FINAL))

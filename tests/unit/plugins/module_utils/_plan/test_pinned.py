# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.pinned import (
    DOUBTFUL,
    NO_DRS,
    PASSTHROUGH,
    UNSEEN,
    name_some,
    pinned_by,
)


def test_drs_moves_all_but_vms_with_passthrough_devices() -> None:
    moved = RunningVm("moved", "vm-1", has_passthrough=False, moved_by_drs=True)
    tied = RunningVm("tied", "vm-2", has_passthrough=True, moved_by_drs=True)
    left = RunningVm("left", "vm-3", has_passthrough=False, moved_by_drs=False)
    both = RunningVm("both", "vm-4", has_passthrough=True, moved_by_drs=False)
    dark = RunningVm("vm-5", "vm-5", has_passthrough=False, moved_by_drs=False, seen=False)
    half = RunningVm("half", "vm-6", has_passthrough=None, moved_by_drs=True)
    assert pinned_by([moved, tied, left, both, dark, half]) == [
        {"name": "tied", "moid": "vm-2", "reason": PASSTHROUGH},
        {"name": "left", "moid": "vm-3", "reason": NO_DRS},
        {"name": "both", "moid": "vm-4", "reason": PASSTHROUGH},
        {"name": "vm-5", "moid": "vm-5", "reason": UNSEEN},
        {"name": "half", "moid": "vm-6", "reason": DOUBTFUL},
    ]


def test_a_message_names_the_first_ten() -> None:
    assert name_some(["a", "b"]) == "a, b"
    assert name_some([str(number) for number in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert name_some([str(number) for number in range(12)]).endswith(", 9 and 2 more")

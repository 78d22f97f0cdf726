# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters as a template calls them: their names, what they refuse, and that they pass on what the plan says."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.directpath.nvme.plugins.filter import selectors

DRIVES = [
    {"address": "0000:d9:00.0", "vendor_device": "144d:a80a"},
    {"address": "0000:da:00.0", "state": "present"},
    {"address": "0000:db:00.0", "state": "absent"},
]


def call(module: Any, name: str, *args: Any) -> Any:
    return module.FilterModule().filters()[name](*args)


@pytest.mark.parametrize(
    ("state", "found"),
    [("present", [*DRIVES[:1], {"address": "0000:da:00.0"}]), ("absent", [{"address": "0000:db:00.0"}])],
)
def test_selectors_of_one_state_come_without_it(state: str, found: list[dict[str, str]]) -> None:
    answer = call(selectors, "selectors", DRIVES, state)
    assert [{name: value for name, value in item.items() if value} for item in answer] == found


def test_all_selectors_whatever_their_state() -> None:
    assert len(call(selectors, "selectors", DRIVES)) == 3
    assert call(selectors, "selectors", []) == []


@pytest.mark.parametrize(
    "drives",
    [
        None,
        "0000:d9:00.0",
        ["0000:d9:00.0"],
        [{"address": "0000:d9:00.0", "state": "Absent"}],
        [{"address": "0000:d9:00.0", "state": "removed"}],
        [{"adress": "0000:d9:00.0"}],
        [{"address": "0000:d9:00.0"}, {"address": "0000:d9:00.0", "state": "absent"}],
        [{"address": "nowhere"}],
        [{}],
    ],
)
def test_nothing_that_is_wrong_is_left_out_silently(drives: Any) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        call(selectors, "selectors", drives, "absent")
    assert "Traceback" not in str(caught.value)
    assert "\n" not in str(caught.value)

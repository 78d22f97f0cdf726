# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import (
    NO_MARK,
    Mark,
    MarkedVm,
    Run,
    decode_mark,
    encode_mark,
)

VM_1, VM_2 = MarkedVm("vm-a", "vm-1"), MarkedVm("vm-b", "vm-2")
RUN = Run("5f0c", "root@controller", "machine/7/42")


@pytest.mark.parametrize(
    "mark",
    [
        NO_MARK,
        Mark(True),
        Mark(True, (VM_1, VM_2)),
        Mark(True, (MarkedVm('ü "x"', "vm-3"),)),
        Mark(True, (VM_1,), RUN, "2026-11-26T02:00:00Z", "2026-11-26T04:00:00Z"),
        Mark(True, (), RUN, "2026-11-26T02:00:00Z", "2026-11-26T04:00:00Z", found=True),
        Mark(True, found=True),
    ],
)
def test_a_mark_survives_the_attribute(mark: Mark) -> None:
    assert decode_mark(encode_mark(mark), "esxi-01") == mark


def test_marks_from_before_there_were_found_ones() -> None:
    run = '{"id": "5f0c", "by": "root@controller", "process": "machine/7/42"}'
    old = f'{{"vms": [], "run": {run}, "since": "2026-11-26T02:00:00Z", "until": "2026-11-26T04:00:00Z"}}'
    mark = decode_mark(old, "esxi-01")
    assert (mark.run, mark.found) == (RUN, False)
    # Those who do not know of found ones read what they write no differently than before.
    assert encode_mark(mark) == old


def test_no_mark_clears_the_attribute() -> None:
    assert encode_mark(NO_MARK) == ""


@pytest.mark.parametrize(
    "value",
    [
        "hands off, Bob",
        '{"vms": [], "run": "Bob"}',
        '{"vms": [], "run": {"id": "1", "by": "x"}}',
        "{}",
        "[]",
        "7",
        '{"vms": 7}',
        '{"vms": [], "found": "no"}',
        '{"vms": [], "found": null}',
        '{"vms": [{"name": "x"}]}',
        "null",
    ],
)
def test_what_somebody_else_wrote_is_no_mark_of_ours(value: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        decode_mark(value, "esxi-01")
    assert caught.value.code == "claim_unreadable"
    assert value in str(caught.value)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How serial numbers are compared."""

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import normal_serial, same_serial


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("S6XN1", "S6XN1"),
        ("s6xn1", "S6XN1"),
        ("  S6XN1 \t\n", "S6XN1"),
        ("S6  XN\t1", "S6 XN 1"),
        # Padding that firmware leaves at the end, and a drive that says nothing.
        ("S6XN1               ", "S6XN1"),
        ("   ", None),
        ("", None),
        (None, None),
    ],
)
def test_the_normal_form(text: str | None, normal: str | None) -> None:
    assert normal_serial(text) == normal


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("s6xn1 ", "S6XN1", True),
        ("S6XN1", "S6XN2", False),
        # An inner blank is part of the number; only how many there are is not.
        ("S6 XN1", "S6XN1", False),
        # Two drives that do not tell theirs are not thereby one.
        (None, None, False),
        ("", " ", False),
        ("S6XN1", None, False),
    ],
)
def test_whether_two_are_of_one_drive(first: str | None, second: str | None, same: bool) -> None:
    assert same_serial(first, second) is same

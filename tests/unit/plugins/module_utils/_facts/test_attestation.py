# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's word, as modules get it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attestation, attestations

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ({"by": " J. Doe ", "date": "2026-11-26", "reference": ""}, Attestation("J. Doe", "2026-11-26")),
        (
            {"by": "J. Doe", "date": "2026-01-31", "reference": "HCL 4711"},
            Attestation("J. Doe", "2026-01-31", "HCL 4711"),
        ),
        ({"by": "J. Doe", "date": "2026-11-27"}, Attestation("J. Doe", "2026-11-27")),
        (None, None),
    ],
)
def test_a_word(word: Any, found: Attestation | None) -> None:
    assert attestations({"Q1": word}, "esxi-01", TODAY).get("Q1") == found
    assert attestations(None, "esxi-01", TODAY) == {}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (True, "is True, which says neither whose word it is nor since when"),
        ("J. Doe", "is J. Doe, which says neither"),
        (["J. Doe"], "which says neither"),
        (
            {"by": "J. Doe", "date": "2026-01-31", "until": "2027"},
            "has the key until, which is none of by, date, reference",
        ),
        ({"date": "2026-01-31"}, "does not say who vouches for it"),
        ({"by": " ", "date": "2026-01-31"}, "does not say who vouches for it"),
        ({"by": True, "date": "2026-01-31"}, "does not say who vouches for it"),
        ({"by": ["J. Doe"], "date": "2026-01-31"}, "does not say who vouches for it"),
        ({"by": "J. Doe"}, "has the date '', which is none"),
        ({"by": "J. Doe", "date": 20260131}, "has the date '20260131', which is none"),
        ({"by": "J. Doe", "date": "2026-01-31T10:00:00Z"}, "which is none"),
        ({"by": "J. Doe", "date": "31.1.2026"}, "has the date '31.1.2026', which is none"),
        ({"by": "J. Doe", "date": "2026-11-28"}, "is dated 2026-11-28, and today is 2026-11-26"),
    ],
)
def test_what_is_no_word(word: Any, said: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        attestations({"Q1": word}, "esxi-01", TODAY)
    error = caught.value
    assert (error.code, error.requirement) == ("invalid_argument", "Q1")
    assert error.msg.startswith("The attestation of Q1 for esxi-01 ")
    assert said in error.msg
    assert "Write Q1: {by: who vouches for it, date: 2026-01-31, reference: ticket or guide}." in str(error)


def test_whoever_does_not_know_the_day_takes_any() -> None:
    word = {"by": "J. Doe", "date": "2999-01-01"}
    assert attestations({"Q1": word}, "esxi-01")["Q1"].date == "2999-01-01"

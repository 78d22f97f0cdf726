# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attestation
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    ATTESTED,
    FAIL,
    NOT_APPLICABLE,
    NOT_ATTESTED,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    text,
)

BIOS = text("its firmware is {firmware}", firmware="bios")
JANE = Attestation("J. Doe", "2026-11-20")


def rule(seen: Seen) -> Requirement[None]:
    return Requirement("P6", "UEFI boot firmware", "config.firmware", lambda _facts: seen, (PASS, FAIL), "Prepare it.")


@pytest.mark.parametrize(
    ("seen", "remedy"),
    [
        (Seen(PASS, BIOS, "bios"), ""),
        (Seen(ATTESTED, BIOS, "bios"), ""),
        (Seen(NOT_APPLICABLE, BIOS, "bios"), ""),
        (Seen(FAIL, BIOS, "bios"), "Prepare it."),
        (Seen(WARN, BIOS, "bios"), "Prepare it."),
        (Seen(UNKNOWN, BIOS, "bios"), "Prepare it."),
        (Seen(FAIL, BIOS, "bios", "Ask its owner."), "Ask its owner."),
        (Seen(FAIL, BIOS, "bios", ""), ""),
    ],
)
def test_a_verdict_says_what_to_do_only_where_something_has_to_be_done(seen: Seen, remedy: str) -> None:
    verdict = rule(seen).judge(None)
    assert verdict.as_dict() == {
        "id": "P6",
        "title": "UEFI boot firmware",
        "status": seen.status,
        "value": "bios",
        "source": "config.firmware",
        "evidence": "its firmware is bios",
        "evidence_template": "its firmware is {firmware}",
        "evidence_values": {"firmware": "bios"},
        "remedy": remedy,
        "attested": None,
    }
    assert verdict.describe() == "its firmware is bios (P6)"


def test_a_look_may_have_read_elsewhere() -> None:
    assert rule(Seen(FAIL, BIOS, source="the BMC")).judge(None).source == "the BMC"


@pytest.mark.parametrize("status", [PASS, FAIL, WARN, NOT_APPLICABLE, UNKNOWN, NOT_ATTESTED])
def test_a_word_counts_for_what_could_not_be_read_and_never_against_what_was(status: str) -> None:
    verdict = replace(rule(Seen(status, BIOS)), id="Q2").judge(None)
    assert verdict.vouched({"Q1": JANE}) == verdict
    vouched = verdict.vouched({"Q2": JANE})
    if status in (UNKNOWN, NOT_ATTESTED):
        assert (vouched.status, vouched.remedy, vouched.attestation) == (ATTESTED, "", JANE)
        assert vouched.as_dict()["attested"] == {"by": "J. Doe", "date": "2026-11-20", "reference": None}
    else:
        assert vouched == verdict


def test_no_word_stands_in_for_what_can_be_read() -> None:
    verdict = rule(Seen(UNKNOWN, BIOS)).judge(None)
    assert verdict.vouched({"P6": JANE}) == verdict


def test_a_value_with_braces_is_a_value() -> None:
    found = text("it is on host {host}", host="{{ 7*7 }} {x}")
    assert str(found) == "it is on host {{ 7*7 }} {x}"

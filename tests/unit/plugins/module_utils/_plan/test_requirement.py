# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    ATTESTED,
    FAIL,
    PASS,
    UNKNOWN,
    Requirement,
    Seen,
)


def rule(seen: Seen) -> Requirement[None]:
    return Requirement("P6", "UEFI boot firmware", lambda _facts: seen, "Prepare it.")


@pytest.mark.parametrize(
    ("seen", "remedy"),
    [
        (Seen(PASS, "it is efi"), ""),
        (Seen(ATTESTED, "it is said to be efi"), ""),
        (Seen(FAIL, "its firmware is bios"), "Prepare it."),
        (Seen(UNKNOWN, "it does not say"), "Prepare it."),
        (Seen(FAIL, "its firmware is bios", "Ask its owner."), "Ask its owner."),
    ],
)
def test_a_verdict_says_what_to_do_only_where_something_has_to_be_done(seen: Seen, remedy: str) -> None:
    verdict = rule(seen).judge(None)
    assert verdict.as_dict() == {
        "id": "P6",
        "title": "UEFI boot firmware",
        "status": seen.status,
        "evidence": seen.evidence,
        "remedy": remedy,
    }
    assert verdict.describe() == f"{seen.evidence} (P6)"

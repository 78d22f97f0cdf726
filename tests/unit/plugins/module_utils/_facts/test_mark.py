# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import (
    Claim,
    ClaimedVm,
    decode_claim,
    encode_claim,
    plan_claim,
)

VM_1, VM_2 = ClaimedVm("vm-a", "vm-1"), ClaimedVm("vm-b", "vm-2")
NONE = Claim(claimed=False)


@pytest.mark.parametrize(
    "claim", [NONE, Claim(True), Claim(True, (VM_1, VM_2)), Claim(True, (ClaimedVm('ü "x"', "vm-3"),))]
)
def test_a_claim_survives_the_attribute(claim: Claim) -> None:
    assert decode_claim(encode_claim(claim), "esxi-01") == claim


def test_no_claim_clears_the_attribute() -> None:
    assert encode_claim(NONE) == ""


@pytest.mark.parametrize("value", ["hands off, Bob", "{}", "[]", "7", '{"vms": 7}', '{"vms": [{"name": "x"}]}', "null"])
def test_what_somebody_else_wrote_is_no_claim_of_ours(value: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        decode_claim(value, "esxi-01")
    assert caught.value.code == "claim_unreadable"
    assert value in str(caught.value)


@pytest.mark.parametrize(
    ("current", "state", "vms", "planned"),
    [
        (NONE, "present", None, Claim(True)),
        (NONE, "present", [], Claim(True)),
        (NONE, "present", [VM_1.as_dict()], Claim(True, (VM_1,))),
        (Claim(True, (VM_1,)), "present", None, Claim(True, (VM_1,))),
        (Claim(True, (VM_1,)), "present", [VM_2.as_dict()], Claim(True, (VM_2,))),
        (Claim(True, (VM_1,)), "present", [], Claim(True)),
        (Claim(True, (VM_1,)), "absent", None, NONE),
        (NONE, "absent", [VM_1.as_dict()], NONE),
    ],
)
def test_the_claim_becomes_what_is_asked_for(
    current: Claim, state: str, vms: list[dict[str, str]] | None, planned: Claim
) -> None:
    assert plan_claim(current, state, vms) == planned

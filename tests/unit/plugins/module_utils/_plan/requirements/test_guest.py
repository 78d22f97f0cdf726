# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestKernel
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest_seen import GuestSeen
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import judge_guest


@pytest.mark.parametrize(
    ("nvme", "pciehp", "acpiphp", "hot_plug", "surprise"),
    [
        (True, True, True, "pass", "pass"),
        (True, True, False, "pass", "pass"),
        (True, False, True, "warn", "warn"),
        (True, False, False, "fail", "warn"),
        (False, True, True, "fail", "warn"),
    ],
)
def test_what_a_kernel_has(nvme: bool, pciehp: bool, acpiphp: bool, hot_plug: str, surprise: str) -> None:
    verdicts = judge_guest(
        GuestSeen(GuestKernel("6.1.0", nvme=nvme, pciehp=pciehp, acpiphp=acpiphp), True, True, (), ()), {}
    )[:2]
    assert [(verdict.id, verdict.status) for verdict in verdicts] == [("Q6", hot_plug), ("Q7", surprise)]
    for verdict in verdicts:
        assert str(verdict.evidence).startswith("Its kernel is 6.1.0, pciehp ")
        assert bool(verdict.remedy) == (verdict.status != "pass")
    assert ("modprobe nvme" in verdicts[0].remedy) == (not nvme)


def test_what_only_lspci_spoke_for_is_unknown() -> None:
    verdicts = judge_guest(GuestSeen.from_dict({}), {})[:2]
    assert [(verdict.id, verdict.status) for verdict in verdicts] == [("Q6", "unknown"), ("Q7", "unknown")]
    assert "Only lspci answered" in verdicts[0].describe()


def test_a_kernel_as_guest_nvme_info_tells_of_it() -> None:
    facts = {"release": "6.1.0", "nvme": True, "pciehp": False, "acpiphp": True, "hot_plug_slots": ["1"]}
    kernel = GuestKernel.from_dict(facts)
    assert kernel is not None
    assert kernel.describe() == "Its kernel is 6.1.0, pciehp no, acpiphp yes, NVMe driver yes"

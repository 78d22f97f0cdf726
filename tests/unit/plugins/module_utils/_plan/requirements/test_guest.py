# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attestation
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestKernel
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest_seen import GuestSeen, GuestSilence
from ansible_collections.directpath.nvme.plugins.module_utils._facts.lspci import lspci_answer
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import LostUse
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Verdict
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import (
    GUEST_REQUIREMENTS,
    Guest,
    judge_guest,
)
from requirement_cases import Case, closed, held

LSPCI_ONLY = {"kernel": None, "root": None, "lost": None}
NOT_ASKED, SILENT = {"guest": GuestSilence()}, {"guest": GuestSilence("unreachable: timed out")}
MOUNT = LostUse("mount", "/data", "nvme1n1", degraded=False)
ARRAY = LostUse("md", "md0", None, degraded=True)


def kernel(*has: str) -> dict[str, GuestKernel]:
    return {"kernel": GuestKernel("6.1.0", nvme="nvme" in has, pciehp="pciehp" in has, acpiphp="acpiphp" in has)}


CASES: list[Case] = [
    ("Q6", {}, "pass", "6.1.0, pciehp, acpiphp, nvme", "Its kernel is 6.1.0, pciehp yes, acpiphp yes, NVMe driver yes"),
    ("Q6", kernel("nvme", "acpiphp"), "warn", "6.1.0, acpiphp, nvme", "pciehp no, acpiphp yes"),
    ("Q6", kernel("nvme"), "fail", "6.1.0, nvme", "pciehp no, acpiphp no"),
    ("Q6", kernel("pciehp", "acpiphp"), "fail", "6.1.0, pciehp, acpiphp", "NVMe driver no"),
    ("Q6", LSPCI_ONLY, "unknown", None, "Only lspci answered"),
    ("Q6", NOT_ASKED, "unknown", None, "The guest was not asked"),
    ("Q6", SILENT, "unknown", None, "The guest did not answer: unreachable: timed out"),
    ("Q7", {}, "pass", "6.1.0, pciehp, acpiphp, nvme", "pciehp yes"),
    ("Q7", kernel("nvme", "acpiphp"), "warn", "6.1.0, acpiphp, nvme", "pciehp no"),
    ("Q7", kernel("pciehp"), "warn", "6.1.0, pciehp", "NVMe driver no"),
    ("Q7", LSPCI_ONLY, "unknown", None, "Only lspci answered"),
    ("Q7", NOT_ASKED, "unknown", None, "The guest was not asked"),
    ("V4", {}, "pass", "sysfs, lspci", "All its drives and their users can be seen"),
    ("V4", {"lspci": False}, "pass", "sysfs", "can be seen"),
    ("V4", {"root": False}, "warn", "sysfs, lspci", "not asked as root"),
    ("V4", {"not_seen": ("zpool: not found",)}, "warn", "sysfs, lspci", "not look at everything: zpool: not found"),
    ("V4", {"shown": 1, "given": 2}, "fail", "1 of 2", "Its VM has 2 drives, and it shows 1"),
    ("V4", {"shown": 2, "given": 2}, "pass", "sysfs, lspci", "can be seen"),
    ("V4", LSPCI_ONLY, "warn", "lspci", "neither serial numbers nor users"),
    ("V4", NOT_ASKED, "unknown", None, "The guest was not asked"),
    ("V6", {}, "pass", "0", "Nothing in the guest counts on a drive that is gone"),
    ("V6", {"lost": (ARRAY, MOUNT)}, "fail", "mount /data (nvme1n1)", "still uses what is gone: mount /data (nvme1n1)"),
    ("V6", {"lost": (ARRAY,)}, "warn", "md md0", "goes on without what is gone: md md0"),
    ("V6", {"lost": (LostUse("open", "smartd", "nvme1", False),)}, "warn", "open smartd (nvme1)", "goes on without"),
    ("V6", LSPCI_ONLY, "unknown", None, "Only lspci answered"),
    ("V6", SILENT, "unknown", None, "The guest did not answer"),
]


def guest(changes: dict[str, Any]) -> Guest:
    facts = {**kernel("nvme", "pciehp", "acpiphp"), "root": True, "lspci": True, "not_seen": (), "lost": ()}
    return changes["guest"] if "guest" in changes else GuestSeen(**{**facts, **changes})


def judged(name: str, changes: dict[str, Any]) -> Verdict:
    return next(item for item in judge_guest(guest(changes), {}) if item.id == name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}")
def test_each_requirement_in_each_of_its_states(case: Case) -> None:
    held(judged(case[0], case[1]), case)


def test_no_state_of_no_requirement_is_left_out() -> None:
    closed(GUEST_REQUIREMENTS, CASES, lambda row: row.id)


def test_a_guest_without_its_nvme_driver_is_told_to_load_it() -> None:
    assert "modprobe nvme" in judged("Q6", kernel("pciehp")).remedy
    assert "pciehp" in judged("Q6", kernel("nvme")).remedy


def test_a_word_counts_where_the_guest_does_not_tell() -> None:
    word = dict.fromkeys(("Q6", "Q7", "V4"), Attestation("J. Doe", "2026-11-20"))
    silent = judge_guest(GuestSilence(), word)
    assert [item.status for item in silent] == ["attested", "attested", "unknown", "unknown"]
    assert [item.status for item in judge_guest(guest(kernel("nvme")), word)] == ["fail", "warn", "pass", "pass"]


def test_what_guest_nvme_info_and_lspci_answer() -> None:
    answer = {
        "root": True,
        "not_seen": [],
        "kernel": {"release": "6.1.0", "nvme": True, "pciehp": False, "acpiphp": True, "hot_plug_slots": ["1"]},
        "lspci": True,
        "devices": [],
        "lost": [{"kind": "mount", "name": "/data", "device": "nvme1n1", "degraded": False}],
    }
    assert GuestSeen.from_dict(answer) == guest({**kernel("nvme", "acpiphp"), "lost": (MOUNT,)})
    lspci = lspci_answer("0000:0b:00.0 0108: 144d:a80a")
    assert GuestSeen.from_dict(lspci) == GuestSeen(None, None, False, (), None)


def test_names_from_a_guest_cannot_break_a_line() -> None:
    lost = (LostUse("mount", "/data\x1b[2J\nroot", "nvme1n1", degraded=False),)
    assert str(judged("V6", {"lost": lost}).evidence).isprintable()

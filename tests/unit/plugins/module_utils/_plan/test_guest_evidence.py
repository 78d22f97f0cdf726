# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestLook, GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import Departure, doubts, printable
from guest_answers import NOW, UUID, drive, evidence

MakeVm = Callable[..., Vm]

NOBODY = Twins()

OTHER_ORDER = "02012042-0403-0605-0708-090a0b0c0d0e"


def said(vm: Vm, answer: dict[str, Any], now: datetime = NOW, twins: Twins = NOBODY) -> list[str]:
    """Every doubt about an answer."""
    look = GuestLook.from_dict(answer)
    assert look is not None
    departure = Departure(vm, "esxi-01", {}, ["0000:d9:00.0"], twins)
    errors = list(doubts(departure, look, GuestProof(answer, unchecked=False, now=now, max_age=300)))
    assert {(error.code, error.vm, error.host) for error in errors} <= {("guest_evidence_invalid", "vm-01", "esxi-01")}
    return [str(error) for error in errors]


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_evidence_is_good_for_its_time(make_vm: MakeVm, seconds: int) -> None:
    assert said(make_vm(), evidence(), NOW + timedelta(seconds=seconds)) == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"gathered_at": (NOW - timedelta(seconds=301)).isoformat()}, "301 s ago (limit 300 s)"),
        ({"gathered_at": (NOW + timedelta(seconds=301)).isoformat()}, "301 s in the future"),
        ({"vm_uuid": "42200102-0304-0506-0708-090a0b0c0dff"}, "it is of the VM with UUID"),
        ({"vm_uuid": None}, "does not say which VM"),
        ({"vm_uuid": "none"}, "it is of the VM with UUID none"),
        ({"not_seen": ["mounts in containers of other users"]}, "could not show mounts in containers"),
    ],
)
def test_what_makes_evidence_worthless(make_vm: MakeVm, changes: dict[str, Any], text: str) -> None:
    (doubt,) = said(make_vm(), evidence(**changes))
    assert text in doubt


def test_every_doubt_is_said(make_vm: MakeVm) -> None:
    assert len(said(make_vm(), evidence(vm_uuid=None, not_seen=["this"]), NOW + timedelta(hours=1))) == 3


def test_a_guest_may_show_its_uuid_in_the_other_byte_order(make_vm: MakeVm) -> None:
    assert said(make_vm(), evidence(vm_uuid=OTHER_ORDER)) == []


@pytest.mark.parametrize("seen", [UUID, OTHER_ORDER])
def test_a_copy_that_runs_beside_it_may_have_answered(make_vm: MakeVm, seen: str) -> None:
    (doubt,) = said(make_vm(), evidence(vm_uuid=seen), NOW, Twins(("vm-01_replica",)))
    assert "VM vm-01_replica has the same BIOS UUID" in doubt
    assert "Give the copy a UUID of its own" in doubt


def test_so_may_a_vm_that_nobody_sees(make_vm: MakeVm) -> None:
    (doubt,) = said(make_vm(), evidence(), NOW, Twins(doubts=("the host lists the VM vm-42, which is hidden",)))
    assert "another VM may have the same BIOS UUID: the host lists the VM vm-42, which is hidden; so " in doubt
    assert "docs/least_privilege.md" in doubt
    assert "allow_" not in doubt
    assert "copy" not in doubt


@pytest.mark.parametrize(
    "changes",
    [
        {"gathered_at": "yesterday"},
        {"gathered_at": None},
        {"gathered_at": "2026-11-23T12:00:00"},
        {"devices": [{"address": "0000:0b:00.0"}]},
        {"devices": [drive(in_use_by=None)]},
        {"devices": [drive(in_use_by=["mount"])]},
        {"devices": [drive(in_use_by=[{"kind": "mount"}])]},
        {"devices": [drive(namespaces=None)]},
        {"devices": [drive(vendor_device=None)]},
        {"devices": ["nvme0n1"]},
        {"devices": None},
        {"not_seen": None},
        {"not_seen": "nothing"},
    ],
)
def test_what_is_no_answer_of_a_guest(changes: dict[str, Any]) -> None:
    assert GuestLook.from_dict(evidence(**changes)) is None


@pytest.mark.parametrize("key", ["gathered_at", "devices", "not_seen"])
def test_an_answer_without_one_of_its_parts_is_none(key: str) -> None:
    answer = evidence(drive())
    del answer[key]
    assert GuestLook.from_dict(answer) is None


def test_what_a_guest_has_shown() -> None:
    look = GuestLook.from_dict(evidence(drive(data=[{"kind": "ext4", "name": "", "device": "nvme0n1"}])))
    assert look is not None
    assert (look.gathered_at, look.vm_uuid) == (datetime(2026, 11, 23, 12, tzinfo=timezone.utc), UUID)
    assert [(seen.paths, seen.data[0].kind) for seen in look.drives] == [(("/dev/nvme0n1",), "ext4")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("/mnt/data", "/mnt/data"),
        ("/mnt/d\r", "/mnt/d\\x0d"),
        ("a\nb\x85\u2028", "a\\x0ab\\x85\\x2028"),
        ("新建", "新建"),
    ],
)
def test_names_that_would_break_a_line(name: str, text: str) -> None:
    assert printable(name) == text

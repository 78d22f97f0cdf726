# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a guest's word on serial numbers is worth: what it reads in a slot of its VM, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Memory, Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import recalled
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import match_guest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_serials import (
    contradictions,
    known_by_guest,
    to_learn,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_remove import plan_hot_remove
from guest_answers import MOUNT, NOW, drive, evidence

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
GUEST_8 = drive("0000:03:00.0", "63", serial="G-8")
GUEST_9 = drive(serial="G-9")


@pytest.fixture
def placement(
    make_vm: Callable[..., Vm],
    make_vm_device: Callable[..., VmPciDevice],
    make_device: Callable[..., HostDevice],
    make_view: Callable[..., HostDevices],
) -> Placement:
    """A running VM with two drives that are alike, of which nobody remembers anything."""
    entries = (
        make_vm_device(address=D8, key=13000, pci_slot_number=63),
        make_vm_device(address=D9, key=13001, pci_slot_number=64),
    )
    devices = [make_device(address, enabled=True, active=True) for address in (D8, D9)]
    return Placement(make_vm(power_state="poweredOn", devices=entries), make_view(*devices), Owners())


def proof(*drives: dict[str, Any], **changes: Any) -> GuestProof:
    return GuestProof(evidence(*drives, **changes), False, NOW, 300)


def serials(placement: Placement) -> list[str | None]:
    return [device.serial for device in placement.view.devices.values()]


def remembering(placement: Placement, **drives: str) -> Placement:
    """By the middle of their address."""
    entries = tuple(Remembered(serial, f"0000:{bus}:00.0", learnt_from="host") for bus, serial in drives.items())
    return replace(placement, view=recalled(replace(placement.view, memory=Memory(entries))))


@pytest.mark.parametrize(
    ("guest", "known"),
    [
        (proof(GUEST_8, GUEST_9), ["G-8", "G-9"]),
        (proof(GUEST_9), [None, "G-9"]),
        # A slot of another name, or none: nobody can tell which of the two it is.
        (proof(drive("0000:03:00.0", "0-1", serial="G-8"), drive("0000:04:00.0", None, serial="G-9")), [None, None]),
        # Another maker's drive in the slot is another drive.
        (proof(drive(serial="G-9", vendor_device="8086:0a54")), [None, None]),
        (proof(drive(serial="  ")), [None, None]),
        # Evidence that proves nothing names nothing.
        (proof(GUEST_9, vm_uuid="42200102-0304-0506-0708-ffffffffffff"), [None, None]),
        (proof(GUEST_9, gathered_at="2026-11-23T11:00:00+00:00"), [None, None]),
        (proof(GUEST_9, not_seen=["/proc/1/mountinfo"]), [None, None]),
        (GuestProof({"devices": []}, False, NOW, 300), [None, None]),
        (GuestProof(None, True, NOW, 300), [None, None]),
    ],
)
def test_what_a_guest_names(placement: Placement, guest: GuestProof, known: list[str | None]) -> None:
    assert serials(known_by_guest(placement, guest)) == known


def test_a_guest_that_may_be_a_copys_names_nothing(placement: Placement) -> None:
    assert serials(known_by_guest(replace(placement, twins=Twins(names=("copy",))), proof(GUEST_9))) == [None, None]


def test_the_guest_knows_better_than_what_is_remembered_and_the_host_better_than_both(
    placement: Placement, make_device: Callable[..., HostDevice]
) -> None:
    remembered = remembering(placement, d8="G-9", d9="G-8")
    assert serials(remembered) == ["G-9", "G-8"]
    assert serials(known_by_guest(remembered, proof(GUEST_8, GUEST_9))) == ["G-8", "G-9"]
    told = {**placement.view.devices, D9: make_device(D9, serial="S-9")}
    by_host = replace(placement, view=replace(placement.view, devices=told))
    assert serials(known_by_guest(by_host, proof(GUEST_8, GUEST_9))) == ["G-8", "S-9"]


def test_what_a_guest_still_has_of_a_lost_drive_does_not_name_the_one_in_its_place(
    placement: Placement, make_device: Callable[..., HostDevice]
) -> None:
    devices = {**placement.view.devices, D9: make_device(D9, "8086:0a54", active=True, enabled=True, uses=())}
    swapped = replace(placement, view=replace(placement.view, devices=devices))
    assert serials(known_by_guest(swapped, proof(GUEST_8, GUEST_9))) == ["G-8", None]
    plan = plan_hot_remove(swapped, parse_selectors([{"serial": "G-9"}]), proof(GUEST_8, GUEST_9))
    assert "device_unknown" in [obstacle.error.code for obstacle in plan.obstacles]


class TestRemoval:
    """A drive that is named by its serial number leaves the VM."""

    def plan(self, placement: Placement, serial: str, guest: GuestProof) -> list[tuple[str, bool]]:
        plan = plan_hot_remove(placement, parse_selectors([{"serial": serial}]), guest)
        plan.admit(check_mode=False)
        return [(item.address, item.step) for item in plan.items]

    def refusal(self, *arguments: Any) -> str:
        with pytest.raises(DirectPathError) as caught:
            self.plan(*arguments)
        return caught.value.code

    def test_the_guest_tells_which_it_is(self, placement: Placement) -> None:
        assert self.plan(placement, "g-8", proof(GUEST_8, GUEST_9)) == [(D8, True)]
        assert self.plan(placement, "g-1", proof(GUEST_8, GUEST_9)) == [("", False)]

    def test_a_wrong_memory_takes_no_other_drive(self, placement: Placement) -> None:
        """By what is remembered it would be D8, which the guest uses; the other is free."""
        swapped = remembering(placement, d8="G-9", d9="G-8")
        used = proof({**GUEST_8, "in_use_by": [MOUNT]}, GUEST_9)
        assert self.plan(swapped, "g-9", used) == [(D9, True)]
        assert self.refusal(swapped, "g-8", used) == "device_in_use_by_guest"

    def test_where_slots_have_other_names_a_wrong_memory_frees_no_drive(self, placement: Placement) -> None:
        """Of drives that the guest cannot tell apart none may be in use, whatever is remembered of them."""
        swapped = remembering(placement, d8="G-9", d9="G-8")
        drives = (
            drive("0000:03:00.0", "0-1", serial="G-8", in_use_by=[MOUNT]),
            drive("0000:04:00.0", "1", serial="G-9"),
        )
        assert self.refusal(swapped, "g-9", proof(*drives)) == "device_in_use_by_guest"

    def test_evidence_that_proves_nothing_says_of_no_drive_that_it_is_absent(self, placement: Placement) -> None:
        stale = proof(GUEST_8, GUEST_9, gathered_at="2026-11-23T11:00:00+00:00")
        assert self.refusal(placement, "g-1", stale) == "device_unknown"


def row(address: str, slot: int, serial: str | None, told_by: str | None) -> dict[str, Any]:
    """A drive of the VM as vm_nvme_info shows it."""
    facts = {"address": address, "vendor_device": "144d:a80a", "pci_slot_number": slot}
    return {**facts, "serial": serial, "serial_from": told_by}


@pytest.mark.parametrize(
    ("serial", "told_by", "guest", "learnt"),
    [
        (None, None, GUEST_9, ["G-9"]),
        ("g-9", "memory", GUEST_9, []),
        ("S-9", "memory", GUEST_9, ["G-9"]),
        (None, None, drive(), []),
        (None, None, drive(slot="0", serial="G-9"), []),
    ],
)
def test_what_is_to_be_learnt(
    serial: str | None, told_by: str | None, guest: dict[str, Any], learnt: list[str]
) -> None:
    matched = match_guest([row(D9, 64, serial, told_by)], evidence(guest))
    assert matched["agree"]
    found = to_learn(matched["devices"])
    assert found == [{"serial": text, "address": D9, "vendor_device": "144d:a80a"} for text in learnt]


def test_a_drive_that_is_in_the_vm_by_a_wrong_memory_is_told() -> None:
    matched = match_guest([row(D9, 64, "S-9", "memory")], evidence(GUEST_9))["devices"]
    asked: list[dict[str, Any]] = [
        {"selector": {"serial": "S-9"}, "status": "present", "drive": {"address": D9}},
        {"selector": {"serial": "G-9"}, "status": "present", "drive": {"address": D9}},
        {"selector": {"address": D9}, "status": "present", "drive": {"address": D9}},
        {"selector": {"serial": "S-9"}, "status": "absent", "drive": None},
    ]
    (text,) = contradictions(asked, matched, "db-01")
    for word in (D9, "S-9", "G-9", "db-01"):
        assert word in text


@pytest.mark.parametrize(
    ("selector", "told"),
    [
        ({"serial": "G-9"}, True),
        ({"serial": "G-9", "vendor_device": "144d:a80a"}, True),
        # The host does not tell the slot, so that it may be the one that is asked for.
        ({"serial": "G-9", "slot": "5"}, True),
        # Two makers may use one serial number.
        ({"serial": "G-9", "vendor_device": "8086:0a54"}, False),
        ({"serial": "G-8"}, False),
        ({"address": D8}, False),
    ],
)
def test_a_drive_that_is_said_to_be_absent_by_a_wrong_memory_is_told(selector: dict[str, str], told: bool) -> None:
    """It was swapped for the one that is remembered, and nobody looked."""
    matched = match_guest([row(D9, 64, "S-9", "memory")], evidence(GUEST_9))["devices"]
    found = contradictions([{"selector": selector, "status": "absent", "drive": None}], matched, "db-01")
    assert bool(found) is told
    for text in found:
        for words in ("G-9 is in db-01", D9, "S-9 was remembered"):
            assert words in text

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Optional

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import Departure
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_in_guest import judge_departure
from guest_answers import MOUNT, NOW, drive, evidence

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
Judge = Callable[..., Plan[Any]]
Refused = Callable[..., Optional[DirectPathError]]

NOBODY = Twins()
PULLED = "0000:d9:00.0"


def proof(guest: dict[str, Any] | None, unchecked: bool = False) -> GuestProof:
    return GuestProof(guest, unchecked, NOW, max_age=300)


@pytest.fixture
def judge(make_vm: MakeVm, make_device: MakeDevice) -> Judge:
    """What is said of removing the first of a VM's drives. The host has all of them but those that were pulled."""

    def ask(
        guest: dict[str, Any] | None,
        *entries: VmPciDevice,
        pulled: Sequence[str] = (),
        serial: str | None = None,
        unchecked: bool = False,
        twins: Twins = NOBODY,
    ) -> Plan[Any]:
        there = [entry.address for entry in entries if entry.address not in pulled]
        on_host = {address: make_device(str(address), serial=serial) for address in there}
        departure = Departure(make_vm(devices=entries), "esxi-01", on_host, [str(entries[0].address)], twins)
        return judge_departure(departure, proof(guest, unchecked))

    return ask


@pytest.fixture
def refused(judge: Judge) -> Refused:
    """The first obstacle, if there is one."""

    def ask(*args: Any, **kwargs: Any) -> DirectPathError | None:
        return next((obstacle.error for obstacle in judge(*args, **kwargs).obstacles), None)

    return ask


def test_a_used_drive_is_refused_by_what_uses_it(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    error = refused(evidence(drive(in_use_by=[MOUNT])), make_vm_device(pci_slot_number=64))
    assert error is not None
    assert "uses 0000:d9:00.0 (/dev/nvme0n1) for mount /data" in str(error)
    assert (error.code, error.device) == ("device_in_use_by_guest", "0000:d9:00.0")


def test_the_slot_says_which_of_two_alike_is_meant(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    guest = evidence(drive(), drive("0000:13:00.0", "65", in_use_by=[MOUNT]))
    free = make_vm_device(pci_slot_number=64)
    used = make_vm_device(pci_slot_number=65, key=13001, address="0000:da:00.0")
    assert refused(guest, free, used) is None
    assert refused(guest, used, free) is not None


def test_the_slot_counts_even_where_ids_differ(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    guest = evidence(drive(vendor_device="1b36:0010", in_use_by=[MOUNT]))
    assert refused(guest, make_vm_device(pci_slot_number=64)) is not None


def test_of_drives_that_cannot_be_told_apart_none_may_be_used(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    guest = evidence(drive(slot="0"), drive("0000:13:00.0", "0-2", in_use_by=[MOUNT]))
    first = make_vm_device(pci_slot_number=64)
    second = make_vm_device(pci_slot_number=65, key=13001, address="0000:da:00.0")
    error = refused(guest, first, second)
    assert error is not None
    assert "one of 2 drives that cannot be told apart" in str(error)


def test_a_drive_of_unknown_ids_may_be_the_one(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    guest = evidence(drive(slot="0", vendor_device="1b36:0010", in_use_by=[MOUNT]))
    assert refused(guest, make_vm_device(pci_slot_number=64)) is not None


def test_a_virtual_disk_is_never_the_one(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    virtual = drive("0000:02:00.0", None, vendor_device="15ad:07f0", in_use_by=[MOUNT])
    assert refused(evidence(drive(slot="0"), virtual), make_vm_device(pci_slot_number=64)) is None


def test_a_drive_that_was_pulled_leaves_no_doubt_about_those_that_stay(
    refused: Refused, make_vm_device: MakeVmDevice
) -> None:
    """V3: its entry can be cleaned up while the guest uses the drive beside it, also where slots tell nothing."""
    guest = evidence(drive(slot="0", in_use_by=[MOUNT]))
    gone = make_vm_device(pci_slot_number=64)
    used = make_vm_device(pci_slot_number=65, key=13001, address="0000:da:00.0")
    assert refused(guest, gone, used, pulled=[PULLED]) is None
    assert refused(guest, used, gone, pulled=[PULLED]) is not None
    assert refused(guest, gone, used) is not None


def test_a_guest_that_still_has_a_pulled_drive_in_its_slot_is_believed(
    refused: Refused, make_vm_device: MakeVmDevice
) -> None:
    guest = evidence(drive(in_use_by=[MOUNT]))
    assert refused(guest, make_vm_device(pci_slot_number=64), pulled=[PULLED]) is not None


def test_a_serial_number_tells_two_alike_apart(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    guest = evidence(drive(slot="0", serial="S1"), drive("0000:13:00.0", "0-2", serial="S2", in_use_by=[MOUNT]))
    first = make_vm_device(pci_slot_number=64)
    second = make_vm_device(pci_slot_number=65, key=13001, address="0000:da:00.0")
    assert refused(guest, first, second) is not None
    assert refused(guest, first, second, serial="S1") is not None  # both the same: that tells nothing


def test_what_the_guest_does_not_show_is_not_known_to_be_unused(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    """A replica with the same BIOS UUID, another boot, or hot plug that is off."""
    first = make_vm_device(pci_slot_number=64)
    second = make_vm_device(pci_slot_number=65, key=13001, address="0000:da:00.0")
    for guest in (evidence(), evidence(drive(slot=None, vendor_device="15ad:07f0"))):
        error = refused(guest, first)
        assert error is not None
        assert (error.code, error.device) == ("guest_evidence_invalid", "0000:d9:00.0")
        assert "does not show 0000:d9:00.0 (slot 64), which VM and host have in force" in str(error)
        assert "replica" in str(error.remedy)
        assert "hot plug is off" in str(error.remedy)
    # Also where the one that is to leave is shown: a guest that lacks the other may be a copy's.
    assert refused(evidence(drive()), first, second) is not None
    assert refused(evidence(drive(), drive(slot="65")), first, second) is None


def test_fewer_drives_than_the_vm_has_leave_each_in_doubt(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    guest = evidence(drive(slot="0"))
    second = make_vm_device(pci_slot_number=65, key=13001, address="0000:da:00.0")
    error = refused(guest, make_vm_device(pci_slot_number=64), second)
    assert error is not None
    assert "shows too few drives for 0000:d9:00.0 (slot 64), 0000:da:00.0 (slot 65)" in str(error)


def test_a_slot_with_another_serial_number_is_another_drive(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    guest = evidence(drive(serial="S9"))
    assert refused(guest, make_vm_device(pci_slot_number=64), serial="S1") is not None
    assert refused(guest, make_vm_device(pci_slot_number=64), serial="s9 ") is None


def test_an_entry_that_the_host_has_lost_may_be_a_drive_that_the_guest_still_has(
    refused: Refused, make_vm_device: MakeVmDevice
) -> None:
    """One doubt is not answered by the silence of another: the guest shows more than the drives that stay."""
    guest = evidence(drive(slot="0", in_use_by=[MOUNT]), drive("0000:13:00.0", "0-2"))
    gone = make_vm_device(pci_slot_number=64)
    stays = make_vm_device(pci_slot_number=65, key=13001, address="0000:da:00.0")
    error = refused(guest, gone, stays, pulled=[PULLED])
    assert error is not None
    assert "which host esxi-01 no longer has (V3)) for mount /data" in str(error)


def test_of_a_lost_drive_a_guest_need_not_show_anything(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    assert refused(evidence(), make_vm_device(pci_slot_number=64), pulled=[PULLED]) is None


def test_data_that_nobody_uses_is_told(judge: Judge, make_vm_device: MakeVmDevice) -> None:
    data = [
        {"kind": "ext4", "name": "back\rup", "device": "nvme0n1p1"},
        {"kind": "gpt", "name": "", "device": "nvme0n1"},
    ]
    plan = judge(evidence(drive(data=data)), make_vm_device(pci_slot_number=64))
    assert plan.obstacles == ()
    (note,) = plan.notes
    assert note.message == (
        "0000:d9:00.0 (/dev/nvme0n1) holds data that the guest does not use now: ext4 back\\x0dup (nvme0n1p1), "
        "gpt (nvme0n1). It leaves VM vm-01 with the drive."
    )
    assert judge(evidence(drive()), make_vm_device(pci_slot_number=64)).notes == ()


def test_other_passthrough_devices_are_none_of_the_guests_drives(
    make_vm: MakeVm, make_device: MakeDevice, make_vm_device: MakeVmDevice
) -> None:
    entries = (make_vm_device(pci_slot_number=64), make_vm_device(key=13001, address="0000:3b:00.0"))
    on_host: dict[str | None, HostDevice | None] = {
        PULLED: make_device(PULLED),
        "0000:3b:00.0": make_device("0000:3b:00.0", class_id=0x0302),
    }
    departure = Departure(make_vm(devices=entries), "esxi-01", on_host, [PULLED])
    assert judge_departure(departure, proof(evidence(drive()))).obstacles == ()


@pytest.mark.parametrize(
    ("pulled", "text"),
    [
        ((), "nothing shows that its guest does not use 0000:d9:00.0 of host esxi-01: taking a mounted drive away"),
        ((PULLED,), "nothing shows that its guest has let go of 0000:d9:00.0, which host esxi-01 no longer has (V3)"),
    ],
)
def test_without_evidence(refused: Refused, make_vm_device: MakeVmDevice, pulled: Sequence[str], text: str) -> None:
    error = refused(None, make_vm_device(), pulled=pulled)
    assert error is not None
    assert (error.code, error.requirement, error.device) == ("guest_unchecked", "C3", PULLED)
    assert text in str(error)
    assert "unchecked" not in str(error)  # a failure is no reason to take the unsafe way round
    assert refused(None, make_vm_device(), pulled=pulled, unchecked=True) is None


def test_the_operators_word_does_not_make_up_for_bad_evidence(refused: Refused, make_vm_device: MakeVmDevice) -> None:
    for guest in ({}, evidence(), evidence(drive(in_use_by=[MOUNT]))):
        assert refused(guest, make_vm_device(), unchecked=True) is not None

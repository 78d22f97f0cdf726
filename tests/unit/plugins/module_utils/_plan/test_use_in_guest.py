# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import match_guest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_in_guest import check_evidence, refuse_if_used

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
Refused = Callable[..., Optional[DirectPathError]]

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=timezone.utc)
UUID = "42200102-0304-0506-0708-090a0b0c0d0e"
MOUNT = {"kind": "mount", "name": "/data", "device": "nvme0n1"}


def drive(address: str = "0000:0b:00.0", slot: str | None = "64", **changes: Any) -> dict[str, Any]:
    """A drive as guest_nvme_info shows it."""
    facts = {
        "address": address,
        "vendor_device": "144d:a80a",
        "physical_slot": slot,
        "namespaces": [{"name": "nvme0n1", "path": "/dev/nvme0n1"}],
        "lspci": f"{address} NVMe",
        "in_use_by": [],
    }
    return {**facts, **changes}


def evidence(*devices: dict[str, Any], **changes: Any) -> dict[str, Any]:
    facts = {"gathered_at": NOW.isoformat(), "vm_uuid": UUID, "not_seen": [], "devices": list(devices)}
    return {**facts, **changes}


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_evidence_is_good_for_its_time(make_vm: MakeVm, seconds: int) -> None:
    check_evidence(evidence(), make_vm(), NOW + timedelta(seconds=seconds), 300)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"gathered_at": (NOW - timedelta(seconds=301)).isoformat()}, "301 s ago (limit 300 s)"),
        ({"gathered_at": (NOW + timedelta(seconds=301)).isoformat()}, "301 s in the future"),
        ({"gathered_at": "yesterday"}, "not a result of guest_nvme_info"),
        ({"gathered_at": "2026-11-23T12:00:00"}, "not a result of guest_nvme_info"),
        ({"devices": [{"address": "0000:0b:00.0"}]}, "not a result of guest_nvme_info"),
        ({"vm_uuid": "42200102-0304-0506-0708-090a0b0c0dff"}, "it is of the VM with UUID"),
        ({"vm_uuid": None}, "does not say which VM"),
        ({"not_seen": ["mounts in containers of other users"]}, "could not show mounts in containers"),
    ],
)
def test_evidence_that_proves_nothing_is_refused(make_vm: MakeVm, changes: dict[str, Any], text: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        check_evidence(evidence(**changes), make_vm(), NOW, 300)
    assert text in str(caught.value)
    assert caught.value.code == "guest_evidence_invalid"
    assert caught.value.vm == "vm-01"


def test_a_guest_may_show_its_uuid_in_the_other_byte_order(make_vm: MakeVm) -> None:
    check_evidence(evidence(vm_uuid="02012042-0403-0605-0708-090a0b0c0d0e"), make_vm(), NOW, 300)


@pytest.fixture
def refused(make_vm: MakeVm, make_device: MakeDevice) -> Refused:
    """What removing the first of a VM's drives is answered. The host has all of them but those that were pulled."""

    def ask(
        guest: dict[str, Any], *entries: VmPciDevice, pulled: Sequence[str] = (), serial: str | None = None
    ) -> DirectPathError | None:
        there = [entry.address for entry in entries if entry.address not in pulled]
        on_host = {address: make_device(str(address), serial=serial) for address in there}
        try:
            refuse_if_used(guest, make_vm(devices=entries), on_host, [str(entries[0].address)], "esxi-01")
        except DirectPathError as error:
            return error
        return None

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
    guest = evidence(drive(slot=None, vendor_device="15ad:07f0", in_use_by=[MOUNT]))
    assert refused(guest, make_vm_device(pci_slot_number=64)) is None


PULLED = "0000:d9:00.0"


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
    rows = match_guest([{**ITEM, "serial": "S2"}, {**OTHER, "serial": "S1"}], guest)["devices"]
    assert [(row["guest_match"], row["guest_address"]) for row in rows] == [
        ("serial", "0000:13:00.0"),
        ("serial", "0000:0b:00.0"),
    ]


ITEM = {"address": "0000:d9:00.0", "vendor_device": "144d:a80a", "pci_slot_number": 64}
OTHER = {"address": "0000:da:00.0", "vendor_device": "144d:a80a", "pci_slot_number": 65}


@pytest.mark.parametrize(
    ("devices", "match", "address", "agree"),
    [
        ([drive()], "slot", "0000:0b:00.0", True),
        ([drive(vendor_device="1b36:0010")], "slot", "0000:0b:00.0", True),
        ([drive(), drive("0000:13:00.0", "65")], "slot", "0000:0b:00.0", False),
        ([drive(slot="0")], "ids", "0000:0b:00.0", True),
        ([drive(slot="0", vendor_device="1b36:0010")], "rest", "0000:0b:00.0", True),
        ([drive(slot="0"), drive("0000:13:00.0", "0-2")], "ambiguous", None, False),
        ([drive(slot=None, vendor_device="15ad:07f0")], "none", None, False),
        ([], "none", None, False),
    ],
)
def test_a_device_gets_the_guests_side(
    devices: list[dict[str, Any]], match: str, address: str | None, agree: bool
) -> None:
    result = match_guest([ITEM], evidence(*devices))
    [row] = result["devices"]
    assert (row["guest_match"], row["guest_address"], row["address"]) == (match, address, "0000:d9:00.0")
    assert row["guest_paths"] == (["/dev/nvme0n1"] if address else [])
    assert result["agree"] is agree


def test_a_drive_that_is_anothers_by_its_slot_is_taken() -> None:
    result = match_guest([ITEM, OTHER], evidence(drive()))
    assert [row["guest_match"] for row in result["devices"]] == ["slot", "none"]
    assert not result["agree"]


def test_two_that_cannot_be_told_apart_are_still_two() -> None:
    result = match_guest([ITEM, OTHER], evidence(drive(slot="0"), drive("0000:13:00.0", "0-2")))
    assert [row["guest_match"] for row in result["devices"]] == ["ambiguous", "ambiguous"]
    assert result["agree"]


def test_a_drive_that_should_have_left_the_guest_is_a_surplus() -> None:
    virtual_disk = drive("0000:02:00.0", None, vendor_device="15ad:07f0")
    result = match_guest([], evidence(drive(), virtual_disk))
    assert (result["surplus"], result["agree"]) == (1, False)
    assert match_guest([], evidence(virtual_disk))["agree"]

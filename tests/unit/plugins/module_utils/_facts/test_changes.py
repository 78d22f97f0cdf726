# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.directpath.nvme.plugins.module_utils._facts.changes import DriveChanges, without_memory
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

A, B, C = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"


def came(changes: DriveChanges) -> list[str]:
    return [device.pci.address for device in changes.came]


def test_what_is_there_at_first_was_there_before(make_view: MakeView, make_device: MakeDevice) -> None:
    changes = DriveChanges.since(None, make_view(make_device(A)))
    assert (came(changes), changes.pulled) == ([], {})


def test_what_was_there_earlier_may_be_told(make_view: MakeView, make_device: MakeDevice) -> None:
    network = make_device("0000:3b:00.0", class_id=0x0200)
    changes = DriveChanges.since({A, C, network.pci.address}, make_view(make_device(A), make_device(B), network))
    assert (came(changes), changes.pulled, set(changes.gone_before)) == ([B], {C: None}, {C})
    assert changes.fresh == set()


def test_only_drives_come_and_go(make_view: MakeView, make_device: MakeDevice) -> None:
    network = make_device(C, class_id=0x0200)
    changes = DriveChanges.since(None, make_view(make_device(A))).after(make_view(make_device(A), network))
    assert (came(changes), changes.pulled) == ([], {})


def test_a_drive_comes_and_goes_and_comes_again(make_view: MakeView, make_device: MakeDevice) -> None:
    first, with_b = make_view(make_device(A)), make_view(make_device(A), make_device(B, serial="1"))
    changes = DriveChanges.since(None, first).after(with_b)
    assert (came(changes), changes.pulled, set(changes.fresh)) == ([B], {}, {B})
    changes = changes.after(first)
    assert (came(changes), list(changes.pulled), set(changes.fresh)) == ([], [B], set())
    assert came(changes.after(with_b)) == [B]


def test_a_drive_that_was_gone_and_is_seen_to_go_was_seen(make_view: MakeView, make_device: MakeDevice) -> None:
    changes = DriveChanges.since({B}, make_view()).after(make_view(make_device(B))).after(make_view())
    assert (set(changes.gone_before), list(changes.pulled)) == (set(), [B])


def test_a_drive_is_replaced_between_two_looks(make_view: MakeView, make_device: MakeDevice) -> None:
    old = make_device(A, serial="OLD", serial_from="host")
    for new in (make_device(A, serial=" new", serial_from="host"), make_device(A, ids="1e0f:0011")):
        changes = DriveChanges.since(None, make_view(old)).after(make_view(new))
        assert (changes.came, changes.pulled) == ([new], {A: old})


def test_a_serial_number_that_is_hidden_or_spelt_otherwise_is_no_change(
    make_view: MakeView, make_device: MakeDevice
) -> None:
    changes = DriveChanges.since(None, make_view(make_device(A, serial="s  1")))
    for serial, told_by in ((None, None), ("S 1", "host"), ("corrected", "memory")):
        changes = changes.after(make_view(make_device(A, serial=serial, serial_from=told_by)))
    assert (came(changes), changes.pulled) == ([], {})


def test_what_is_remembered_of_an_address_is_not_of_the_drive_that_just_came(
    make_view: MakeView, make_device: MakeDevice
) -> None:
    remembered = make_view(make_device(A, serial="OLD", serial_from="memory"))
    changes = DriveChanges.since(None, make_view()).after(remembered)
    assert [device.serial for device in changes.came] == [None]
    # Nor at the next look, which shows it again.
    changes = changes.after(remembered)
    assert [(device.serial, device.serial_from) for device in changes.came] == [(None, None)]
    told = changes.after(make_view(make_device(A, serial="NEW", serial_from="host")))
    assert [device.serial for device in told.came] == ["NEW"]
    assert without_memory(remembered, {B}) == remembered

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import (
    orphan_row,
    owner_row,
    verification,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_add import plan_hot_add
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_remove import plan_hot_remove
from ansible_collections.directpath.nvme.plugins.module_utils._plan.verify import verify_drives

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]
Verify = Callable[..., dict[str, Any]]

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"
ON = {"enabled": True, "active": True}
PROOF = GuestProof(evidence=None, unchecked=True, now=datetime.now(timezone.utc), max_age=0)


@pytest.fixture
def verified(make_vm: MakeVm, make_vm_device: MakeVmDevice, make_device: MakeDevice, make_view: MakeView) -> Verify:
    """What verification makes of a running VM with D9, and an entry for DA that the host has lost."""

    def verify(present: tuple[str, ...] = (), absent: tuple[str, ...] = ()) -> dict[str, Any]:
        entries = (make_vm_device(), make_vm_device(key=13001, address=DA, label="PCI device 1"))
        view = make_view(make_device(D8, name="SSD 8"), make_device(D9, name="SSD 9", serial="S9", **ON))
        placement = Placement(make_vm(power_state="poweredOn", devices=entries), view, Owners())
        added = plan_hot_add(placement, [Selector(address=address) for address in present])
        removed = plan_hot_remove(placement, [Selector(address=address) for address in absent], PROOF)
        sides = verification(placement, added, removed, Twins())
        return verify_drives(sides["answers"], sides["host"], None)

    return verify


def rows(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(row["address"], row["name"], row["status"], row["vm"], row["host"]) for row in result["table"]]


def test_what_is_as_wanted_is_verified(verified: Verify) -> None:
    result = verified(present=(D9,), absent=(D8,))
    assert rows(result) == [
        (D9, "SSD 9", "present", "vm-01", "esxi-01"),
        # The host tells what is called so there, though the VM does not have it.
        (D8, "SSD 8", "absent", "vm-01", "esxi-01"),
    ]
    assert result["wrong"] == []
    assert result["table"][0]["pci_slot_number"] == 64


def test_what_is_not_yet_as_wanted_is_wrong(verified: Verify) -> None:
    result = verified(present=(D8,), absent=(D9,))
    assert [row[2] for row in rows(result)] == ["added", "removed"]
    assert len(result["wrong"]) == 2


def test_an_entry_whose_drive_is_gone_is_an_orphan(verified: Verify) -> None:
    (orphan,) = verified(present=(D9,))["orphans"]
    assert DA in orphan
    assert "PCI device 1" in orphan


def test_no_drives_named_is_nothing_to_verify(verified: Verify) -> None:
    assert verified()["table"] == []


def test_a_row_names_the_owner_and_its_place(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    vm, entry = make_vm(), make_vm_device()
    assert owner_row(vm, entry) == {
        "name": "vm-01",
        "moid": "vm-1",
        "power_state": "poweredOff",
        "key": 13000,
        "label": "PCI device 0",
        "pci_slot_number": 64,
    }
    assert orphan_row(vm, entry) == {"vm": vm.identity, "address": D9, "key": 13000, "label": "PCI device 0"}

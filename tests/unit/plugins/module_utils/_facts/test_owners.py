# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has a drive among the VMs of a host: not seen is not the same as not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Doubt, Owners, VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import PciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
UNSET, DENIED = {"config.hardware": "it is not set"}, {"config.hardware": "NoPermission"}
DRIVE = PciDevice(D9, "NVMe SSD", 0x144D, 0xA80A, 0x0108)
OTHER_MODEL = PciDevice(D8, "P4510", 0x8086, 0x0A54, 0x0108)
BRIDGE = PciDevice("0000:5d:00.0", "Root port", 0x8086, 0x2030, 0x0604)


def test_owners_running_or_not(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    entry = make_vm_device(address=D9)
    vms = (
        make_vm(name="running", power_state="poweredOn", devices=(entry,)),
        make_vm(name="off", devices=(entry, make_vm_device(address=D8))),
        make_vm(name="none"),
    )
    owners = VmsOnHost(vms).owners()
    assert owners == Owners({D9: ["running", "off"], D8: ["off"]})
    assert owners.uses_of(DRIVE) == [Use("vm", "running"), Use("vm", "off")]


def test_the_vm_that_a_drive_is_meant_for_is_no_objection(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    vm = make_vm(devices=(make_vm_device(address=D9), make_vm_device(address="odd")))
    owners = VmsOnHost((vm,)).owners(serving=vm.moid)
    assert owners.by_address == {}
    # What is unclear of it may be the very drive.
    assert [use.kind for use in owners.uses_of(DRIVE)] == ["unknown"]


@pytest.mark.parametrize(
    ("vm", "entry", "says"),
    [
        (
            {"connection_state": "inaccessible", "unreadable": UNSET},
            None,
            ("inaccessible", "datastore"),
        ),
        ({"connection_state": "orphaned"}, None, ("orphaned", "unregister it only if it is lost for good")),
        ({"connection_state": "disconnected"}, None, ("disconnected", "connect its host")),
        ({"connection_state": "invalid"}, None, ("invalid",)),
        ({"connection_state": "unknown", "unreadable": DENIED}, None, ("the state of VM", "it is not set")),
        (
            {"connection_state": "unknown", "unreadable": {**DENIED, "runtime.connectionState": "NoPermission"}},
            None,
            ("the state of VM", "NoPermission", "System.Read"),
        ),
        ({"unreadable": DENIED}, None, ("NoPermission", "System.Read")),
        ({"unreadable": UNSET}, None, ("it is not set",)),
        ({}, {"address": "00000:217:00.0"}, ("'00000:217:00.0'", "not known")),
        ({}, {"address": "PCI 0:217:0"}, ("'PCI 0:217:0'",)),
        ({}, {"address": "odd", "vendor_id": None, "device_id": None}, ("'odd'",)),
        ({"power_state": "poweredOn"}, {"address": None, "dynamic": True}, ("dynamic",)),
        ({"power_state": "suspended", "connection_state": "inaccessible"}, None, ("inaccessible",)),
    ],
)
def test_what_cannot_be_judged_may_be_any_drive(
    make_vm: MakeVm,
    make_vm_device: MakeVmDevice,
    vm: dict[str, Any],
    entry: dict[str, Any] | None,
    says: tuple[str, ...],
) -> None:
    devices = (make_vm_device(**entry),) if entry else ()
    owners = VmsOnHost((make_vm(name="db-02", devices=devices, **vm),)).owners()
    (use,) = owners.uses_of(DRIVE)
    assert use.kind == "unknown"
    for text in ("VM db-02", *says):
        assert text in use.name
    assert owners.uses_of(BRIDGE) == []


@pytest.mark.parametrize(
    ("vm", "entry"),
    [
        # A VM that is off gets a dynamic device when it is powered on, and not before.
        ({"power_state": "poweredOff"}, {"address": None, "dynamic": True}),
        ({"power_state": "poweredOn"}, {"address": D8, "dynamic": True}),
        ({}, {"address": "10000:e1:00.0"}),
        ({}, None),
    ],
)
def test_what_is_clear_is_no_doubt(
    make_vm: MakeVm, make_vm_device: MakeVmDevice, vm: dict[str, Any], entry: dict[str, Any] | None
) -> None:
    devices = (make_vm_device(**entry),) if entry else ()
    assert VmsOnHost((make_vm(devices=devices, **vm),)).owners().doubts == ()


def test_an_entry_of_unknown_form_is_no_drive_of_another_model(make_vm: MakeVm, make_vm_device: MakeVmDevice) -> None:
    owners = VmsOnHost((make_vm(devices=(make_vm_device(address="odd"),)),)).owners()
    assert len(owners.uses_of(DRIVE)) == 1
    assert owners.uses_of(OTHER_MODEL) == []


def test_vms_that_are_not_in_the_answer_may_have_any_drive() -> None:
    owners = VmsOnHost((), ("the host lists the VM vm-42, which nobody sees",)).owners()
    assert owners.doubts == (Doubt("the host lists the VM vm-42, which nobody sees"),)
    assert owners.uses_of(OTHER_MODEL) == [Use("unknown", "the host lists the VM vm-42, which nobody sees")]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Doubt, Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import (
    in_use,
    objections,
    remedy_for,
    taken_by_reboot,
    use_obstacles,
    uses_by_host,
    uses_by_vms,
    uses_lost_by_reboot,
    uses_of,
)

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

DRIVE, NEIGHBOUR, BRIDGE = "0000:5e:00.0", "0000:5f:00.0", "0000:5d:00.0"
NOBODY = Owners()
HIDDEN = Owners(doubts=(Doubt("VM db-02 is inaccessible"),))

KINDS = [
    (Use("boot", "OSDATA-1"), "it holds the ESXi system volume OSDATA-1", "Free it in vSphere"),
    (Use("boot_disk", "t10.x"), "it holds the boot partitions of ESXi on t10.x", "Free it in vSphere"),
    (Use("vmfs", "local"), "it holds the VMFS datastore local", "Free it in vSphere"),
    (Use("vsan", "t10.x"), "it holds vSAN disk t10.x", "Free it in vSphere"),
    (Use("coredump", "t10.x"), "it holds the coredump partition t10.x", "Free it in vSphere"),
    (Use("rdm", "db-01"), "it holds a raw device mapping of VM db-01", "Free it in vSphere"),
    (Use("memory_tiering", "t10.x"), "it holds memory tiering t10.x", "Free it in vSphere"),
    (Use("unknown", "its disk is not seen"), "it cannot be judged: its disk is not seen", "Make readable"),
    (Use("no_adapter", "just inserted"), "it cannot be judged: just inserted", "There is nothing to free"),
    (Use("foreign", "partition 1"), "it has data that this host does not use: partition 1", "Find out whose data"),
]


def test_a_device_that_nobody_uses(make_device: MakeDevice, make_view: MakeView) -> None:
    device = make_device(DRIVE)
    view = make_view(device)
    assert uses_of(view, device, NOBODY) == uses_lost_by_reboot(view, device, NOBODY) == []
    assert objections(view, device, NOBODY) == []
    assert use_obstacles(view, device, NOBODY) == ()


@pytest.mark.parametrize(("use", "reason", "remedy"), KINDS)
def test_every_kind_of_use(make_device: MakeDevice, make_view: MakeView, use: Use, reason: str, remedy: str) -> None:
    device = make_device(DRIVE, uses=(use,))
    view = make_view(device)
    assert objections(view, device, NOBODY) == [reason]
    assert uses_lost_by_reboot(view, device, NOBODY) == [use]
    # Its own use is no reason for the host to leave passthrough on.
    assert uses_by_vms(view, device, NOBODY) == []
    (obstacle,) = use_obstacles(view, device, NOBODY)
    error = obstacle.error
    assert not obstacle.mendable
    assert error.code == ("foreign_data" if use.kind == "foreign" else "device_in_use")
    assert (error.requirement, error.host, error.device) == ("P5", "esxi-01", DRIVE)
    assert f"Device {DRIVE} (NVMe SSD) of host esxi-01 is in use: {reason}. Nothing was changed." in error.msg
    assert str(error.remedy).startswith(remedy)
    assert "allow_" not in str(error)


def test_a_vm_that_has_it(make_device: MakeDevice, make_view: MakeView) -> None:
    device = make_device(DRIVE)
    view = make_view(device)
    owners = Owners({DRIVE: ["vm-01", "vm-02"]})
    assert objections(view, device, owners) == ["VM vm-01 has it", "VM vm-02 has it"]
    assert uses_by_vms(view, device, owners) == [Use("vm", "vm-01"), Use("vm", "vm-02")]
    # It is to get it: the reboot takes nothing from it.
    assert uses_lost_by_reboot(view, device, owners) == []


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({}, id="passthrough off: a raw device mapping, or the entry of a VM that is off"),
        pytest.param({"enabled": True}, id="waits for a reboot"),
        pytest.param({"active": True}, id="to be given back"),
        pytest.param({"enabled": True, "active": True}, id="in force"),
    ],
)
def test_a_vm_that_cannot_be_judged_may_have_it(
    make_device: MakeDevice, make_view: MakeView, state: dict[str, bool]
) -> None:
    device = make_device(DRIVE, **state)
    view = make_view(device)
    for found in (
        uses_of(view, device, HIDDEN),
        uses_by_vms(view, device, HIDDEN),
        uses_lost_by_reboot(view, device, HIDDEN),
    ):
        assert found == [Use("unknown", "VM db-02 is inaccessible")]
    assert objections(view, device, HIDDEN) == ["it cannot be judged: VM db-02 is inaccessible"]


@pytest.mark.parametrize(
    ("neighbour", "owners", "reason"),
    [
        ({"uses": (Use("vmfs", "local"),)}, NOBODY, "holds the VMFS datastore local"),
        ({"class_id": 0x0200, "name": "X710"}, NOBODY, "cannot be judged: it is no NVMe device (X710)"),
        ({}, Owners({NEIGHBOUR: ["vm-02"]}), "is in VM vm-02"),
        ({"ids": "8086:0a54"}, Owners(doubts=(Doubt("an entry", "8086:0a54"),)), "cannot be judged: an entry"),
    ],
)
def test_the_whole_group_is_judged(
    make_device: MakeDevice, make_view: MakeView, neighbour: dict[str, Any], owners: Owners, reason: str
) -> None:
    device = make_device(DRIVE, dependent=BRIDGE)
    view = make_view(
        make_device(BRIDGE, class_id=0x0604), device, make_device(NEIGHBOUR, dependent=BRIDGE, **neighbour)
    )
    assert objections(view, device, owners) == [f"{NEIGHBOUR}, which changes hands with it, {reason}"]
    assert bool(uses_by_vms(view, device, owners)) is (owners != NOBODY)
    assert bool(uses_by_host(view, device)) is (owners == NOBODY)


def test_a_hidden_vm_is_told_once_for_a_group(make_device: MakeDevice, make_view: MakeView) -> None:
    device = make_device(DRIVE, dependent=BRIDGE)
    view = make_view(make_device(BRIDGE, class_id=0x0604), device, make_device(NEIGHBOUR, dependent=BRIDGE))
    assert objections(view, device, HIDDEN) == ["it cannot be judged: VM db-02 is inaccessible"]


def test_a_bridge_and_a_free_drive_in_the_group_are_no_obstacle(make_device: MakeDevice, make_view: MakeView) -> None:
    device = make_device(DRIVE, dependent=BRIDGE)
    view = make_view(make_device(BRIDGE, class_id=0x0604), device, make_device(NEIGHBOUR, dependent=BRIDGE))
    assert objections(view, device, NOBODY) == []


def test_each_kind_of_remedy_is_told_once(make_device: MakeDevice, make_view: MakeView) -> None:
    device = make_device(DRIVE)
    uses = [Use("vmfs", "a"), Use("vmfs", "b"), Use("unknown", "c"), Use("foreign", "d")]
    remedy = remedy_for(uses, "Free it.")
    assert remedy.count("Free it.") == 1
    assert "Make readable" in remedy
    assert in_use(make_view(device), device, uses, remedy).code == "device_in_use"


VMFS = (Use("vmfs", "local"),)
TAKING, GIVING = {"enabled": True, "active": False}, {"enabled": False, "active": True}


@pytest.mark.parametrize(
    ("device", "owners", "says"),
    [
        ({**TAKING, "uses": VMFS}, NOBODY, ("the VMFS datastore local", "state disabled")),
        ({**TAKING, "uses": (Use("unknown", "?"),)}, NOBODY, ("cannot be judged", "state disabled")),
        (TAKING, HIDDEN, ("db-02",)),
        (TAKING, Owners({DRIVE: ["vm-01"]}), None),
        (TAKING, NOBODY, None),
        (GIVING, Owners({DRIVE: ["vm-01"]}), ("VM vm-01 has it", "state enabled")),
        (GIVING, HIDDEN, ("db-02", "state enabled")),
        (GIVING, NOBODY, None),
        ({"uses": VMFS}, NOBODY, None),
        ({"enabled": True, "active": True}, Owners({DRIVE: ["vm-01"]}), None),
        # A storage controller with a datastore counts, a network card of which nothing is known does not.
        ({**TAKING, "class_id": 0x0107, "uses": VMFS}, NOBODY, ("the VMFS datastore local", "in vSphere")),
        ({**TAKING, "class_id": 0x0104, "uses": (Use("unknown", "?"),)}, NOBODY, ("cannot be judged", "in vSphere")),
        ({**TAKING, "class_id": 0x0106}, HIDDEN, ("db-02", "in vSphere")),
        ({**TAKING, "class_id": 0x0200}, HIDDEN, None),
    ],
)
def test_what_a_reboot_takes_from_its_user(
    make_device: MakeDevice, make_view: MakeView, device: dict[str, Any], owners: Owners, says: tuple[str, ...] | None
) -> None:
    view = make_view(make_device(DRIVE, **device), make_device("0000:d9:00.0"))
    pending = [address for address, each in view.devices.items() if each.pending]
    errors = taken_by_reboot(view, [*pending, "0000:ee:00.0"], owners)
    if says is None:
        assert errors == []
        return
    (error,) = errors
    assert (error.code, error.device) == ("device_in_use", DRIVE)
    for text in ("the reboot would take it: ", "before host esxi-01 is rebooted", *says):
        assert text in str(error)


def test_a_reboot_judges_the_whole_group(make_device: MakeDevice, make_view: MakeView) -> None:
    taken = make_device(DRIVE, dependent=BRIDGE, **TAKING)
    view = make_view(make_device(BRIDGE, class_id=0x0604), taken, make_device(NEIGHBOUR, dependent=BRIDGE, uses=VMFS))
    (error,) = taken_by_reboot(view, [DRIVE], NOBODY)
    assert f"{NEIGHBOUR}, which changes hands with it, holds the VMFS datastore local" in error.msg


def test_every_device_that_a_reboot_takes_is_told(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(DRIVE, uses=VMFS, **TAKING), make_device(NEIGHBOUR, uses=VMFS, **TAKING))
    assert [error.device for error in taken_by_reboot(view, [NEIGHBOUR, DRIVE], NOBODY)] == [NEIGHBOUR, DRIVE]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import (
    objections,
    refuse_if_about_to_be_taken,
    refuse_if_held,
    refuse_if_in_vm,
)

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

DRIVE, NEIGHBOUR, BRIDGE = "0000:5e:00.0", "0000:5f:00.0", "0000:5d:00.0"

KINDS = [
    (Use("boot", "OSDATA-1"), "it holds the ESXi system volume OSDATA-1"),
    (Use("vmfs", "local"), "it holds the VMFS datastore local"),
    (Use("vsan", "t10.x"), "it holds vSAN disk t10.x"),
    (Use("coredump", "t10.x"), "it holds the coredump partition t10.x"),
    (Use("rdm", "db-01"), "it holds a raw device mapping of VM db-01"),
    (Use("memory_tiering", "t10.x"), "it holds memory tiering t10.x"),
    (Use("unknown", "its disk is not seen"), "it holds something that cannot be judged: its disk is not seen"),
]


def refused(check: Callable[..., None], *args: Any) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        check(*args)
    error = caught.value
    assert (error.code, error.requirement, error.host) == ("device_in_use", "P5", "esxi-01")
    assert "Nothing was changed." in error.msg
    assert error.remedy
    return error


def test_a_device_that_nobody_uses(make_device: MakeDevice, make_view: MakeView) -> None:
    device = make_device(DRIVE)
    view = make_view(device)
    assert objections(view, device, {}) == []
    refuse_if_held(view, device, {})
    refuse_if_in_vm(view, device, {})
    refuse_if_about_to_be_taken(view, device)


@pytest.mark.parametrize(("use", "reason"), KINDS)
def test_every_kind_of_use(make_device: MakeDevice, make_view: MakeView, use: Use, reason: str) -> None:
    device = make_device(DRIVE, uses=(use,))
    view = make_view(device)
    assert objections(view, device, {}) == [reason]
    for error in (refused(refuse_if_held, view, device, {}), refused(refuse_if_about_to_be_taken, view, device)):
        assert reason in error.msg
        assert error.device == DRIVE
    # Its own use is no reason for the host to leave passthrough on.
    refuse_if_in_vm(view, device, {})


def test_a_vm_that_has_it(make_device: MakeDevice, make_view: MakeView) -> None:
    device = make_device(DRIVE)
    view = make_view(device)
    owners = {DRIVE: ["vm-01", "vm-02"]}
    assert objections(view, device, owners) == ["VM vm-01 has it", "VM vm-02 has it"]
    for check in (refuse_if_held, refuse_if_in_vm):
        assert "VM vm-01 has it; VM vm-02 has it" in refused(check, view, device, owners).msg


@pytest.mark.parametrize(
    ("neighbour", "owners", "reason"),
    [
        ({"uses": (Use("vmfs", "local"),)}, {}, "holds the VMFS datastore local"),
        ({"class_id": 0x0200, "name": "X710"}, {}, "is no NVMe device (X710) and its use is unknown"),
        ({}, {NEIGHBOUR: ["vm-02"]}, "is in VM vm-02"),
    ],
)
def test_the_whole_group_is_judged(
    make_device: MakeDevice,
    make_view: MakeView,
    neighbour: dict[str, Any],
    owners: Mapping[str, list[str]],
    reason: str,
) -> None:
    device = make_device(DRIVE, dependent=BRIDGE)
    view = make_view(
        make_device(BRIDGE, class_id=0x0604), device, make_device(NEIGHBOUR, dependent=BRIDGE, **neighbour)
    )
    assert objections(view, device, owners) == [f"{NEIGHBOUR}, which changes hands with it, {reason}"]
    refused(refuse_if_held, view, device, owners)
    if owners:
        refused(refuse_if_in_vm, view, device, owners)
    else:
        refuse_if_in_vm(view, device, owners)


def test_a_bridge_and_a_free_drive_in_the_group_are_no_obstacle(make_device: MakeDevice, make_view: MakeView) -> None:
    device = make_device(DRIVE, dependent=BRIDGE)
    view = make_view(make_device(BRIDGE, class_id=0x0604), device, make_device(NEIGHBOUR, dependent=BRIDGE))
    assert objections(view, device, {}) == []


def test_each_refusal_says_what_to_do(make_device: MakeDevice, make_view: MakeView) -> None:
    device = make_device(DRIVE, uses=(Use("vmfs", "local"),))
    view = make_view(device)
    owners = {DRIVE: ["vm-01"]}
    assert "choose another device" in str(refused(refuse_if_held, view, device, owners))
    assert "Remove it from the VM first" in str(refused(refuse_if_in_vm, view, device, owners))
    assert "before host esxi-01 is rebooted" in str(refused(refuse_if_about_to_be_taken, view, device))

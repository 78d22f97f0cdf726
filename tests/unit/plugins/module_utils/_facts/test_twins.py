# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose guest may answer with the UUID of a VM? Not seen is not the same as not there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins, same_uuid, twins_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm

MakeVm = Callable[..., Vm]

UUID = "42200102-0304-0506-0708-090a0b0c0d0e"
OTHER_ORDER = "02012042-0403-0605-0708-090a0b0c0d0e"
OTHER = "42200102-0304-0506-0708-090a0b0c0dff"
ON, OFF = {"power_state": "poweredOn"}, {"power_state": "poweredOff"}
NO_UUID: dict[str, Any] = {"uuid": None, "unreadable": {"config.uuid": "NoPermission"}}


@pytest.mark.parametrize(
    ("other", "names", "doubt"),
    [
        pytest.param({"uuid": UUID, **ON}, ("other",), None, id="a copy that runs"),
        pytest.param({"uuid": OTHER_ORDER, **ON}, ("other",), None, id="in the other byte order"),
        pytest.param({"uuid": UUID, "power_state": "suspended"}, ("other",), None, id="a copy that is suspended"),
        pytest.param({"uuid": UUID, "power_state": "unknown"}, ("other",), None, id="a copy in an unknown state"),
        pytest.param({"uuid": UUID, **OFF}, (), None, id="a copy that is off"),
        pytest.param(
            {"uuid": UUID, "connection_state": "disconnected", **OFF}, ("other",), None, id="off when last heard of"
        ),
        pytest.param({"uuid": OTHER, **ON}, (), None, id="another UUID"),
        pytest.param({"uuid": OTHER, "connection_state": "inaccessible", **ON}, (), None, id="another, not accessible"),
        pytest.param(
            {**NO_UUID, **ON},
            (),
            "the BIOS UUID of VM other cannot be read: NoPermission (give the account System.Read on it)",
            id="it cannot be read",
        ),
        pytest.param({**NO_UUID, **OFF}, (), None, id="it cannot be read, but is off"),
        pytest.param(
            {"uuid": None, "connection_state": "inaccessible", **ON},
            (),
            "VM other is inaccessible, so that nobody can tell what it has (bring its datastore and its files back; "
            "unregister it only if it is lost for good, with the data on its drives)",
            id="its files are away",
        ),
    ],
)
def test_another_vm_of_the_host(
    make_vm: MakeVm, other: dict[str, Any], names: tuple[str, ...], doubt: str | None
) -> None:
    vm = make_vm(**ON)
    around = VmsOnHost((vm, make_vm(moid="vm-2", name="other", **other)))
    assert twins_on_host(vm, around) == Twins(names, (doubt,) if doubt else ())


def test_what_the_host_lists_and_nobody_sees_may_be_one(make_vm: MakeVm) -> None:
    vm = make_vm(**ON)
    twins = twins_on_host(vm, VmsOnHost((vm,), ("the host lists the VM vm-42",)))
    assert twins.described() == ["another VM may have the same BIOS UUID: the host lists the VM vm-42"]


def test_copies_elsewhere_are_added_once(make_vm: MakeVm) -> None:
    replica, off = make_vm(name="replica", **ON), make_vm(name="off", **OFF)
    twins = Twins(("replica",), ("why",)).adding([replica, off, make_vm(name="third", **ON)])
    assert twins == Twins(("replica", "third"), ("why",))
    assert twins.described()[0] == "VM replica has the same BIOS UUID"


def test_what_results_show_can_be_read_again() -> None:
    twins = Twins(("a", "b"), ("x", "y"))
    assert Twins.from_dict(twins.as_dict()) == twins
    assert Twins.from_dict(Twins().as_dict()) == Twins()


@pytest.mark.parametrize("seen", [None, "", "none", OTHER])
def test_what_is_not_the_same_uuid(seen: str | None) -> None:
    assert not same_uuid(seen, UUID)
    assert not same_uuid(seen, None)

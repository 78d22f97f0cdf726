# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts offer VMs, asked as seldom as can be."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import VmOptions
from ansible_collections.directpath.nvme.plugins.module_utils._read.vm_options import Asker, read_options
from pyVmomi import vim, vmodl

MakeVm = Callable[..., Vm]

SESSION: Any = SimpleNamespace(
    object=lambda managed, moid: managed(moid),
    patience=SimpleNamespace(limited=lambda _seconds: contextlib.nullcontext()),
)


def host(moid: str = "host-1", build: str | None = "1", state: str = "connected") -> Host:
    return Host(moid, f"name of {moid}", state, False, "8.0.3", build, "8.0.3.0")


class Browser:
    """An EnvironmentBrowser that knows one guest that takes PCI devices, and one that does not."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, list[str]]] = []

    def QueryConfigOptionEx(self, spec: Any) -> Any:
        self.asked.append((spec.key, spec.host._moId, list(spec.guestId)))
        answer = self.answer.get(spec.host._moId, option()) if isinstance(self.answer, dict) else self.answer
        if isinstance(answer, Exception):
            raise answer
        return answer


def option(most: int | None = 64) -> Any:
    devices: list[Any] = [vim.vm.device.VirtualE1000Option()]
    if most is not None:
        devices.append(
            vim.vm.device.VirtualPCIControllerOption(numPCIPassthroughDevices=vim.option.IntOption(max=most))
        )
    guests = [
        vim.vm.GuestOsDescriptor(id="ubuntu64Guest", supportsHotPlugPCI=True),
        vim.vm.GuestOsDescriptor(id="otherGuest", supportsHotPlugPCI=False),
    ]
    hardware = vim.vm.VirtualHardwareOption(virtualDeviceOption=devices)
    return vim.vm.ConfigOption(guestOSDescriptor=guests, hardwareOptions=hardware)


def test_a_host_whose_build_is_not_known_stands_for_itself_alone(make_vm: MakeVm) -> None:
    browser = Browser(option())
    homes = {"vm-1": host("host-1", build=None), "vm-2": host("host-2", build=None)}
    read_options(SESSION, [Asker(make_vm(moid=moid), home, browser) for moid, home in homes.items()], 60)
    assert [asked for _version, asked, _guests in browser.asked] == ["host-1", "host-2"]


def test_one_call_for_all_that_are_alike(make_vm: MakeVm) -> None:
    one, other = Browser(option()), Browser(option(128))
    askers = [
        Asker(make_vm(moid="vm-1", guest_id="ubuntu64Guest"), host("host-1"), one),
        Asker(make_vm(moid="vm-2", guest_id="otherGuest"), host("host-2"), one),
        Asker(make_vm(moid="vm-3", guest_id="unheardOf"), host("host-1"), one),
        Asker(make_vm(moid="vm-4", guest_id=None), host("host-1"), one),
        Asker(make_vm(moid="vm-5", guest_id="otherGuest", version=21), host("host-1"), one),
        Asker(make_vm(moid="vm-6", guest_id="otherGuest"), host("host-3", build="2"), one),
        Asker(make_vm(moid="vm-7", guest_id="otherGuest"), host("host-1"), other),
    ]
    found = read_options(SESSION, askers, 60)
    assert one.asked == [
        ("vmx-20", "host-1", ["otherGuest", "ubuntu64Guest", "unheardOf"]),
        ("vmx-21", "host-1", ["otherGuest"]),
        ("vmx-20", "host-3", ["otherGuest"]),
    ]
    assert len(other.asked) == 1
    assert found["vm-1"] == VmOptions("ubuntu64Guest", True, 64)
    assert found["vm-2"] == VmOptions("otherGuest", False, 64)
    assert found["vm-3"] == VmOptions("unheardOf", None, 64)
    assert found["vm-4"] == VmOptions(None, None, 64)
    assert found["vm-7"] == VmOptions("otherGuest", False, 128)


def test_a_host_that_answers_stands_for_those_that_do_not(make_vm: MakeVm) -> None:
    browser = Browser(option())
    askers = [
        Asker(make_vm(moid="vm-1", guest_id="otherGuest"), host("host-1", state="notResponding"), browser),
        Asker(make_vm(moid="vm-2", guest_id="otherGuest"), host("host-2"), browser),
    ]
    found = read_options(SESSION, askers, 60)
    assert [asked[1] for asked in browser.asked] == ["host-2"]
    assert found["vm-1"] == found["vm-2"]
    alone = read_options(SESSION, askers[:1], 60)["vm-1"]
    assert alone == Unreadable("its host has no contact with vCenter")
    assert len(browser.asked) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "host name of host-1 offers nothing for vmx-20"),
        (vmodl.fault.InvalidArgument(msg="No.", invalidProperty="key"), "InvalidArgument: No. Property: key"),
        (socket.timeout("timed out"), "host name of host-1 did not answer QueryConfigOptionEx within 60 s"),
        (
            vim.fault.NoPermission(privilegeId="System.View"),
            "NoPermission: The privilege System.View is missing",
        ),
    ],
)
def test_what_is_not_answered_is_unknown(make_vm: MakeVm, answer: Any, reason: str) -> None:
    found = read_options(SESSION, [Asker(make_vm(), host(), Browser(answer))], 60)
    assert found == {"vm-1": Unreadable(reason)}


def test_a_host_that_hangs_does_not_hide_what_another_of_its_build_knows(make_vm: MakeVm) -> None:
    browser = Browser({"host-1": socket.timeout("timed out"), "host-2": socket.timeout("timed out")})
    askers = [
        Asker(make_vm(moid=f"vm-{number}", guest_id="otherGuest"), host(f"host-{min(number, 3)}"), browser)
        for number in range(1, 5)
    ]
    assert isinstance(read_options(SESSION, askers, 60)["vm-3"], Unreadable)
    assert [asked for _version, asked, _guests in browser.asked] == ["host-1", "host-2"]
    found = read_options(SESSION, askers[1:], 60)
    assert found["vm-2"] == found["vm-4"] == VmOptions("otherGuest", False, 64)


def test_who_cannot_be_asked_for_is_not(make_vm: MakeVm) -> None:
    browser = Browser()
    askers = [
        Asker(make_vm(moid="vm-1"), None, browser),
        Asker(make_vm(moid="vm-2"), host(), None),
        Asker(make_vm(moid="vm-3", version=0), host(), browser),
    ]
    found = read_options(SESSION, askers, 60)
    assert all(isinstance(answer, Unreadable) for answer in found.values())
    assert browser.asked == []


def test_a_host_that_does_not_tell_how_many(make_vm: MakeVm) -> None:
    found = read_options(SESSION, [Asker(make_vm(guest_id="otherGuest"), host(), Browser(option(None)))], 60)
    assert found == {"vm-1": VmOptions("otherGuest", False, None)}

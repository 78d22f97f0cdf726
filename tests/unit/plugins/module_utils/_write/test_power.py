# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import TaskFailed
from ansible_collections.directpath.nvme.plugins.module_utils._write import power
from ansible_collections.directpath.nvme.plugins.module_utils._write.power import power_on, shut_down
from pyVmomi import vim

MakeVm = Callable[..., Vm]


def session_of(machine: Machine) -> Any:
    """A session with one VM; a host is its type and MoID."""

    def managed(kind: Any, moid: str) -> Any:
        return machine if kind is vim.VirtualMachine else (kind, moid)

    return SimpleNamespace(server="vcenter.lab:443", object=managed)


class Machine:
    """A VirtualMachine that writes down what it is asked; an error set for a method is raised by it."""

    _moId = "vm-1"

    def __init__(self, **errors: Exception) -> None:
        self.errors = errors
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, method: str) -> Callable[..., str]:
        def call(*arguments: Any) -> str:
            self.calls.append((method, *arguments))
            if method in self.errors:
                raise self.errors[method]
            return method

        return call


@pytest.fixture(autouse=True)
def outcome(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """How waiting ends: a fault of the task, and whether the guest goes off."""
    ends: dict[str, Any] = {"fault": None, "off": True}

    def see_through(_session: Any, _moid: str, start: Callable[[], Any], *_args: Any) -> None:
        start()
        if ends["fault"]:
            raise TaskFailed(ends["fault"])

    def wait_for(_session: Any, obj: Any, _paths: Any, done: Callable[..., bool], _timeout: float) -> Any:
        running = ObjectProperties(obj, {"runtime.powerState": "poweredOn"}, {})
        stopped = ObjectProperties(obj, {"runtime.powerState": "poweredOff"}, {})
        assert not done(running)
        assert done(stopped)
        return stopped if ends["off"] else None

    monkeypatch.setattr(power, "see_through", see_through)
    monkeypatch.setattr(power, "wait_for", wait_for)
    return ends


def test_with_tools_the_guest_is_asked(make_vm: MakeVm) -> None:
    machine = Machine()
    shut_down(session_of(machine), make_vm(tools_running=True), 300)
    assert machine.calls == [("ShutdownGuest",)]


def test_without_tools_the_power_is_cut(make_vm: MakeVm) -> None:
    machine = Machine()
    shut_down(session_of(machine), make_vm(), 300)
    assert machine.calls == [("PowerOffVM_Task",)]


def test_tools_that_stopped_meanwhile(make_vm: MakeVm) -> None:
    machine = Machine(ShutdownGuest=vim.fault.ToolsUnavailable())
    shut_down(session_of(machine), make_vm(tools_running=True), 300)
    assert machine.calls == [("ShutdownGuest",), ("PowerOffVM_Task",)]


def test_a_guest_that_went_off_by_itself(make_vm: MakeVm) -> None:
    machine = Machine(
        ShutdownGuest=vim.fault.InvalidPowerState(requestedState="poweredOff", existingState="poweredOff")
    )
    shut_down(session_of(machine), make_vm(tools_running=True), 300)
    assert machine.calls == [("ShutdownGuest",)]


def test_a_guest_that_does_not_react(make_vm: MakeVm, outcome: dict[str, Any]) -> None:
    outcome["off"] = False
    machine = Machine()
    with pytest.raises(DirectPathError) as caught:
        shut_down(session_of(machine), make_vm(tools_running=True), 300)
    assert (caught.value.code, caught.value.vm) == ("shutdown_timeout", "vm-01")
    assert machine.calls == [("ShutdownGuest",)]


def test_a_vm_starts_on_its_host(make_vm: MakeVm) -> None:
    machine = Machine()
    vm = make_vm()
    power_on(session_of(machine), vm)
    assert machine.calls == [("PowerOnVM_Task", (vim.HostSystem, "host-1"))]


def test_somebody_else_started_it(make_vm: MakeVm, outcome: dict[str, Any]) -> None:
    on = vim.fault.InvalidPowerState(requestedState="poweredOn", existingState="poweredOn")
    outcome["fault"] = on
    power_on(session_of(Machine()), make_vm())


@pytest.mark.parametrize(
    ("fault", "code", "requirement", "words"),
    [
        (vim.fault.InvalidPowerState(existingState="suspended", msg="Oh."), "wrong_power_state", None, "Oh."),
        (vim.fault.NoPermission(privilegeId="VirtualMachine.Interact.PowerOn"), "no_permission", None, "PowerOn"),
        (vim.fault.GenericVmConfigFault(msg="(sched.mem.min) should be equal"), "power_on_failed", "P7", "sched"),
        (vim.fault.GenericVmConfigFault(msg="No luck."), "power_on_failed", None, "No luck."),
    ],
)
def test_a_vm_that_does_not_start(
    make_vm: MakeVm, outcome: dict[str, Any], fault: Any, code: str, requirement: str | None, words: str
) -> None:
    outcome["fault"] = fault
    with pytest.raises(DirectPathError) as caught:
        power_on(session_of(Machine()), make_vm())
    error = caught.value
    assert (error.code, error.requirement, error.vm, error.host) == (code, requirement, "vm-01", "esxi-01")
    assert words in error.msg

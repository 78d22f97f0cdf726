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

SESSION: Any = SimpleNamespace(server="vcenter.lab:443")


class Ref:
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

    def wait_for_task(*_args: Any) -> None:
        if ends["fault"]:
            raise TaskFailed(ends["fault"])

    def wait_for(_session: Any, obj: Any, _paths: Any, done: Callable[..., bool], _timeout: float) -> Any:
        running = ObjectProperties(obj, {"runtime.powerState": "poweredOn"}, {})
        stopped = ObjectProperties(obj, {"runtime.powerState": "poweredOff"}, {})
        assert not done(running)
        assert done(stopped)
        return stopped if ends["off"] else None

    monkeypatch.setattr(power, "wait_for_task", wait_for_task)
    monkeypatch.setattr(power, "wait_for", wait_for)
    return ends


def test_with_tools_the_guest_is_asked(make_vm: MakeVm) -> None:
    ref = Ref()
    shut_down(SESSION, make_vm(ref=ref, tools_running=True), 300)
    assert ref.calls == [("ShutdownGuest",)]


def test_without_tools_the_power_is_cut(make_vm: MakeVm) -> None:
    ref = Ref()
    shut_down(SESSION, make_vm(ref=ref), 300)
    assert ref.calls == [("PowerOffVM_Task",)]


def test_tools_that_stopped_meanwhile(make_vm: MakeVm) -> None:
    ref = Ref(ShutdownGuest=vim.fault.ToolsUnavailable())
    shut_down(SESSION, make_vm(ref=ref, tools_running=True), 300)
    assert ref.calls == [("ShutdownGuest",), ("PowerOffVM_Task",)]


def test_a_guest_that_went_off_by_itself(make_vm: MakeVm) -> None:
    ref = Ref(ShutdownGuest=vim.fault.InvalidPowerState(requestedState="poweredOff", existingState="poweredOff"))
    shut_down(SESSION, make_vm(ref=ref, tools_running=True), 300)
    assert ref.calls == [("ShutdownGuest",)]


def test_a_guest_that_does_not_react(make_vm: MakeVm, outcome: dict[str, Any]) -> None:
    outcome["off"] = False
    ref = Ref()
    with pytest.raises(DirectPathError) as caught:
        shut_down(SESSION, make_vm(ref=ref, tools_running=True), 300)
    assert (caught.value.code, caught.value.vm) == ("shutdown_timeout", "vm-01")
    assert ref.calls == [("ShutdownGuest",)]


def test_a_vm_starts_on_its_host(make_vm: MakeVm) -> None:
    ref = Ref()
    vm = make_vm(ref=ref)
    power_on(SESSION, vm)
    assert ref.calls == [("PowerOnVM_Task", vm.host)]


def test_somebody_else_started_it(make_vm: MakeVm, outcome: dict[str, Any]) -> None:
    on = vim.fault.InvalidPowerState(requestedState="poweredOn", existingState="poweredOn")
    power_on(SESSION, make_vm(ref=Ref(PowerOnVM_Task=on)))
    outcome["fault"] = on
    power_on(SESSION, make_vm(ref=Ref()))


def test_a_vm_that_does_not_start(make_vm: MakeVm, outcome: dict[str, Any]) -> None:
    outcome["fault"] = vim.fault.InvalidPowerState(requestedState="poweredOn", existingState="suspended", msg="Oh.")
    with pytest.raises(DirectPathError) as caught:
        power_on(SESSION, make_vm(ref=Ref()))
    assert (caught.value.code, caught.value.fault) == ("power_on_failed", "InvalidPowerState")
    assert "InvalidPowerState: Oh." in caught.value.msg

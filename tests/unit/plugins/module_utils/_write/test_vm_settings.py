# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens after a failure in the middle, which a server cannot be made to do in every combination."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_config import plan_vm_config
from ansible_collections.directpath.nvme.plugins.module_utils._write import vm_settings
from pyVmomi import vim

MakeVm = Callable[..., Vm]


class Server:
    """Stands for the server: does what it is told, except where an error is set."""

    def __init__(self, vm: Vm) -> None:
        self.vm = vm
        self.calls: list[str] = []
        self.errors: dict[str, Exception] = {}
        self.ignores_changes = False

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.errors:
            raise self.errors[name]

    def shut_down(self, *_args: Any) -> None:
        self._call("shut_down")
        self.vm = replace(self.vm, power_state="poweredOff")

    def power_on(self, *_args: Any) -> None:
        self._call("power_on")
        self.vm = replace(self.vm, power_state="poweredOn")

    def read_vm(self, *_args: Any) -> Vm:
        self._call("read_vm")
        return self.vm

    def reconfigure(self, _session: Any, _vm: Vm, fields: dict[str, Any]) -> None:
        self._call("reconfigure")
        if not self.ignores_changes:
            attributes = {"memoryReservationLockedToMax": "memory_locked", "fixedPassthruHotPlugEnabled": "hot_plug"}
            self.vm = replace(self.vm, **{attributes[name]: value for name, value in fields.items()})


@pytest.fixture
def server(make_vm: MakeVm, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Of a running VM without reservation and hot-plug flag."""
    server = Server(make_vm(power_state="poweredOn", hot_plug=False, memory_locked=False, memory_reservation_mb=0))
    monkeypatch.setattr(vm_settings, "shut_down", server.shut_down)
    monkeypatch.setattr(vm_settings, "power_on", server.power_on)
    monkeypatch.setattr(vm_settings, "read_vm", server.read_vm)
    monkeypatch.setattr(vm_settings, "_reconfigure", server.reconfigure)
    return server


def apply(server: Server) -> str:
    session: Any = SimpleNamespace(server="vcenter.lab:443")
    return vm_settings.apply_settings(session, plan_vm_config(server.vm, (), allow_power_off=True), shutdown_timeout=1)


def failure_of(server: Server) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        apply(server)
    return caught.value


def test_all_goes_well(server: Server) -> None:
    assert apply(server) == "poweredOn"
    assert server.calls == ["shut_down", "reconfigure", "read_vm", "power_on"]


def test_a_success_that_changed_nothing_is_a_failure(server: Server) -> None:
    server.ignores_changes = True
    error = failure_of(server)
    assert error.code == "not_applied"
    assert "Not applied: memoryReservationLockedToMax, fixedPassthruHotPlugEnabled." in error.msg
    assert error.result["power_state"] == "poweredOn"
    assert server.calls[-1] == "power_on"


def test_a_vm_that_was_not_stopped_is_not_started(server: Server) -> None:
    server.errors["shut_down"] = DirectPathError("It still runs.", "shutdown_timeout")
    error = failure_of(server)
    assert error.code == "shutdown_timeout"
    assert error.result["changed"] is error.result["power_cycled"] is False
    assert server.calls == ["shut_down", "read_vm"]


def test_a_fault_that_nobody_foresaw_leaves_the_vm_running(server: Server) -> None:
    server.errors["reconfigure"] = vim.fault.NoPermission(privilegeId="VirtualMachine.Config.Settings")
    error = failure_of(server)
    assert (error.code, error.fault) == ("no_permission", "NoPermission")
    assert "VirtualMachine.Config.Settings" in error.msg
    assert "Applied: nothing." in error.msg
    assert server.vm.power_state == "poweredOn"


def test_a_vm_is_started_even_if_it_cannot_be_read(server: Server) -> None:
    server.errors["reconfigure"] = DirectPathError("The connection was lost.", "connection_lost")
    server.errors["read_vm"] = DirectPathError("The connection is lost again.", "connection_lost")
    error = failure_of(server)
    assert error.msg == (
        "The connection was lost. The connection is lost again. What was applied by then could not be read."
    )
    assert error.result["changed"] is True
    assert server.calls[-1] == "power_on"


def test_every_failure_is_told(server: Server) -> None:
    server.errors["reconfigure"] = DirectPathError("No.", "reconfigure_failed", remedy="Try again.")
    server.errors["power_on"] = DirectPathError("It does not start.", "power_on_failed")
    error = failure_of(server)
    assert error.code == "reconfigure_failed"
    assert error.msg.startswith("No. It does not start. Applied: nothing.")
    assert "is now poweredOff" in error.msg
    assert str(error).endswith("Try again.")


def test_a_config_spec_has_nothing_but_its_fields() -> None:
    spec = vm_settings._config_spec({"flags.vvtdEnabled": False, "cpuHotAddEnabled": False})
    set_fields = {field.name for field in spec._GetPropertyList() if getattr(spec, field.name) not in (None, [])}
    assert set_fields == {"flags", "cpuHotAddEnabled"}
    assert (spec.flags.vvtdEnabled, spec.flags.enableLogging, spec.cpuHotAddEnabled) == (False, None, False)

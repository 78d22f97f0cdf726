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
        self.started_on: str | None = None
        self.errors: dict[str, Exception] = {}
        self.ignores_changes = False
        self.loses_answers = False
        self.is_moved = False

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.errors:
            raise self.errors[name]

    def shut_down(self, *_args: Any) -> None:
        self._call("shut_down")
        self.vm = replace(self.vm, power_state="poweredOff", host_moid="host-2" if self.is_moved else "host-1")

    def power_on(self, _session: Any, vm: Vm) -> None:
        self._call("power_on")
        self.started_on = vm.host_moid
        self.vm = replace(self.vm, power_state="poweredOn")

    def read_vm(self, *_args: Any) -> Vm:
        self._call("read_vm")
        return self.vm

    def reconfigure(self, _session: Any, _vm: Vm, fields: dict[str, Any]) -> None:
        self._call("reconfigure")
        if not self.ignores_changes:
            self.vm = replace(self.vm, settings={**self.vm.settings, **fields})
        if self.loses_answers:
            raise LOST


OFF = {"fixedPassthruHotPlugEnabled": False, "memoryReservationLockedToMax": False}


@pytest.fixture
def server(make_vm: MakeVm, monkeypatch: pytest.MonkeyPatch) -> Server:
    """Of a running VM without reservation and hot-plug flag."""
    server = Server(
        make_vm(
            power_state="poweredOn",
            fixedPassthruHotPlugEnabled=False,
            memoryReservationLockedToMax=False,
            memory_reservation_mb=0,
        )
    )
    monkeypatch.setattr(vm_settings, "shut_down", server.shut_down)
    monkeypatch.setattr(vm_settings, "power_on", server.power_on)
    monkeypatch.setattr(vm_settings, "read_vm", server.read_vm)
    monkeypatch.setattr(vm_settings, "_reconfigure", server.reconfigure)
    return server


def apply(server: Server, start: bool = False) -> vm_settings.Work:
    session: Any = SimpleNamespace(server="vcenter.lab:443")
    work = vm_settings.Work(session, plan_vm_config(server.vm, (), allow_power_off=True).steps, server.vm, "host-1")
    work.run(shutdown_timeout=1, start=start)
    return work


def codes(work: vm_settings.Work) -> list[str]:
    return [failure.code for failure in work.failures]


LOST = DirectPathError("The connection was lost.", "connection_lost")


def test_all_goes_well(server: Server) -> None:
    work = apply(server)
    assert (work.failures, work.stopped, work.started, work.vm) == ([], True, True, server.vm)
    assert server.calls == ["shut_down", "reconfigure", "read_vm", "power_on", "read_vm"]


def test_a_success_that_changed_nothing_is_a_failure(server: Server) -> None:
    server.ignores_changes = True
    work = apply(server)
    assert codes(work) == ["not_applied"]
    assert work.named(applied=False) == ["memoryReservationLockedToMax", "fixedPassthruHotPlugEnabled"]
    assert work.vm.power_state == "poweredOn"


def test_a_vm_that_was_not_stopped_is_not_started(server: Server) -> None:
    server.errors["shut_down"] = DirectPathError("It still runs.", "shutdown_timeout")
    work = apply(server)
    assert (codes(work), work.stopped, work.started) == (["shutdown_timeout"], False, False)
    assert server.calls == ["shut_down", "read_vm"]


def test_a_fault_that_nobody_foresaw_leaves_the_vm_running(server: Server) -> None:
    server.errors["reconfigure"] = vim.fault.NoPermission(privilegeId="VirtualMachine.Config.Settings")
    work = apply(server)
    (failure,) = work.failures
    assert (failure.code, failure.fault) == ("no_permission", "NoPermission")
    assert "VirtualMachine.Config.Settings" in failure.msg
    assert work.named(applied=True) == []
    assert server.vm.power_state == "poweredOn"


def test_a_vm_is_started_even_if_it_cannot_be_read(server: Server) -> None:
    server.errors["reconfigure"] = LOST
    server.errors["read_vm"] = DirectPathError("The connection is lost again.", "connection_lost")
    work = apply(server)
    assert codes(work) == ["connection_lost"] * 3
    assert (work.verified, work.started) == (False, True)
    assert "power_on" in server.calls


def test_an_answer_that_was_lost_does_not_matter_where_all_is_in_force(server: Server) -> None:
    server.loses_answers = True
    work = apply(server)
    assert (work.failures, work.named(applied=False), work.vm.power_state) == ([], [], "poweredOn")


def test_every_failure_is_kept(server: Server) -> None:
    server.errors["reconfigure"] = DirectPathError("No.", "reconfigure_failed", remedy="Try again.")
    server.errors["power_on"] = DirectPathError("It does not start.", "power_on_failed")
    work = apply(server)
    assert codes(work) == ["reconfigure_failed", "power_on_failed"]
    assert work.vm.power_state == "poweredOff"


def test_a_vm_that_was_moved_meanwhile_is_started_where_it_belongs(server: Server) -> None:
    server.is_moved = True
    work = apply(server)
    assert (server.started_on, work.vm.host_moid) == ("host-1", "host-2")


def test_a_vm_that_is_to_run_is_started_only_if_all_went_well(server: Server) -> None:
    server.vm = replace(server.vm, power_state="poweredOff")
    assert apply(server, start=True).started
    server.vm = replace(server.vm, power_state="poweredOff", settings={**server.vm.settings, **OFF})
    server.errors["reconfigure"] = DirectPathError("No.", "reconfigure_failed")
    assert not apply(server, start=True).started


def test_a_config_spec_has_nothing_but_its_fields() -> None:
    spec = vm_settings._config_spec({"flags.vvtdEnabled": False, "cpuHotAddEnabled": False})
    set_fields = {field.name for field in spec._GetPropertyList() if getattr(spec, field.name) not in (None, [])}
    assert set_fields == {"flags", "cpuHotAddEnabled"}
    assert (spec.flags.vvtdEnabled, spec.flags.enableLogging, spec.cpuHotAddEnabled) == (False, None, False)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._operations import vm_hotplug_config as module
from ansible_collections.directpath.nvme.plugins.module_utils._operations.vm_hotplug_config import _require_success
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_config import PERMISSIONS, plan_vm_config
from ansible_collections.directpath.nvme.plugins.module_utils._write.vm_settings import Work

MakeVm = Callable[..., Vm]

MEMORY = {"memoryReservationLockedToMax": False, "memory_reservation_mb": 0}


def failure_of(before: Vm, now: Vm, named: str | None, **state: Any) -> DirectPathError:
    plan = plan_vm_config(before, (), allow_power_off=True)
    nothing: Any = None
    work = Work(nothing, plan.steps, now, before.host_moid, **state)
    with pytest.raises(DirectPathError) as caught:
        _require_success(work, before, named, plan)
    return caught.value


@pytest.mark.parametrize("named", [None, "esxi-01", "host-1"])
def test_a_vm_that_was_started_on_another_host_is_an_error(make_vm: MakeVm, named: str | None) -> None:
    """DRS or HA may know better than the one who named the host."""
    before = make_vm()
    now = replace(before, power_state="poweredOn", host_moid="host-2", host_name="esxi-02")
    error = failure_of(before, now, named, started=True)
    assert (error.code, error.host, error.result["changed"]) == ("wrong_host", "esxi-02", True)
    assert error.result["host"] == {"name": "esxi-02", "moid": "host-2"}
    assert "It was powered on there." in error.msg


def test_a_failure_tells_all_that_happened(make_vm: MakeVm) -> None:
    before = make_vm(power_state="poweredOn", fixedPassthruHotPlugEnabled=False, **MEMORY)
    half = {**before.settings, "memoryReservationLockedToMax": True}
    failures = [DirectPathError("No.", "reconfigure_failed", remedy="Mend it."), DirectPathError("Not on.", "vm_busy")]
    now = replace(before, power_state="poweredOff", settings=half)
    error = failure_of(before, now, None, failures=failures, stopped=True, verified=True)
    assert error.msg == (
        "No. Not on. Applied: memoryReservationLockedToMax. Not applied: fixedPassthruHotPlugEnabled. "
        "The VM, which was running before, is now poweredOff."
    )
    assert (error.code, error.remedy, error.result["changed"]) == ("reconfigure_failed", "Mend it.", True)
    assert [item["after"] for item in error.result["settings"]] == [True, False]


def test_what_could_not_be_read_is_not_told_as_known(make_vm: MakeVm) -> None:
    before = make_vm(power_state="poweredOn", **MEMORY)
    error = failure_of(before, before, None, failures=[DirectPathError("Lost.", "connection_lost")], stopped=True)
    assert error.msg == "Lost. What was applied by then could not be read."


def test_residue_that_cannot_be_read_does_not_hide_what_was_done_before(
    make_vm: MakeVm, monkeypatch: pytest.MonkeyPatch
) -> None:
    vm = make_vm(power_state="poweredOff")
    found = {"find_vm": SimpleNamespace(_moId=vm.moid), "named_host": None, "read_vm": vm, "read_residue": None}
    for name, answer in found.items():
        monkeypatch.setattr(module, name, lambda *_args, answer=answer: answer)

    def power_on(work: Work, *_args: Any) -> None:
        work.vm, work.started = replace(vm, power_state="poweredOn"), True

    monkeypatch.setattr(Work, "run", power_on)
    params: dict[str, Any] = {**dict.fromkeys(PERMISSIONS, False), "esxi_host_name": None, "allow_power_off": False}
    params |= {"power_state": "powered_on", "shutdown_timeout": 1, "clean_residue": True}
    nothing: Any = None
    with pytest.raises(DirectPathError) as caught:
        module.operate(nothing, params, False)
    assert (caught.value.code, caught.value.result["changed"]) == ("vm_not_readable", True)
    assert caught.value.result["power_state"] == "poweredOn"

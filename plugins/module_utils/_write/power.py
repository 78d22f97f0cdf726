# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stopping a VM as gently as it allows, and starting it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF, POWERED_ON, Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fault_hints import hint_of
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import as_error
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import TaskFailed, wait_for
from ansible_collections.directpath.nvme.plugins.module_utils._write.vm_task import Unsettled, see_through

try:
    from pyVmomi import vim
except ImportError:
    pass


POWER_TIMEOUT = 300
"""Seconds that a power-on or a hard power-off may take."""


def shut_down(session: Session, vm: Vm, timeout: float) -> None:
    """Have the guest shut down; only where no VMware Tools run is the power cut.

    :param timeout: seconds that the guest may take.
    :raises DirectPathError: ``shutdown_timeout``, ``power_off_failed``.
    """
    machine = session.object(vim.VirtualMachine, vm.moid)
    if not vm.tools_running or not _ask_guest(machine):
        _change_power(session, vm, machine.PowerOffVM_Task, POWERED_OFF)
        return
    off = wait_for(
        session,
        machine,
        ["runtime.powerState"],
        lambda state: bool(state.get("runtime.powerState") == POWERED_OFF),
        timeout,
    )
    if off is None:
        raise DirectPathError(
            f"The guest of VM {vm.name} was asked to shut down and still runs after {int(timeout)} s; it may yet stop.",
            "shutdown_timeout",
            vm=vm.name,
            remedy="Shut it down by hand or set a longer shutdown_timeout, then run the play again.",
        )


def power_on(session: Session, vm: Vm) -> None:
    """Start a VM on the host that it is on, where its devices are, wherever DRS would like it better.

    :raises DirectPathError: ``power_on_failed``.
    """
    machine, host = session.object(vim.VirtualMachine, vm.moid), session.object(vim.HostSystem, str(vm.host_moid))
    _change_power(session, vm, lambda: machine.PowerOnVM_Task(host), POWERED_ON)


def _ask_guest(machine: Any) -> bool:
    """Ask for a shutdown of the guest; False if its tools have stopped meanwhile."""
    try:
        machine.ShutdownGuest()
    except vim.fault.ToolsUnavailable:
        return False
    except vim.fault.InvalidPowerState:
        # It went off by itself; the wait for that ends at once.
        pass
    return True


def _change_power(session: Session, vm: Vm, start: Callable[[], Any], wanted: str) -> None:
    words, code = {
        POWERED_ON: ("powered on", "power_on_failed"),
        POWERED_OFF: ("powered off", "power_off_failed"),
    }[wanted]
    machine = session.object(vim.VirtualMachine, vm.moid)

    def is_done() -> bool:
        found = retrieve(session, [machine], {vim.VirtualMachine: ["runtime.powerState"]})
        return bool(found and found[0].get("runtime.powerState") == wanted)

    try:
        see_through(session, vm.moid, start, is_done, POWER_TIMEOUT, f"VM {vm.name} being {words}")
    except TaskFailed as failed:
        if getattr(failed.fault, "existingState", None) == wanted:
            # Somebody was faster.
            return
        hint = hint_of(failed.text)
        raise as_error(
            failed.fault,
            f"VM {vm.name} could not be {words}",
            code,
            hint.remedy if hint else "Mend what the server names, then run the play again.",
            requirement=hint.requirement if hint else None,
            host=vm.host_name,
            vm=vm.name,
        ) from failed
    except Unsettled as error:
        raise error.at(host=vm.host_name, vm=vm.name) from error

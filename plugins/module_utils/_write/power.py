# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stopping a VM as gently as it allows, and starting it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF, POWERED_ON, Vm
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import describe_fault, fault_name
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import (
    TaskFailed,
    wait_for,
    wait_for_task,
)

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
    if not vm.tools_running or not _ask_guest(vm):
        _change_power(session, vm, vm.ref.PowerOffVM_Task, POWERED_OFF)
        return
    off = wait_for(
        session,
        vm.ref,
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
    _change_power(session, vm, lambda: vm.ref.PowerOnVM_Task(vm.host), POWERED_ON)


def _ask_guest(vm: Vm) -> bool:
    """Ask for a shutdown of the guest; False if its tools have stopped meanwhile."""
    try:
        vm.ref.ShutdownGuest()
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
    try:
        wait_for_task(session, start(), POWER_TIMEOUT, f"VM {vm.name} being {words}")
        return
    except TaskFailed as failed:
        fault = failed.fault
    except vim.fault.InvalidPowerState as error:
        fault = error
    if getattr(fault, "existingState", None) == wanted:
        # Somebody was faster.
        return
    raise DirectPathError(
        f"VM {vm.name} could not be {words}: {describe_fault(fault)}.",
        code,
        vm=vm.name,
        fault=fault_name(fault),
        remedy="Mend what the server names, then run the play again.",
    )

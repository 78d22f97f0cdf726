# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing a VM's settings: stop it, reconfigure, read back, start it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF, POWERED_ON, Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_config import (
    Setting,
    config_specs,
    needs_power_cycle,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import read_vm
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, as_error, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import TaskFailed
from ansible_collections.directpath.nvme.plugins.module_utils._write.power import power_on, shut_down
from ansible_collections.directpath.nvme.plugins.module_utils._write.vm_task import UNSEEN, Unsettled, see_through

try:
    from pyVmomi import vim
except ImportError:
    pass


RECONFIGURE_TIMEOUT = 300
"""Seconds that one ReconfigVM_Task may take."""


@dataclass
class Work:
    """A change of a VM: what it is to be, the VM as last read, and what failed so far.

    :param home: MoID of the host that the VM belongs on.
    :param stopped: we shut the VM down. :param started: we powered it on.
    :param verified: ``vm`` was read after the change. :param sent: a change was sent.
    """

    session: Session
    settings: Sequence[Setting]
    vm: Vm
    home: str | None
    failures: list[DirectPathError] = field(default_factory=list)
    stopped: bool = False
    started: bool = False
    verified: bool = False
    sent: bool = False

    def run(self, shutdown_timeout: float, start: bool) -> None:
        """Do it all. However it goes, a VM that we stopped is started again.

        :param start: the VM is to run afterwards, whether or not it did before.
        """
        if self.settings:
            self._attempt(lambda: self._change(shutdown_timeout))
            self._attempt(self._verify)
        if self.stopped or (start and not self.failures):
            self._attempt(self._power_on)

    def named(self, applied: bool) -> list[str]:
        """The names of the settings that are, or are not, as planned."""
        now = self.vm.settings
        return [item.name for item in self.settings if (now[item.name] == item.after) == applied]

    def _attempt(self, step: Callable[[], None]) -> None:
        """Keep a failure instead of raising it: what comes after has to be done all the same."""
        try:
            step()
        except DirectPathError as error:
            self.failures.append(error)
        except SERVER_FAULT as fault:
            self.failures.append(unforeseen(fault, self.session.server))

    def _change(self, shutdown_timeout: float) -> None:
        """Stop the VM if it has to be, and apply all settings."""
        if needs_power_cycle(self.vm, self.settings):
            shut_down(self.session, self.vm, shutdown_timeout)
            self.stopped = True
        for spec in config_specs(self.settings):
            self.sent = True
            _reconfigure(self.session, self.vm, spec)

    def _verify(self) -> None:
        """Read the VM back: neither a server's success nor its silence is proof."""
        self.vm = read_vm(self.session, self.vm.moid)
        self.verified = True
        if not self.named(applied=False):
            # All is in force: that an answer was lost on the way does not matter any more.
            self.failures = [error for error in self.failures if error.code not in UNSEEN]
        elif not self.failures:
            raise DirectPathError(
                f"{self.session.server} reported success for VM {self.vm.name}, but not all settings are in force.",
                "not_applied",
                requirement="P7",
                vm=self.vm.name,
                remedy="Check whether something else manages this VM, then run the play again.",
            )

    def _power_on(self) -> None:
        """Start the VM if it is off; if its state could not be read, try all the same. Then see where it runs."""
        if self.settings and self.verified and self.vm.power_state != POWERED_OFF:
            return
        # By then the VM may have been moved; it belongs where it was when that was judged.
        try:
            power_on(self.session, replace(self.vm, host_moid=self.home))
        except Unsettled as error:
            self.started = error.done is True
            raise
        self.started = True
        self.vm = replace(self.vm, power_state=POWERED_ON)
        self.vm = read_vm(self.session, self.vm.moid)


def _reconfigure(session: Session, vm: Vm, fields: Mapping[str, Any]) -> None:
    names = ", ".join(fields)

    def is_done() -> bool:
        now = read_vm(session, vm.moid).settings
        return all(now[name] == value for name, value in fields.items())

    apply_spec(session, vm, _config_spec(fields), f"be given {names}", f"Setting {names} of VM {vm.name}", is_done)


def apply_spec(session: Session, vm: Vm, spec: Any, aim: str, what: str, is_done: Callable[[], bool]) -> None:
    """One ReconfigVM_Task, seen through.

    :param aim: for the message of a refusal, behind "could not"; ``what``: the work in words.
    :param is_done: reads whether the change is in place.
    :raises DirectPathError: ``reconfigure_failed``, or a code that says more.
    """
    machine = session.object(vim.VirtualMachine, vm.moid)
    try:
        see_through(session, vm.moid, lambda: machine.ReconfigVM_Task(spec), is_done, RECONFIGURE_TIMEOUT, what)
    except TaskFailed as failed:
        raise as_error(
            failed.fault,
            f"VM {vm.name} could not {aim}",
            "reconfigure_failed",
            "Mend what the server names, then run the play again: it goes on from there.",
            host=vm.host_name,
            vm=vm.name,
        ) from failed
    except Unsettled as error:
        raise error.at(host=vm.host_name, vm=vm.name) from error


def _config_spec(fields: Mapping[str, Any]) -> Any:
    """A VirtualMachineConfigSpec with these fields and no other; ``flags.x`` is a field of its FlagInfo."""
    spec = vim.vm.ConfigSpec()
    for name, value in fields.items():
        group, _dot, flag = name.partition(".")
        if flag:
            setattr(spec, group, vim.vm.FlagInfo(**{flag: value}))
        else:
            setattr(spec, name, value)
    return spec

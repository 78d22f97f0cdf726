# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing a VM's settings: stop it, reconfigure, read back, start it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF, POWERED_ON, Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_config import VmConfigPlan
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import read_vm
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import TaskFailed, wait_for_task
from ansible_collections.directpath.nvme.plugins.module_utils._write.power import power_on, shut_down

try:
    from pyVmomi import vim
except ImportError:
    pass


RECONFIGURE_TIMEOUT = 300
"""Seconds that one ReconfigVM_Task may take."""


@dataclass
class _Work:
    """A change under way: the VM as last read, and what failed so far.

    :param stopped: we shut the VM down.
    :param verified: ``vm`` was read after the change.
    """

    session: Session
    plan: VmConfigPlan
    vm: Vm
    failures: list[DirectPathError] = field(default_factory=list)
    stopped: bool = False
    verified: bool = False

    def attempt(self, step: Callable[[], None]) -> None:
        """Keep a failure instead of raising it: what comes after has to be done all the same."""
        try:
            step()
        except DirectPathError as error:
            self.failures.append(error)
        except SERVER_FAULT as fault:
            self.failures.append(unforeseen(fault, self.session.server))

    def change(self, shutdown_timeout: float) -> None:
        """Stop the VM if it has to be, and apply all steps."""
        if self.plan.power_cycle:
            shut_down(self.session, self.vm, shutdown_timeout)
            self.stopped = True
        for step in self.plan.steps:
            _reconfigure(self.session, self.vm, step)

    def verify(self) -> None:
        """Read the VM back: a server's success is not proof."""
        self.vm = read_vm(self.session, self.vm.ref)
        self.verified = True
        if self.settings(applied=False) and not self.failures:
            raise DirectPathError(
                f"{self.session.server} reported success for VM {self.vm.name}, but not all settings are in force.",
                "not_applied",
                requirement="P7",
                vm=self.vm.name,
                remedy="Check whether something else manages this VM, then run the play again.",
            )

    def restart(self) -> None:
        """Start the VM again if it is off because of us; if its state could not be read, try all the same."""
        if not self.verified or self.vm.power_state == POWERED_OFF:
            power_on(self.session, self.vm)
            self.vm = replace(self.vm, power_state=POWERED_ON)

    def settings(self, applied: bool) -> list[str]:
        """The names of the settings that are, or are not, as planned."""
        now = self.vm.settings
        return [item.name for item in self.plan.settings if (now[item.name] == item.after) == applied]

    def error(self) -> DirectPathError:
        """The first failure, and all that happened besides."""
        first, *others = self.failures
        text = [other.msg for other in others]
        applied, missing, now = self.settings(applied=True), self.settings(applied=False), self.vm.settings
        result = {
            "changed": self.stopped or bool(applied),
            "vm": self.vm.identity_with_uuid,
            "host": {"name": self.vm.host_name, "moid": self.vm.host._moId},
            "power_state": self.vm.power_state,
            "power_cycled": self.stopped,
            "settings": [replace(item, after=now[item.name]).as_dict() for item in self.plan.settings],
            "findings": [finding.as_dict() for finding in self.plan.findings],
        }
        if not self.verified:
            return first.adding(" ".join([*text, "What was applied by then could not be read."]), result)
        text.append(f"Applied: {', '.join(applied) or 'nothing'}. Not applied: {', '.join(missing) or 'nothing'}.")
        if self.plan.power_cycle:
            text.append(f"The VM, which was running before, is now {self.vm.power_state}.")
        return first.adding(" ".join(text), result)


def apply_settings(session: Session, plan: VmConfigPlan, shutdown_timeout: float) -> str:
    """Change the VM and return its power state after that. However it goes, a VM that we stopped is started again."""
    work = _Work(session, plan, plan.vm)
    work.attempt(lambda: work.change(shutdown_timeout))
    work.attempt(work.verify)
    if plan.power_cycle:
        work.attempt(work.restart)
    if work.failures:
        raise work.error()
    return work.vm.power_state


def _reconfigure(session: Session, vm: Vm, fields: Mapping[str, Any]) -> None:
    names = ", ".join(fields)
    try:
        task = vm.ref.ReconfigVM_Task(_config_spec(fields))
        wait_for_task(session, task, RECONFIGURE_TIMEOUT, f"Setting {names} of VM {vm.name}")
    except TaskFailed as failed:
        raise DirectPathError(
            f"VM {vm.name} could not be given {names}: {failed.text}.",
            "reconfigure_failed",
            vm=vm.name,
            fault=failed.name,
            remedy="Mend what the server names, then run the play again: it goes on from there.",
        ) from failed


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

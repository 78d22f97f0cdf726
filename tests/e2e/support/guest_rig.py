# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab with one running VM and its guest, and the collection's own playbooks to work on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_run import Result, Task, run_playbook
from labclient import GuestAccess, Lab
from module_steps import run_steps
from virtual_machine import VM, virtual_machine

HOST = "esxi-01.lab"
NAME = "vm-01"
FIRST, SECOND = "0000:d8:00.0", "0000:d9:00.0"

PIPELINING = {"ANSIBLE_PIPELINING": "true"}
"""One SSH session for a task instead of five: an emulated processor takes half a second to open each."""

ConfigOf = Callable[..., dict[str, Any]]
"""The fixture guest_config."""


@dataclass(frozen=True)
class Rig:
    """The playbooks move SECOND, unless told otherwise."""

    lab: Lab
    guest: GuestAccess

    def inventory(self, state: str = "present", **changes: Any) -> dict[str, Any]:
        variables = {
            **self.guest.inventory_vars(),
            "nvme_hotplug_esxi_host": HOST,
            "nvme_hotplug_devices": [{"address": SECOND, "state": state}],
            **changes,
        }
        return {"vms": {"hosts": {NAME: variables}}}

    def play(self, playbook: str, state: str = "present", **changes: Any) -> Result:
        inventory = self.inventory(state, **changes)
        return run_playbook(f"directpath.nvme.{playbook}", self.lab, inventory=inventory, env=PIPELINING)

    def module(self, state: str, address: str = SECOND, *, fails: bool = False, **more: Any) -> dict[str, Any]:
        """What vm_pci_hotplug answers."""
        args = {"name": NAME, "devices": [{"address": address}], "state": state, **more}
        (answer,) = run_steps(self.lab, "directpath.nvme.vm_pci_hotplug", args)
        assert answer["failed"] == fails, answer
        return answer

    def look(self, **changes: Any) -> dict[str, Any]:
        """What guest_nvme_info says."""
        play = {
            "hosts": "vms",
            "gather_facts": False,
            "tasks": [{"name": "look", "directpath.nvme.guest_nvme_info": {}}],
        }
        run = run_playbook([play], None, inventory=self.inventory(**changes), env=PIPELINING)
        assert run.rc == 0, run.output
        (task,) = run.tasks
        return task.result

    def in_vm(self) -> list[str]:
        (vm,) = (vm for vm in self.lab.state()["vms"] if vm["name"] == NAME)
        return sorted(device["address"] for device in vm["pci_devices"])

    def machine(self) -> AbstractContextManager[VM]:
        return virtual_machine(self.lab, NAME)


@contextmanager
def rig(config: dict[str, Any], **settings: Any) -> Iterator[Rig]:
    """A rig whose guest has booted; settings are the lab's."""
    with Lab.start(config, settings=settings) as lab:
        yield Rig(lab, lab.guest(NAME, wait=90))


def table(result: Result) -> dict[str, Any]:
    """The row of the drive in the result of hotplug_verify."""
    facts = [task.result["ansible_facts"] for task in result.tasks if "hotplug_verify_table" in str(task.result)]
    (row,) = facts[-1]["hotplug_verify_table"]
    return dict(row)


def refusal(result: Result) -> Task:
    """The task that ended the run; before it, a guest may have failed to answer."""
    return result.failed[-1]

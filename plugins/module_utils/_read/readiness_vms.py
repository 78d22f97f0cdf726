# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VMs that are judged ready, what is being worked on them, and what is around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import VmPlace
from ansible_collections.directpath.nvme.plugins.module_utils._read.clusters import cluster_facts
from ansible_collections.directpath.nvme.plugins.module_utils._read.fleet_find import FoundVm
from ansible_collections.directpath.nvme.plugins.module_utils._read.readiness_hosts import BROWSER, HostReading
from ansible_collections.directpath.nvme.plugins.module_utils._read.tasks import RECENT, TASK_PATHS, tasks_of, to_tasks
from ansible_collections.directpath.nvme.plugins.module_utils._read.vm_options import Asker, read_options
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import VM_PATHS, to_host, vms_of
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import retrieve, understood
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


class BusyVms:
    """Reads VMs as read_vms() does, of a server of any age, and in the same retrieval what is being worked on each."""

    def __init__(self) -> None:
        self.tasks: dict[str, tuple[str, ...] | Unreadable] = {}
        """By the MoID of the VM."""

    def read(self, session: Session, refs: Sequence[Any]) -> dict[str, Vm]:
        """As read_vms()."""
        if not refs:
            return {}
        paths = {
            vim.VirtualMachine: [*VM_PATHS, RECENT],
            vim.HostSystem: ["name"],
            vim.Task: TASK_PATHS,
        }
        answer = retrieve(session, refs, understood(session, paths), [to_host(), to_tasks(vim.VirtualMachine)])
        found = {item.obj: item for item in answer}
        self.tasks = {
            ref._moId: tasks_of(item, found) for ref, item in found.items() if isinstance(ref, vim.VirtualMachine)
        }
        return vms_of(answer)


def read_places(
    session: Session,
    found: Sequence[FoundVm],
    readings: Mapping[str, HostReading],
    devices: Mapping[str, HostDevices | Unreadable],
    busy: BusyVms,
    timeout: float,
) -> dict[str, VmPlace]:
    """The VMs that were found, where they are, by inventory name.

    :param readings: the hosts that they are on, by MoID; ``devices`` of these hosts.
    :param timeout: seconds for each answer on what they are offered.
    """
    vms = {item.name: item.vm for item in found if isinstance(item.vm, Vm)}
    askers = {vm.moid: _asker(vm, readings.get(vm.host_moid or "")) for vm in vms.values()}
    options = read_options(session, list(askers.values()), timeout)

    def place(item: FoundVm, vm: Vm) -> VmPlace:
        reading = readings.get(vm.host_moid or "")
        refs = (session.object(vim.VirtualMachine, vm.moid), session.object(vim.HostSystem, vm.host_moid or ""))
        return VmPlace(
            vm=vm,
            wanted_host=item.named,
            host=reading.host if reading else None,
            devices=devices.get(vm.host_moid or "", _HOST_NOT_SEEN),
            cluster=cluster_facts(reading.resource, *refs) if reading else _HOST_NOT_SEEN,
            options=options[vm.moid],
            tasks=busy.tasks[vm.moid],
            wanted=item.wanted.present,
        )

    return {item.name: place(item, vms[item.name]) for item in found if item.name in vms}


_HOST_NOT_SEEN = Unreadable("the account may not see its host")


def _asker(vm: Vm, reading: HostReading | None) -> Asker:
    resource = reading.resource if reading else None
    return Asker(vm, reading.host if reading else None, resource.get(BROWSER) if resource else None)

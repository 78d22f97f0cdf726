# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts with all that is around them, in few calls: their devices and VMs, their tasks, and what they are in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm
from ansible_collections.directpath.nvme.plugins.module_utils._read.clusters import CONFIGURATION
from ansible_collections.directpath.nvme.plugins.module_utils._read.host_commands import HostCommands
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import (
    DEVICE_PATHS,
    ESSENTIAL_PATHS,
    PART,
    host_devices_of,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.readiness import (
    chain_of,
    host_facts,
    readiness_paths,
    up_to_datacenter,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.running_vms import running_vms_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import slots_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.storage import STORAGE_PATHS
from ansible_collections.directpath.nvme.plugins.module_utils._read.tasks import RECENT, TASK_PATHS, tasks_of, to_tasks
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import boot_disk_not_asked, mapped_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import VM_PATHS
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import LISTED, to_vms, vms_by_host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import (
    ObjectProperties,
    retrieve,
    understood,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


BROWSER = "environmentBrowser"

_BULKY = (*ESSENTIAL_PATHS, *STORAGE_PATHS)


@dataclass(frozen=True)
class HostReading:
    """What vCenter tells of a host and what is around it.

    :param chain: the host, and what it is in, from the inside out.
    :param devices: with their users, as far as properties tell.
    :param vms: those on it; empty if they were not read.
    :param tasks: what is being worked on it.
    """

    chain: Sequence[ObjectProperties]
    devices: HostDevices
    vms: VmsOnHost
    running: Sequence[RunningVm]
    tasks: tuple[str, ...] | Unreadable

    @property
    def host(self) -> Host:
        return self.devices.host

    @property
    def resource(self) -> ObjectProperties | None:
        """The cluster that it is in, or what a host alone has in its place; None if the account may not see it."""
        return self.chain[1] if len(self.chain) > 1 else None


def read_hosts_around(
    session: Session, moids: Collection[str], known: Mapping[str, Sequence[Remembered]], with_vms: bool
) -> dict[str, HostReading]:
    """Several hosts by MoID, a call for each PART. One that is gone is missing.

    :param known: what the inventory knows of the drives of each host, by MoID.
    :param with_vms: read their VMs as well.
    """
    found: dict[str, HostReading] = {}
    refs = [session.object(vim.HostSystem, moid) for moid in moids]
    for start in range(0, len(refs), PART):
        answer = _retrieve(session, refs[start : start + PART], with_vms)
        found.update((reading.host.moid, reading) for reading in _readings(answer, known))
    return found if with_vms else {moid: replace(reading, vms=VmsOnHost()) for moid, reading in found.items()}


def _retrieve(session: Session, refs: Sequence[Any], with_vms: bool) -> list[ObjectProperties]:
    paths = readiness_paths(session)
    more = {
        vim.HostSystem: (*DEVICE_PATHS, LISTED, RECENT),
        vim.ComputeResource: ("name", "host", CONFIGURATION, BROWSER),
        vim.VirtualMachine: (*VM_PATHS, "config.managedBy"),
        vim.Task: TASK_PATHS,
    }
    for managed, names in understood(session, more).items():
        paths[managed] = list(dict.fromkeys((*paths.get(managed, ()), *names)))
    select = [up_to_datacenter(), to_tasks(vim.HostSystem), *([to_vms()] if with_vms else [])]
    return retrieve(session, refs, paths, select)


def _readings(answer: Sequence[ObjectProperties], known: Mapping[str, Sequence[Remembered]]) -> Iterator[HostReading]:
    found = {item.obj: item for item in answer}
    hosts = [item for item in answer if isinstance(item.obj, vim.HostSystem)]
    on_host = vms_by_host(hosts, answer, {item.obj: item.get("name") for item in hosts})
    hardware = {item.obj: item.get("config.hardware") for item in answer if isinstance(item.obj, vim.VirtualMachine)}
    running = running_vms_of(answer, {ref: item.device for ref, item in hardware.items() if item})
    for item in hosts:
        moid = item.obj._moId
        devices = host_devices_of(item, known.get(moid, ()))
        devices = boot_disk_not_asked(mapped_on_host(devices, on_host[moid].vms))
        tasks = tasks_of(item, found)
        # What the devices were made of is most of the answer.
        for path in _BULKY:
            item.values.pop(path, None)
        yield HostReading(chain_of(item, found), devices, on_host[moid], running.get(item.obj, []), tasks)


def facts_of(
    session: Session,
    reading: HostReading,
    profiles: Sequence[ObjectProperties] | Unreadable,
    commands: HostCommands,
) -> HostFacts:
    """All that a host tells, in three esxcli calls and one that finds whom to ask."""
    facts = host_facts(session, reading.chain, profiles, commands)
    listing, devices = commands.listing(), reading.devices
    if not isinstance(listing, Unreadable):
        devices = slots_of(devices, listing)
    elif devices.slots_unread is not None:
        devices = replace(devices, slots_unread=f"esxcli could not be asked ({listing.reason})")
    return replace(facts, devices=devices, listing=listing, tasks=reading.tasks)

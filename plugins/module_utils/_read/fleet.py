# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of all hosts and VMs of a play, in few calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.boot import BootState
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import Mark
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._facts.work import Work
from ansible_collections.directpath.nvme.plugins.module_utils._read.boot import read_boot_state, read_setting
from ansible_collections.directpath.nvme.plugins.module_utils._read.host_commands import HostCommands
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import (
    PART,
    PCI_PATHS,
    gone,
    host_pci_of,
    with_storage,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.managers import host_profiles
from ansible_collections.directpath.nvme.plugins.module_utils._read.mark import mark_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.readiness import (
    chain_of,
    host_facts,
    readiness_paths,
    up_to_datacenter,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import with_slots
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import foreign_data_on, users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import HostNow, read_vms_on
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import (
    ObjectProperties,
    retrieve,
    retrieve_in_parts,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session, leaves_no_session

try:
    from pyVmomi import vim
except ImportError:
    pass


@dataclass(frozen=True)
class HostLook:
    """A host that was looked at, and its esxcli, which is asked again if something is to be done there.

    :param mark: whose maintenance mode it is, or why that cannot be read.
    """

    devices: HostDevices
    mark: Mark | DirectPathError
    cli: EsxCli


@dataclass(frozen=True)
class Around:
    """The surroundings of what is to be done on a host.

    :param devices: with the users of what is judged. :param facts: None where the host is not prepared.
    :param boot: None where it is not rebooted.
    :param unread: why facts or boot are missing all the same. It is no matter of the VMs on the host.
    """

    devices: HostDevices
    vms: VmsOnHost
    facts: HostFacts | None = None
    boot: BootState | None = None
    unread: DirectPathError | None = None


def read_fleet(
    session: Session, moids: Collection[str], known: Mapping[str, Sequence[Remembered]]
) -> dict[str, HostLook]:
    """Several hosts with their devices and marks, by MoID, a call for each PART. One that is gone is missing.

    Who uses the devices is not among it: with_users() reads that of hosts for which it matters.

    :param known: what the inventory knows of the drives of each host, by MoID.
    """
    if not moids:
        return {}
    refs = [session.object(vim.HostSystem, moid) for moid in moids]
    found = retrieve_in_parts(session, refs, {vim.HostSystem: PCI_PATHS}, PART)
    return {item.obj._moId: _look(session, item, known.get(item.obj._moId, ())) for item in found}


def with_users(session: Session, looks: Sequence[HostLook]) -> dict[str, HostLook]:
    """The same hosts with who uses their devices, by MoID, a call for each PART."""
    completed = with_storage(session, [look.devices for look in looks]) if looks else []
    return {devices.host.moid: replace(look, devices=devices) for look, devices in zip(looks, completed)}


def with_slots_of(look: HostLook) -> HostLook:
    """The same host with the slots of its devices, in one or two calls where its properties do not tell them."""
    return replace(look, devices=with_slots(look.cli, look.devices))


def _look(session: Session, item: ObjectProperties, known: Sequence[Remembered]) -> HostLook:
    devices = host_pci_of(item, known)
    mark: Mark | DirectPathError
    try:
        mark = mark_of(item)
    except DirectPathError as error:
        mark = error
    return HostLook(devices, mark, EsxCli(session, devices.host.moid, devices.host.name))


def read_parameter(look: HostLook, name: str) -> KernelSetting | DirectPathError | None:
    """A VMkernel setting of a host; why it cannot be read is this host's matter. None if the host cannot be asked."""
    host = look.devices.host
    if host.connection_state != "connected":
        return None
    try:
        return read_setting(look.cli, name, host.name)
    except (DirectPathError, SERVER_FAULT) as cause:
        return own_matter(cause, host.name)


def own_matter(cause: Exception, host: str) -> DirectPathError:
    """What a host answered wrongly, as a failure of that host.

    :raises DirectPathError: nobody can be asked any more.
    """
    error = cause if isinstance(cause, DirectPathError) else unforeseen(cause, host, host)
    if leaves_no_session(error):
        raise error from cause
    return error.at(host=host)


class Surroundings:
    """What is to be known of the hosts on which something is to be done: in common first, then host by host."""

    def __init__(self, session: Session, looks: Sequence[HostLook], work: Mapping[str, Work]) -> None:
        self._session = session
        self._work = work
        refs = [session.object(vim.HostSystem, look.devices.host.moid) for look in looks]
        self._now: Mapping[str, HostNow] = read_vms_on(session, refs) if refs else {}
        prepared = [ref for ref in refs if work[ref._moId].prepared]
        self._found: dict[Any, ObjectProperties] = {}
        if prepared:
            found = retrieve(session, prepared, readiness_paths(session), [up_to_datacenter()])
            self._found = {item.obj: item for item in found}
            self._profiles = host_profiles(session)

    def read(self, look: HostLook) -> Around:
        """One host; several can be read at a time. What it answers wrongly is its own matter."""
        host = look.devices.host
        work, now = self._work[host.moid], self._now[host.moid]
        devices = users_on_host(self._session, look.devices, now.vms.vms, work.users)
        devices = foreign_data_on(now.storage, now.datastores, devices, work.taken)
        try:
            facts, boot = self._preparation(look, work)
            return Around(devices, now.vms, facts and replace(facts, devices=devices), boot)
        except (DirectPathError, SERVER_FAULT) as cause:
            return Around(devices, now.vms, unread=own_matter(cause, host.name))

    def _preparation(self, look: HostLook, work: Work) -> tuple[HostFacts | None, BootState | None]:
        ref = self._session.object(vim.HostSystem, look.devices.host.moid)
        facts = boot = None
        if work.prepared:
            if ref not in self._found:
                raise gone(look.devices.host.name)
            # The one setting that matters was read before.
            chain = chain_of(self._found[ref], self._found)
            facts = host_facts(self._session, chain, self._profiles, HostCommands(look.devices.host, look.cli), False)
        if work.rebooted:
            boot = read_boot_state(self._session, ref)
        return facts, boot

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts and VMs of vSphere an inventory means, all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredHost, DesiredVm
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._read.fleet import HostLook
from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import read_offer_to
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import Search, named_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import no_longer_there, read_vms
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import (
    CONNECTION_LOST,
    Session,
    leaves_no_session,
)

try:
    from pyVmomi import vim
except ImportError:
    pass

Value = TypeVar("Value")

ReadVms = Callable[[Session, Sequence[Any]], Mapping[str, Vm]]
"""Reads VMs, by MoID; one that was removed since it was looked up is missing."""


@dataclass(frozen=True)
class FoundHost:
    """A host that is wanted, and its MoID, or why it was not found."""

    wanted: DesiredHost
    moid: str | DirectPathError

    @property
    def name(self) -> str:
        """In the inventory."""
        return self.wanted.inventory_name

    def subject(self, looks: Mapping[str, HostLook]) -> dict[str, Any]:
        """How a plan names it, found or not."""
        look = looks.get(self.moid) if isinstance(self.moid, str) else None
        return {"host": look.devices.host.identity if look else {"name": self.wanted.esxi_host_name, "moid": None}}


@dataclass(frozen=True)
class FoundVm:
    """A VM that is wanted, as it is, or why it was not found or cannot be worked on.

    :param named: what its host is held against: a name or a MoID.
    """

    wanted: DesiredVm
    vm: Vm | DirectPathError
    named: str | None

    @property
    def name(self) -> str:
        """In the inventory."""
        return self.wanted.inventory_name

    @property
    def home(self) -> str | None:
        """MoID of the host that it is on."""
        return self.vm.host_moid if isinstance(self.vm, Vm) else None

    @property
    def subject(self) -> dict[str, Any]:
        """How a plan names it, found or not, and the host that it is on, or is to be on."""
        if isinstance(self.vm, Vm):
            return {"vm": self.vm.identity_with_uuid, "host": self.vm.host}
        name = self.wanted.search["name"] or self.name
        return {"vm": {"name": name, "moid": None, "uuid": None}, "host": {"name": self.named, "moid": None}}


def find_fleet(
    session: Session, hosts: Sequence[DesiredHost], vms: Sequence[DesiredVm], read: ReadVms = read_vms
) -> tuple[list[FoundHost], list[FoundVm]]:
    """Find all that is wanted, and read the VMs. What is not found keeps nobody else from being found."""
    search = Search(session)

    def host_moid(wanted: DesiredHost) -> str:
        params = {"esxi_host_name": wanted.esxi_host_name, "datacenter": wanted.datacenter}
        return str(search.hosts(params)[0]._moId)

    def vm_moid(wanted: DesiredVm) -> tuple[str, str | None]:
        return str(search.vm(dict(wanted.search))._moId), named_host(session, wanted.esxi_host_name)

    found_hosts = [
        FoundHost(wanted, _attempt(session, partial(host_moid, wanted), host=wanted.esxi_host_name)) for wanted in hosts
    ]
    looked = [
        (wanted, _attempt(session, partial(vm_moid, wanted), vm=wanted.search["name"] or wanted.inventory_name))
        for wanted in vms
    ]
    refs = [session.object(vim.VirtualMachine, item[0]) for _wanted, item in looked if isinstance(item, tuple)]
    there = read(session, refs)
    found_vms = []
    for wanted, item in looked:
        if isinstance(item, DirectPathError):
            found_vms.append(FoundVm(wanted, item, wanted.esxi_host_name))
        else:
            found_vms.append(FoundVm(wanted, there.get(item[0], no_longer_there(item[0])), item[1]))
    return found_hosts, found_vms


def selectors_by_host(hosts: Sequence[FoundHost], vms: Sequence[FoundVm]) -> dict[str, list[Selector]]:
    """All that is said of the drives of each host, by MoID."""
    found: dict[str, list[Selector]] = {}
    for host in hosts:
        if isinstance(host.moid, str):
            found.setdefault(host.moid, []).extend(host.wanted.devices)
    for vm in vms:
        if vm.home:
            found.setdefault(vm.home, []).extend(vm.wanted.drives)
    return found


def known_by_host(hosts: Sequence[FoundHost], vms: Sequence[FoundVm]) -> dict[str, tuple[Remembered, ...]]:
    """What the inventory knows of the drives of each host, by MoID. A drive is a drive of one host: what it knows of
    another host than the one that a VM is on is of no use there."""
    found: dict[str, tuple[Remembered, ...]] = {}
    for vm in vms:
        if isinstance(vm.vm, Vm) and vm.home and vm.named in (vm.home, vm.vm.host_name):
            found[vm.home] = vm.wanted.known_drives
    for host in hosts:
        if isinstance(host.moid, str):
            found[host.moid] = host.wanted.known_drives
    return found


def offer_to(session: Session, found: FoundVm) -> dict[str, str] | DirectPathError:
    """PCI address -> systemId of what its host offers a VM, which tells for which host its entries were made."""
    vm = found.vm
    if isinstance(vm, DirectPathError):
        return vm
    return _attempt(session, lambda: read_offer_to(session, vm.moid, vm.host_moid or ""), host=vm.host_name, vm=vm.name)


def _attempt(session: Session, find: Callable[[], Value], **subject: str | None) -> Value | DirectPathError:
    """What is asked of the server itself; one that is not to be had answers nobody.

    :param subject: ``host`` and ``vm`` for whom it is asked.
    """
    try:
        return find()
    except (DirectPathError, SERVER_FAULT) as cause:
        error = cause if isinstance(cause, DirectPathError) else unforeseen(cause, session.server).at(**subject)
        if error.code == CONNECTION_LOST or leaves_no_session(error):
            raise error from cause
        return error

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose guests may be taken for those of VMs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins, twins_on_host, uuids_shown
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import vm_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import LISTED, to_vms, vms_by_host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import (
    ObjectProperties,
    retrieve,
    retrieve_all,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


_PATHS = ("name", "config.uuid", "runtime.connectionState", "runtime.host", "runtime.powerState")


def read_twins(session: Session, vms: Sequence[Vm]) -> dict[str, Twins]:
    """As with_twins() of _read/placement finds them for one, by MoID. Asks each host which VMs it has, and all VMs."""
    if not vms:
        return {}
    hosts = _hosts_of(session, vms)
    lists = retrieve(session, hosts, {vim.HostSystem: [LISTED]}) if hosts else []
    found = retrieve_all(session, session.content.rootFolder, vim.VirtualMachine, _PATHS)
    known: dict[str, list[Vm]] = {}
    for other in map(vm_of, found):
        for text in uuids_shown(other.uuid)[:1]:
            known.setdefault(text, []).append(other)
    alike = {vm.moid: [other for text in uuids_shown(vm.uuid) for other in known.get(text, ())] for vm in vms}
    return _twins(vms, lists, found, alike)


def read_twins_of_few(session: Session, vms: Sequence[Vm]) -> dict[str, Twins]:
    """The same for so few that asking for their UUIDs is less than reading all VMs: three calls each, and one."""
    hosts = _hosts_of(session, vms)
    paths = {vim.HostSystem: [LISTED], vim.VirtualMachine: _PATHS}
    found = retrieve(session, hosts, paths, [to_vms()]) if hosts else []
    lists = [item for item in found if isinstance(item.obj, vim.HostSystem)]
    return _twins(vms, lists, found, {vm.moid: vms_with_the_uuid_of(session, vm) for vm in vms})


def vms_with_the_uuid_of(session: Session, vm: Vm) -> list[Vm]:
    """All other VMs, on whatever host, that a guest could be of by the UUID that it tells.

    Guests show a UUID in either byte order, so both are looked for. The server leaves out what the account may not see;
    of other hosts' VMs nobody learns that.
    """
    index = session.content.searchIndex
    texts = uuids_shown(vm.uuid)
    refs = {ref._moId: ref for text in texts for ref in index.FindAllByUuid(None, text, True, False) or []}
    refs.pop(vm.moid, None)
    found = retrieve(session, list(refs.values()), {vim.VirtualMachine: _PATHS}) if refs else []
    return [vm_of(item) for item in found]


def _hosts_of(session: Session, vms: Sequence[Vm]) -> list[Any]:
    return [session.object(vim.HostSystem, moid) for moid in dict.fromkeys(vm.host_moid for vm in vms) if moid]


def _twins(
    vms: Sequence[Vm],
    lists: Sequence[ObjectProperties],
    found: Sequence[ObjectProperties],
    alike: Mapping[str, Sequence[Vm]],
) -> dict[str, Twins]:
    """
    :param lists: the hosts with the VMs that they list; ``found``: VMs with _PATHS.
    :param alike: VMs with the UUID of each, itself perhaps among them.
    """
    around = vms_by_host(lists, found)
    return {
        vm.moid: twins_on_host(vm, around.get(vm.host_moid or "", VmsOnHost())).adding(
            other for other in alike[vm.moid] if other.moid != vm.moid
        )
        for vm in vms
    }

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VMs of hosts, those that cannot be seen among them, and the hosts' managers, in one retrieval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import VM_PATHS, vm_of
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


LISTED = "vm"
"""The path by which a host lists its VMs: what it names and the retrieval lacks is there all the same."""

_PASSTHROUGH = "configManager.pciPassthruSystem"
_STORAGE = "configManager.storageSystem"
_DATASTORES = "configManager.datastoreSystem"


@dataclass(frozen=True)
class HostNow:
    """What is read of a host right before it is judged and written to.

    :param passthrough: HostPciPassthruSystem, as ``storage`` HostStorageSystem and ``datastores`` HostDatastoreSystem
        to call methods on; None where the account may not see it.
    """

    vms: VmsOnHost
    passthrough: Any
    storage: Any
    datastores: Any


def to_vms() -> Any:
    """From hosts to the VMs that they list."""
    return vmodl.query.PropertyCollector.TraversalSpec(type=vim.HostSystem, path=LISTED, skip=False)


def read_vms_on(session: Session, refs: Sequence[Any]) -> dict[str, HostNow]:
    """The VMs of several hosts, running or not, by the MoID of the host."""
    paths = {vim.VirtualMachine: VM_PATHS, vim.HostSystem: [LISTED, _PASSTHROUGH, _STORAGE, _DATASTORES]}
    found = retrieve(session, refs, paths, [to_vms()])
    hosts = {item.obj._moId: item for item in found if isinstance(item.obj, vim.HostSystem)}
    vms = vms_by_host(list(hosts.values()), found)
    return {ref._moId: _now(hosts[ref._moId], vms[ref._moId]) if ref._moId in hosts else _GONE for ref in refs}


_GONE = HostNow(VmsOnHost((), ("the host is no longer in the inventory",)), None, None, None)


def _now(host: ObjectProperties, vms: VmsOnHost) -> HostNow:
    return HostNow(
        vms=vms,
        passthrough=host.get(_PASSTHROUGH),
        storage=host.get(_STORAGE),
        datastores=host.get(_DATASTORES),
    )


def vms_by_host(
    hosts: Sequence[ObjectProperties], found: Sequence[ObjectProperties], names: Mapping[Any, str | None] | None = None
) -> dict[str, VmsOnHost]:
    """The VMs of hosts, by the MoID of the host, from a retrieval that has VM_PATHS, and LISTED of the hosts.

    :param names: HostSystem -> name, of the hosts that were read with it.
    """
    seen = {item.obj._moId: item for item in found if isinstance(item.obj, vim.VirtualMachine)}
    placed: dict[Any, list[str]] = {}
    for moid, item in seen.items():
        placed.setdefault(item.get("runtime.host"), []).append(moid)
    return {host.obj._moId: _vms_on(host, seen, placed.get(host.obj, []), names) for host in hosts}


def _vms_on(
    host: ObjectProperties,
    seen: Mapping[str, ObjectProperties],
    placed: Sequence[str],
    names: Mapping[Any, str | None] | None,
) -> VmsOnHost:
    """All that the host lists or that say they are on it.

    :param placed: MoIDs of those that say so.
    """
    listed = [ref._moId for ref in host.get(LISTED, [])]
    mine = dict.fromkeys((*(moid for moid in listed if moid in seen), *placed))
    unseen = [
        f"the host lists the VM {moid}, which the account may not see (give it System.Read on all VMs of the host)"
        for moid in listed
        if moid not in seen
    ]
    if LISTED in host.missing:
        unseen.append(
            f"the account may not read which VMs are on the host: {host.missing[LISTED]} (give it System.Read on it)"
        )
    return VmsOnHost(tuple(vm_of(seen[moid], names) for moid in mine), tuple(unseen))

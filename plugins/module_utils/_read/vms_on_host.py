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


def read_vms_on(session: Session, refs: Sequence[Any]) -> dict[str, HostNow]:
    """The VMs of several hosts, running or not, by the MoID of the host."""
    members = vmodl.query.PropertyCollector.TraversalSpec(type=vim.HostSystem, path=LISTED, skip=False)
    paths = {vim.VirtualMachine: VM_PATHS, vim.HostSystem: [LISTED, _PASSTHROUGH, _STORAGE, _DATASTORES]}
    found = retrieve(session, refs, paths, [members])
    by_moid = {item.obj._moId: item for item in found if isinstance(item.obj, vim.HostSystem)}
    return {ref._moId: _now(by_moid[ref._moId], found) if ref._moId in by_moid else _GONE for ref in refs}


_GONE = HostNow(VmsOnHost((), ("the host is no longer in the inventory",)), None, None, None)


def _now(host: ObjectProperties, found: Sequence[ObjectProperties]) -> HostNow:
    return HostNow(
        vms=vms_on_host(host, found),
        passthrough=host.get(_PASSTHROUGH),
        storage=host.get(_STORAGE),
        datastores=host.get(_DATASTORES),
    )


def vms_on_host(
    host: ObjectProperties, found: Sequence[ObjectProperties], names: Mapping[Any, str | None] | None = None
) -> VmsOnHost:
    """The VMs of a host from a retrieval that has VM_PATHS, and LISTED of the host.

    :param names: HostSystem -> name, of the hosts that were read with it.
    """
    listed = [ref._moId for ref in host.get(LISTED, [])]
    seen = {item.obj._moId: item for item in found if isinstance(item.obj, vim.VirtualMachine)}
    mine = [moid for moid, item in seen.items() if moid in listed or item.get("runtime.host") == host.obj]
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

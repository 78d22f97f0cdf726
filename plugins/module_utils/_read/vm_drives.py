# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VMs with the drives of the hosts that they are on, and what failed hot-adds left in them, in one retrieval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.residue import Residue
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import DEVICE_PATHS, host_devices_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.residue import EXTRA, residue_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import VM_PATHS, to_host, vm_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import LISTED, to_vms, vms_by_host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


_VM = (*VM_PATHS, EXTRA)


@dataclass(frozen=True)
class VmLook:
    """A VM that was looked at.

    :param residue: None where it could not be read.
    """

    vm: Vm
    residue: tuple[Residue, ...] | None


@dataclass(frozen=True)
class Looks:
    """What was seen.

    :param vms: by MoID. One that was removed since it was looked up is missing.
    :param hosts: those that they are on, by MoID.
    :param unseen: MoID of a host -> why it may have VMs that are not among these, a clause each.
    """

    vms: Mapping[str, VmLook]
    hosts: Mapping[str, HostDevices]
    unseen: Mapping[str, tuple[str, ...]]


def look_at_vms(session: Session, moids: Sequence[str], known: Sequence[Remembered] = ()) -> Looks:
    """Certain VMs, and the hosts that they are on.

    :param known: what the inventory knows of the drives of the one host that they have to be on.
    """
    refs = [session.object(vim.VirtualMachine, moid) for moid in moids]
    found = retrieve(session, refs, {vim.VirtualMachine: _VM, vim.HostSystem: DEVICE_PATHS}, [to_host()])
    return _looks(found, {}, known)


def look_at_vms_on(session: Session, refs: Sequence[Any]) -> Looks:
    """All VMs of certain hosts, and the hosts."""
    paths = {vim.VirtualMachine: _VM, vim.HostSystem: (*DEVICE_PATHS, LISTED)}
    found = retrieve(session, refs, paths, [to_vms()])
    around = vms_by_host([item for item in found if isinstance(item.obj, vim.HostSystem)], found)
    return _looks(found, {moid: on_host.unseen for moid, on_host in around.items()}, ())


def _looks(
    found: Sequence[ObjectProperties], unseen: Mapping[str, tuple[str, ...]], known: Sequence[Remembered]
) -> Looks:
    hosts = [item for item in found if isinstance(item.obj, vim.HostSystem)]
    names = {item.obj: item.get("name") for item in hosts}
    return Looks(
        vms={
            item.obj._moId: VmLook(vm_of(item, names), residue_of(item))
            for item in found
            if isinstance(item.obj, vim.VirtualMachine)
        },
        hosts={item.obj._moId: host_devices_of(item, known) for item in hosts},
        unseen=unseen,
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose guests may be taken for those of many VMs, in a few calls for all."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins, twins_on_host, uuids_shown
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import vm_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import LISTED, vms_by_host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import retrieve, retrieve_all
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
    hosts = [session.object(vim.HostSystem, moid) for moid in {vm.host_moid: vm for vm in vms} if moid]
    lists = retrieve(session, hosts, {vim.HostSystem: [LISTED]}) if hosts else []
    found = retrieve_all(session, session.content.rootFolder, vim.VirtualMachine, _PATHS)
    around = vms_by_host(lists, found)
    known: dict[str, list[Vm]] = {}
    for other in map(vm_of, found):
        for text in uuids_shown(other.uuid)[:1]:
            known.setdefault(text, []).append(other)
    result = {}
    for vm in vms:
        alike = [other for text in uuids_shown(vm.uuid) for other in known.get(text, ()) if other.moid != vm.moid]
        result[vm.moid] = twins_on_host(vm, around.get(vm.host_moid or "", VmsOnHost())).adding(alike)
    return result

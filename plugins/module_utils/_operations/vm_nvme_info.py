# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vm_nvme_info reports. It reads and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import known_drives
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._operations.fleet import for_each
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import vm_report, vm_to_come, vm_unread
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_placement
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_drives import Wanted
from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import host_not_seen
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import Search, named_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import with_slots
from ansible_collections.directpath.nvme.plugins.module_utils._read.twins import read_twins_of_few
from ansible_collections.directpath.nvme.plugins.module_utils._read.vm_drives import (
    Looks,
    VmLook,
    look_at_vms,
    look_at_vms_on,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import no_longer_there
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Read the drives of the selected VMs, and their hosts."""
    wanted = Wanted.of(params["devices"] or [])
    named = named_host(session, params["esxi_host_name"])
    try:
        looks, moids = _look(session, params)
    except DirectPathError as error:
        # A VM that is named can be deployed by an earlier step; one that has an id must be there.
        if check_mode and params["name"] and error.code == "not_found" and error.vm:
            return _to_come(params, wanted, error)
        raise
    hosts = _with_slots(session, looks.hosts)
    vms = [looks.vms[moid].vm for moid in moids if moid in looks.vms]
    twins = read_twins_of_few(session, vms) if params["look_for_twins"] and vms else {}
    one = bool(params["name"] or params["moid"] or params["uuid"])
    rows = []
    for moid in moids:
        try:
            rows.append(_report(moid, looks.vms.get(moid), hosts, named, wanted, twins))
        except DirectPathError as error:
            if one:
                raise
            rows.append(vm_unread(moid, looks.vms[moid].vm if moid in looks.vms else None, error))
    unseen = [f"{hosts[moid].name}: {text}" for moid, texts in looks.unseen.items() for text in texts]
    return Outcome({"changed": False, "vms": rows, "unseen": unseen})


def _look(session: Session, params: dict[str, Any]) -> tuple[Looks, list[str]]:
    """What the VM selection arguments name, and the MoIDs of the VMs in their order."""
    search = Search(session)
    if params["esxi_host_names"] or params["cluster"]:
        looks = look_at_vms_on(session, search.hosts(params))
        return looks, [moid for moid, look in looks.vms.items() if not look.vm.template]
    asked = [{**params, "name": name} for name in params["names"] or [params["name"]]]
    moids = params["moids"] or [search.vm(item)._moId for item in asked]
    moids = list(dict.fromkeys(moids))
    return look_at_vms(session, moids, known_drives(params["known_drives"])), moids


def _with_slots(session: Session, hosts: Mapping[str, HostDevices]) -> dict[str, HostDevices]:
    """The hosts with the slots of their drives, each as far as it can be asked."""

    def read(view: HostDevices) -> HostDevices:
        if view.host.connection_state != "connected":
            return view
        return with_slots(EsxCli(session, view.host.moid, view.name), view)

    return dict(zip(hosts, for_each(list(hosts.values()), read)))


def _report(
    moid: str,
    look: VmLook | None,
    hosts: Mapping[str, HostDevices],
    named: str | None,
    wanted: Sequence[Wanted],
    twins: Mapping[str, Twins],
) -> dict[str, Any]:
    if look is None:
        raise no_longer_there(moid)
    view = hosts.get(look.vm.host_moid or "")
    if view is None:
        raise host_not_seen(look.vm)
    placement = Placement(look.vm, view, Owners())
    require_usable_placement(placement, named, "V1", None)
    return {**vm_report(placement, wanted, look.residue, twins.get(moid)), "error": None}


def _to_come(params: dict[str, Any], wanted: Sequence[Wanted], error: DirectPathError) -> Outcome:
    """Check mode of a playbook that deploys the VM first: it will have no drives."""
    warnings = Plan[None](obstacles=(Obstacle(error, mendable=True),)).admit(check_mode=True)
    row = {**vm_to_come(params["name"], params["esxi_host_name"], wanted), "error": None}
    return Outcome({"changed": False, "vms": [row], "unseen": []}, warnings=warnings)

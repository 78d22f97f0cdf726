# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hot-add and hot-remove of NVMe devices on a VM: one device a call, each read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import known_drives
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_add import not_offered
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_remove import of_other_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan, changed_meanwhile
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug_rows import (
    Row,
    addresses_after,
    failed,
    result_of,
    result_to_come,
    rows_of,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle
from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import Reading, read_offer
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_vm, named_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import Slots
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.hotplug_job import Job
from ansible_collections.directpath.nvme.plugins.module_utils._write.vm_task import Unsettled


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Add the selected NVMe devices to a VM, or remove them, one ReconfigVM call a device (L1 to L3)."""
    selectors = parse_selectors(params["devices"])
    add = params["state"] == "present"
    try:
        moid = find_vm(session, params)._moId
    except DirectPathError as error:
        # A VM that is named can be deployed by an earlier step; one that has an id must be there.
        if check_mode and params["name"] and error.code == "not_found" and error.vm:
            return _to_come(params, selectors, error)
        raise
    proof = GuestProof.of(params, datetime.now(timezone.utc))
    named = named_host(session, params["esxi_host_name"])
    known = known_drives(params["known_drives"])
    job = Job(
        session, moid, named, add, selectors, proof, params["timeout"], Slots(session), params["lost_only"], known
    )
    reading = job.read(check_mode)
    plan = job.plan(reading.placement)
    warnings = plan.admit(check_mode)
    offered = _ask_host(job, reading, plan, check_mode)
    if check_mode or not plan.steps:
        more = {"twins": reading.placement.twins.as_dict()} if check_mode else {}
        return _outcome(reading.placement, rows_of(plan, reading.placement, add, done=check_mode), warnings, **more)
    # As late as possible: a VM may have moved, and a device may have found another owner.
    fresh = job.read(check_mode)
    again = job.plan(fresh.placement)
    again.admit(check_mode)
    if fresh.placement.view.host.moid != reading.placement.view.host.moid or again.items != plan.items:
        raise changed_meanwhile(fresh.placement)
    return _apply(job, fresh, rows_of(plan, fresh.placement, add, done=False), offered, warnings)


def _ask_host(job: Job, reading: Reading, plan: HotplugPlan, check_mode: bool) -> dict[str, str]:
    """The systemIds of what the host offers, with which devices are added and entries of other hosts are told.

    It is asked where that matters: a VM that runs could not have started with an entry of another host.
    """
    placement, off = reading.placement, not reading.placement.vm.powered_on
    adding = plan.steps if job.add and not (off or check_mode) else ()
    entries = [item for item in plan.items if off and placement.entry(item.address)]
    if not adding and not entries:
        return {}
    offered = read_offer(job.session, reading)
    obstacles = (*not_offered(placement, adding, offered), *of_other_hosts(placement, entries, offered))
    HotplugPlan(obstacles=obstacles).admit(check_mode)
    return offered


def _apply(job: Job, reading: Reading, rows: Sequence[Row], offered: Mapping[str, str], warnings: list[str]) -> Outcome:
    """Do the steps in order. The first that fails ends it; what is in, what failed and what was not tried is told."""
    before, reached = reading.placement, "added" if job.add else "removed"
    for row in rows:
        if not row.item.step:
            continue
        try:
            if reading.placement.vm.power_state != before.vm.power_state:
                raise changed_meanwhile(reading.placement)
            reading = job.step(reading, row.item, offered)
        except (DirectPathError, SERVER_FAULT) as cause:
            error = cause if isinstance(cause, DirectPathError) else unforeseen(cause, job.session.server)
            row.end(reached if isinstance(error, Unsettled) and error.done else "failed", error)
            raise failed(error, before, rows) from cause
        row.status = reached
        row.see(reading.placement)
    return _outcome(before, rows, warnings)


def _outcome(before: Placement, rows: Sequence[Row], warnings: list[str], **more: Any) -> Outcome:
    return Outcome(
        result={**result_of(before, rows), **more},
        before={"passthrough_devices": addresses_after(before, [])},
        after={"passthrough_devices": addresses_after(before, rows)},
        warnings=warnings,
    )


def _to_come(params: dict[str, Any], selectors: Sequence[Selector], error: DirectPathError) -> Outcome:
    """Check mode of a playbook that deploys the VM first: all that can be said is what will be asked for."""
    add = params["state"] == "present"
    return Outcome(
        result=result_to_come(params["name"], params["esxi_host_name"], selectors, add),
        before={"passthrough_devices": []},
        after={"passthrough_devices": [selector.describe() for selector in selectors] if add else []},
        warnings=HotplugPlan(obstacles=(Obstacle(error, mendable=True),)).admit(check_mode=True),
    )

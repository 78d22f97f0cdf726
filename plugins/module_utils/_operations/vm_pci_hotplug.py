# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hot-add and hot-remove of NVMe devices on a VM: one device a call, each read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_add import plan_hot_add
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_remove import plan_hot_remove
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan, Item
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import (
    require_named_host,
    require_usable_devices,
    require_usable_vm,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import refuse_if_held
from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import read_placement, read_system_ids
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_vm, named_host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.reconfigure import (
    Reconfigure,
    hot_add_spec,
    hot_remove_spec,
)

try:
    from pyVmomi import vmodl
except ImportError:
    pass


@dataclass
class _Row:
    """One device in the result. ``status`` is present, added, removed, absent, failed or not_tried."""

    item: Item
    status: str
    facts: dict[str, Any]
    error: Any = None

    def as_dict(self) -> dict[str, Any]:
        return {**self.facts, "status": self.status, "error": self.error}


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Add the selected NVMe devices to a VM, or remove them, one ReconfigVM call a device (L1 to L3)."""
    selectors = parse_selectors(params["devices"])
    add = params["state"] == "present"
    try:
        ref = find_vm(session, params)
    except DirectPathError as error:
        # A VM that is named can be deployed by an earlier step; one that has an id must be there.
        if check_mode and params["name"] and error.code == "not_found" and error.vm:
            return _deferred_vm(params, selectors, error)
        raise
    named = named_host(session, params["esxi_host_name"])
    placement = _read(session, ref, selectors, named, add)
    proof = GuestProof(
        params["guest_evidence"],
        params["allow_guest_unchecked"],
        datetime.now(timezone.utc),
        params["guest_evidence_max_age"],
    )

    def plan(current: Placement) -> HotplugPlan:
        if add:
            return plan_hot_add(current, selectors, check_mode)
        return plan_hot_remove(current, selectors, proof)

    planned = plan(placement)
    warnings = [f"The real run needs this first: {text}" for text in planned.deferred]
    warnings += planned.notes
    if planned.steps and not add and placement.vm.powered_on and proof.evidence is None:
        warnings.append(_unchecked_warning(placement, planned))
    if check_mode or not planned.steps:
        return _outcome(placement, placement, _rows(planned, placement, add, done=check_mode), warnings)
    system_ids = read_system_ids(session, placement, [item.address for item in planned.steps]) if add else {}
    # Read again, as late as possible: a VM may have moved, and a device may have found another owner.
    fresh = _read(session, ref, selectors, named, add)
    if fresh.view.host.moid != placement.view.host.moid or plan(fresh) != planned:
        raise _changed_meanwhile(fresh)
    return _apply(session, params, named, fresh, planned, system_ids, warnings)


def _read(session: Session, ref: Any, selectors: Sequence[Selector], named: str | None, add: bool) -> Placement:
    """The VM on its host, both fit to be worked on; on the host that the caller names, if one is named."""
    placement = read_placement(session, ref, selectors)
    require_usable_vm(placement.vm)
    address = next((selector.address for selector in selectors if selector.address), None)
    require_named_host(placement.vm, named, "C1" if add else "C3", address)
    require_usable_devices(placement.view)
    return placement


def _apply(
    session: Session,
    params: dict[str, Any],
    named: str | None,
    before: Placement,
    plan: HotplugPlan,
    system_ids: dict[str, str],
    warnings: list[str],
) -> Outcome:
    """Do the steps in order. The first that fails ends it; what is in, what failed and what was not tried is told."""
    add = params["state"] == "present"
    rows = _rows(plan, before, add, done=False)
    placement = before
    for row in rows:
        if not row.item.step:
            continue
        try:
            placement = _step(session, named, placement, row.item, system_ids if add else None, params["timeout"])
        except (DirectPathError, vmodl.MethodFault) as cause:
            error = cause if isinstance(cause, DirectPathError) else unforeseen(cause, session.server)
            row.status, row.error = "failed", str(error)
            raise error.adding(_progress(rows), _result(before, rows)) from cause
        row.status = "added" if add else "removed"
        if add:
            row.facts = describe_item(row.item, placement)
    return _outcome(before, placement, rows, warnings)


def _step(
    session: Session,
    named: str | None,
    placement: Placement,
    item: Item,
    system_ids: dict[str, str] | None,
    timeout: int,
) -> Placement:
    """One device in one call, then the new state, which proves it (V1, V2).

    :param named: the host that the caller names, checked at every read.
    :param system_ids: systemId by address for a hot-add; None for a hot-remove.
    """
    entry = placement.entry(item.address)
    if system_ids is not None and entry is None and item.device is not None:
        refuse_if_held(placement.view, item.device, placement.owners)
        spec = hot_add_spec(item.device.pci, system_ids[item.address])
        what = f"Hot-add of {item.address} ({item.device.pci.name}) to VM {placement.vm.name}"
    elif system_ids is None and entry is not None:
        spec = hot_remove_spec(entry)
        what = f"Hot-remove of {item.address} ({entry.name}) from VM {placement.vm.name}"
    else:
        # Somebody else added it, or took it out, while the devices before it were being worked on.
        raise _changed_meanwhile(placement)

    def read() -> Placement:
        return _read(session, placement.vm.ref, [Selector(address=item.address)], named, system_ids is not None)

    def is_done(state: Placement) -> bool:
        return (state.entry(item.address) is None) != (entry is None)

    rule = "C1" if entry is None else "C3"
    call = Reconfigure(session, placement.vm, placement.view.host.name, item.address, what, rule, timeout)
    call.run(spec, lambda: is_done(read()))
    try:
        after = read()
    except DirectPathError as error:
        raise call.not_verified(error) from error
    if not is_done(after):
        raise call.not_applied()
    return after


def _rows(plan: HotplugPlan, placement: Placement, add: bool, done: bool) -> list[_Row]:
    """One row a device. ``done`` shows the steps as they would end."""
    wanted, reached = ("added", "present") if add else ("removed", "absent")
    return [
        _Row(item, reached if not item.step else wanted if done else "not_tried", describe_item(item, placement))
        for item in plan.items
    ]


def _result(before: Placement, rows: Sequence[_Row]) -> dict[str, Any]:
    return {
        "changed": any(row.status in ("added", "removed") for row in rows),
        "vm": before.vm.identity_with_uuid,
        "host": before.view.host.identity,
        "devices": [row.as_dict() for row in rows],
    }


def _progress(rows: Sequence[_Row]) -> str:
    """What was done before a failure and what was left, in words; empty if nothing else had to be done."""
    texts = {"added": "Added before", "removed": "Removed before", "not_tried": "Not tried"}
    parts = [
        (text, [row.item.address for row in rows if row.item.step and row.status == status])
        for status, text in texts.items()
    ]
    return " ".join(f"{text}: {', '.join(addresses)}." for text, addresses in parts if addresses)


def _outcome(before: Placement, after: Placement, rows: Sequence[_Row], warnings: list[str]) -> Outcome:
    have = {entry.address for entry in before.vm.devices}
    gained = {row.item.address for row in rows if row.status == "added"}
    lost = {row.item.address for row in rows if row.status == "removed"}
    return Outcome(
        result=_result(before, rows),
        before={"passthrough_devices": sorted(filter(None, have))},
        after={"passthrough_devices": sorted(filter(None, (have | gained) - lost))},
        warnings=warnings,
    )


def _deferred_vm(params: dict[str, Any], selectors: Sequence[Selector], error: DirectPathError) -> Outcome:
    """Check mode of a playbook that deploys the VM first: all that can be said is what will be asked for."""
    add = params["state"] == "present"
    rows = [
        _Row(Item(selector, selector.address or "", None, add), "added" if add else "absent", selector.as_dict())
        for selector in selectors
    ]
    return Outcome(
        result={
            "changed": add,
            "vm": {"name": params["name"], "moid": None, "uuid": None},
            "devices": [row.as_dict() for row in rows],
        },
        before={"passthrough_devices": []},
        after={"passthrough_devices": [selector.describe() for selector in selectors] if add else []},
        warnings=[f"The real run needs this first: {error}"],
    )


def _unchecked_warning(placement: Placement, plan: HotplugPlan) -> str:
    addresses = ", ".join(item.address for item in plan.steps)
    return (
        f"Removing {addresses} from the running VM {placement.vm.name} WITHOUT evidence that its guest does not use "
        "it (allow_guest_unchecked). Data on a drive in use will be lost."
    )


def _changed_meanwhile(placement: Placement) -> DirectPathError:
    return DirectPathError(
        f"VM {placement.vm.name} or a device of host {placement.view.host.name} changed meanwhile, so it was "
        "left as it is.",
        "state_changed",
        host=placement.view.host.name,
        vm=placement.vm.name,
        remedy="Make sure that nobody else works on this VM, then run the play again.",
    )


def describe_item(item: Item, placement: Placement) -> dict[str, Any]:
    """The identity and place of one device, for results: read back where the VM has it."""
    entry = placement.entry(item.address)
    return {
        "address": item.address or None,
        "name": item.device.pci.name if item.device else entry.name if entry else item.selector.name,
        "vendor_device": item.device.pci.vendor_device if item.device else entry.vendor_device if entry else None,
        "key": entry.key if entry else None,
        "label": entry.label if entry else None,
        "pci_slot_number": entry.pci_slot_number if entry else None,
    }

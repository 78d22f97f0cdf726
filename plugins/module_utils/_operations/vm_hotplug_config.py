# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Preparing a VM for hot plug (P6, P7, N1 to N9): read, plan, write, read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.residue import Residue
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_ON, Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_named_host, require_usable_vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_config import (
    PERMISSIONS,
    Setting,
    needs_power_cycle,
    plan_vm_config,
    settings_after,
    wanted_settings,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.residue import EXTRA, read_residue
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_vm, named_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import read_vm
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.residue import remove_residue
from ansible_collections.directpath.nvme.plugins.module_utils._write.vm_settings import Work


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Make one VM fit for hot plug, or refuse before anything is touched."""
    try:
        moid = find_vm(session, params)._moId
    except DirectPathError as error:
        # An earlier step of the same playbook may deploy a VM by its name; a MoID or UUID is of one that exists.
        if check_mode and error.code == "not_found" and error.vm and params["name"]:
            return _to_come(error, params)
        raise
    named = named_host(session, params["esxi_host_name"])
    vm = read_vm(session, moid)
    require_usable_vm(vm)
    require_named_host(vm, named, "P6")
    plan = plan_vm_config(vm, [option for option in PERMISSIONS if params[option]], params["allow_power_off"])
    warnings = plan.admit(check_mode)
    start = params["power_state"] == "powered_on" and not vm.powered_on
    if check_mode:
        power = POWERED_ON if start else vm.power_state
        after = replace(vm, settings=settings_after(vm, plan.steps), power_state=power)
    else:
        work = Work(session, plan.steps, vm, home=vm.host_moid)
        if plan.steps or start:
            work.run(params["shutdown_timeout"], start)
        _require_success(work, vm, named, plan)
        after = work.vm
    result = _result(after, plan.steps, plan.notes, start, needs_power_cycle(vm, plan.steps))
    try:
        residue = _residue(session, vm) if params["clean_residue"] else ()
        if residue and not check_mode:
            remove_residue(session, after, residue)
    except DirectPathError as error:
        raise error.with_result(**result) from error
    left = {key: value for item in residue for key, value in item.options.items()}
    return Outcome(
        result={
            **result,
            "changed": result["changed"] or bool(residue),
            "residue": [item.as_dict() for item in residue],
        },
        before={**_diff_side(vm), **left},
        after=_diff_side(after),
        warnings=warnings,
    )


def _residue(session: Session, vm: Vm) -> tuple[Residue, ...]:
    """What failed hot-adds left, read right before it is removed.

    :raises DirectPathError: ``vm_not_readable``: not seen is not the same as not there.
    """
    found = read_residue(session, vm.moid)
    if found is not None:
        return found
    raise DirectPathError(
        f"What failed hot-adds have left in VM {vm.name} cannot be read ({EXTRA}), so nothing of it was removed.",
        "vm_not_readable",
        vm=vm.name,
        remedy="Check the privileges of the account on this VM; docs/least_privilege.md lists them.",
    )


def _result(
    vm: Vm, settings: Sequence[Setting], notes: Sequence[Note], changed: bool, power_cycled: bool
) -> dict[str, Any]:
    """What the module returns; ``changed`` is for changes besides those of settings."""
    return {
        "changed": bool(settings) or changed,
        "vm": vm.identity_with_uuid,
        "host": vm.host,
        "power_state": vm.power_state,
        "power_cycled": power_cycled,
        "settings": [setting.as_dict() for setting in settings],
        "residue": [],
        "findings": [{**note.as_dict(), "status": "warning"} for note in notes],
    }


def _diff_side(vm: Vm) -> dict[str, Any]:
    return {**vm.settings, "powerState": vm.power_state}


def _require_success(work: Work, before: Vm, named: str | None, plan: Plan[Setting]) -> None:
    """Raise the first failure with all that happened besides, or that DRS or HA started the VM somewhere else."""
    failures = list(work.failures)
    if work.started and not failures:
        try:
            require_named_host(work.vm, named or work.home, "P6", changed="It was powered on there.")
        except DirectPathError as error:
            failures.append(error)
    if not failures:
        return
    first, *others = failures
    applied, missing, now = work.named(applied=True), work.named(applied=False), work.vm.settings
    result = _result(work.vm, plan.steps, plan.notes, False, work.stopped)
    # What was sent and could not be read back may be in force.
    result["changed"] = work.stopped or work.started or bool(applied) or (work.sent and not work.verified)
    result["settings"] = [replace(item, after=now[item.name]).as_dict() for item in plan.steps]
    texts = [other.msg for other in others]
    if plan.steps and not work.verified:
        texts.append("What was applied by then could not be read.")
    elif plan.steps:
        texts.append(f"Applied: {', '.join(applied) or 'nothing'}. Not applied: {', '.join(missing) or 'nothing'}.")
    if plan.steps and work.verified and before.powered_on:
        texts.append(f"The VM, which was running before, is now {work.vm.power_state}.")
    raise first.adding(" ".join(texts), result)


def _to_come(error: DirectPathError, params: dict[str, Any]) -> Outcome:
    """Check mode for a VM that is not there yet: all that may have to change."""
    (warning,) = Plan[Setting](obstacles=(Obstacle(error, mendable=True),)).admit(check_mode=True)
    settings = wanted_settings()
    return Outcome(
        result={
            "changed": True,
            "vm": {"name": error.vm, "moid": None, "uuid": None},
            "host": {"name": params["esxi_host_name"], "moid": None},
            "power_state": POWERED_ON if params["power_state"] == "powered_on" else None,
            "power_cycled": False,
            "settings": [setting.as_dict() for setting in settings],
            "residue": [],
            "findings": [{"id": None, "message": warning, "status": "deferred"}],
        },
        before={},
        after={setting.name: setting.after for setting in settings},
        warnings=[warning],
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Preparing a VM for hot plug (P6, P7, N1 to N9): read, plan, write, read back."""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_ON, Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.finding import Finding
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_named_host, require_usable_vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_config import (
    PERMISSIONS,
    plan_vm_config,
    wanted_settings,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_vm, named_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import read_vm
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.power import power_on
from ansible_collections.directpath.nvme.plugins.module_utils._write.vm_settings import apply_settings


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Make one VM fit for hot plug, or refuse before anything is touched."""
    try:
        ref = find_vm(session, params)
    except DirectPathError as error:
        # An earlier step of the same playbook may deploy a VM by its name; a MoID or UUID is of one that exists.
        if check_mode and error.code == "not_found" and error.vm and params["name"]:
            return _deferred(error)
        raise
    named = named_host(session, params["esxi_host_name"])
    vm = read_vm(session, ref)
    require_usable_vm(vm)
    require_named_host(vm, named, "P6")
    allowed = [option for option in PERMISSIONS if params[option]]
    plan = plan_vm_config(vm, allowed, params["allow_power_off"])
    power_state = vm.power_state
    if plan.settings and not check_mode:
        power_state = apply_settings(session, plan, params["shutdown_timeout"])
    start = params["power_state"] == "powered_on" and power_state != POWERED_ON
    result = {
        "changed": bool(plan.settings) or start,
        "vm": vm.identity_with_uuid,
        "host": {"name": vm.host_name, "moid": vm.host._moId},
        "power_state": POWERED_ON if start else power_state,
        "power_cycled": plan.power_cycle,
        "settings": [setting.as_dict() for setting in plan.settings],
        "findings": [finding.as_dict() for finding in plan.findings],
    }
    if start and not check_mode:
        _start(session, vm, named, {**result, "changed": bool(plan.settings), "power_state": power_state})
    return Outcome(
        result=result,
        before={**vm.settings, "powerState": vm.power_state},
        after={**plan.after, "powerState": result["power_state"]},
        warnings=[finding.message for finding in plan.findings],
    )


def _start(session: Session, vm: Vm, named: str | None, so_far: dict[str, Any]) -> None:
    """Power the VM on where it is, and make sure that it is still there: DRS or HA may have had another idea.

    :param so_far: what is told if the VM does not start.
    """
    try:
        power_on(session, vm)
    except DirectPathError as error:
        raise error.adding("", so_far) from error
    except SERVER_FAULT as fault:
        raise unforeseen(fault, session.server).adding("", so_far) from fault
    now = read_vm(session, vm.ref)
    require_named_host(now, named if named is not None else vm.host._moId, "P6", changed="It was powered on.")


def _deferred(error: DirectPathError) -> Outcome:
    """Check mode for a VM that is not there yet."""
    finding = Finding(None, "deferred", f"{error.msg} A real run needs it by then, deployed by an earlier step.")
    return Outcome(
        result={
            "changed": True,
            "vm": {"name": error.vm, "moid": None, "uuid": None},
            "host": None,
            "power_state": None,
            "power_cycled": False,
            "settings": [],
            "findings": [finding.as_dict()],
        },
        before={},
        after=wanted_settings(),
        warnings=[finding.message],
    )

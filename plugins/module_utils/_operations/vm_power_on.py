# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting a VM where it is: read, plan, write, read back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_ON, Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_named_host, require_usable_vm
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_vm, named_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import read_vm
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.power import power_on


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Start one VM on the host that it is on. A running one is left alone."""
    named = named_host(session, params["esxi_host_name"])
    before = read_vm(session, find_vm(session, params)._moId)
    require_usable_vm(before)
    require_named_host(before, named, "P6")
    after = before
    if not before.powered_on:
        after = replace(before, power_state=POWERED_ON) if check_mode else _start(session, before, named)
    return Outcome(_result(after, changed=not before.powered_on), _diff_side(before), _diff_side(after))


def _start(session: Session, vm: Vm, named: str | None) -> Vm:
    """The VM as it reads when it is started; it may be no other host's by then, whatever DRS or HA would like."""
    power_on(session, vm)
    after = read_vm(session, vm.moid)
    try:
        require_named_host(after, named or vm.host_moid, "P6", changed="It was powered on there.")
    except DirectPathError as error:
        raise error.with_result(**_result(after, changed=True)) from error
    return after


def _result(vm: Vm, changed: bool) -> dict[str, Any]:
    return {"changed": changed, "vm": vm.identity_with_uuid, "host": vm.host, "power_state": vm.power_state}


def _diff_side(vm: Vm) -> dict[str, Any]:
    return {"powerState": vm.power_state}

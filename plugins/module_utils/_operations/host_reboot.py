# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rebooting a host and reading again what was pending."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.boot import BootState
from ansible_collections.directpath.nvme.plugins.module_utils._plan.reboot import plan_reboot, set_back
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import (
    require_usable_devices,
    require_usable_host,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import taken_by_reboot
from ansible_collections.directpath.nvme.plugins.module_utils._read.boot import (
    read_boot_state,
    with_kernel_settings,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import read_host_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import read_vms_on
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.reboot import (
    REFUSED,
    UNCLEAR,
    start_reboot,
    wait_until_back,
)

try:
    from pyVmomi import vim
except ImportError:
    pass

NOT_STARTED = (REFUSED, UNCLEAR, "no_permission")
"""Codes of failures after which the host goes on as it was. After any other it may be on its way down by our doing."""


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Reboot one host if that is wanted, wait until it is back, and read again what was pending."""
    ref = find_hosts(session, params)[0]
    before = _read(session, ref, params["boot_params"])
    host = before.host
    # In check mode no earlier step has marked the host.
    run = None if check_mode else params["run"]
    plan = plan_reboot(before, params["reboot"], params["force"], run)
    if plan.steps:
        plan = plan.hindered_by(_drives_in_use(session, before))
    warnings = plan.admit(check_mode)
    if not plan.steps:
        return _outcome(before, before)
    (step,) = plan.steps
    if check_mode:
        expected = replace(before, boot_time=None, settings=())
        return _outcome(before, expected, changed=True, rebooted=True, warnings=warnings)
    started = time.monotonic()
    try:
        start_reboot(session, host, step.force, params["timeout"])
        wait_until_back(session, host, step.previous_boot, params["timeout"])
        elapsed = time.monotonic() - started
        after = _read(session, ref, params["boot_params"])
    except (DirectPathError, SERVER_FAULT) as cause:
        error = cause if isinstance(cause, DirectPathError) else unforeseen(cause, session.server)
        done = _result(before, before, error.code not in NOT_STARTED, elapsed=time.monotonic() - started)
        raise error.with_result(**done) from cause
    warnings += set_back(before.settings, after.settings)
    return _outcome(before, after, changed=True, rebooted=True, elapsed=elapsed, warnings=warnings)


def _read(session: Session, ref: Any, boot_params: Sequence[str]) -> BootState:
    """All that the decision needs, of a host that can be asked and is new enough."""
    state = read_boot_state(session, ref)
    require_usable_host(state.host)
    return with_kernel_settings(session, state, boot_params)


def _drives_in_use(session: Session, state: BootState) -> list[DirectPathError]:
    """A reboot brings into force what is pending, whoever configured it: judge every change of passthrough (P5).

    Costs calls only where passthrough is pending.
    """
    pending = [item.name for item in state.settings if item.kind == "passthrough" and item.pending]
    if not pending:
        return []
    ref = session.object(vim.HostSystem, state.host.moid)
    (view,) = read_host_devices(session, [ref])
    require_usable_devices(view)
    vms = read_vms_on(session, [ref])[state.host.moid].vms
    view = users_on_host(session, view, vms.vms, [address for address in pending if address in view.devices])
    return taken_by_reboot(view, pending, vms.owners())


def _result(
    before: BootState, after: BootState, changed: bool = False, rebooted: bool = False, elapsed: float = 0.0
) -> dict[str, Any]:
    reboot_required = bool(after.pending)
    host = {
        "host": before.host.identity,
        "changed": changed,
        "rebooted": rebooted,
        "reboot_required": reboot_required,
        **after.as_dict(),
        "previous_boot_time": before.as_dict()["boot_time"],
        "elapsed": round(elapsed, 1),
    }
    return {"changed": changed, "reboot_required": reboot_required, "hosts": [host]}


def _outcome(before: BootState, after: BootState, warnings: Sequence[str] = (), **done: Any) -> Outcome:
    name = before.host.name
    return Outcome(
        _result(before, after, **done),
        before={name: before.as_dict()},
        after={name: after.as_dict()},
        warnings=list(warnings),
    )

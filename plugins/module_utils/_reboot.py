# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rebooting a host and waiting until it is really back. The engine of host_reboot."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from http.client import HTTPException
from typing import Any, Callable

from ansible_collections.directpath.nvme.plugins.module_utils._boot_param import read_setting
from ansible_collections.directpath.nvme.plugins.module_utils._errors import (
    DirectPathError,
    describe_fault,
    fault_name,
)
from ansible_collections.directpath.nvme.plugins.module_utils._esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._hosts import BASIC_PATHS, Host, host_of
from ansible_collections.directpath.nvme.plugins.module_utils._inventory import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.pins import RunningVm, pinned_by
from ansible_collections.directpath.nvme.plugins.module_utils._plan.reboot import (
    BootSetting,
    is_later_boot,
    of_kernel,
    of_passthrough,
    plan_reboot,
    set_back,
)
from ansible_collections.directpath.nvme.plugins.module_utils._properties import (
    ObjectProperties,
    TaskFailed,
    retrieve,
    wait_for,
    wait_for_task,
)
from ansible_collections.directpath.nvme.plugins.module_utils._run import SERVER_FAULT, Outcome, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._running_vms import (
    running_vms,
    vm_paths,
    vm_traversals,
)
from ansible_collections.directpath.nvme.plugins.module_utils._session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass

HOST_PATHS = (*BASIC_PATHS, "runtime.bootTime", "config.pciPassthruInfo")
BACK_PATHS = ("runtime.connectionState", "runtime.powerState", "runtime.bootTime")

BACKOFF = (1.0, 15.0)
"""Seconds between two attempts to reach a rebooting ESXi host: the first wait, and what it doubles up to."""

REFUSED = "reboot_refused"
NOT_STARTED = (REFUSED, "no_permission")
"""Codes of failures after which the host goes on as it was. After any other it may be on its way down."""

CONNECTION_LOST = "connection_lost"


@dataclass(frozen=True)
class _Facts:
    """A host as far as a reboot is concerned."""

    host: Host
    boot_time: datetime | None
    settings: tuple[BootSetting, ...]
    running: tuple[RunningVm, ...]

    @property
    def pending(self) -> list[dict[str, str]]:
        """The settings that wait for a reboot, as results show them."""
        return [setting.as_dict() for setting in self.settings if setting.pending]

    def as_dict(self) -> dict[str, Any]:
        """As results and the diff show it; the time is ISO 8601, UTC."""
        time_text = self.boot_time and self.boot_time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "boot_time": time_text,
            "pending": self.pending,
        }


def sync_reboot(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Reboot one host if that is wanted, wait until it is back, and read again what was pending."""
    session.require_api()
    ref = find_hosts(session, params)[0]
    before = _read(session, ref, params["boot_params"])
    host = before.host
    plan = plan_reboot(
        host.name, host.in_maintenance_mode, params["reboot"], params["force"], before.settings, before.running
    )
    if not plan.reboot:
        return _outcome(before, before)
    warnings = list(plan.warnings)
    if plan.refusal:
        if not check_mode:
            plan.refusal.result = {"hosts": [{"host": host.identity, "pinned_by": pinned_by(before.running)}]}
            raise plan.refusal
        warnings.append(f"The real run needs this first: {plan.refusal}")
    if before.boot_time is None:
        raise _boot_time_unknown(host.name)
    if check_mode:
        expected = replace(before, boot_time=None, settings=())
        return _outcome(before, expected, changed=True, rebooted=True, warnings=warnings)
    started = time.monotonic()
    try:
        _start(session, host, params["force"], params["timeout"])
        wait_until_back(session, host, before.boot_time, params["timeout"])
        elapsed = time.monotonic() - started
        after = _read(session, ref, params["boot_params"])
    except (DirectPathError, SERVER_FAULT) as cause:
        error = cause if isinstance(cause, DirectPathError) else unforeseen(cause, session.server)
        error.result = _result(before, before, error.code not in NOT_STARTED, elapsed=time.monotonic() - started)
        raise error from cause
    warnings += set_back(before.settings, after.settings)
    return _outcome(before, after, changed=True, rebooted=True, elapsed=elapsed, warnings=warnings)


def wait_until_back(
    session: Session,
    host: Host,
    previous_boot: datetime,
    timeout: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until the host is connected, powered on and has booted since ``previous_boot``.

    RebootHost_Task ends long before that. vCenter tells when these properties change. On ESXi directly the session
    goes down with the host, so it is renewed as often as it is lost.

    :raises DirectPathError: ``reboot_timeout``.
    """

    def is_back(state: ObjectProperties) -> bool:
        return (
            state.get("runtime.connectionState") == "connected"
            and state.get("runtime.powerState") == "poweredOn"
            and is_later_boot(state.get("runtime.bootTime"), previous_boot)
        )

    deadline = clock() + timeout
    while True:
        try:
            back = wait_for(session, host.ref, BACK_PATHS, is_back, deadline - clock())
        except DirectPathError as error:
            if session.is_vcenter or error.code != CONNECTION_LOST:
                raise
            if reconnect(session, deadline, clock, sleep):
                continue
            back = None
        if back is None:
            raise _not_back(session, host, timeout)
        return


def reconnect(session: Session, deadline: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> bool:
    """Log in again on an ESXi host that is rebooting; False when the deadline has come first.

    The only code of this collection that waits by time: a server that is down has nothing to tell us when it is up.

    :param deadline: as ``clock`` counts.
    """
    delay, longest = BACKOFF
    while clock() + delay < deadline:
        sleep(delay)
        delay = min(delay * 2, longest)
        try:
            session.reconnect()
            return True
        except (OSError, HTTPException, vmodl.RuntimeFault):
            # Refused or silent while the host is down, HTTP 503 or a runtime fault while its services start.
            continue
    return False


def _read(session: Session, ref: Any, boot_params: Sequence[str]) -> _Facts:
    """All that the decision needs.

    :raises DirectPathError: the host cannot be asked, is too old, or does not know one of the settings.
    """
    found = retrieve(session, [ref], {vim.HostSystem: HOST_PATHS, **vm_paths()}, vm_traversals())
    properties = next(item for item in found if item.obj == ref)
    host = host_of(properties)
    host.require_usable()
    cli = EsxCli(session, ref, host.name)
    kernel = [of_kernel(read_setting(cli, name, host.name)) for name in boot_params]
    passthrough = [
        of_passthrough(info.id, info.passthruEnabled, info.passthruActive)
        for info in properties.get("config.pciPassthruInfo", [])
    ]
    return _Facts(
        host=host,
        boot_time=properties.get("runtime.bootTime"),
        settings=(*kernel, *passthrough),
        running=tuple(running_vms(session, found).get(ref, ())),
    )


def _start(session: Session, host: Host, force: bool, timeout: float) -> None:
    """Ask for the reboot and wait until the server has accepted it.

    :raises DirectPathError: ``reboot_refused``; the host goes on as it was.
    """
    try:
        task = host.ref.RebootHost_Task(force)
    except vim.fault.InvalidState as fault:
        raise _refused(host.name, fault_name(fault), describe_fault(fault)) from fault
    try:
        wait_for_task(session, task, timeout, f"The reboot of {host.name}")
    except TaskFailed as failure:
        raise _refused(host.name, failure.name, failure.text) from failure
    except (DirectPathError, vmodl.fault.ManagedObjectNotFound) as error:
        # On ESXi directly both say that the host is on its way down, and the task went with it.
        if session.is_vcenter or getattr(error, "code", CONNECTION_LOST) != CONNECTION_LOST:
            raise


def _refused(host: str, fault: str, text: str) -> DirectPathError:
    return DirectPathError(
        f"Host {host} refused to reboot: {text}.",
        REFUSED,
        requirement="P3",
        host=host,
        fault=fault,
        remedy="The host goes on as it was; look at its tasks in vSphere.",
    )


def _boot_time_unknown(host: str) -> DirectPathError:
    return DirectPathError(
        f"Host {host} does not tell when it booted, so nobody could tell when it is back. It was not rebooted.",
        "boot_time_unknown",
        host=host,
        remedy="Reconnect the host in vSphere, or restart its management agents.",
    )


def _not_back(session: Session, host: Host, timeout: float) -> DirectPathError:
    seen = ""
    if session.is_vcenter:
        for item in retrieve(session, [host.ref], {vim.HostSystem: ["runtime.connectionState"]}):
            seen = f"; vCenter sees it as {item.get('runtime.connectionState')}"
    return DirectPathError(
        f"Host {host.name} was told to reboot and is not back after {int(timeout)} s{seen}.",
        "reboot_timeout",
        requirement="P3",
        host=host.name,
        remedy="Look at its console (iLO, iDRAC); when it is up, run the play again: it goes on from there.",
    )


def _result(
    before: _Facts, after: _Facts, changed: bool = False, rebooted: bool = False, elapsed: float = 0.0
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


def _outcome(before: _Facts, after: _Facts, warnings: Sequence[str] = (), **done: Any) -> Outcome:
    name = before.host.name
    return Outcome(
        _result(before, after, **done),
        before={name: before.as_dict()},
        after={name: after.as_dict()},
        warnings=list(warnings),
    )

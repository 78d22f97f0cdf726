# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rebooting a host and waiting until it is really back."""

from __future__ import annotations

import time
from datetime import datetime
from http.client import HTTPException
from typing import Any, Callable

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._plan.reboot import is_later_boot
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import describe_fault, fault_name
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import (
    TaskFailed,
    wait_for,
    wait_for_task,
)

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


BACK_PATHS = ("runtime.connectionState", "runtime.powerState", "runtime.bootTime")

BACKOFF = (1.0, 15.0)
"""Seconds between two attempts to reach a rebooting ESXi host: the first wait, and what it doubles up to."""

REFUSED = "reboot_refused"
UNCLEAR = "reboot_unclear"

_SAYS_NO = ("NoPermission", "NotSupported", "RestrictedVersion", "NotEnoughLicenses", "MethodDisabled")
"""Faults that have nothing to do with the host's state, so that nothing has begun. InvalidState, for one, is also what
a host says that is going down already."""

CONNECTION_LOST = "connection_lost"

REBOOT = "HostSystem.reboot"
"""What the info of a reboot's task has as descriptionId, on some servers with more behind it."""


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
            back = wait_for(session, session.object(vim.HostSystem, host.moid), BACK_PATHS, is_back, deadline - clock())
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


def start_reboot(session: Session, host: Host, force: bool, timeout: float) -> None:
    """Ask for the reboot and wait until the server has accepted it.

    :raises DirectPathError: ``reboot_refused``: the host goes on as it was; ``reboot_unclear``: another reboot may be
        under way.
    """
    try:
        task = _ask(session, host, force)
    except vim.fault.InvalidState as fault:
        raise _refused(host.name, fault_name(fault), describe_fault(fault)) from fault
    if task is None:
        return
    try:
        wait_for_task(session, task, timeout, f"The reboot of {host.name}")
    except TaskFailed as failure:
        raise _refused(host.name, failure.name, failure.text) from failure
    except (DirectPathError, vmodl.fault.ManagedObjectNotFound) as error:
        # On ESXi directly both say that the host is on its way down, and the task went with it.
        if session.is_vcenter or getattr(error, "code", CONNECTION_LOST) != CONNECTION_LOST:
            raise


def _ask(session: Session, host: Host, force: bool) -> Any | None:
    """The task of the reboot; None on ESXi directly, where the host may take its answer down with it.

    When vCenter's answer is lost, nobody knows whether it took the call: a reboot among the host's tasks tells.
    """
    asked = session.server_time()
    try:
        return session.object(vim.HostSystem, host.moid).RebootHost_Task(force)
    except DirectPathError as error:
        if error.code != CONNECTION_LOST:
            raise
        if not session.is_vcenter:
            return None
        task = _reboot_task(session, host, asked)
        if task is None:
            raise
        return task


def _reboot_task(session: Session, host: Host, asked: datetime) -> Any | None:
    """A reboot among the host's recent tasks that has not failed, asked for since then by the server's clock."""
    found = retrieve(session, [session.object(vim.HostSystem, host.moid)], {vim.HostSystem: ["recentTask"]})
    tasks = found[0].get("recentTask", []) if found else []
    paths = ["info.descriptionId", "info.state", "info.queueTime"]
    for item in retrieve(session, tasks, {vim.Task: paths}) if tasks else []:
        is_reboot = str(item.get("info.descriptionId", "")).startswith(REBOOT)
        if (
            is_reboot
            and item.get("info.queueTime", asked) >= asked
            and item.get("info.state") in ("queued", "running", "success")
        ):
            return item.obj
    return None


def _refused(host: str, fault: str, text: str) -> DirectPathError:
    if fault in _SAYS_NO:
        code, remedy = REFUSED, "The host goes on as it was; look at its tasks in vSphere."
    else:
        code = UNCLEAR
        remedy = (
            "Look at the host's tasks in vSphere: another reboot may be under way. Start nothing on the host before "
            "that is clear, then run the play again."
        )
    return DirectPathError(
        f"Host {host} refused to reboot: {text}.", code, requirement="P3", host=host, fault=fault, remedy=remedy
    )


def _not_back(session: Session, host: Host, timeout: float) -> DirectPathError:
    seen = ""
    if session.is_vcenter:
        ref = session.object(vim.HostSystem, host.moid)
        for item in retrieve(session, [ref], {vim.HostSystem: ["runtime.connectionState"]}):
            seen = f"; vCenter sees it as {item.get('runtime.connectionState')}"
    return DirectPathError(
        f"Host {host.name} was told to reboot and is not back after {int(timeout)} s{seen}.",
        "reboot_timeout",
        requirement="P3",
        host=host.name,
        remedy="Look at its console (iLO, iDRAC); when it is up, run the play again: it goes on from there.",
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting through the PropertyCollector, without sleeping."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any, Callable

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import describe_fault, fault_name
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vmodl
except ImportError:
    pass


LONGEST_WAIT = 60
"""Seconds one WaitForUpdatesEx may hold; below the timeout of a call, so that silence is told from a lost server."""


def wait_for(
    session: Session,
    obj: Any,
    paths: Sequence[str],
    done: Callable[[ObjectProperties], bool],
    timeout: float,
) -> ObjectProperties | None:
    """Wait by WaitForUpdatesEx until ``done`` accepts the properties of ``obj``; None when the time is over.

    Nothing polls and nothing sleeps: the server answers when a watched property changes.
    """
    deadline = time.monotonic() + timeout
    collector = session.content.propertyCollector
    values: dict[str, Any] = {}
    watched_since: int | None = None
    version = ""
    while True:
        if watched_since != session.logins:
            watched_since, version = session.logins, ""
            _watch(collector, obj, paths)
        left = deadline - time.monotonic()
        # Rounded up: a wait of 0 s returns at once, and would turn the last second into a storm of calls.
        options = vmodl.query.PropertyCollector.WaitOptions(maxWaitSeconds=min(math.ceil(max(left, 0)), LONGEST_WAIT))
        try:
            update = collector.WaitForUpdatesEx(version, options)
        except vmodl.query.InvalidCollectorVersion:
            # The session ended during the call, which was repeated on a new one that knows neither filter nor version.
            if watched_since == session.logins:
                raise
            continue
        if update:
            version = update.version
            for change in _changes(update, obj):
                values[change.name] = change.val
            state = ObjectProperties(obj, dict(values), {})
            if done(state):
                return state
        if time.monotonic() >= deadline and watched_since == session.logins:
            return None


def wait_for_task(session: Session, task: Any, timeout: float, what: str) -> Any:
    """Wait for a task and return its result.

    :param what: the work in words, for the message when the time is over, for example ``Hot-add of 0000:d9:00.0``.
    :raises TaskFailed: the task ended with a fault.
    :raises DirectPathError: ``task_timeout``; the task still runs on the server.
    """
    ended = ("success", "error")
    state = wait_for(session, task, ["info.state", "info.error", "info.result"], _is_in("info.state", ended), timeout)
    if state is None:
        raise DirectPathError(
            f"{what} did not end within {int(timeout)} s; the task {task._moId} still runs on {session.server}.",
            "task_timeout",
            remedy="Look at the task in vSphere; run the play again when it has ended, with a longer timeout.",
        )
    if state.get("info.state") == "error":
        raise TaskFailed(state.get("info.error"))
    return state.get("info.result")


class TaskFailed(Exception):
    """A task ended with a fault; ``fault`` is it, ``name`` its API type, ``text`` what the server said."""

    def __init__(self, fault: Any) -> None:
        self.fault = fault
        self.name = fault_name(fault)
        self.text = describe_fault(fault)
        super().__init__(self.text)


def _is_in(path: str, accepted: Sequence[str]) -> Callable[[ObjectProperties], bool]:
    return lambda state: state.get(path) in accepted


def _watch(collector: Any, obj: Any, paths: Sequence[str]) -> None:
    """Make the filter that WaitForUpdatesEx reports on; it goes with the session."""
    types = vmodl.query.PropertyCollector
    spec = types.FilterSpec(
        objectSet=[types.ObjectSpec(obj=obj)],
        propSet=[types.PropertySpec(type=type(obj), pathSet=list(paths))],
    )
    collector.CreateFilter(spec, False)


def _changes(update: Any, obj: Any) -> list[Any]:
    """The changes of one object; a session may watch several."""
    return [
        change
        for filter_update in update.filterSet
        for object_update in filter_update.objectSet
        if object_update.obj == obj
        for change in object_update.changeSet
    ]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting through the PropertyCollector, without sleeping."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import (
    describe_fault,
    fault_name,
    why_unreadable,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import CONNECTION_LOST, Session

try:
    from pyVmomi import vmodl
except ImportError:
    pass


LONGEST_WAIT = 60
"""Seconds one WaitForUpdatesEx may hold; below the timeout of a call, so that silence is told from a lost server."""


LOST_IN_A_ROW = 5
"""How many answers of WaitForUpdatesEx may be lost one after the other before the line counts as dead."""


def wait_for(
    session: Session,
    obj: Any,
    paths: Sequence[str],
    done: Callable[[ObjectProperties], bool],
    timeout: float,
    nudge: Nudge | None = None,
) -> ObjectProperties | None:
    """Wait by WaitForUpdatesEx until ``done`` accepts the properties of ``obj``; None when the time is over.

    Nothing polls and nothing sleeps: the server answers when a watched property changes. Whatever a server remembers of
    an answer that was lost, the watch begins anew after it, and neither the end of the time nor a dead line is told
    before the object has been read once more.

    :param nudge: what makes the server look itself, for what it does not notice by itself.
    :raises DirectPathError: ``connection_lost``.
    """
    longest = nudge.every if nudge else LONGEST_WAIT
    deadline = time.monotonic() + timeout
    watch: _Watch | None = None
    lost = 0
    while True:
        if watch is None or watch.logins != session.logins:
            watch = _Watch(session, obj, paths, apart=lost > 0)
        try:
            state = watch.next(min(deadline - time.monotonic(), longest))
        except (DirectPathError, vmodl.query.InvalidCollectorVersion) as error:
            if isinstance(error, DirectPathError) and error.code != CONNECTION_LOST:
                raise
            lost += 1
            if lost > LOST_IN_A_ROW:
                state = _last_read(session, obj, paths)
                if state and done(state):
                    return state
                raise
            watch = None
            continue
        lost = 0
        if state and done(state):
            return state
        if time.monotonic() >= deadline and watch.logins == session.logins:
            state = _last_read(session, obj, paths)
            return state if state and done(state) else None
        if state is None and nudge:
            nudge.call()


@dataclass(frozen=True)
class Nudge:
    """A call that makes the server look; made whenever nothing has changed for so many seconds."""

    call: Callable[[], object]
    every: float


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


class _Watch:
    """A filter that WaitForUpdatesEx reports on, and what it has told so far; both go with the session."""

    def __init__(self, session: Session, obj: Any, paths: Sequence[str], apart: bool) -> None:
        """
        :param apart: use a collector of its own, because the server may still be at a wait that we have given up, and
            tell that one, which nobody hears, of a change.
        """
        self.logins = session.logins
        self._obj = obj
        self._values: dict[str, Any] = {}
        self._missing: dict[str, str] = {}
        self._version = ""
        collector = session.content.propertyCollector
        self._collector = collector.CreatePropertyCollector() if apart else collector
        types = vmodl.query.PropertyCollector
        spec = types.FilterSpec(
            objectSet=[types.ObjectSpec(obj=obj)],
            propSet=[types.PropertySpec(type=type(obj), pathSet=list(paths))],
        )
        self._collector.CreateFilter(spec, False)

    def next(self, seconds: float) -> ObjectProperties | None:
        """All that is known, as soon as something changed; None if nothing did in that time."""
        # Rounded up: a wait of 0 s returns at once, and would turn the last second into a storm of calls.
        longest = min(math.ceil(max(seconds, 0)), LONGEST_WAIT)
        options = vmodl.query.PropertyCollector.WaitOptions(maxWaitSeconds=longest)
        update = self._collector.WaitForUpdatesEx(self._version, options)
        if not update:
            return None
        self._version = update.version
        for told in _told(update, self._obj):
            self._learn(told)
        return ObjectProperties(self._obj, dict(self._values), dict(self._missing))

    def _learn(self, told: Any) -> None:
        """What cannot be read any more is unknown, and no longer what it was; what has no value is unset."""
        for change in told.changeSet:
            self._missing.pop(change.name, None)
            self._values.pop(change.name, None)
            if change.val is not None:
                self._values[change.name] = change.val
        for item in told.missingSet:
            self._values.pop(item.path, None)
            self._missing[item.path] = why_unreadable(item.fault)


def _last_read(session: Session, obj: Any, paths: Sequence[str]) -> ObjectProperties | None:
    """The object as it is, whatever was told of it; None if it is gone."""
    found = retrieve(session, [obj], {type(obj): paths})
    return found[0] if found else None


def _told(update: Any, obj: Any) -> list[Any]:
    """What is told of one object; a session may watch several."""
    return [
        object_update
        for filter_update in update.filterSet
        for object_update in filter_update.objectSet
        if object_update.obj == obj
    ]

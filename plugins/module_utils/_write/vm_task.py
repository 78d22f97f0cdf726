# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task on a VM, seen through to its end, whatever answer gets lost on the way."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, as_error
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import TaskFailed, wait_for_task

try:
    from pyVmomi import vim
except ImportError:
    pass


UNSEEN = ("connection_lost", "task_timeout")
"""Codes of errors that say nothing about what the server did."""


class Unsettled(DirectPathError):
    """How a task ended could not be seen, or it failed and its work is there for all that.

    ``done`` is whether its work was there when that was last read; None if it could not be read.
    """

    done: bool | None = None

    def at(self, **subject: str | None) -> Unsettled:
        """The same failure, with what is known of where it happened."""
        error = Unsettled(self.msg, **super().at(**subject).fields())
        error.done = self.done
        return error


def see_through(
    session: Session, moid: str, start: Callable[[], Any], is_done: Callable[[], bool], timeout: float, what: str
) -> None:
    """Start a task on a VM and wait for its end.

    After a lost connection nobody knows whether the server took the call. So a task under way is waited for, and only
    if its work is not there the call is repeated, once. A wait that ends without an answer ends in a last look at
    task and VM, and what is told is what was read.

    :param start: calls the method that answers with a task; its work, done twice, is done once.
    :param is_done: reads whether the work is in place.
    :param what: the work in words, for messages.
    :raises TaskFailed: the server refused the call, or the task ended with a fault.
    :raises Unsettled: the end could not be seen.
    """
    task = None
    try:
        task = _started(session, moid, start, is_done, timeout, what)
        if task is not None:
            wait_for_task(session, task, timeout, what)
    except DirectPathError as error:
        if error.code not in UNSEEN:
            raise
        _last_look(session, task, is_done, error)
    except SERVER_FAULT as fault:
        # Not the task failed, but the look at it: a server that was restarted does not know it any more.
        _last_look(session, task, is_done, as_error(fault, f"{what}: its task could not be followed"))


def _started(
    session: Session, moid: str, start: Callable[[], Any], is_done: Callable[[], bool], timeout: float, what: str
) -> Any | None:
    """The task that does it; None if a call whose answer was lost has done it."""
    try:
        return _call(start)
    except DirectPathError as error:
        if error.code != "connection_lost":
            raise
    _wait_for_running_tasks(session, moid, timeout, what)
    return None if is_done() else _call(start)


def _call(start: Callable[[], Any]) -> Any:
    try:
        return start()
    except SERVER_FAULT as fault:
        raise TaskFailed(fault) from fault


def _last_look(session: Session, task: Any | None, is_done: Callable[[], bool], lost: DirectPathError) -> None:
    """Return if the work is done for sure; otherwise raise what is known."""
    state, done = "lost", None
    try:
        state = "lost" if task is None else _end_of(session, task)
    except (DirectPathError, SERVER_FAULT):
        pass  # The task cannot be read; its work may.
    try:
        done = is_done()
    except (DirectPathError, SERVER_FAULT):
        pass
    if state == "success" or (done and state == "lost"):
        return
    text = {
        True: "When last read, it was in place all the same.",
        False: "When last read, it was not in place.",
        None: "What came of it could not be read.",
    }
    error = Unsettled(f"{lost.msg} {text[done]}", **lost.fields())
    error.done = done
    raise error from lost


def _end_of(session: Session, task: Any) -> str:
    """The state of a task. One that has ended with a fault raises TaskFailed."""
    for item in retrieve(session, [task], {vim.Task: ["info.state", "info.error"]}):
        if item.get("info.state") == "error":
            raise TaskFailed(item.get("info.error"))
        return str(item.get("info.state"))
    return "lost"


def _wait_for_running_tasks(session: Session, moid: str, timeout: float, what: str) -> None:
    """They may be ours or not; their end matters, what came of them is read from the VM."""
    machine = session.object(vim.VirtualMachine, moid)
    found = retrieve(session, [machine], {vim.VirtualMachine: ["recentTask"]})
    tasks = found[0].get("recentTask", []) if found else []
    for item in retrieve(session, tasks, {vim.Task: ["info.state"]}) if tasks else []:
        if item.get("info.state") in ("queued", "running"):
            try:
                wait_for_task(session, item.obj, timeout, what)
            except TaskFailed:
                pass

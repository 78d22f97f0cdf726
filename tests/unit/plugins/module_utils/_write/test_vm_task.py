# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that get lost in every combination, which no server can be made to lose."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import TaskFailed
from ansible_collections.directpath.nvme.plugins.module_utils._write import vm_task
from ansible_collections.directpath.nvme.plugins.module_utils._write.vm_task import Unsettled, see_through
from pyVmomi import vim, vmodl

LOST = DirectPathError("The connection was lost.", "connection_lost", remedy="Run it again.")
LATE = DirectPathError("The task still runs.", "task_timeout", remedy="Look at the task.")
FAULT = vim.fault.TaskInProgress(msg="Busy.")

GONE = vmodl.fault.ManagedObjectNotFound(msg="It is gone.")


class Server:
    """Answers each kind of question from a list, a failure among the answers being raised."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **answers: list[Any]) -> None:
        """
        :param answers: of ``start`` (a call that begins a task), ``wait`` (for a task's end), ``done`` (a look at the
            VM) and ``state`` (a look at the task).
        """
        self.answers = {name: list(values) for name, values in answers.items()}
        monkeypatch.setattr(vm_task, "wait_for_task", lambda *_args: self.next("wait"))
        monkeypatch.setattr(vm_task, "retrieve", self.retrieve)

    def next(self, name: str) -> Any:
        answer = self.answers[name].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def retrieve(self, _session: Any, objects: list[Any], paths: dict[Any, list[str]]) -> list[ObjectProperties]:
        if vim.VirtualMachine in paths:
            return [ObjectProperties(objects[0], {"recentTask": []}, {})]
        state = self.next("state")
        return [ObjectProperties(objects[0], {"info.state": state, "info.error": FAULT}, {})]

    def see_through(self) -> None:
        session: Any = SimpleNamespace(object=lambda _kind, moid: moid)
        see_through(session, "vm-1", lambda: self.next("start"), lambda: bool(self.next("done")), 1, "Work")
        assert not any(self.answers.values()), "something was not asked for"


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"start": ["task"], "wait": [None]}, id="nothing is lost"),
        pytest.param({"start": [LOST], "done": [True]}, id="the answer of the call, which was carried out"),
        pytest.param({"start": [LOST, "task"], "done": [False], "wait": [None]}, id="the call"),
        pytest.param({"start": [LOST, LOST], "done": [False, True]}, id="call and answer"),
        pytest.param({"start": ["task"], "wait": [LOST], "state": ["success"], "done": [True]}, id="the wait"),
        pytest.param({"start": ["task"], "wait": [LATE], "state": ["success"], "done": [True]}, id="an update"),
        pytest.param({"start": ["task"], "wait": [GONE], "state": [GONE], "done": [True]}, id="the task, by a restart"),
        pytest.param({"start": ["task"], "wait": [LATE], "state": [LOST], "done": [True]}, id="the task's state"),
    ],
)
def test_what_a_look_shows_to_be_done_is_done(monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[Any]]) -> None:
    Server(monkeypatch, **answers).see_through()


@pytest.mark.parametrize(
    ("answers", "code", "done", "words"),
    [
        ({"start": [LOST, LOST], "done": [False, False]}, "connection_lost", False, "it was not in place"),
        ({"start": [LOST, LOST], "done": [False, LOST]}, "connection_lost", None, "could not be read"),
        ({"start": [LOST], "done": [LOST, LOST]}, "connection_lost", None, "could not be read"),
        ({"start": ["task"], "wait": [LATE], "state": ["running"], "done": [False]}, "task_timeout", False, "not in"),
        (
            {"start": ["task"], "wait": [LATE], "state": ["running"], "done": [True]},
            "task_timeout",
            True,
            "all the same",
        ),
        ({"start": ["task"], "wait": [LATE], "state": [LOST], "done": [LOST]}, "task_timeout", None, "not be read"),
        ({"start": ["task"], "wait": [GONE], "state": [GONE], "done": [False]}, "object_gone", False, "not in place"),
    ],
)
def test_what_cannot_be_settled_is_told_as_it_was_read(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[Any]], code: str, done: bool | None, words: str
) -> None:
    with pytest.raises(Unsettled) as caught:
        Server(monkeypatch, **answers).see_through()
    located = caught.value.at(vm="vm-01")
    for error in (caught.value, located):
        assert (error.code, error.done) == (code, done)
        assert words in error.msg
    assert located.vm == "vm-01"


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"start": [FAULT]}, id="the call is refused"),
        pytest.param({"start": [LOST, FAULT], "done": [False]}, id="the repeated call is refused"),
        pytest.param({"start": ["task"], "wait": [TaskFailed(FAULT)]}, id="the task fails"),
        pytest.param({"start": ["task"], "wait": [LATE], "state": ["error"]}, id="the task has failed unseen"),
    ],
)
def test_a_fault_is_told_as_such(monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[Any]]) -> None:
    with pytest.raises(TaskFailed) as caught:
        Server(monkeypatch, **answers).see_through()
    assert caught.value.fault is FAULT


def test_another_failure_is_not_taken_for_a_lost_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = DirectPathError("It ended.", "authentication_failed")
    with pytest.raises(DirectPathError) as caught:
        Server(monkeypatch, start=["task"], wait=[gone]).see_through()
    assert caught.value is gone

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no lab can be made to do on demand: ends of sessions within a call, answers in pages, the passing of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere import waiting
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import (
    ObjectProperties,
    retrieve,
    retrieve_all,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import connection_lost
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import (
    LOST_IN_A_ROW,
    Nudge,
    TaskFailed,
    wait_for,
    wait_for_task,
)
from pyVmomi import vim, vmodl

TASK, OTHER = vim.Task("task-1", None), vim.Task("task-2", None)
STATE = "info.state"


class Collector:
    """A PropertyCollector that gives the prepared answers to WaitForUpdatesEx, one after the other."""

    def __init__(self, session: Any, *answers: Any) -> None:
        self.session = session
        self.answers: Iterator[Any] = iter(answers)
        self.filters = 0
        self.collectors = 1
        self.now: dict[str, Any] = {}
        """What a plain read finds; nothing: the object is gone."""
        self.reads = 0
        self.versions: list[str] = []
        self.waits: list[int] = []

    def CreateFilter(self, spec: Any, partial: bool) -> None:
        self.filters += 1

    def CreatePropertyCollector(self) -> Collector:
        self.collectors += 1
        return self

    def RetrievePropertiesEx(self, specs: Any, options: Any) -> Any:
        self.reads += 1
        return page(None, content(TASK, **self.now)) if self.now else None

    def WaitForUpdatesEx(self, version: str, options: Any) -> Any:
        self.versions.append(version)
        self.waits.append(options.maxWaitSeconds)
        answer = next(self.answers)
        if callable(answer):
            answer = answer()
        if isinstance(answer, Exception):
            raise answer
        return answer


def update(version: str, *changes: tuple[Any, str, Any]) -> Any:
    objects = [
        SimpleNamespace(obj=obj, changeSet=[SimpleNamespace(name=name, val=value)], missingSet=[])
        for obj, name, value in changes
    ]
    return SimpleNamespace(version=version, filterSet=[SimpleNamespace(objectSet=objects)])


def session_of(*answers: Any) -> Any:
    session = SimpleNamespace(logins=1, server="vcenter:443", content=SimpleNamespace())
    session.content.propertyCollector = Collector(session, *answers)
    return session


def wait(session: Any, timeout: float = 10, done: Callable[[ObjectProperties], bool] | None = None) -> Any:
    return wait_for(session, TASK, [STATE], done or (lambda state: state.get(STATE) == "success"), timeout)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that a test moves."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def test_versions_are_followed_until_it_is_done() -> None:
    session = session_of(update("1", (TASK, STATE, "running")), None, update("2", (TASK, STATE, "success")))
    assert wait(session).values == {STATE: "success"}
    collector = session.content.propertyCollector
    assert (collector.filters, collector.versions) == (1, ["", "1", "1"])


def test_properties_add_up() -> None:
    session = session_of(update("1", (TASK, "info.result", 7)), update("2", (TASK, STATE, "success")))
    assert wait(session).values == {"info.result": 7, STATE: "success"}


def test_other_objects_that_the_session_watches_do_not_count() -> None:
    session = session_of(update("1", (OTHER, STATE, "success")), update("2", (TASK, STATE, "success")))
    assert wait(session)
    assert session.content.propertyCollector.versions == ["", "1"]


def test_a_new_session_gets_a_new_filter() -> None:
    def renewed() -> None:
        session.logins += 1

    session = session_of(update("7", (TASK, STATE, "running")), renewed, update("1", (TASK, STATE, "success")))
    assert wait(session)
    collector = session.content.propertyCollector
    assert (collector.filters, collector.versions) == (2, ["", "7", ""])


def test_a_call_that_was_repeated_on_a_new_session() -> None:
    def renewed() -> Any:
        session.logins += 1
        return vmodl.query.InvalidCollectorVersion()

    session = session_of(update("7", (TASK, STATE, "running")), renewed, update("1", (TASK, STATE, "success")))
    assert wait(session)
    assert session.content.propertyCollector.filters == 2


def lost() -> DirectPathError:
    return connection_lost("vcenter:443", "WaitForUpdatesEx", ConnectionResetError())


@pytest.mark.parametrize("answer", [lost, vmodl.query.InvalidCollectorVersion])
@pytest.mark.parametrize("times", [1, LOST_IN_A_ROW])
def test_after_a_lost_answer_the_watch_begins_anew_on_a_collector_of_its_own(answer: Any, times: int) -> None:
    before, after = update("7", (TASK, "info.result", 1)), update("1", (TASK, STATE, "success"))
    session = session_of(before, *[answer] * times, after)
    # What the lost watch had told is told again by the new one, if it is still so.
    assert wait(session).values == {STATE: "success"}
    collector = session.content.propertyCollector
    assert (collector.filters, collector.collectors, collector.reads) == (1 + times, 1 + times, 0)
    assert collector.versions == ["", "7", *[""] * times]


def test_answers_that_are_lost_now_and_then_do_not_add_up() -> None:
    answers = [answer for _each in range(9) for answer in (lost, update("1", (TASK, STATE, "running")))]
    assert wait(session_of(*answers, update("2", (TASK, STATE, "success"))))


@pytest.mark.parametrize("answer", [lost, vmodl.query.InvalidCollectorVersion])
def test_a_line_that_is_dead_for_waiting_is_told_after_one_last_read(answer: Any) -> None:
    session = session_of(*[answer] * (LOST_IN_A_ROW + 1))
    session.content.propertyCollector.now = {STATE: "running"}
    with pytest.raises((DirectPathError, vmodl.query.InvalidCollectorVersion)):
        wait(session)
    assert session.content.propertyCollector.reads == 1


def test_what_is_done_is_done_however_the_line_is() -> None:
    session = session_of(*[lost] * (LOST_IN_A_ROW + 1))
    session.content.propertyCollector.now = {STATE: "success"}
    assert wait(session).values == {STATE: "success"}


def test_other_errors_are_not_waited_out() -> None:
    refused = DirectPathError("No.", "authentication_failed")
    with pytest.raises(DirectPathError) as caught:
        wait(session_of(refused))
    assert caught.value is refused


@pytest.mark.parametrize(
    ("now", "values"), [({STATE: "success"}, {STATE: "success"}), ({STATE: "running"}, None), ({}, None)]
)
def test_the_end_of_the_time_is_told_after_one_last_read(clock: Any, now: Any, values: Any) -> None:
    def late() -> None:
        clock.now += 10

    session = session_of(late)
    session.content.propertyCollector.now = now
    state = wait(session, timeout=10)
    assert (state and state.values) == values
    assert session.content.propertyCollector.reads == 1


def test_no_wait_is_longer_than_a_call_may_take_nor_shorter_than_what_is_left(clock: Any) -> None:
    def pass_by(seconds: float) -> Callable[[], None]:
        def answer() -> None:
            clock.now += seconds

        return answer

    session = session_of(pass_by(60), pass_by(39.6), pass_by(0.4))
    assert wait(session, timeout=100) is None
    assert session.content.propertyCollector.waits == [60, 40, 1]


def test_the_end_of_the_time_is_seen_in_the_last_answer(clock: Any) -> None:
    def late() -> Any:
        clock.now += 10
        return update("1", (TASK, STATE, "success"))

    assert wait(session_of(late), timeout=10)


def test_a_session_that_ends_with_the_time_is_asked_once_more(clock: Any) -> None:
    def renewed() -> None:
        clock.now += 10
        session.logins += 1

    session = session_of(renewed, update("1", (TASK, STATE, "success")))
    assert wait(session, timeout=10)


def test_what_is_unset_or_unreadable_by_now_is_not_what_it_was() -> None:
    seen: list[tuple[Any, Any]] = []

    def look(state: ObjectProperties) -> bool:
        seen.append((state.values, state.missing))
        return len(seen) == 4

    hidden = update("2")
    told = SimpleNamespace(path="name", fault=vim.fault.NoPermission())
    hidden.filterSet[0].objectSet.append(SimpleNamespace(obj=TASK, changeSet=[], missingSet=[told]))
    first = update("1", (TASK, "name", "n"), (TASK, STATE, "running"))
    assert wait(
        session_of(first, hidden, update("3", (TASK, "name", "m")), update("4", (TASK, STATE, None))), done=look
    )
    assert seen == [
        ({"name": "n", STATE: "running"}, {}),
        ({STATE: "running"}, {"name": "NoPermission"}),
        ({"name": "m", STATE: "running"}, {}),
        ({"name": "m"}, {}),
    ]


def test_a_server_that_notices_nothing_by_itself_is_nudged_while_nothing_is_heard() -> None:
    nudges: list[str] = []
    session = session_of(update("1", (TASK, STATE, "running")), None, None, update("2", (TASK, STATE, "success")))
    accepted = wait_for(
        session,
        TASK,
        [STATE],
        lambda state: state.get(STATE) == "success",
        100,
        Nudge(lambda: nudges.append(session.content.propertyCollector.versions[-1]), every=7),
    )
    assert accepted
    assert nudges == ["1", "1"]
    assert session.content.propertyCollector.waits == [7, 7, 7, 7]


def test_the_result_of_a_task() -> None:
    changes = [(TASK, "info.result", "vm-7"), (TASK, STATE, "success")]
    assert wait_for_task(session_of(update("1", *changes)), TASK, 10, "The work") == "vm-7"


def test_a_task_that_fails() -> None:
    fault = vim.fault.ResourceInUse(msg="The resource is in use.")
    session = session_of(update("1", (TASK, STATE, "error"), (TASK, "info.error", fault)))
    with pytest.raises(TaskFailed) as caught:
        wait_for_task(session, TASK, 10, "The work")
    assert (caught.value.fault, caught.value.name) == (fault, "ResourceInUse")
    assert caught.value.text == "ResourceInUse: The resource is in use"


def test_a_task_that_takes_too_long(clock: Any) -> None:
    def late() -> None:
        clock.now += 10

    with pytest.raises(DirectPathError) as caught:
        wait_for_task(session_of(late), TASK, 10, "The work")
    assert caught.value.code == "task_timeout"
    assert "The work did not end within 10 s; the task task-1 still runs on vcenter:443." in caught.value.msg


def content(obj: Any, missing: Any = (), **values: Any) -> Any:
    props = [SimpleNamespace(name=name, val=value) for name, value in values.items()]
    return SimpleNamespace(obj=obj, propSet=props, missingSet=list(missing))


def page(token: str | None, *contents: Any) -> Any:
    return SimpleNamespace(token=token, objects=list(contents))


def test_pages_are_put_together() -> None:
    pages = {"a": page("b", content(OTHER, name="2")), "b": page(None, content(TASK, name="3"))}
    first = page("a", content(TASK, name="1"))
    collector = SimpleNamespace(
        RetrievePropertiesEx=lambda _specs, _options: first, ContinueRetrievePropertiesEx=pages.get
    )
    session: Any = SimpleNamespace(content=SimpleNamespace(propertyCollector=collector))
    assert [item.get("name") for item in retrieve(session, [TASK], {vim.Task: ["name"]})] == ["1", "2", "3"]


@pytest.mark.parametrize("answer", [None, page(None)])
def test_nothing_found(answer: Any) -> None:
    collector = SimpleNamespace(RetrievePropertiesEx=lambda _specs, _options: answer)
    session: Any = SimpleNamespace(content=SimpleNamespace(propertyCollector=collector))
    assert retrieve(session, [TASK], {vim.Task: ["name"]}) == []


def test_unset_and_unreadable_are_told_apart() -> None:
    unreadable = SimpleNamespace(path="config", fault=vim.fault.NoPermission())
    answer = page(None, content(TASK, [unreadable], name="1"))
    collector = SimpleNamespace(RetrievePropertiesEx=lambda _specs, _options: answer)
    session: Any = SimpleNamespace(content=SimpleNamespace(propertyCollector=collector))
    (item,) = retrieve(session, [TASK], {vim.Task: ["name", "config", "unset"]})
    assert (item.values, item.missing) == ({"name": "1"}, {"config": "NoPermission"})
    assert item.get("unset", "default") == item.get("config", "default") == "default"


def test_a_view_that_went_with_its_session_is_made_again() -> None:
    session: Any = SimpleNamespace(logins=1, content=SimpleNamespace())
    views: list[Any] = []

    def create_view(_root: Any, _types: Any, _recursive: bool) -> Any:
        views.append(vim.view.ContainerView(f"view-{len(views)}", None))
        return views[-1]

    def retrieve_properties(_specs: Any, _options: Any) -> Any:
        if len(views) == 1:
            session.logins += 1
            return page(None)
        return page(None, content(TASK, name="1"))

    session.content.viewManager = SimpleNamespace(CreateContainerView=create_view)
    session.content.propertyCollector = SimpleNamespace(RetrievePropertiesEx=retrieve_properties)
    assert [item.get("name") for item in retrieve_all(session, None, vim.Task, ["name"])] == ["1"]
    assert len(views) == 2

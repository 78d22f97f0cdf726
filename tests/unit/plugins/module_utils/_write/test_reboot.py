# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a host that reboots. Time does not pass here: the clock is the sum of what was slept."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from http.client import HTTPException
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import connection_lost
from ansible_collections.directpath.nvme.plugins.module_utils._write import reboot
from ansible_collections.directpath.nvme.plugins.module_utils._write.reboot import reconnect, wait_until_back
from pyVmomi import vmodl

HOST = Host("host-1", "esxi-01", "connected", True, "8.0.1", "1", "8.0.1.0")
BOOT = datetime(2026, 11, 22, 6, 42, 7, tzinfo=timezone.utc)
LOST = connection_lost("esxi-01:443", "WaitForUpdatesEx", OSError("Connection reset by peer"))


class Sleeper:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def clock(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class FakeSession:
    """A session whose attempts to log in again end as told; None stands for success."""

    def __init__(self, *attempts: Exception | None, is_vcenter: bool = False) -> None:
        self.is_vcenter = is_vcenter
        self.attempts = list(attempts)

    def object(self, managed: Any, moid: str) -> Any:
        return managed(moid)

    def reconnect(self) -> None:
        outcome = self.attempts.pop(0)
        if outcome:
            raise outcome


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


def wait_as_told(monkeypatch: pytest.MonkeyPatch, *outcomes: Any) -> list[float]:
    """Replace waiting for property updates by these outcomes; returns the timeouts that were asked for."""
    left = list(outcomes)
    timeouts: list[float] = []

    def wait_for(session: Any, obj: Any, paths: Any, done: Any, timeout: float) -> Any:
        timeouts.append(timeout)
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(reboot, "wait_for", wait_for)
    return timeouts


def wait(session: Any, sleeper: Sleeper, timeout: float = 600) -> None:
    wait_until_back(session, HOST, BOOT, timeout, sleeper.clock, sleeper.sleep)


def test_nothing_sleeps_while_the_server_talks(monkeypatch: pytest.MonkeyPatch, sleeper: Sleeper) -> None:
    assert wait_as_told(monkeypatch, object()) == []
    wait(FakeSession(is_vcenter=True), sleeper)
    assert sleeper.slept == []


def test_a_direct_session_is_renewed_until_the_host_is_back(monkeypatch: pytest.MonkeyPatch, sleeper: Sleeper) -> None:
    timeouts = wait_as_told(monkeypatch, LOST, LOST, object())
    refused, starting = ConnectionRefusedError(), HTTPException("503 Service Unavailable")
    session = FakeSession(refused, starting, vmodl.fault.SystemError(), None, TimeoutError(), None)
    wait(session, sleeper)
    assert session.attempts == []
    assert sleeper.slept == [1, 2, 4, 8, 1, 2]
    assert timeouts == [600, 585, 582]


def test_pauses_grow_to_a_limit_and_end_before_the_deadline(sleeper: Sleeper) -> None:
    session: Any = FakeSession(*[ConnectionRefusedError()] * 20)
    assert not reconnect(session, 60, sleeper.clock, sleeper.sleep)
    assert sleeper.slept == [1, 2, 4, 8, 15, 15]


def test_a_refused_password_is_not_tried_again(sleeper: Sleeper) -> None:
    session: Any = FakeSession(DirectPathError("wrong password", "authentication_failed"))
    with pytest.raises(DirectPathError, match="wrong password"):
        reconnect(session, 60, sleeper.clock, sleeper.sleep)
    assert sleeper.slept == [1]


def test_a_lost_vcenter_is_an_error(monkeypatch: pytest.MonkeyPatch, sleeper: Sleeper) -> None:
    wait_as_told(monkeypatch, LOST)
    with pytest.raises(DirectPathError) as caught:
        wait(FakeSession(is_vcenter=True), sleeper)
    assert caught.value.code == "connection_lost"
    assert sleeper.slept == []


@pytest.mark.parametrize("outcomes", [(LOST,), (LOST, None), (None,)])
def test_a_host_that_stays_away_is_an_error_that_says_where_to_look(
    monkeypatch: pytest.MonkeyPatch, sleeper: Sleeper, outcomes: tuple[Any, ...]
) -> None:
    wait_as_told(monkeypatch, *outcomes)
    session = FakeSession(None) if len(outcomes) == 2 else FakeSession(*[ConnectionRefusedError()] * 99)
    with pytest.raises(DirectPathError) as caught:
        wait(session, sleeper)
    assert caught.value.code == "reboot_timeout"
    assert caught.value.fault is None
    assert "is not back after 600 s" in str(caught.value)
    assert "console" in str(caught.value)


@pytest.mark.parametrize(
    ("description", "state", "minutes", "found"),
    [
        ("HostSystem.reboot", "running", 1, True),
        ("HostSystem.rebootHost", "success", 0, True),
        ("HostSystem.reboot", "error", 1, False),
        # The reboot before this one, whose task is still listed.
        ("HostSystem.reboot", "success", -1, False),
        ("HostSystem.enterMaintenanceMode", "success", 1, False),
    ],
)
def test_the_task_of_a_reboot_whose_answer_was_lost(
    monkeypatch: pytest.MonkeyPatch, description: str, state: str, minutes: int, found: bool
) -> None:
    queued = BOOT + timedelta(minutes=minutes)
    task = ObjectProperties(
        "task-1", {"info.descriptionId": description, "info.state": state, "info.queueTime": queued}, {}
    )
    answers = iter([[ObjectProperties("host-1", {"recentTask": ["task-1"]}, {})], [task]])
    monkeypatch.setattr(reboot, "retrieve", lambda *_arguments: next(answers))
    session: Any = FakeSession(is_vcenter=True)
    assert (reboot._reboot_task(session, HOST, BOOT) == "task-1") is found

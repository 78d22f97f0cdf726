# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a session does when a call ends otherwise than with an answer."""

from __future__ import annotations

import socket
import threading
from http.client import RemoteDisconnected
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import version_tuple
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from pyVmomi import vim

ENDED = vim.fault.NotAuthenticated()
LOST = RemoteDisconnected("Remote end closed connection without response")


class Wire:
    """A server whose answers are told in advance, an exception or a value for each call; logging in is one, too."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[str] = []

    def invoke(self, mo: Any, info: Any, args: Any) -> Any:
        self.calls.append(info.wsdlName)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def session_on(wire: Wire) -> Session:
    """A session that is logged in already, without a client."""
    session = Session.__new__(Session)
    session.server, session._credentials = "vcenter.lab:443", ("operator", "secret")
    session._login_lock, session._refused, session.logins = threading.Lock(), None, 1
    session.content = SimpleNamespace(sessionManager=None)
    session._invoke = wire.invoke
    session._transport = SimpleNamespace(cookie="old", DropConnections=lambda: wire.calls.append("drop"))
    return session


def call(wire: Wire, method: str = "RetrievePropertiesEx") -> Any:
    return session_on(wire)._invoke_method(None, SimpleNamespace(wsdlName=method), [])


@pytest.mark.parametrize(
    ("answers", "calls"),
    [
        ([7], ["Get"]),
        ([ENDED, None, 7], ["Get", "Login", "Get"]),
        ([LOST, 7], ["Get", "Get"]),
        ([LOST, ENDED, None, 7], ["Get", "Get", "Login", "Get"]),
        ([ENDED, None, LOST, 7], ["Get", "Login", "Get", "Get"]),
    ],
)
def test_one_lost_connection_and_one_ended_session_are_made_good(answers: list[Any], calls: list[str]) -> None:
    wire = Wire(*answers)
    assert call(wire, "Get") == 7
    assert wire.calls == calls


def test_a_task_is_not_started_twice() -> None:
    wire = Wire(LOST)
    with pytest.raises(DirectPathError) as caught:
        call(wire, "RebootHost_Task")
    assert caught.value.code == "connection_lost"
    assert "during RebootHost_Task" in str(caught.value)
    wire = Wire(ENDED, None, "task")
    assert call(wire, "RebootHost_Task") == "task"


def test_waiting_starts_anew_in_a_new_session() -> None:
    wire = Wire(ENDED, None)
    assert call(wire, "WaitForUpdatesEx") is None
    assert wire.calls == ["WaitForUpdatesEx", "Login"]


def test_a_wait_whose_answer_was_lost_is_not_repeated() -> None:
    wire = Wire(LOST)
    with pytest.raises(DirectPathError) as caught:
        call(wire, "WaitForUpdatesEx")
    assert (caught.value.code, wire.calls) == ("connection_lost", ["WaitForUpdatesEx"])


@pytest.mark.parametrize("answers", [[LOST, LOST], [ENDED, LOST]])
def test_what_stays_lost_is_an_error(answers: list[Any]) -> None:
    with pytest.raises(DirectPathError) as caught:
        call(Wire(*answers))
    assert caught.value.code == "connection_lost"


def test_a_session_that_ends_at_once_again_is_passed_on() -> None:
    with pytest.raises(vim.fault.NotAuthenticated):
        call(Wire(ENDED, None, ENDED))


def test_a_password_that_is_refused_is_not_tried_again() -> None:
    wire = Wire(ENDED, vim.fault.InvalidLogin(), ENDED)
    session = session_on(wire)
    for _host in range(2):
        with pytest.raises(DirectPathError) as caught:
            session._invoke_method(None, SimpleNamespace(wsdlName="Get"), [])
        assert caught.value.code == "authentication_failed"
        assert "secret" not in str(caught.value)
    with pytest.raises(DirectPathError):
        session.reconnect()
    assert wire.calls == ["Get", "Login", "Get", "drop"]


def test_one_login_serves_every_thread_whose_session_ended() -> None:
    wire = Wire(None)
    session = session_on(wire)
    session._login_again(1)
    session._login_again(1)
    assert (wire.calls, session.logins) == (["Login"], 2)


def test_a_server_that_was_away_gets_a_login_on_fresh_connections() -> None:
    wire = Wire(None)
    session = session_on(wire)
    session.reconnect()
    assert wire.calls == ["drop", "Login", "drop"]
    assert (session._transport.cookie, session.logins) == ("", 2)
    with pytest.raises(ConnectionRefusedError):
        session_on(Wire(ConnectionRefusedError())).reconnect()


def test_versions_compare_as_numbers() -> None:
    assert version_tuple("urn:vim25/8.0.1.0") == version_tuple("8.0.1.0") == (8, 0, 1, 0)
    assert version_tuple("10.0.0.0") > version_tuple("8.0.3.0") > version_tuple("7.0.3.2")


def test_a_call_that_is_not_to_wait_long_is_not_repeated() -> None:
    wire = Wire(socket.timeout("timed out"))
    session = session_on(wire)
    session.patience = SimpleNamespace(seconds=7)  # type: ignore[assignment]
    with pytest.raises(socket.timeout):
        session._invoke_method(None, SimpleNamespace(wsdlName="ExecuteSoap"), [])
    assert wire.calls == ["ExecuteSoap"]


def test_a_call_that_waits_as_long_as_the_session_allows_is() -> None:
    wire = Wire(socket.timeout("timed out"), 7)
    session = session_on(wire)
    session.patience = SimpleNamespace(seconds=None)  # type: ignore[assignment]
    assert session._invoke_method(None, SimpleNamespace(wsdlName="ExecuteSoap"), []) == 7

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a login that fails; the causes are chained as the client chains them."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException
from typing import Any
from xml.parsers.expat import ExpatError

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere import login
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.login import connect_error, login_error
from ansible_collections.vmware.vmware.plugins.module_utils.clients.errors import ApiAccessError
from pyVmomi import vim

PARAMS = {"hostname": "vcenter.lab", "port": 443, "username": "operator", "password": "secret", "validate_certs": True}
STARTING = DirectPathError("It is starting.", "server_starting")


def raise_chained(first: Exception, *causes: Exception) -> None:
    try:
        if causes:
            raise_chained(*causes)
    finally:
        raise first


def chained(*causes: Exception) -> Exception:
    """The client's error, which stems from the first cause, which stems from the second."""
    with pytest.raises(ApiAccessError) as caught:
        raise_chained(ApiAccessError("Unknown error: { dynamicType = <unset> } secret"), *causes)
    error: Exception = caught.value
    return error


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The server is found to be starting, whenever it is asked what it is."""
    calls: list[Any] = []

    def what_answers(*args: Any) -> DirectPathError:
        calls.append(args)
        return STARTING

    monkeypatch.setattr(login, "what_answers", what_answers)
    return calls


@pytest.mark.parametrize(
    ("fault", "code", "text"),
    [
        (vim.fault.InvalidLogin(), "authentication_failed", "wrong user name or password"),
        (vim.fault.PasswordExpired(), "password_expired", "the password has expired"),
        (vim.fault.NoPermission(), "login_not_permitted", "lockdown mode"),
        (vim.fault.InvalidState(msg="Not now."), "login_refused", "InvalidState: Not now."),
        (vim.fault.HostConnectFault(), "login_refused", "HostConnectFault"),
    ],
)
def test_each_refusal_has_its_own_line(asked: list[Any], fault: Exception, code: str, text: str) -> None:
    # Behind a proxy the client lets the fault through as it is.
    for error in (chained(fault), fault):
        failure = connect_error(error, PARAMS)
        assert (failure.code, failure.fault) == (code, type(fault).__name__.rpartition(".")[2])
        assert text in str(failure)
        assert failure.remedy
        assert "dynamicType" not in str(failure)
        assert "secret" not in str(failure)
    assert asked == []


def test_a_session_that_could_not_be_renewed_says_so() -> None:
    text = str(login_error(vim.fault.InvalidLogin(), "vcenter.lab:443", "operator", again=True))
    assert text.startswith("The session on vcenter.lab:443 ended. vcenter.lab:443 refused the login of operator")


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate."
    return error


@pytest.mark.parametrize(
    ("causes", "code", "text"),
    [
        ([untrusted()], "certificate_untrusted", "not trusted: self-signed certificate. Where"),
        ([socket.timeout("timed out")], "connection_timeout", "within 30 s"),
        ([socket.gaierror(-2, "Name or service not known")], "connection_failed", "DNS"),
        ([ConnectionRefusedError(111, "Connection refused")], "connection_failed", "Connection refused"),
        # pyVim hides what broke the first call behind a fault of its own.
        ([vim.fault.HostConnectFault(msg="x"), socket.timeout("timed out")], "connection_timeout", "within 30 s"),
        ([vim.fault.HostConnectFault(msg="x"), ConnectionResetError(104, "reset")], "connection_failed", "reset"),
    ],
)
def test_a_broken_line_has_its_own_words(asked: list[Any], causes: list[Exception], code: str, text: str) -> None:
    failure = connect_error(chained(*causes), PARAMS)
    assert failure.code == code
    assert text in str(failure)
    assert "validate_certs" not in str(failure)
    assert asked == []


@pytest.mark.parametrize(
    "error",
    [
        chained(Exception("vcenter.lab:443 is down or is not a VIM server")),
        chained(vim.fault.HostConnectFault(msg="503"), HTTPException("503 Service Unavailable")),
        HTTPException("503 Service Unavailable"),
        ExpatError("syntax error"),
    ],
)
def test_a_server_that_answers_otherwise_is_asked_what_it_is(asked: list[Any], error: Exception) -> None:
    assert connect_error(error, PARAMS) is STARTING
    assert len(asked) == 1


def test_what_nobody_knows_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "what_answers", lambda *_args: None)
    failure = connect_error(chained(Exception("vcenter.lab is down or is not a VIM server")), PARAMS)
    assert (failure.code, failure.msg) == (
        "connection_failed",
        "Cannot connect to vcenter.lab:443: vcenter.lab is down or is not a VIM server.",
    )
    assert connect_error(HTTPException(), PARAMS).msg == "Cannot connect to vcenter.lab:443: HTTPException."


def test_a_missing_argument_is_the_clients_own_line() -> None:
    failure = connect_error(ApiAccessError("Hostname parameter is missing"), PARAMS)
    assert (failure.msg, failure.code) == ("Hostname parameter is missing.", "connection_failed")
    assert failure.remedy

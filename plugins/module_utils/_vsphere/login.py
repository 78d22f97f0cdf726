# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong with connecting and logging in, each with its own line and its own remedy.

A wrong password may be sent once only, because servers lock accounts. So no other mishap is told as a wrong password. A
password is never shown.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any
from xml.parsers.expat import ExpatError

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, one_line
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.endpoint import CONNECT_TIMEOUT, what_answers
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import (
    SERVER_FAULT,
    describe_fault,
    fault_name,
)

REFUSALS = {
    "InvalidLogin": (
        "authentication_failed",
        "refused the login of {user}: wrong user name or password",
        "Check username and password (or VMWARE_USER and VMWARE_PASSWORD). They were sent once; more attempts could "
        "lock the account.",
    ),
    "PasswordExpired": (
        "password_expired",
        "refused the login of {user}: the password has expired",
        "Change the account's password on the server, and in the place that VMWARE_PASSWORD comes from.",
    ),
    "NoPermission": (
        "login_not_permitted",
        "does not let {user} in: {fault}",
        "On an ESXi host this is lockdown mode: go through its vCenter, or make the account an exception user. On "
        "vCenter, give the account a role; docs/least_privilege.md lists what it needs.",
    ),
}

REFUSED = (
    "login_refused",
    "did not log {user} in: {fault}",
    "A server whose services are starting, that is out of sessions, or without a licence does so: look at its state, "
    "then run the play again.",
)


def login_error(fault: Exception, server: str, username: str, again: bool = False) -> DirectPathError:
    """Why a server did not log us in.

    :param fault: a vSphere fault.
    :param again: it had done so before, and that session has ended.
    """
    name = fault_name(fault)
    code, text, remedy = REFUSALS.get(name, REFUSED)
    ended = f"The session on {server} ended. " if again else ""
    text = text.format(user=username, fault=describe_fault(fault))
    return DirectPathError(f"{ended}{server} {text}.", code, fault=name, remedy=remedy)


def connect_error(error: Exception, params: Mapping[str, Any]) -> DirectPathError:
    """Why there is no session. The client wraps what happened in a text; what it stems from says what it was."""
    server, username = f"{params['hostname']}:{params['port']}", params["username"]
    causes = list(_causes(error))
    for cause in causes:
        # pyVim makes a fault of its own of what broke the first call; what it was made of comes next.
        if isinstance(cause, SERVER_FAULT) and not isinstance(cause.__context__, (OSError, HTTPException, ExpatError)):
            return login_error(cause, server, username)
        known = _of_line(cause, server)
        if known:
            return known
    broken = isinstance(causes[-1], OSError)
    if len(causes) == 1 and not broken and not isinstance(error, (HTTPException, ExpatError)):
        return DirectPathError(
            f"{one_line(error)}.", "connection_failed", remedy="Set it for the task, or in the environment."
        )
    seen = None if broken else what_answers(params, server)
    return seen or DirectPathError(
        f"Cannot connect to {server}: {_words(causes[-1])}.",
        "connection_failed",
        remedy="Check the address, the port, and that the server is up.",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """What was raised, and what it stems from, back to the beginning."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _of_line(cause: BaseException, server: str) -> DirectPathError | None:
    """Mishaps of names, networks and certificates."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return DirectPathError(
            f"The certificate of {server} is not trusted: {cause.verify_message.rstrip('.')}.",
            "certificate_untrusted",
            remedy="Where the name or the address does not match, use the one in the certificate. Otherwise let "
            "SSL_CERT_FILE name a bundle with the CA that signed it, on the machine where the module runs.",
        )
    if isinstance(cause, socket.timeout):
        return DirectPathError(
            f"{server} accepted the connection, or dropped it unseen, and did not answer within {CONNECT_TIMEOUT} s.",
            "connection_timeout",
            remedy="Check that it is a vCenter or ESXi API endpoint, and any firewall or proxy on the way.",
        )
    if isinstance(cause, socket.gaierror):
        return DirectPathError(
            f"Cannot connect to {server}: {_words(cause)}.",
            "connection_failed",
            remedy="Check the name, and the DNS of the machine where the module runs.",
        )
    return None


def _words(cause: BaseException) -> str:
    return one_line(cause) or type(cause).__name__

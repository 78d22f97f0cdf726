# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection to vCenter or ESXi: vmware.vmware's client, plus what it lacks.

The client of the vmware.vmware collection logs in and out and handles certificates and proxies. It waits for ever for
a silent server, does not log in again when its session has ended, and does not know which API version a feature needs.
"""

from __future__ import annotations

import socket
import ssl
import threading
from http.client import HTTPException
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, one_line
from ansible_collections.vmware.vmware.plugins.module_utils.clients.errors import ApiAccessError, MissingLibError
from ansible_collections.vmware.vmware.plugins.module_utils.clients.pyvmomi import PyvmomiClient

try:
    from pyVmomi import vim
except ImportError:
    pass


CONNECT_TIMEOUT = 30
"""Seconds a server may take for each answer until we are logged in."""

CALL_TIMEOUT = 300
"""Seconds a server may take for one answer afterwards; longer work is a task, and a task is waited on."""

CONNECTION_LOST = "connection_lost"

_WAIT = "WaitForUpdatesEx"


class Session:
    """One login, which ends with the process: the client logs out at exit.

    ``content`` is the ServiceContent, ``stub`` what managed objects are bound to.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        self.server = f"{params['hostname']}:{params['port']}"
        self._credentials = (params["username"], params["password"])
        self._login_lock = threading.Lock()
        self.logins = 1
        """Counts logins: what a server keeps per session (views, filters) is gone when this has changed."""
        previous = socket.getdefaulttimeout()
        # The client takes no timeout, but every socket that it opens takes this default.
        socket.setdefaulttimeout(CONNECT_TIMEOUT)
        try:
            self._client = PyvmomiClient(**params)
        except (ApiAccessError, MissingLibError) as error:
            socket.setdefaulttimeout(previous)
            raise _connect_error(error, self.server, params["username"]) from error
        except (OSError, HTTPException) as error:
            # After the login the client reads on without a handler of its own.
            raise connection_lost(self.server, "Login", error) from error
        socket.setdefaulttimeout(CALL_TIMEOUT)
        self.content = self._client.content
        self.stub = self._client.si._stub
        self._transport = getattr(self.stub, "soapStub", self.stub)
        # The connection of the login still has the short timeout; the next call opens one with the long one.
        self._transport.DropConnections()
        self.spoken_version: str = self._transport.versionId
        """The API version that both sides know and use, ``urn:vim25/8.0.3.0``."""
        self._invoke = self.stub.InvokeMethod
        self.stub.InvokeMethod = self._invoke_method
        self.api_version = self.content.about.apiVersion
        self.is_vcenter = self.content.about.apiType == "VirtualCenter"

    def object(self, managed: Any, moid: str) -> Any:
        """The managed object of a type with this MoID, to call methods on; facts keep MoIDs only."""
        return managed(moid, self.stub)

    def _invoke_method(self, mo: Any, info: Any, args: Any, **kwargs: Any) -> Any:
        """Every API call of this session passes here.

        An ended session is renewed and the call repeated: a server that answers NotAuthenticated has done nothing.
        After a lost connection nobody knows what the server did, so a call that starts a task is not repeated; the
        others read, or set a state that is the same when set twice. A server that restarts does both in turn. A wait is
        not repeated either: what the server told in the answer that was lost, it may not tell again.
        """
        renewed = repeated = False
        while True:
            logins = self.logins
            try:
                return self._invoke(mo, info, args, **kwargs)
            except vim.fault.NotAuthenticated:
                if renewed:
                    raise
                renewed = True
                self._login_again(logins)
                if info.wsdlName == _WAIT:
                    # The filters it waits on went with the old session; after "nothing new" the waiter makes new ones.
                    return None
            except (OSError, HTTPException) as error:
                if repeated or info.wsdlName.endswith("_Task") or info.wsdlName == _WAIT:
                    raise connection_lost(self.server, info.wsdlName, error) from error
                repeated = True

    def _login_again(self, logins_seen: int) -> None:
        """Log in on the same stub, once, even if several threads found their session ended."""
        with self._login_lock:
            if self.logins != logins_seen:
                return
            try:
                self._login()
            except (OSError, HTTPException) as error:
                raise connection_lost(self.server, "Login", error) from error

    def reconnect(self) -> None:
        """Log in anew on fresh connections, for a server that was away.

        :raises OSError: it is still away; so does HTTPException.
        """
        self._transport.DropConnections()
        self._transport.cookie = ""
        socket.setdefaulttimeout(CONNECT_TIMEOUT)
        try:
            self._login()
        finally:
            socket.setdefaulttimeout(CALL_TIMEOUT)
        # As after the first login: this connection has the short timeout.
        self._transport.DropConnections()

    def _login(self) -> None:
        """Log in on the same stub.

        :raises DirectPathError: ``authentication_failed``; trying again could lock the account.
        """
        login = vim.SessionManager._methodInfo["Login"]
        try:
            self._invoke(self.content.sessionManager, login, [*self._credentials, None])
        except vim.fault.InvalidLogin as error:
            raise DirectPathError(
                f"The session on {self.server} ended, and it refused a new login of {self._credentials[0]}: "
                "wrong user name or password.",
                "authentication_failed",
                fault="InvalidLogin",
                remedy="Check the account, then run the play again: it goes on where this run stopped.",
            ) from error
        self.logins += 1


def connection_lost(server: str, method: str, error: Exception) -> DirectPathError:
    """What a call raises when the connection broke and it could not be repeated."""
    return DirectPathError(
        f"The connection to {server} was lost during {method}: {one_line(error) or type(error).__name__}.",
        CONNECTION_LOST,
        remedy="Run the play again: it reads the state first and goes on from there.",
    )


def _connect_error(error: Exception, server: str, username: str) -> DirectPathError:
    """The client wraps what happened in a text; its cause says which of the known mishaps it was."""
    if isinstance(error, MissingLibError):
        return DirectPathError(one_line(error), "missing_library", remedy="Install it where the module runs.")
    cause = error.__context__
    if isinstance(cause, vim.fault.InvalidLogin):
        return DirectPathError(
            f"{server} refused the login of {username}: wrong user name or password.",
            "authentication_failed",
            fault="InvalidLogin",
            remedy="Check username and password (or VMWARE_USER and VMWARE_PASSWORD).",
        )
    if isinstance(cause, ssl.SSLCertVerificationError):
        return DirectPathError(
            f"The certificate of {server} is not trusted: {cause.verify_message}.",
            "certificate_untrusted",
            remedy="Trust its CA (SSL_CERT_FILE names a CA bundle), or set validate_certs to false in a lab.",
        )
    if isinstance(cause, socket.timeout):
        return DirectPathError(
            f"{server} accepted the connection, or dropped it unseen, and did not answer within {CONNECT_TIMEOUT} s.",
            "connection_timeout",
            remedy="Check that it is a vCenter or ESXi API endpoint, and any firewall or proxy on the way.",
        )
    if cause is None:
        return DirectPathError(f"{one_line(error)}.", "connection_failed")
    return DirectPathError(
        f"Cannot connect to {server}: {one_line(getattr(cause, 'msg', None) or cause)}.",
        "connection_failed",
        remedy="Check the address, the port, and that the server is up.",
    )

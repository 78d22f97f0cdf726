# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection to vCenter or ESXi: vmware.vmware's client, plus what it lacks.

The client of the vmware.vmware collection logs in and out and handles certificates and proxies. It waits for ever for
a silent server, does not log in again when its session has ended, and does not know which API version a feature needs.
"""

from __future__ import annotations

import socket
import threading
from datetime import datetime
from http.client import HTTPException
from typing import Any
from xml.parsers.expat import ExpatError

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, one_line
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.endpoint import CONNECT_TIMEOUT, check_arguments
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.login import (
    REFUSALS,
    REFUSED,
    connect_error,
    login_error,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.patience import Patience
from ansible_collections.vmware.vmware.plugins.module_utils.clients.errors import ApiAccessError, MissingLibError
from ansible_collections.vmware.vmware.plugins.module_utils.clients.pyvmomi import PyvmomiClient

try:
    from pyVmomi import vim
except ImportError:
    pass


CALL_TIMEOUT = 300
"""Seconds a server may take for one answer afterwards; longer work is a task, and a task is waited on."""

CONNECTION_LOST = "connection_lost"

_WAIT = "WaitForUpdatesEx"

_NO_SESSION = frozenset({"session_ended", REFUSED[0], *(code for code, _text, _remedy in REFUSALS.values())})


def leaves_no_session(error: DirectPathError) -> bool:
    """Whether nobody can be asked any more, so that it is no matter of the one host or VM that was asked."""
    return error.code in _NO_SESSION


class Session:
    """One login, which ends with the process: the client logs out at exit.

    ``content`` is the ServiceContent, ``stub`` what managed objects are bound to.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        check_arguments(params)
        self.server = f"{params['hostname']}:{params['port']}"
        self._credentials = (params["username"], params["password"])
        self._login_lock = threading.Lock()
        self._refused: DirectPathError | None = None
        self.logins = 1
        """Counts logins: what a server keeps per session (views, filters) is gone when this has changed."""
        self._client = _connect(params)
        socket.setdefaulttimeout(CALL_TIMEOUT)
        self.content = self._client.content
        self.stub = self._client.si._stub
        self._transport = getattr(self.stub, "soapStub", self.stub)
        # The connection of the login still has the short timeout; the next call opens one with the long one.
        self._transport.DropConnections()
        self.patience = Patience(self._transport)
        self.spoken_version: str = self._transport.versionId
        """The API version that both sides know and use, ``urn:vim25/8.0.3.0``."""
        self._invoke = self.stub.InvokeMethod
        self.stub.InvokeMethod = self._invoke_method
        self.api_version = self.content.about.apiVersion
        self.is_vcenter = self.content.about.apiType == "VirtualCenter"

    def server_time(self) -> datetime:
        """The server's clock, aware: the one that all runs share."""
        now: datetime = self._client.si.CurrentTime()
        return now

    def object(self, managed: Any, moid: str) -> Any:
        """The managed object of a type with this MoID, to call methods on; facts keep MoIDs only."""
        return managed(moid, self.stub)

    def _invoke_method(self, mo: Any, info: Any, args: Any, **kwargs: Any) -> Any:
        """Every API call of this session passes here.

        An ended session is renewed and the call repeated: a server that answers NotAuthenticated has done nothing.
        After a lost connection nobody knows what the server did, so a call that starts a task is not repeated; the
        others read, or set a state that is the same when set twice. A server that restarts does both in turn. A wait is
        not repeated either: what the server told in the answer that was lost, it may not tell again. Nor is a call that
        was not to wait that long.

        :raises socket.timeout: the time of ``patience`` is over.
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
                if isinstance(error, socket.timeout) and self.patience.seconds is not None:
                    raise
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
            except SERVER_FAULT as fault:
                raise login_error(fault, self.server, self._credentials[0], again=True) from fault
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

        :raises DirectPathError: the account is refused. It is not tried again, whoever asks: an attempt for each host
            of a fleet would lock it.
        """
        if self._refused:
            raise self._refused
        login = vim.SessionManager._methodInfo["Login"]
        try:
            self._invoke(self.content.sessionManager, login, [*self._credentials, None])
        except vim.fault.InvalidLogin as fault:
            self._refused = login_error(fault, self.server, self._credentials[0], again=True)
            raise self._refused from fault
        self.logins += 1


def _connect(params: dict[str, Any]) -> Any:
    """A client that is logged in."""
    previous = socket.getdefaulttimeout()
    # The client takes no timeout, but every socket that it opens takes this default.
    socket.setdefaulttimeout(CONNECT_TIMEOUT)
    try:
        return PyvmomiClient(**params)
    except MissingLibError as error:
        raise DirectPathError(one_line(error), "missing_library", remedy="Install it where the module runs.") from error
    except (ApiAccessError, SERVER_FAULT, OSError, HTTPException, ExpatError) as error:
        raise connect_error(error, params) from error
    finally:
        socket.setdefaulttimeout(previous)


def connection_lost(server: str, method: str, error: Exception) -> DirectPathError:
    """What a call raises when the connection broke and it could not be repeated."""
    return DirectPathError(
        f"The connection to {server} was lost during {method}: {one_line(error) or type(error).__name__}.",
        CONNECTION_LOST,
        remedy="Run the play again: it reads the state first and goes on from there.",
    )

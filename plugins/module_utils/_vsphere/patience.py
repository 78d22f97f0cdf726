# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a call waits for its answer, where that has to be less than what a session allows.

vCenter passes esxcli on to the host, and a host that hangs lets it wait. Somebody who asks many hosts cannot wait that
long for each.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any


class Patience:
    """Sets the timeout of each connection as it is taken from the client's pool, by the thread that takes it."""

    def __init__(self, transport: Any) -> None:
        """
        :param transport: pyVmomi's SoapStubAdapter, which takes one timeout for all calls.
        """
        self._own = threading.local()
        self._take = transport.GetConnection
        transport.GetConnection = self._connection

    @property
    def seconds(self) -> float | None:
        """How long calls of this thread wait; None if as long as the session allows."""
        seconds: float | None = getattr(self._own, "seconds", None)
        return seconds

    @contextlib.contextmanager
    def limited(self, seconds: float | None) -> Iterator[None]:
        """Calls of this thread wait so long for the next bytes of an answer, and then raise socket.timeout."""
        before = self.seconds
        self._own.seconds = seconds
        try:
            yield
        finally:
            self._own.seconds = before

    def _connection(self) -> Any:
        connection = self._take()
        # The one that it had from an earlier call may have been shorter, or longer.
        connection.timeout = socket.getdefaulttimeout() if self.seconds is None else self.seconds
        if connection.sock is not None:
            connection.sock.settimeout(connection.timeout)
        return connection

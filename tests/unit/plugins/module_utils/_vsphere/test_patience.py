# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a call waits, over real sockets."""

from __future__ import annotations

import socket
import threading
from http.client import HTTPConnection
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.patience import Patience


class Transport:
    """pyVmomi's pool of one connection, to a server that accepts and says nothing."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port)

    def GetConnection(self) -> Any:
        return self.connection


@pytest.fixture
def transport() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Transport(server.getsockname()[1])
        yield found
        found.connection.close()


def test_a_call_gives_up_when_its_time_is_over(transport: Transport) -> None:
    patience = Patience(transport)
    with patience.limited(0.05):
        connection = transport.GetConnection()
    connection.request("POST", "/sdk")
    with pytest.raises(socket.timeout):
        connection.getresponse()


def test_a_connection_from_the_pool_gets_the_time_of_whoever_takes_it(transport: Transport) -> None:
    patience = Patience(transport)
    transport.connection.connect()
    with patience.limited(7):
        assert transport.GetConnection().sock.gettimeout() == 7
        with patience.limited(3):
            assert transport.GetConnection().sock.gettimeout() == 3
        assert transport.GetConnection().sock.gettimeout() == 7
    assert patience.seconds is None
    assert transport.GetConnection().sock.gettimeout() == socket.getdefaulttimeout()


def test_what_one_thread_waits_is_no_matter_of_the_others(transport: Transport) -> None:
    patience = Patience(transport)
    found: list[float | None] = []
    with patience.limited(7):
        thread = threading.Thread(target=lambda: found.append(patience.seconds))
        thread.start()
        thread.join()
    assert found == [None]


def test_a_connection_that_is_not_open_yet_opens_with_that_time() -> None:
    closed = SimpleNamespace(sock=None, timeout=300)
    transport = SimpleNamespace(GetConnection=lambda: closed)
    with Patience(transport).limited(7):
        assert transport.GetConnection().timeout == 7

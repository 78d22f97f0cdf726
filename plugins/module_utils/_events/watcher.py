# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following a server for as long as somebody listens, whatever becomes of connections and sessions."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timezone
from http.client import HTTPException
from typing import Any, Callable, NoReturn

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._events.state import State
from ansible_collections.directpath.nvme.plugins.module_utils._facts.watched import Fleet
from ansible_collections.directpath.nvme.plugins.module_utils._plan.watched import Event, Known, compare
from ansible_collections.directpath.nvme.plugins.module_utils._read.fleet_watch import FleetWatch
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, as_error
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session, connection_lost

LONGEST_PAUSE = 30
"""Seconds between two attempts to reach a server that is away; the first come sooner."""

PASSING = frozenset(
    (
        "connection_failed",
        "connection_lost",
        "connection_timeout",
        "login_refused",
        "not_vsphere",
        "object_gone",
        "server_starting",
        "session_ended",
        "vsphere_fault",
    )
)
"""Codes of failures that a server which restarts causes. Whatever else fails, would fail again."""

log = logging.getLogger(__name__)


class Watcher:
    """Compares what the server tells with what has been told before."""

    def __init__(self, params: dict[str, Any], put: Callable[[Event], None]) -> None:
        """
        :param params: of the connection, and ``state_file``.
        :param put: hands an event over, and returns when the engine has it.
        """
        self._params = params
        self._put = put
        self._state = State(params["state_file"])
        self._known: Known | None = None
        self._session: Session | None = None
        self._pause = 1

    def run(self) -> None:
        """Watch, for ever.

        :raises DirectPathError: it cannot go on. An account that was refused is not tried again, so that nothing locks
            it.
        """
        while True:
            failure = self._watch()
            if failure.code not in PASSING:
                raise failure
            log.warning("%s Trying again in %s s.", failure.msg, self._pause)
            # Nothing tells when a server is back.
            time.sleep(self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _watch(self) -> DirectPathError:
        """Watch with one session, as long as that is possible, and say why it ended."""
        server = f"{self._params['hostname']}:{self._params['port']}"
        try:
            if self._session is None:
                self._session = Session(self._params)
            else:
                self._session.reconnect()
            self._follow(self._session)
        except DirectPathError as error:
            return error
        except SERVER_FAULT as fault:
            return as_error(fault, f"{server} refused")
        except (OSError, HTTPException) as error:
            return connection_lost(server, "Login", error)

    def _follow(self, session: Session) -> NoReturn:
        watch = FleetWatch(session)
        while True:
            fleet = watch.next()
            if watch.ended:
                log.warning("The session on %s ended, and another has begun.", session.server)
                watch = FleetWatch(session)
            elif fleet is not None:
                self._tell(fleet, str(session.content.about.instanceUuid or session.server))
                self._pause = 1

    def _tell(self, seen: Fleet, server: str) -> None:
        """Hand over what is new, and only then note it as told: rather twice than never, if all ends in between."""
        start = self._known is None
        if start and not seen.hosts:
            raise DirectPathError(
                f"{self._params['username']} sees no host on {self._params['hostname']}.",
                "no_permission",
                remedy="Grant the account System.View and System.Read on hosts and VMs; docs/least_privilege.md lists "
                "what it needs.",
            )
        if start:
            log.info("Watching %s hosts and %s VMs of %s.", len(seen.hosts), len(seen.vms), self._params["hostname"])
        known = self._known or Known(self._state.load(server))
        events, self._known = compare(known, seen, datetime.now(timezone.utc))
        for event in events:
            log.warning("%s", describe(event))
        # The engine may take no more for as long as runs wait, as when a whole enclosure is lost.
        for event in events:
            self._put({**event, "server": self._params["hostname"]})
        self._state.save(server, self._known.fleet)


def describe(event: Event) -> str:
    """An event in a line, for the log: it is there at once, however busy the engine is."""
    known = [event["name"], event["serial"] and f"serial {event['serial']}", event["slot"] and f"slot {event['slot']}"]
    told = ", ".join(text for text in known if text)
    entry = ", which keeps its entry" if event["stale_entry"] else ""
    vm = f", VM {event['vm']}{entry}" if event["in_vm"] else ""
    return f"{event['type']}: {event['address']} of host {event['host']}" + (f" ({told})" if told else "") + vm

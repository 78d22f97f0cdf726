# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The process behind the event source pulled_drives: arguments come in, events go out, each a line of JSON.

A process of its own, as pyVmomi blocks, sets the timeout of every socket, and finds collections in ways that
ansible-rulebook's own imports do not survive.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import sys
import threading
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import connection_spec
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._events.watcher import Watcher
from ansible_collections.directpath.nvme.plugins.module_utils._plan.watched import Event

OF_THE_ENGINE = ("feedback", "eda_feedback_queue")


def serve() -> None:
    """Watch until the other side ends, or tell it why that is not possible."""
    logging.basicConfig(format="%(asctime)s pulled_drives %(levelname)s %(message)s", level=logging.INFO)
    signal.signal(signal.SIGTERM, _end)
    args = json.loads(sys.stdin.readline())
    taken: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(taken,), daemon=True).start()

    def put(event: Event) -> None:
        _send({"event": event})
        taken.get()

    try:
        Watcher(parameters(args), put).run()
    except DirectPathError as error:
        _send({"failure": str(error)})


def parameters(args: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, and of the connection what the environment has, as the modules take them.

    :raises DirectPathError: ``invalid_argument``.
    """
    given = {name: value for name, value in args.items() if name not in OF_THE_ENGINE and value not in (None, "")}
    result = ArgumentSpecValidator({**connection_spec(), "state_file": {"type": "path"}}).validate(given)
    if result.error_messages:
        found = "; ".join(result.error_messages)
        raise DirectPathError(f"{found}.", "invalid_argument", remedy="Correct the arguments of the source.")
    checked: dict[str, Any] = result.validated_parameters
    return checked


def _listen(taken: queue.SimpleQueue[str]) -> None:
    """Each line says that an event was taken; the end of them that nobody is there any more."""
    for line in sys.stdin:
        taken.put(line)
    os.kill(os.getpid(), signal.SIGTERM)


def _end(_signal: int, _frame: object) -> None:
    """An exception in the main thread ends a wait for the server, and then the session is closed."""
    raise SystemExit(0)


def _send(message: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()

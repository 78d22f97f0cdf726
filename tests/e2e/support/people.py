# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does at the server while a run waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from background import until
from labclient import Lab

WAIT = "WaitForUpdatesEx"


@contextmanager
def once_awaited(
    lab: Lab, act: Callable[[], object], waits: int = 2, after: Callable[[], bool] = lambda: True
) -> Iterator[None]:
    """Act as soon as a run in this block waits for something to happen.

    :param waits: the call, counted from the start of the block, that gets no answer before something happens. The first
        one of a wait tells what there is.
    :param after: calls count from the moment when this is so, where the run waits for something else before.
    """
    started = _waits(lab)
    over = threading.Event()

    def watch() -> None:
        before = started
        if not after():
            until(lambda: over.is_set() or after(), "what is to come before the wait")
            before = _waits(lab)
        until(lambda: over.is_set() or _waits(lab) - before >= waits, "the wait")
        if not over.is_set():
            act()

    with ThreadPoolExecutor(max_workers=1) as pool:
        person = pool.submit(watch)
        try:
            yield
        finally:
            over.set()
        person.result()


def _waits(lab: Lab) -> int:
    return int(lab.stats()["calls"].get(WAIT, 0))

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask what may never answer. Runs in the guest: standard library only.

A process that waits for a drive cannot be killed before the drive answers or the kernel gives up, and neither can a
thread of it be left behind. So each question is asked by a process of its own, which may be left behind.
"""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Facts = Mapping[str, Any]


def ask_aside(ask: Callable[[str], Facts], about: Sequence[str], limit: float) -> dict[str, Facts | None]:
    """What ``ask`` answers about each, all at the same time.

    :param ask: its answer has to be of what JSON has. :param limit: seconds, for all of them together.
    :return: None where there was no answer in time, nothing where the asking itself failed.
    """
    processes: dict[int, tuple[str, int]] = {}
    texts: dict[int, bytes] = {}
    for subject in about:
        try:
            process, pipe = _start(ask, subject)
        except OSError:  # there are too many processes, or too little memory
            continue
        processes[pipe] = (subject, process)
        texts[pipe] = b""
    waiting = list(processes)
    end = time.monotonic() + limit
    while waiting:
        ready, _writable, _broken = select.select(waiting, [], [], max(0.0, end - time.monotonic()))
        if not ready:
            break
        for pipe in ready:
            part = os.read(pipe, 65536)
            texts[pipe] += part
            if not part:
                waiting.remove(pipe)
    for pipe, (_subject, process) in processes.items():
        _end(process, pipe, pipe in waiting)
    answers = {
        subject: None if pipe in waiting else _read(texts[pipe]) for pipe, (subject, _process) in processes.items()
    }
    return {subject: answers.get(subject, {}) for subject in about}


def _start(ask: Callable[[str], Facts], subject: str) -> tuple[int, int]:
    """The process that asks, and the pipe that its answer comes by."""
    reader, writer = os.pipe()
    try:
        process = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        raise
    if process:
        os.close(writer)
        return process, reader
    try:
        # Whoever started the module waits until nobody has its output open any more.
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        text = json.dumps(ask(subject)).encode()
        while text:
            text = text[os.write(writer, text) :]
    finally:
        os._exit(0)


def _read(text: bytes) -> Facts:
    """Nothing of a process that has failed, perhaps in the middle of its answer."""
    try:
        return dict(json.loads(text))
    except ValueError:
        return {}


def _end(process: int, pipe: int, hangs: bool) -> None:
    os.close(pipe)
    if hangs:
        os.kill(process, signal.SIGKILL)
    os.waitpid(process, os.WNOHANG if hangs else 0)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._guest.aside import ask_aside

FOREVER = 600
LONG = 60

# pytest-xdist has threads; what is asked here takes no locks of theirs.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


def answer(about: str) -> Mapping[str, Any]:
    if about == "hangs":
        time.sleep(FOREVER)
    if about == "fails":
        raise ValueError(about)
    return {"about": about, "text": "x" * 200_000 if about == "long" else "\udcff"}


def test_every_one_is_asked() -> None:
    found = ask_aside(answer, ["a", "long", "fails"], LONG)
    assert found == {
        "a": {"about": "a", "text": "\udcff"},
        "long": {"about": "long", "text": "x" * 200_000},
        "fails": {},
    }
    assert ask_aside(answer, [], LONG) == {}


def test_a_process_that_ends_within_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "dumps", lambda facts: '{"about": ')
    assert ask_aside(answer, ["a"], LONG) == {"a": {}}


def test_a_process_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more() -> int:
        raise BlockingIOError(errno.EAGAIN, "")

    opened = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "fork", no_more)
    assert ask_aside(answer, ["a", "b"], LONG) == {"a": {}, "b": {}}
    assert len(os.listdir("/proc/self/fd")) == opened


def test_what_hangs_keeps_nobody_waiting() -> None:
    started = time.monotonic()
    found = ask_aside(answer, ["hangs", "a", "hangs too"], 1)
    assert found == {
        "hangs": None,
        "a": {"about": "a", "text": "\udcff"},
        "hangs too": {"about": "hangs too", "text": "\udcff"},
    }
    assert time.monotonic() - started < LONG


LEFT_BEHIND = """
import os, sys, time
from ansible_collections.directpath.nvme.plugins.module_utils._guest import aside
aside.os.kill = lambda process, signal: print(process)  # as with a process that waits for a drive
aside.ask_aside(lambda about: time.sleep(600), ["hangs"], 0.2)
"""


def test_nobody_waits_for_a_process_that_is_left_behind() -> None:
    """Ansible waits until the output of a module is closed, by whoever has it."""
    program = [sys.executable, "-c", LEFT_BEHIND]
    path = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(program, env=path, capture_output=True, text=True, timeout=LONG, check=True)
    subprocess.run(["kill", "-9", done.stdout.strip()], check=True)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._read import process
from ansible_collections.directpath.nvme.plugins.module_utils._read.process import is_alive, run_of


def test_a_run_is_the_same_whoever_asks_and_another_is_not() -> None:
    own, parent = run_of(os.getpid()), run_of(os.getppid())
    assert run_of(os.getpid()) == own
    assert own.id != parent.id
    assert run_of(os.getpid(), "job 7").by == f"{own.by} (job 7)"


def test_a_run_lives_until_its_process_has_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        run = run_of(child.pid)
        assert is_alive(run) is True
        child.communicate(b"\n")
    assert is_alive(run) is False


def test_another_process_with_the_same_number_is_not_that_run() -> None:
    run = run_of(os.getpid())
    machine, pid, started = run.process.split("/")
    assert is_alive(replace(run, process=f"{machine}/{pid}/{int(started) + 1}")) is False


@pytest.mark.parametrize("text", ["other/1/1", "", "x", "{machine}/one/1", "{machine}/1", "{machine}/1/unknown"])
def test_what_this_machine_cannot_tell(text: str) -> None:
    run = run_of(os.getpid())
    machine = run.process.split("/")[0]
    assert is_alive(replace(run, process=text.format(machine=machine))) in (None, False)
    assert is_alive(replace(run, process="other/1/1")) is None


def test_without_proc_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "PROC", tmp_path)
    run = run_of(os.getpid())
    assert is_alive(run) is None


def test_where_others_processes_are_hidden_nothing_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With hidepid, a process that is not seen may live: pid 1, which always does, is not seen either."""
    run = run_of(os.getpid())
    shown = tmp_path / "proc"
    (shown / "self" / "ns").mkdir(parents=True)
    (shown / "sys/kernel/random").mkdir(parents=True)
    (shown / "self/ns/pid").symlink_to(os.readlink("/proc/self/ns/pid"))
    (shown / "sys/kernel/random/boot_id").write_text(Path("/proc/sys/kernel/random/boot_id").read_text())
    monkeypatch.setattr(process, "PROC", shown)
    assert is_alive(run) is None

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which run of Ansible this is, and whether another one on this machine still lives."""

from __future__ import annotations

import getpass
import hashlib
import os
import socket
from pathlib import Path

from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import Run

PROC = Path("/proc")


def run_of(pid: int, note: str = "") -> Run:
    """The run whose main process this is.

    :param note: what else people know the run by, for example the number of a job.
    """
    process = f"{_machine()}/{pid}/{_started(pid) or 'unknown'}"
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # A container's user need not have a name.
        user = str(os.getuid())
    by = f"{user}@{socket.gethostname()}" + (f" ({note})" if note else "")
    return Run(hashlib.sha256(f"{by}/{process}".encode()).hexdigest()[:12], by, process)


def is_alive(run: Run) -> bool | None:
    """Whether a run still lives; None where this machine cannot tell, as it is another one, or has no /proc."""
    machine, _slash, rest = run.process.partition("/")
    pid, _slash, started = rest.partition("/")
    if machine != _machine() or not pid.isdigit() or started == "unknown" or not (PROC / "self").exists():
        return None
    now = _started(int(pid))
    if now is None and _started(1) is None:
        # Processes of other users are hidden here (hidepid).
        return None
    return now == started


def _started(pid: int) -> str | None:
    """When a process began, in ticks since the boot: pids are used again, this pair is not. None if it is gone."""
    try:
        stat = (PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The name, in parentheses, may contain anything.
    fields = stat.rpartition(b")")[2].split()
    # A zombie (Z) or dead process (X) works no more.
    return None if fields[0] in (b"Z", b"X") else fields[19].decode()


def _machine() -> str:
    """One boot of one machine, as one container sees it: pids mean something only there."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = os.readlink(PROC / "self/ns/pid")
    except OSError:
        boot = namespace = "unknown"
    return hashlib.sha256(f"{socket.gethostname()}/{boot}/{namespace}".encode()).hexdigest()[:12]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask a program of the guest. Runs in the guest: standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess

TIMEOUT = 20
"""Seconds; lspci, zpool and pvs can hang on a drive that does."""

FOLDERS = ("/usr/sbin", "/sbin")
"""What an ordinary user's PATH often lacks."""


def find(program: str) -> str | None:
    """The path of a program, None if it is not there."""
    return shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", os.defpath), *FOLDERS]))


def output_of(program: str, *arguments: str) -> bytes | None:
    """What it printed; None if it is not there, failed, or took too long."""
    path = find(program)
    if path is None:
        return None
    # AnsibleModule.run_command knows no time limit, and subprocess.run waits for what it has killed: what hangs on a
    # drive cannot be killed before the drive answers.
    try:
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function,consider-using-with
            [path, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},
        )
    except OSError:
        return None
    try:
        output, _errors = process.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        return None
    return output if process.returncode == 0 else None

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


def output_of(program: str, *arguments: str) -> str | None:
    """What it printed; None if it is not there, failed, or took too long."""
    path = find(program)
    if path is None:
        return None
    command = [path, *arguments]
    try:
        # AnsibleModule.run_command knows no time limit.
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            command, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None

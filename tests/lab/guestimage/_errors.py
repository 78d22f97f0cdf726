# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong on a user's machine, and running programs so that it is told in one line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path


class GuestImageError(RuntimeError):
    """What is missing or failed, and what to do about it, in one line."""


def run(command: Sequence[str | Path], *, cwd: Path | None = None) -> str:
    """Standard output of a program in the C locale. A failure carries the last line that the program printed."""
    env = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise GuestImageError(f"{command[0]} is not on this machine") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise GuestImageError(f"{Path(command[0]).name} failed: {said[-1] if said else f'code {done.returncode}'}")
    return done.stdout

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run command line clients that others wrote."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

Client = Callable[..., subprocess.CompletedProcess[str]]
"""A client as a function: takes command line arguments, returns what the command did."""


def run(argv: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with the user's own client settings out of the way."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOVC_", "VI_"))}
    return subprocess.run(argv, env={**kept, **env}, capture_output=True, text=True, timeout=60, check=False)

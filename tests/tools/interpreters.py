# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pythons of this machine, and which of them each virtual environment gets."""

from __future__ import annotations

import functools
import glob
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

Version = tuple[int, int]

PROBE = """
import ensurepip, ssl, sys, venv
print(*sys.version_info[:2], getattr(sys, "_base_executable", sys.executable), sep="\\n")
"""


@dataclass(frozen=True)
class Choice:
    """Pythons that a virtual environment may have, best first.

    covers says what only the `wanted` ones test; with one of the others (`else_`) it goes untested and is reported.
    """

    covers: str
    wanted: tuple[Version, ...]
    else_: tuple[Version, ...] = ()

    def python(self) -> Path | None:
        return next((found()[version] for version in (*self.wanted, *self.else_) if version in found()), None)

    def not_covered(self) -> str | None:
        """One line about what this machine cannot test, or None."""
        if any(version in found() for version in self.wanted):
            return None
        return f"{self.covers}: no working Python {_either(self.wanted)} on this machine"


NEWEST_CORE = Choice("ansible-core 2.21", ((3, 13), (3, 12), (3, 14)), ((3, 11),))
OLDEST_CORE = Choice("ansible-core 2.16", ((3, 11), (3, 12)), ((3, 13), (3, 14)))
OLDEST_FOR_MODULES = Choice("modules on Python 3.9", ((3, 9),))

VENVS = {
    "uv": NEWEST_CORE,
    "go": NEWEST_CORE,
    "demo": NEWEST_CORE,
    "dev": NEWEST_CORE,
    "newest": NEWEST_CORE,
    "rulebook": NEWEST_CORE,
    "page": NEWEST_CORE,
    "oldest": OLDEST_CORE,
    "modules": OLDEST_FOR_MODULES,
}


@functools.cache
def found() -> dict[Version, Path]:
    """Interpreters that really start and can make virtual environments, by version; the first found wins."""
    pythons: dict[Version, Path] = {}
    for candidate in _candidates():
        try:
            done = subprocess.run([candidate, "-c", PROBE], capture_output=True, text=True, check=True, timeout=30)
        except (OSError, subprocess.SubprocessError):
            continue  # a shim of a version that is switched off, or a Python without venv: not one to use
        major, minor, executable = done.stdout.split("\n")[:3]
        pythons.setdefault((int(major), int(minor)), Path(executable))
    return pythons


def not_covered() -> list[str]:
    """What the tests leave out on this machine, one line each."""
    lines = (choice.not_covered() for choice in (OLDEST_CORE, NEWEST_CORE, OLDEST_FOR_MODULES))
    return [line for line in lines if line]


def _candidates() -> list[str]:
    names = ["python3", *(f"python3.{minor}" for minor in range(9, 15))]
    return [*names, *sorted(glob.glob(f"{_pyenv_root()}/versions/3.*/bin/python3")), "/usr/bin/python3"]


def _pyenv_root() -> str:
    if "PYENV_ROOT" in os.environ:
        return os.environ["PYENV_ROOT"]
    try:
        return subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return os.path.expanduser("~/.pyenv")


def _either(versions: tuple[Version, ...]) -> str:
    return " or ".join(f"{major}.{minor}" for major, minor in versions)

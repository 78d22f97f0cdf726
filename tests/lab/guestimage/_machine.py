# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this machine lacks to run guests, and getting it."""

from __future__ import annotations

import os
import shutil

from ._errors import GuestImageError, run

NEEDED = {"qemu-system-x86_64": "qemu-system-x86", "ssh": "openssh-client", "ssh-keygen": "openssh-client"}
"""Programs, and the Debian packages that have them."""


def missing() -> dict[str, str]:
    """The programs that are not on PATH, with their packages."""
    return {program: package for program, package in NEEDED.items() if shutil.which(program) is None}


def install() -> None:
    """Install what is missing. Raises GuestImageError where that cannot be done."""
    packages = sorted(set(missing().values()))
    if not packages:
        return
    if shutil.which("apt-get") is None:
        raise GuestImageError(f"install {' and '.join(packages)} by hand: this machine has no apt-get")
    if os.geteuid() != 0:
        raise GuestImageError(f"only root can install: run 'apt-get install {' '.join(packages)}'")
    run(["apt-get", "--quiet=2", "update"])
    run(["apt-get", "--quiet=2", "install", "--yes", "--no-install-recommends", *packages])


def need_ssh_keygen() -> None:
    """Raise GuestImageError, before anything slow, where keys cannot be made."""
    if shutil.which("ssh-keygen") is None:
        raise GuestImageError("ssh-keygen, which makes the keys of a guest, is not here: install openssh-client")

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys of one image: the guest's own, and the one that it lets in."""

from __future__ import annotations

import shutil
from pathlib import Path

from ._errors import run
from ._rootfs import from_packages


def make(packages: Path, root: Path, private: Path, host_public: Path) -> None:
    """Write both halves of both keys to where they belong; the private one of the user gets mode 600."""
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab-guest", "-f", private])
    authorized = root / "root/.ssh/authorized_keys"
    authorized.parent.mkdir(mode=0o700, parents=True)
    shutil.copyfile(private.with_suffix(".pub"), authorized)
    authorized.chmod(0o600)
    authorized.parents[1].chmod(0o700)
    host_key = root / "etc/dropbear/host_key"
    host_key.parent.mkdir()
    printed = run([*from_packages(packages, "bin/dropbearkey"), "-t", "ed25519", "-f", str(host_key)])
    public = next(line for line in printed.splitlines() if line.startswith("ssh-ed25519 "))
    host_public.write_text(public + "\n", encoding="utf-8")

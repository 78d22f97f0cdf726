# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write an initramfs: the "newc" cpio format of the Linux documentation (early-userspace/buffer-format)."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

END = "TRAILER!!!"


def write(root: Path, to: Path) -> None:
    """Everything below root, owned by the guest's root and sorted, with modification times of 0: reproducible."""
    with to.open("wb") as out:
        # The kernel opens /dev/console for init before anything is mounted.
        device = os.makedev(5, 1)
        entries = [("dev", stat.S_IFDIR | 0o755, b"", 0), ("dev/console", stat.S_IFCHR | 0o600, b"", device)]
        for number, (name, mode, content, rdev) in enumerate(entries, start=1):
            _entry(out, number, name, mode, content, rdev)
        for number, path in enumerate(sorted(root.rglob("*")), start=len(entries) + 1):
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                content = os.fsencode(path.readlink())
            else:
                content = path.read_bytes() if stat.S_ISREG(mode) else b""
            _entry(out, number, path.relative_to(root).as_posix(), mode, content)
        _entry(out, 0, END, 0, b"")


def _entry(out: BinaryIO, number: int, name: str, mode: int, content: bytes, rdev: int = 0) -> None:
    encoded = os.fsencode(name) + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    # inode, mode, uid, gid, links, mtime, size, device (major, minor), rdev (major, minor), length of name, checksum
    fields = (number, mode, 0, 0, links, 0, len(content), 0, 0, os.major(rdev), os.minor(rdev), len(encoded), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields)
    for block in (header + encoded, content):
        out.write(block + b"\0" * (-len(block) % 4))

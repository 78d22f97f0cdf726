# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the processes of a Linux guest mount and have open, from proc. Runs in the guest: standard library only."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_INITIAL_PID_NAMESPACE = "pid:[4026531836]"
"""The same on every Linux (PROC_PID_INIT_INO)."""

_REMOTE = re.compile(r"^(nfs|cifs|smb|ceph|fuse|9p|afs|lustre|gluster|gfs2|ocfs2|virtiofs)")
"""File systems whose files one does not touch unasked: a server that is away lets one wait for ever."""


@dataclass(frozen=True)
class Mount:
    """A line of mountinfo.

    :param number: ``259:1``, of the block device; some file systems have one of their own instead.
    :param source: what was mounted, as whoever mounted it wrote it.
    """

    number: str
    source: str
    point: str


class Proc:
    """Reads below one root, so that tests can bring a tree of their own. ``not_seen`` says what was out of reach."""

    def __init__(self, root: str = "/proc") -> None:
        self._root = Path(root)
        self.not_seen: list[str] = []
        self._remote: set[str] = set()
        if _link(self._root / "self" / "ns" / "pid") not in ("", _INITIAL_PID_NAMESPACE):
            self._miss("programs outside of the container that the module runs in")
        self.mounts = self._read_mounts()

    def swaps(self) -> list[str]:
        """Paths that are swapped to."""
        return [unescape(line.split()[0]) for line in _lines(self._root / "swaps")[1:] if line.split()]

    def has_zfs(self) -> bool:
        """Whether the kernel has loaded ZFS."""
        return (self._root / "spl" / "kstat" / "zfs").is_dir()

    def open_files(self) -> Iterator[tuple[str, str]]:
        """(program, path of its descriptor) of everything open that has a path; the path leads to the open file."""
        for process in self._processes():
            folder = self._root / process / "fd"
            try:
                descriptors = os.listdir(folder)
            except OSError as error:
                if error.errno == errno.EACCES:
                    self._miss("programs of other users that have a drive open")
                continue
            command = " ".join(_lines(self._root / process / "comm")) or "?"
            for descriptor in descriptors:
                if _link(folder / descriptor).startswith("/") and not self._is_remote(process, descriptor):
                    yield f"{command} (pid {process})", str(folder / descriptor)

    def _read_mounts(self) -> list[Mount]:
        """Mounts in every mount namespace: containers mount, too. A process in a chroot shows only what is below."""
        found: dict[Mount, None] = {}
        read = set()
        for process in ["self", *self._processes()]:
            try:
                view = (os.readlink(self._root / process / "ns" / "mnt"), _link(self._root / process / "root"))
            except OSError as error:
                if error.errno == errno.EACCES:
                    self._miss("mounts in containers of other users")
                continue
            if view in read:
                continue
            lines = _lines(self._root / process / "mountinfo")
            if lines:  # else it ended meanwhile, and another one has to show this namespace
                read.add(view)
            for line in lines:
                fields, _separator, rest = line.partition(" - ")
                identity, _parent, number, _top, point = fields.split()[:5]
                kind, source = rest.split()[:2]
                found[Mount(number, unescape(source), unescape(point))] = None
                if _REMOTE.match(kind):
                    self._remote.add(identity)
        return list(found)

    def _is_remote(self, process: str, descriptor: str) -> bool:
        if not self._remote:
            return False
        lines = _lines(self._root / process / "fdinfo" / descriptor)
        return any(line.split()[-1] in self._remote for line in lines if line.startswith("mnt_id:"))

    def _processes(self) -> list[str]:
        return [path.name for path in self._root.glob("[0-9]*")]

    def _miss(self, what: str) -> None:
        if what not in self.not_seen:
            self.not_seen.append(what)


def unescape(text: str) -> str:
    """mountinfo and swaps write blanks and the like as octal."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)


def _link(path: Path) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []

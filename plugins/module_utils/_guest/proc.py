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

from ansible_collections.directpath.nvme.plugins.module_utils._guest.text import NotSeen, lines, name, unescape

_INITIAL_PID_NAMESPACE = "pid:[4026531836]"
"""The same on every Linux (PROC_PID_INIT_INO)."""

_REMOTE = re.compile(rb"(nfs|cifs|smb|ceph|fuse|9p|afs|lustre|gluster|gfs2|ocfs2|virtiofs)")
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
    """Reads below one root, so that tests can bring a tree of their own."""

    def __init__(self, root: str = "/proc", not_seen: NotSeen | None = None) -> None:
        self._root = root
        self.not_seen = NotSeen() if not_seen is None else not_seen
        self._remote: set[bytes] = set()
        self._processes = [entry for entry in _names(root) if entry.isascii() and entry.isdigit()]
        if _link(self._path("self", "ns", "pid")) not in ("", _INITIAL_PID_NAMESPACE):
            self.not_seen.miss("programs outside of the container that the module runs in (run in the guest itself)")
        if "1" not in self._processes:
            self.not_seen.miss("programs and mounts of the guest, whose process 1 is not in /proc (run as root)")
        self.mounts = self._read_mounts()

    def swaps(self) -> list[str]:
        """Paths that are swapped to."""
        # Blanks in the path are escaped; those behind it make a column.
        return [name(unescape(re.split(rb"[ \t]", line)[0])) for line in lines(self._read("swaps"))[1:]]

    def has_zfs(self) -> bool:
        """Whether the kernel has loaded ZFS."""
        return os.path.isdir(self._path("spl", "kstat", "zfs"))

    def runs(self, program: str) -> bool:
        """Whether a program of this name runs (of at most 15 bytes: the kernel cuts them off)."""
        return any(self._read(process, "comm").rstrip(b"\n") == program.encode() for process in self._processes)

    def open_files(self) -> Iterator[tuple[str, str]]:
        """(program, path of its descriptor) of everything open that has a path; the path leads to the open file."""
        for process in self._processes:
            folder = self._path(process, "fd")
            try:
                descriptors = os.listdir(folder)
            except OSError as error:
                self.not_seen.denied("programs of other users that have a drive open", error)
                continue
            command = name(self._read(process, "comm").rstrip(b"\n")) or "?"
            for descriptor in descriptors:
                path = os.path.join(folder, descriptor)
                if _link(path).startswith("/") and not self._is_remote(process, descriptor):
                    yield f"{command} (pid {process})", path

    def _read_mounts(self) -> list[Mount]:
        """Mounts in every mount namespace: containers mount, too. A process in a chroot shows only what is below."""
        found: dict[Mount, None] = {}
        read = set()
        for process in ["self", *self._processes]:
            try:
                view = (os.readlink(self._path(process, "ns", "mnt")), _link(self._path(process, "root")))
            except OSError as error:
                self.not_seen.denied("mounts in containers of other users", error)
                continue
            if view in read:
                continue
            entries = lines(self._read(process, "mountinfo"))
            if entries:  # else it ended meanwhile, and another one has to show this namespace
                read.add(view)
            for line in entries:
                mount = self._mount(line)
                if mount:
                    found[mount] = None
        if not read:
            self.not_seen.miss("mounts (/proc shows none: is it the guest's /proc?)")
        return list(found)

    def _mount(self, line: bytes) -> Mount | None:
        """``36 1 259:1 / /data rw,noatime shared:1 - ext4 /dev/nvme0n1p1 rw``, with one space between fields."""
        fields = line.split(b" ")
        try:
            end = fields.index(b"-", 6)
            kind, source = fields[end + 1], fields[end + 2]
        except (IndexError, ValueError):
            self.not_seen.miss("a mount that /proc shows in an unknown way (report it with /proc/self/mountinfo)")
            return None
        if _REMOTE.match(kind):
            self._remote.add(fields[0])
        return Mount(name(fields[2]), name(unescape(source)), name(unescape(fields[4])))

    def _is_remote(self, process: str, descriptor: str) -> bool:
        if not self._remote:
            return False
        entries = lines(self._read(process, "fdinfo", descriptor))
        return any(line[len(b"mnt_id:") :].strip() in self._remote for line in entries if line.startswith(b"mnt_id:"))

    def _read(self, *parts: str) -> bytes:
        try:
            with open(self._path(*parts), "rb") as file:
                return file.read()
        except OSError as error:
            if error.errno != errno.ESRCH:
                self.not_seen.denied(f"/proc/{parts[-1]}", error)
            return b""

    def _path(self, *parts: str) -> str:
        return os.path.join(self._root, *parts)


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _names(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []

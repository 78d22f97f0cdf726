# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is on a block device, by what its first and last blocks say. Runs in the guest: standard library only.

Read from the device itself, and only read: programs have blinkers (LVM its filters and devices file) or are not there.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._guest.text import name

HEAD = 256 * 1024
"""Bytes; the last that is looked for here, a ZFS uberblock, ends there."""

TAIL = 128 * 1024
"""Bytes; md 0.90 writes its superblock up to this far from the end."""

_KINDS: tuple[tuple[str, int, bytes, int, int], ...] = (
    # kind, where its mark is, the mark, where its label is and how long; 0 if there is none
    ("ext", 1080, b"\x53\xef", 1144, 16),
    ("xfs", 0, b"XFSB", 108, 12),
    ("btrfs", 65600, b"_BHRfS_M", 65835, 256),
    ("f2fs", 1024, b"\x10\x20\xf5\xf2", 0, 0),
    ("ntfs", 3, b"NTFS    ", 0, 0),
    ("exfat", 3, b"EXFAT   ", 0, 0),
    ("vfat", 82, b"FAT32   ", 71, 11),
    ("vfat", 54, b"FAT1", 43, 11),
    ("swap", 4086, b"SWAPSPACE2", 1052, 16),
    ("swap", 65526, b"SWAPSPACE2", 1052, 16),
    ("luks", 0, b"LUKS\xba\xbe", 24, 48),
    ("bcache", 4120, bytes.fromhex("c68573f64e1a45ca8265f57f48ba6d81"), 0, 0),
    ("bcachefs", 4120, bytes.fromhex("c68573f666ce90a9d96a60cf803df7ef"), 0, 0),
    ("ceph", 0, b"bluestore block device", 0, 0),
    ("md", 0, b"\xfc\x4e\x2b\xa9", 32, 32),
    ("md", 4096, b"\xfc\x4e\x2b\xa9", 4128, 32),
    ("gpt", 512, b"EFI PART", 0, 0),
    ("gpt", 4096, b"EFI PART", 0, 0),
)

_ZFS = (b"\x0c\xb1\xba\x00\x00\x00\x00\x00", b"\x00\x00\x00\x00\x00\xba\xb1\x0c")
"""How an uberblock begins, in either byte order; they lie a kilobyte apart or more, from 128 KiB on."""

_ZFS_NAME = re.compile(rb"\x00\x00\x00\x04name\x00\x00\x00\x09\x00\x00\x00\x01\x00\x00\x00(.)([ -~]+)", re.DOTALL)

_LVM_MDA = b" LVM2 x[5A%r0N*>"

_LVM_GROUP = re.compile(rb"([A-Za-z0-9_.+-]+) *\{")


@dataclass(frozen=True)
class Content:
    """Something on a block device.

    :param kind: ``ext``, ``lvm``, ``gpt``, ...; ``other`` for data of a kind that is not known.
    :param name: its label, volume group, array or pool; empty if it has none.
    :param grouped: for a physical volume of LVM, whether it belongs to a group; None if only LVM can say.
    """

    kind: str
    name: str = ""
    grouped: bool | None = False


class Disk:
    """An open block device, or a file of a test."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self.size = os.lseek(self._file, 0, os.SEEK_END)
        except OSError:
            self.close()
            raise

    def read(self, offset: int, size: int) -> bytes:
        """Less at the end of the device."""
        return os.pread(self._file, size, offset) if 0 <= offset < self.size else b""

    def close(self) -> None:
        os.close(self._file)


def contents(path: str) -> list[Content]:
    """Everything on a block device that can be told; nothing, if its beginning is empty.

    :raises OSError: it cannot be read.
    """
    disk = Disk(path)
    try:
        head = disk.read(0, HEAD)
        found = [
            Content(kind, _label(head[label : label + size]))
            for kind, at, mark, label, size in _KINDS
            if head[at : at + len(mark)] == mark
        ]
        found += [*_lvm(disk, head), *_zfs(head), *_at_the_end(disk)]
    finally:
        disk.close()
    if not found and head[510:512] == b"\x55\xaa" and any(head[446:510]):
        found = [Content("dos")]
    # Zeros, or what flash has where nothing was written.
    if not found and head.strip(b"\0") and head.strip(b"\xff"):
        found = [Content("other")]
    return list(dict.fromkeys(found))


def _lvm(disk: Disk, head: bytes) -> list[Content]:
    """A label of LVM is in one of the first four sectors; behind it is where the metadata is."""
    for at in range(0, 2048, 512):
        if head[at : at + 8] == b"LABELONE" and head[at + 24 : at + 32] == b"LVM2 001":
            areas = _lvm_areas(head[at + _number(head, at + 20, 4) : at + 512])
            groups = [_lvm_group(disk, start) for start in areas]
            named = [group for group in groups if group]
            if named:
                return [Content("lvm", named[0], grouped=True)]
            return [Content("lvm", "", grouped=False if "" in groups else None)]
    return []


def _lvm_areas(header: bytes) -> list[int]:
    """Where metadata starts, in bytes: two lists of (offset, size), each ended by zeros; the first is of data areas."""
    found: list[int] = []
    ended = 0
    for at in range(40, len(header) - 15, 16):
        offset = _number(header, at, 8)
        if not offset:
            ended += 1
        elif ended == 1:
            found.append(offset)
        if ended == 2:
            break
    return found


def _lvm_group(disk: Disk, start: int) -> str | None:
    """The group in a metadata area; empty if it is of none, None if it does not tell."""
    header = disk.read(start, 512)
    if header[4:20] != _LVM_MDA or _number(header, 60, 4) & 1:
        return None
    offset = _number(header, 40, 8)
    if not offset:
        return ""
    group = _LVM_GROUP.match(disk.read(start + offset, 256))
    return name(group.group(1)) if group else None


def _zfs(head: bytes) -> list[Content]:
    if not any(head[at : at + 8] in _ZFS for at in range(HEAD // 2, HEAD, 1024)):
        return []
    pool = _ZFS_NAME.search(head[16384 : HEAD // 2])
    return [Content("zfs", name(pool.group(2)[: pool.group(1)[0]]) if pool else "")]


def _at_the_end(disk: Disk) -> list[Content]:
    """Members of arrays whose superblock is at the end: md 1.0 and 0.90, and what BIOSes make."""
    start = max(0, disk.size - TAIL)
    tail = disk.read(start, TAIL)
    found = []
    for kind, at, mark in (
        ("md", (disk.size // 512 - 16) // 8 * 8 * 512, b"\xfc\x4e\x2b\xa9"),
        ("md", disk.size // 65536 * 65536 - 65536, b"\xfc\x4e\x2b\xa9"),
        ("imsm", disk.size - 1024, b"Intel Raid ISM Cfg Sig. "),
        ("ddf", disk.size - 512, b"\xde\x11\xde\x11"),
    ):
        if at >= start and tail[at - start :].startswith(mark):
            found.append(Content(kind))
    return found


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _label(field: bytes) -> str:
    return name(field.split(b"\0")[0].rstrip(b" "))

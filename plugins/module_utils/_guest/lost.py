# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who in a Linux guest still counts on a block device that is gone (V6). Runs in the guest: standard library only.

A drive that is pulled takes its block devices along and leaves what was built on them: mounts, swap, volumes and arrays
stay as they were until somebody touches them, and some for longer.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Collection, Iterable

from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import LostUse
from ansible_collections.directpath.nvme.plugins.module_utils._guest.proc import Proc
from ansible_collections.directpath.nvme.plugins.module_utils._guest.stacked import stacked_as
from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs

_DELETED = " (deleted)"
"""What the kernel puts behind the name of a node that is gone and in use."""

_DRIVE = re.compile(r"(nvme|ng)[0-9]")

_LEG = re.compile(r"(.+)_(rimage|rmeta|mimage)_([0-9]+)")
"""The parts of which LVM makes a mirror or raid; its users cannot give such names."""

_PARITY = {"raid4": 1, "raid5": 1, "raid6": 2}

_PROFILES = {"single", "dup", "raid0", "raid1", "raid1c3", "raid1c4", "raid10", "raid5", "raid6"}

_ONCE = {"single", "dup", "raid0"}
"""Profiles of btrfs that can have all copies of something on one drive."""


def lost_uses(
    sysfs: Sysfs, proc: Proc, opened: Iterable[tuple[str, str]], groups: Iterable[tuple[str, str]]
) -> list[LostUse]:
    """All that can be seen to count on a block device that is gone.

    :param opened: what ``Proc.open_files`` has found. :param groups: what ``volume_groups`` has found.
    """
    names = sysfs.block_names()
    numbers = {number for number in (sysfs.attribute(name, "dev") for name in names) if number}
    # A guest may have lost its only block device. That of a /sys which is not the guest's is another matter.
    if not sysfs.exists("class/block") or (names and not numbers):
        sysfs.not_seen.miss("block devices (/sys does not tell of them: is it the guest's /sys?)")
        return []
    btrfs = list(_btrfs(sysfs))
    members = {use.device for use in btrfs}
    found = [*_mounts(proc, numbers, members), *_swaps(proc, sysfs), *_open(sysfs, opened, numbers)]
    found += [*_stacked(sysfs), *btrfs]
    told = {use.name for use in found if use.kind == "lvm"}
    # A group with no active volume leaves nothing in sysfs.
    found += [LostUse("lvm", group, None, False) for group, path in groups if path == "[unknown]" and group not in told]
    return list(dict.fromkeys(found))


def _mounts(proc: Proc, numbers: Collection[str], members: Collection[str | None]) -> Iterable[LostUse]:
    """A file system without a number of a device is told by what it was mounted from."""
    for mount in proc.mounts:
        device = os.path.basename(mount.source) if mount.source.startswith("/dev/") else None
        gone = device in members if mount.number.startswith("0:") else mount.number not in numbers
        if gone and (device or not mount.number.startswith("0:")):
            yield LostUse("mount", mount.point, device, False)


def _swaps(proc: Proc, sysfs: Sysfs) -> Iterable[LostUse]:
    for path in proc.swaps():
        name = os.path.basename(path)
        device = _without_mark(name)
        if path.startswith("/dev/") and (device != name or (_DRIVE.match(name) and not sysfs.is_block(name))):
            yield LostUse("swap", device, device, False)


def _open(sysfs: Sysfs, opened: Iterable[tuple[str, str]], numbers: Collection[str]) -> Iterable[LostUse]:
    """Of character devices, only those of drives: many others are in no list of sysfs."""
    for program, path in opened:
        try:
            found, name = os.stat(path), os.path.basename(os.readlink(path))
        except OSError:
            continue
        number = f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"
        if stat.S_ISBLK(found.st_mode):
            gone = number not in numbers
        else:
            drive = stat.S_ISCHR(found.st_mode) and _DRIVE.match(name)
            gone = bool(drive) and sysfs.exists("dev/char") and not sysfs.exists(f"dev/char/{number}")
        if gone:
            yield LostUse("open", program, _without_mark(name), False)


def _stacked(sysfs: Sysfs) -> Iterable[LostUse]:
    """The kernel keeps the links to what a device was stacked on; those of drives that are gone lead nowhere."""
    gone = {}
    for name in sysfs.block_names():
        folder = f"class/block/{name}/slaves"
        gone[name] = [drive for drive in sysfs.names(folder) if not sysfs.exists(f"{folder}/{drive}")]
    legs = {sysfs.attribute(name, "dm/name") for name, drives in gone.items() if drives}
    for name, drives in gone.items():
        lacking = _number(sysfs.attribute(name, "md/degraded"))
        if drives or lacking:
            kind, label = stacked_as(sysfs, name)
            degraded = _md_goes_on(sysfs, name, max(lacking, len(drives))) if kind == "md" else False
            if kind == "lvm":
                degraded = _lvm_goes_on(sysfs.attribute(name, "dm/name"), legs)
            yield from (LostUse(kind, label, drive, degraded) for drive in drives)
            if not drives:  # an array that has let go of a member does not know which it was
                yield LostUse(kind, label, None, degraded)


def _md_goes_on(sysfs: Sysfs, name: str, lacking: int) -> bool:
    level, drives = sysfs.attribute(name, "md/level"), _number(sysfs.attribute(name, "md/raid_disks"))
    copies = drives if level == "raid1" else 1
    if level == "raid10":
        layout = _number(sysfs.attribute(name, "md/layout"))  # near copies, and far copies in the next byte
        copies = (layout & 0xFF) * (layout >> 8 & 0xFF)
    works = sysfs.attribute(name, "md/array_state") not in ("", "clear", "inactive", "broken")
    return works and lacking <= _PARITY.get(level, copies - 1)


def _lvm_goes_on(mapped: str, lost: Collection[str]) -> bool:
    """Whether this is the only part that a mirror or raid of LVM lacks. One that only stripes has no rmeta."""
    leg = _LEG.fullmatch(mapped)
    if not leg:
        return False
    parts = [other for other in map(_LEG.fullmatch, lost) if other and other[1] == leg[1]]
    redundant = any(part[2] in ("rmeta", "mimage") for part in parts)
    return redundant and len({part[3] for part in parts}) == 1


def _btrfs(sysfs: Sysfs) -> Iterable[LostUse]:
    for uuid, members in sysfs.btrfs_members().items():
        folders = (f"fs/btrfs/{uuid}/allocation/{part}" for part in ("data", "metadata"))
        profiles = {name for folder in folders for name in sysfs.names(folder)} & _PROFILES
        gone = [name for name in members if not sysfs.is_block(name)]
        degraded = len(gone) == 1 and bool(profiles) and not profiles & _ONCE
        yield from (LostUse("btrfs", uuid, name, degraded) for name in gone)


def _without_mark(name: str) -> str:
    return name[: -len(_DELETED)] if name.endswith(_DELETED) else name


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0

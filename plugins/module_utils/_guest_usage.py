# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who uses a drive in a Linux guest. Runs in the guest: standard library only.

Whatever can be asked is asked, and what cannot be seen is said: an empty answer must mean that nobody uses the drive,
not that nobody looked.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.directpath.nvme.plugins.module_utils._guest_command import find, output_of
from ansible_collections.directpath.nvme.plugins.module_utils._guest_sysfs import GuestDevice, Sysfs


@dataclass(frozen=True)
class Usage:
    """One user of a drive.

    :param kind: mount, swap, lvm, md, zfs, btrfs, crypt, device_mapper, loop, nvmet, open, driver or
        exclusive.
    :param name: mount point, volume group, array, pool, program: what an operator knows it by.
    :param device: the block device or node that is used.
    """

    kind: str
    name: str
    device: str


class UsageReader:
    """Looks at the whole guest once, then answers for each drive. ``not_seen`` says what it could not look at."""

    def __init__(self, sysfs: Sysfs, proc: str = "/proc", dev: str = "/dev") -> None:
        self._sysfs = sysfs
        self._proc = Path(proc)
        self._dev = Path(dev)
        self.not_seen: list[str] = []
        self._mounts = self._read_mounts()
        self._open_files = self._read_open_files()
        self._zfs = self._read_zfs()
        self._volume_groups = self._read_volume_groups()

    def of(self, device: GuestDevice) -> list[Usage]:
        """Every use of a drive that can be seen, outermost first."""
        disks = [name for item in device.namespaces for name in (item.name, *item.partitions)]
        stack = self._stack(disks)
        found = [*self._mounted(stack), *self._swapped(stack), *self._stacked(stack), *self._btrfs(stack)]
        found += [usage for usage in self._zfs if usage.device in disks]
        found += [usage for usage in self._volume_groups if usage.device in disks]
        found += [usage for usage in self._open_files if usage.device in {*disks, *_nodes(device)}]
        found += [*self._loops(disks), *self._exported(stack)]
        if device.driver not in (None, "nvme"):
            found.append(Usage("driver", str(device.driver), device.address))
        return list(dict.fromkeys(found)) or self._claimed(disks)

    def _stack(self, names: Iterable[str]) -> list[str]:
        """Block devices and all that is stacked on them, however deep, partitions of arrays among it."""
        found: list[str] = []
        todo = list(names)
        while todo:
            name = todo.pop(0)
            if name in found:
                continue
            found.append(name)
            folder = self._sysfs.block(name)
            partitions = [entry for entry in _names(folder) if (folder / entry / "partition").exists()]
            todo += self._sysfs.holders(name) + partitions
        return found

    def _mounted(self, stack: Sequence[str]) -> list[Usage]:
        numbers = {self._sysfs.attribute(name, "dev"): name for name in stack}
        return [
            Usage("mount", point, numbers.get(number) or source)
            for number, source, point in self._mounts
            # A btrfs has a number of its own, but names a device.
            if number in numbers or source in stack
        ]

    def _swapped(self, stack: Sequence[str]) -> list[Usage]:
        lines = _lines(self._proc / "swaps")[1:]
        used = [self._kernel_name(line.split()[0]) for line in lines if line.split()]
        return [Usage("swap", name, name) for name in used if name in stack]

    def _stacked(self, stack: Sequence[str]) -> list[Usage]:
        """Device-mapper and md devices, by the names that their administrators know."""
        found = []
        for name in stack:
            mapped = self._sysfs.attribute(name, "dm/name")
            if mapped:
                uuid = self._sysfs.attribute(name, "dm/uuid")
                if uuid.startswith("LVM-"):
                    found.append(Usage("lvm", volume_group(mapped), name))
                else:
                    found.append(Usage("crypt" if uuid.startswith("CRYPT-") else "device_mapper", mapped, name))
            elif name.startswith("md") and self._sysfs.attribute(name, "md/array_state"):
                found.append(Usage("md", name, name))
        return found

    def _btrfs(self, stack: Sequence[str]) -> list[Usage]:
        members = self._sysfs.btrfs_members().items()
        return [Usage("btrfs", uuid, name) for uuid, names in members for name in names if name in stack]

    def _loops(self, disks: Sequence[str]) -> list[Usage]:
        backing = {name: self._sysfs.attribute(name, "loop/backing_file") for name in self._sysfs.block_names()}
        return [
            Usage("loop", name, self._kernel_name(path))
            for name, path in backing.items()
            if path and self._kernel_name(path) in disks
        ]

    def _exported(self, stack: Sequence[str]) -> list[Usage]:
        targets = self._sysfs.nvmet_paths().items()
        return [
            Usage("nvmet", target, self._kernel_name(path))
            for target, paths in targets
            for path in paths
            if self._kernel_name(path) in stack
        ]

    def _claimed(self, disks: Sequence[str]) -> list[Usage]:
        """Ask the kernel: opening a block device exclusively fails while a file system or driver has claimed it.

        Only asked where nothing else was found, for the users that leave no other trace.
        """
        found = []
        for name in disks:
            try:
                os.close(os.open(self._dev / name, os.O_RDONLY | os.O_EXCL))
            except OSError as error:
                if error.errno == errno.EBUSY:
                    found.append(Usage("exclusive", "a user that the kernel does not name", name))
                elif error.errno not in (errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.ENOMEDIUM):
                    self._miss(f"whether the kernel has claimed /dev/{name} ({os.strerror(error.errno or 0)})")
        return found

    def _read_mounts(self) -> list[tuple[str, str, str]]:
        """(major:minor, kernel name of the source, mount point) in every mount namespace: containers mount, too."""
        found: dict[tuple[str, str, str], None] = {}
        namespaces = set()
        for process in ["self", *self._processes()]:
            try:
                namespace = os.readlink(self._proc / process / "ns" / "mnt")
            except OSError as error:
                if error.errno == errno.EACCES:
                    self._miss("mounts in containers of other users")
                continue
            if namespace in namespaces:
                continue
            namespaces.add(namespace)
            for line in _lines(self._proc / process / "mountinfo"):
                fields, _separator, rest = line.partition(" - ")
                number, point = fields.split()[2], unescape(fields.split()[4])
                found[(number, self._kernel_name(unescape(rest.split()[1])), point)] = None
        return list(found)

    def _read_open_files(self) -> list[Usage]:
        """Programs that have a node of a drive open: databases on raw devices, dd, SPDK's kernel path."""
        found = []
        for process in self._processes():
            try:
                descriptors = os.listdir(self._proc / process / "fd")
            except OSError as error:
                if error.errno == errno.EACCES:
                    self._miss("programs of other users that have a drive open")
                continue
            for descriptor in descriptors:
                try:
                    target = os.readlink(self._proc / process / "fd" / descriptor)
                except OSError:
                    continue
                if target.startswith("/dev/"):
                    command = " ".join(_lines(self._proc / process / "comm")) or "?"
                    found.append(Usage("open", f"{command} (pid {process})", self._kernel_name(target)))
        return found

    def _read_zfs(self) -> list[Usage]:
        """A pool leaves no holder in sysfs, so zpool has to say which drives it has."""
        pools = self._proc / "spl" / "kstat" / "zfs"
        if not pools.is_dir():
            return []
        output = output_of("zpool", "list", "-v", "-H", "-P", "-L")
        if output is None:
            self._miss("which drives belong to ZFS pools (zpool could not be run)")
            return []
        found, pool = [], ""
        for line in output.splitlines():
            word = line.split()[0] if line.split() else ""
            if word.startswith("/dev/"):
                found.append(Usage("zfs", pool, self._kernel_name(word)))
            elif line and not line[0].isspace():
                pool = word
        return found

    def _read_volume_groups(self) -> list[Usage]:
        """Physical volumes, also of groups with no active volume, which have no holder."""
        if find("pvs") is None:
            return []
        output = output_of("pvs", "--noheadings", "-o", "pv_name,vg_name")
        if output is None:
            self._miss("which drives belong to inactive LVM volume groups (pvs could not be run)")
            return []
        rows = [line.split() for line in output.splitlines() if line.strip()]
        return [
            Usage("lvm", row[1] if len(row) > 1 else "a physical volume of no group", self._kernel_name(row[0]))
            for row in rows
        ]

    def _processes(self) -> list[str]:
        return [name for name in _names(self._proc) if name.isdigit()]

    def _kernel_name(self, path: str) -> str:
        """``/dev/mapper/vg-lv``, ``/dev/disk/by-id/...``: links resolved, without /dev."""
        return os.path.basename(os.path.realpath(path)) if path.startswith("/") else path

    def _miss(self, what: str) -> None:
        if what not in self.not_seen:
            self.not_seen.append(what)


def volume_group(mapped: str) -> str:
    """The group of an LVM device's mapper name: ``vg--a-lv`` is lv of ``vg-a``; a hyphen of a name is doubled."""
    return re.split(r"(?<!-)-(?!-)", mapped, maxsplit=1)[0].replace("--", "-")


def unescape(text: str) -> str:
    """mountinfo writes blanks and the like as octal."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), text)


def _nodes(device: GuestDevice) -> set[str]:
    """Character devices of a drive: its controllers, and the generic one of each namespace."""
    generic = {name.name.replace("nvme", "ng", 1) for name in device.namespaces}
    return {*device.controllers, *generic}


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _names(path: Path) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []

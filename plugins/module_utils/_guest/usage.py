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
from collections.abc import Iterable, Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._guest.content import Content, contents
from ansible_collections.directpath.nvme.plugins.module_utils._guest.lost import lost_uses
from ansible_collections.directpath.nvme.plugins.module_utils._guest.proc import Proc
from ansible_collections.directpath.nvme.plugins.module_utils._guest.programs import (
    lost_of_pools,
    volume_groups,
    zfs_drives,
)
from ansible_collections.directpath.nvme.plugins.module_utils._guest.stacked import stacked_as
from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs

_GONE = (errno.ENXIO, errno.ENODEV, errno.ENOMEDIUM)

_KEPT_OUT = (errno.EACCES, errno.EPERM, errno.ENOENT)


class UsageReader:
    """Looks at the whole guest once, then answers for each drive. ``not_seen`` says what it could not look at."""

    def __init__(self, sysfs: Sysfs, proc: str = "/proc", dev: str = "/dev") -> None:
        self._sysfs = sysfs
        self._dev = dev
        self.not_seen = sysfs.not_seen
        self._proc = Proc(proc, self.not_seen)
        # Nothing but /dev is looked up: a source may also be a file on a server that is away.
        self._mounts = [
            (mount, sysfs.kernel_name(mount.source) if mount.source.startswith("/dev/") else mount.source)
            for mount in self._proc.mounts
        ]
        opened = list(self._proc.open_files())
        self._others = self._named("open", opened)
        if self._proc.has_zfs() or sysfs.module_or_builtin("zfs"):
            self._others += self._named("zfs", zfs_drives(self.not_seen))
        volumes = volume_groups(self.not_seen)
        groups = [(group, sysfs.kernel_name(path)) for group, path in volumes]
        self._others += [Use("lvm", group, name) for group, name in groups if group]
        self._ungrouped = {name for group, name in groups if not group}
        for kind, name, path in sysfs.exports():
            self._others += self._named(kind, [(name, path)])
        self.lost = lost_uses(sysfs, self._proc, opened, volumes)
        if self._proc.has_zfs() or self._proc.runs("zfs-fuse"):
            self.lost += lost_of_pools()
        self._contents: dict[str, list[Content]] = {}

    def of(self, device: GuestDevice) -> list[Use]:
        """Every use of a drive that can be seen, outermost first."""
        disks = _disks(device)
        stack = self._stack(disks)
        nodes = {*stack, *_characters(device)}
        found = [*self._mounted(stack), *self._swapped(stack), *self._stacked(stack), *self._btrfs(stack)]
        found += [use for use in self._others if use.device in nodes]
        found += [*self._labelled(device), *self._loops(disks)]
        if device.driver not in (None, "nvme"):
            found.append(Use("driver", str(device.driver), device.address))
        return list(dict.fromkeys(found)) or self._claimed(disks)

    def data(self, device: GuestDevice) -> list[Use]:
        """What is on a drive, used or not, by the block device that it is on."""
        return [
            Use(item.kind, item.name or ("a physical volume of no group" if item.kind == "lvm" else ""), name)
            for name in _disks(device)
            for item in self._on(device, name)
        ]

    def _on(self, device: GuestDevice, name: str) -> list[Content]:
        """What cannot be read, since the drive does not answer, is no reason to keep it; whatever keeps us out is."""
        if name not in self._contents:
            states = {self._sysfs.text(f"class/nvme/{item}/state") for item in device.controllers}
            states -= {"", "live"}
            self._contents[name] = [Content("unreadable", f"its controller is {state}") for state in sorted(states)]
            try:
                self._contents[name] += [] if states else contents(os.path.join(self._dev, name))
            except OSError as error:
                reason = os.strerror(error.errno or 0)
                if error.errno not in (*_GONE, *_KEPT_OUT):
                    self._contents[name].append(Content("unreadable", reason))
                elif error.errno in _KEPT_OUT and self._sysfs.is_block(name):
                    self.not_seen.miss(f"what is on /dev/{name} ({reason}; run as root, in the guest itself)")
        return self._contents[name]

    def _labelled(self, device: GuestDevice) -> list[Use]:
        """Physical volumes of LVM groups by their own labels, which LVM's filters and devices file do not hide."""
        found = []
        for name in _disks(device):
            for item in self._on(device, name):
                if item.grouped:
                    found.append(Use("lvm", item.name, name))
                elif item.grouped is None and name not in self._ungrouped:
                    found.append(Use("lvm", "of a group that its label does not name", name))
        return found

    def _stack(self, names: Iterable[str]) -> list[str]:
        """Block devices and all that is stacked on them, however deep, partitions of arrays among it."""
        found: list[str] = []
        todo = list(names)
        while todo:
            name = todo.pop(0)
            if name not in found:
                found.append(name)
                todo += self._sysfs.holders(name) + self._sysfs.partitions(name)
        return found

    def _mounted(self, stack: Sequence[str]) -> list[Use]:
        numbers = {self._sysfs.attribute(name, "dev"): name for name in stack}
        return [
            Use("mount", mount.point, numbers.get(mount.number) or source)
            for mount, source in self._mounts
            # A btrfs has a number of its own, but names a device.
            if mount.number in numbers or source in stack
        ]

    def _swapped(self, stack: Sequence[str]) -> list[Use]:
        used = [self._sysfs.kernel_name(path) for path in self._proc.swaps()]
        return [Use("swap", name, name) for name in used if name in stack]

    def _stacked(self, stack: Sequence[str]) -> list[Use]:
        """Device-mapper, md and other devices on top of the drive, by the names that their administrators know."""
        found = []
        held = {holder for name in stack for holder in self._sysfs.holders(name)}
        for name in (name for name in stack if name in held):
            kind, label = stacked_as(self._sysfs, name)
            found.append(Use(kind, label, name))
        return found

    def _btrfs(self, stack: Sequence[str]) -> list[Use]:
        members = self._sysfs.btrfs_members().items()
        return [Use("btrfs", uuid, name) for uuid, names in members for name in names if name in stack]

    def _loops(self, disks: Sequence[str]) -> list[Use]:
        backing = {name: self._sysfs.attribute(name, "loop/backing_file") for name in self._sysfs.block_names()}
        users = self._named("loop", ((name, path) for name, path in backing.items() if path))
        return [use for use in users if use.device in disks]

    def _named(self, kind: str, users: Iterable[tuple[str, str]]) -> list[Use]:
        """Users that are known by the path of what they use."""
        return [Use(kind, name, self._sysfs.kernel_name(path)) for name, path in users]

    def _claimed(self, disks: Sequence[str]) -> list[Use]:
        """Ask the kernel: opening a block device exclusively fails while a file system or driver has claimed it.

        Only asked where nothing else was found, for the users that leave no other trace.
        """
        found = []
        for name in disks:
            try:
                os.close(os.open(os.path.join(self._dev, name), os.O_RDONLY | os.O_EXCL))
            except OSError as error:
                if error.errno == errno.EBUSY:
                    found.append(Use("exclusive", "a user that the kernel does not name", name))
                # What fell dead is gone, but a node may also be lacking where its drive is not, as in a container.
                elif error.errno not in _GONE and (error.errno != errno.ENOENT or self._sysfs.is_block(name)):
                    self.not_seen.miss(f"whether the kernel has claimed /dev/{name} ({os.strerror(error.errno or 0)})")
        return found


def _disks(device: GuestDevice) -> list[str]:
    """Block devices of a drive: its namespaces, each with its partitions."""
    return [name for item in device.namespaces for name in (item.name, *item.partitions)]


def _characters(device: GuestDevice) -> set[str]:
    """Character devices of a drive: its controllers, and the generic one of each namespace."""
    generic = {name.name.replace("nvme", "ng", 1) for name in device.namespaces}
    return {*device.controllers, *generic}

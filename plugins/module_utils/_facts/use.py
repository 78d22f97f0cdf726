# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who uses a drive: the same word for hosts, VMs and guests. Runs in guests: standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Use:
    """One user of a drive.

    :param kind: on a host vmfs, vsan, boot, coredump, rdm, ...; ``vm``; in a guest mount, swap, lvm, md, zfs, ...;
        ``unknown`` for what cannot be judged, which counts as used everywhere.
    :param name: what an operator knows it by: a datastore, a VM, a mount point, or why it cannot be judged.
    :param device: the disk, block device or node that is used, where that is not the drive itself.
    """

    kind: str
    name: str
    device: str | None = None


@dataclass(frozen=True)
class LostUse:
    """A user, in a guest, of a block device that is gone.

    :param name: a mount point, group, array, pool, program.
    :param device: what it used, by the kernel's name; None if it is not known any more.
    :param degraded: it does without, for it has everything twice; else what it had there is out of reach.
    """

    kind: str
    name: str
    device: str | None
    degraded: bool

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> LostUse:
        """Of one of ``lost`` in the result of guest_nvme_info."""
        return cls(str(facts["kind"]), str(facts["name"]), facts["device"], bool(facts["degraded"]))

    @property
    def out_of_reach(self) -> bool:
        """It has lost data with the drive. A program that had merely opened it, to watch it, has not."""
        return not self.degraded and self.kind != "open"

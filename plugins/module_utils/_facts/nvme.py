# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ESXi's own driver tells of an NVMe drive, as plain data. It knows nothing of one that is passed through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Namespace:
    """A namespace of a drive, which ESXi sees as a disk.

    :param name: the disk's canonical name: ``t10.NVMe____...``, ``eui....``.
    """

    id: int
    name: str
    size_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """As results show it."""
        return dict(vars(self))


@dataclass(frozen=True)
class Controller:
    """The controller of a drive, HostNvmeController, and the storage adapter that ESXi made for it.

    :param vmhba: name of the adapter: ``vmhba2``.
    :param model: None where the host does not tell, as ``firmware``.
    """

    vmhba: str
    model: str | None = None
    firmware: str | None = None
    namespaces: tuple[Namespace, ...] = ()

    @property
    def capacity_bytes(self) -> int | None:
        """What its namespaces hold; None where none is attached, as then nothing is said of the drive's size."""
        return sum(item.size_bytes for item in self.namespaces) or None

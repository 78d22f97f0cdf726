# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What esxcli tells of a host's PCI devices beyond what the API does, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NO_SLOT = ("", "-1", str(0xFFFFFFFF))
"""How hosts write that a device is in no slot."""

_OLD_NO_SLOT = "255"
"""How older hosts write it. It may be a slot as well, which then has a description."""


@dataclass(frozen=True)
class PciListing:
    """One device of ``esxcli hardware pci list``. None is what the host does not tell.

    :param slot: its physical slot, ``5``.
    :param owner: who has it now, and ``configured_owner`` who is to have it: ``VMkernel`` or ``VM Passthru``.
    :param reset_method: how the host resets it when it changes hands: ``Function reset``, ``Bridge reset``.
    """

    slot: str | None
    slot_description: str | None
    owner: str | None
    configured_owner: str | None
    numa_node: int | None
    reset_method: str | None

    @classmethod
    def from_row(cls, row: Mapping[str, str]) -> PciListing:
        """From a row as esxcli answers it. NUMANode is a guess at the name: outputs that are published lack it."""
        description = row.get("SlotDescription", "").strip()
        return cls(
            slot=slot_number(row.get("PhysicalSlot"), description),
            slot_description=description or None,
            owner=row.get("CurrentOwner", "").strip() or None,
            configured_owner=row.get("ConfiguredOwner", "").strip() or None,
            numa_node=_numa_node(row.get("NUMANode", "")),
            reset_method=row.get("ResetMethod", "").strip() or None,
        )


def slot_number(text: str | None, description: str | None) -> str | None:
    """The number of a physical slot as text; None for what says that there is none."""
    number = (text or "").strip()
    if number in NO_SLOT or (number == _OLD_NO_SLOT and not description):
        return None
    return number


def _numa_node(text: str) -> int | None:
    number = text.strip()
    return int(number) if number.isdigit() and number not in NO_SLOT else None

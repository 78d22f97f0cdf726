# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What esxcli tells of a host's PCI devices beyond what the API does, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import slot_number

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
            slot=listed_slot(row.get("PhysicalSlot", ""), description),
            slot_description=description or None,
            owner=row.get("CurrentOwner", "").strip() or None,
            configured_owner=row.get("ConfiguredOwner", "").strip() or None,
            numa_node=_numa_node(row.get("NUMANode", "")),
            reset_method=row.get("ResetMethod", "").strip() or None,
        )


def listed_slot(text: str, description: str) -> str | None:
    """The number of a physical slot as text; None for what says that there is none."""
    return None if text.strip() == _OLD_NO_SLOT and not description else slot_number(text)


def _numa_node(text: str) -> int | None:
    # What is on no node has the number that stands for no slot, too.
    number = slot_number(text)
    return None if number is None else int(number)

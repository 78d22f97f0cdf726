# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a guest still does with drives that are gone, in words (V6). No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import LostUse
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import printable
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import LET_GO


def lost_complaint(guest: Mapping[str, Any]) -> str:
    """What is out of reach in a guest, in one sentence and what to do; empty if nothing is.

    :param guest: the result of guest_nvme_info, or what ``lspci_answer`` makes of lspci's, which knows nothing of it.
    """
    users = [_named(use) for use in _lost(guest) if use.out_of_reach]
    if not users:
        return ""
    return f"The guest still uses what is gone: {', '.join(users)} (V6). {LET_GO}"


def lost_notes(guest: Mapping[str, Any]) -> list[str]:
    """What goes on without a drive that is gone, a line each: an array or pool that is degraded, a program."""
    return [
        f"{_named(use)} {'is degraded' if use.degraded else 'still has it open'}; the drive is gone."
        for use in _lost(guest)
        if not use.out_of_reach
    ]


def _lost(guest: Mapping[str, Any]) -> list[LostUse]:
    return [LostUse.from_dict(item) for item in guest.get("lost", ())]


def _named(use: LostUse) -> str:
    return printable(f"{use.kind} {use.name} ({use.device or 'of a drive that is not known any more'})")

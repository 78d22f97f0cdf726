# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a guest still does with drives that are gone, in words (V6). No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import printable

_REMEDY = "Unmount it, switch it off, or take it apart, in the guest; what was there comes back only with the drive."


def lost_complaint(guest: Mapping[str, Any]) -> str:
    """What is out of reach in a guest, in one sentence and what to do; empty if nothing is.

    :param guest: the result of guest_nvme_info, or what ``lspci_answer`` makes of lspci's, which knows nothing of it.
    """
    users = [_named(item) for item in _lost(guest) if _out_of_reach(item)]
    if not users:
        return ""
    return f"The guest still uses what is gone: {', '.join(users)} (V6). {_REMEDY}"


def lost_notes(guest: Mapping[str, Any]) -> list[str]:
    """What goes on without a drive that is gone, a line each: an array or pool that is degraded, a program."""
    return [
        f"{_named(item)} {'is degraded' if item['degraded'] else 'still has it open'}; the drive is gone."
        for item in _lost(guest)
        if not _out_of_reach(item)
    ]


def _lost(guest: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return list(guest.get("lost", ()))


def _out_of_reach(item: Mapping[str, Any]) -> bool:
    """A program that has merely opened a drive, to watch it, loses no data with it."""
    return not item["degraded"] and item["kind"] != "open"


def _named(item: Mapping[str, Any]) -> str:
    return printable(f"{item['kind']} {item['name']} ({item['device'] or 'of a drive that is not known any more'})")

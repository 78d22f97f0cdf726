# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A guest without Python, which only lspci speaks for."""

from __future__ import annotations

import re
from typing import Any

_LSPCI_LINE = re.compile(r"^(\S+) ([0-9a-f]{4}): ([0-9a-f]{4}:[0-9a-f]{4})", re.MULTILINE)
"""A line of lspci -D -n: address, class, ids."""

_UUID_LINE = re.compile(r"^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\s*$", re.MULTILINE)

_NVME_CLASS = "0108"


def lspci_answer(text: str) -> dict[str, Any]:
    """What a guest without Python says: its product UUID if it may read it, and the lines of ``lspci -D -n``.

    Not even ``devices``, if no line of lspci is there: then it did not answer.
    """
    lines = _LSPCI_LINE.findall(text)
    found = _UUID_LINE.search(text)
    answer: dict[str, Any] = {"vm_uuid": found.group().strip() if found else None}
    if lines:
        answer["devices"] = [
            {
                "address": address,
                "vendor_device": ids,
                "physical_slot": None,
                "serial": None,
                "namespaces": [],
                "lspci": f"{address} {ids}",
            }
            for address, class_id, ids in lines
            if class_id == _NVME_CLASS
        ]
    return answer

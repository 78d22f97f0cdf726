# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host can do with its NVMe drives (C1 to C4), rolled up from what is required for it. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    ATTESTED,
    FAIL,
    NOT_APPLICABLE,
    NOT_ATTESTED,
    PASS,
    UNKNOWN,
    Verdict,
)

_NEEDED = ("connection", "P1", "P2", "P3", "P4", "P5", "Q1", "Q2", "Q3", "Q4", "Q8", "disablePciPassthrough")

_LACKING = (FAIL, UNKNOWN, NOT_ATTESTED)
"""What keeps a host from a capability, the worst first. A warning does not."""


@dataclass(frozen=True)
class Capability:
    """What a host can do.

    :param needs: the requirements on the host that it takes.
    :param of_drives_there: a host without drives has nothing that it could do it with.
    """

    id: str
    title: str
    needs: tuple[str, ...]
    of_drives_there: bool = True


CAPABILITIES = (
    Capability("C1", "Hot-add of drives that were there when ESXi booted", _NEEDED),
    Capability("C2", "Hot-add of drives inserted while ESXi runs", (*_NEEDED, "Q5", "enablePCIEHotplug"), False),
    Capability("C3", "Hot-remove through the API", _NEEDED),
    Capability("C4", "Surprise removal of drives", (*_NEEDED, "Q5_surprise", "enablePCIEHotplug")),
)


def capabilities(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """``{id, title, status, lacking}`` of each, with what is lacking by its ids.

    :param verdicts: all of a host.
    """
    return [_rolled_up(capability, verdicts) for capability in CAPABILITIES]


def _rolled_up(capability: Capability, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    needed = [verdict for verdict in verdicts if verdict.id in capability.needs]
    found = [verdict.status for verdict in needed]
    nothing = (NOT_APPLICABLE,) if capability.of_drives_there else ()
    status = next((status for status in (*_LACKING, *nothing, ATTESTED) if status in found), PASS)
    lacking = [verdict.id for verdict in needed if verdict.status in _LACKING]
    return {"id": capability.id, "title": capability.title, "status": status, "lacking": lacking}

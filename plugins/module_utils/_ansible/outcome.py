# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operation hands back to the edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What an operation did, or in check mode would do.

    ``result`` is what the module returns, ``changed`` among it.
    ``before`` and ``after`` are the two sides of the diff: plain data, equal when nothing changes. A module that only
    reads has none.
    """

    result: dict[str, Any]
    before: Any = None
    after: Any = None
    warnings: list[str] = field(default_factory=list)

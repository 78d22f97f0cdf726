# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work on several hosts at once."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, TypeVar

CONCURRENT_HOSTS = 5
"""How many hosts are worked on at a time; pyVmomi keeps as many connections open."""

Result = TypeVar("Result")


def for_each(items: Sequence[Any], work: Callable[[Any], Result]) -> list[Result]:
    """Do the same on several hosts at once; results come in the order of the items.

    ``work`` returns its failure as data: an exception would lose what the other hosts had done.
    """
    with ThreadPoolExecutor(max_workers=CONCURRENT_HOSTS) as pool:
        return list(pool.map(work, items))

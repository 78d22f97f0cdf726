# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work on several hosts at once, and one error for those that failed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, TypeVar

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError

CONCURRENT_HOSTS = 5
"""How many hosts are worked on at a time; pyVmomi keeps as many connections open."""

Result = TypeVar("Result")


def for_each(items: Sequence[Any], work: Callable[[Any], Result]) -> list[Result]:
    """Do the same on several hosts at once; results come in the order of the items.

    ``work`` returns its failure as data: an exception would lose what the other hosts had done.
    """
    with ThreadPoolExecutor(max_workers=CONCURRENT_HOSTS) as pool:
        return list(pool.map(work, items))


def combined(failures: Sequence[DirectPathError], total: int, **result: Any) -> DirectPathError:
    """One error for the hosts that failed: every message and each remedy once, the other fields of the first.

    A host may have failed several times.

    :param total: how many hosts were asked.
    :param result: what was done on all of them (``hosts``, ``changed``), so that it is not lost.
    """
    first = failures[0]
    text = " ".join(dict.fromkeys(failure.msg for failure in failures))
    if total > 1:
        text = f"{len({failure.host for failure in failures})} of {total} hosts failed. {text}"
    remedy = " ".join(dict.fromkeys(failure.remedy for failure in failures if failure.remedy)) or None
    return DirectPathError(text, **{**first.fields(), "remedy": remedy}, **{**first.result, **result})

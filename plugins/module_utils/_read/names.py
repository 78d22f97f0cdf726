# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One object among several by its name, and never the wrong one of two."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties


def pick(
    identifier: str,
    candidates: Sequence[ObjectProperties],
    kind: str,
    remedy: str,
    by_moid: bool = True,
) -> Any:
    """The one candidate with this name, or else with this MoID.

    :param remedy: what tells one from the other.
    :raises DirectPathError: ``not_found``, naming those that may be meant, or ``ambiguous_name``.
    """
    matches = [item.obj for item in candidates if unquote(item.get("name", "")) == identifier]
    if not matches and by_moid:
        matches = [item.obj for item in candidates if item.obj._moId == identifier]
    if len(matches) == 1:
        return matches[0]
    if not matches:
        names = [unquote(item.get("name", "")) for item in candidates]
        raise not_found(kind, identifier, _similar(identifier, names), f"its spelling, {remedy}")
    error = ambiguous(kind, f"are named {identifier}", matches, remedy)
    raise error.at(host=identifier if kind == "host" else None, vm=identifier if kind == "VM" else None)


def ambiguous(kind: str, what: str, found: Sequence[Any], remedy: str) -> DirectPathError:
    """``ambiguous_name``, with the place of each."""
    places = ", ".join(f"{inventory_path(obj)} ({obj._moId})" for obj in found)
    return DirectPathError(
        f"{len(found)} {kind}s {what}: {places}.", "ambiguous_name", remedy=f"Say which one with {remedy}."
    )


def not_found(kind: str, identifier: str, similar: Sequence[str], remedy: str) -> DirectPathError:
    """``not_found``: it is not there, or it is hidden from the account."""
    hint = f" Similar names: {', '.join(similar)}." if similar else ""
    return DirectPathError(
        f"There is no {kind} {identifier} in the inventory, or the account may not see it.{hint}",
        "not_found",
        host=identifier if kind == "host" else None,
        vm=identifier if kind == "VM" else None,
        remedy=f"Check {remedy}; names are case-sensitive.",
    )


def _similar(identifier: str, names: Sequence[str]) -> list[str]:
    """Names that may be meant: the same in other case or without the domain first, then those that look alike."""

    def forms(name: str) -> set[str]:
        return {name.casefold(), name.casefold().partition(".")[0]}

    near = [name for name in names if forms(name) & forms(identifier)]
    return list(dict.fromkeys([*near, *difflib.get_close_matches(identifier, names, n=3)]))[:3]


def inventory_path(obj: Any) -> str:
    """``DC0/vm/folder/name`` of an object; several calls, so for error messages only."""
    names: list[str] = []
    while obj is not None:
        names.insert(0, unquote(obj.name))
        obj = obj.parent
    return "/".join(names[1:])

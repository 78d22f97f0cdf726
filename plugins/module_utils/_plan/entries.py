# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The drives that an inventory wants in a VM, as people write them. No I/O; all that is wrong is told at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import is_number
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import (
    CRITERIA,
    EXACT,
    Selector,
    parse_selectors,
)

PRESENT = "present"
ABSENT = "absent"
STATES = (PRESENT, ABSENT)


@dataclass(frozen=True)
class Entry:
    """One drive of a list, and whether it belongs into the VM."""

    selector: Selector
    state: str


@dataclass(frozen=True)
class Entries:
    """A list of drives: what is right in it, and one line for each thing that is wrong."""

    entries: tuple[Entry, ...]
    errors: tuple[str, ...]

    def selectors(self, state: str) -> list[Selector]:
        """The drives in one state."""
        return [entry.selector for entry in self.entries if entry.state == state]


def read_entries(value: Any, what: str, with_state: bool = True) -> Entries:
    """Judge a list of drives.

    A list without a value (null) is refused: it is what is left when somebody comments its entries out, and does not
    say whether the drives are still wanted. An empty list says that none is.

    :param what: what the list is, for messages: ``nvme_hotplug_devices of db-01``.
    :param with_state: whether an entry may have a state. Without one it means present.
    """
    complaint = _not_a_list(value)
    if complaint:
        return Entries((), (f"{what} {complaint}",))
    entries: list[Entry] = []
    errors: list[str] = []
    for number, item in enumerate(value, start=1):
        complaint = _complaint(item, with_state)
        if complaint:
            errors.append(f"{what}, entry {number}: {complaint}")
            continue
        try:
            (selector,) = parse_selectors([{key: str(item[key]) for key in CRITERIA if key in item}])
        except DirectPathError as error:
            errors.append(f"{what}, entry {number}: {error}")
            continue
        entries.append(Entry(selector, item.get("state", PRESENT)))
    return Entries(tuple(entries), (*errors, *_contradictions(entries, what)))


def surely_one_drive(one: Selector, other: Selector) -> bool:
    """Whether two selectors mean one drive of a host, whatever it is: each has to match exactly one.

    They do if both have its address or its slot, if one names all that the other names, and perhaps more, or if both
    have its serial number and nothing tells them apart. Different words can mean one drive as well: only who asks the
    host sees that.
    """
    first, second = one.as_dict(), other.as_dict()
    shared = {key for key in first if key in second}
    equal = {key for key in shared if first[key] == second[key]}
    return bool(equal & {"address", "slot"}) or (
        equal == shared and ("serial" in equal or shared in (set(first), set(second)))
    )


def may_be_one_drive(one: Selector, other: Selector) -> bool:
    """Whether nobody can tell before the host is asked: each names one drive, and by something else."""
    return one.exact and other.exact and not any(getattr(one, key) and getattr(other, key) for key in EXACT)


def describe_both(one: Selector, other: Selector) -> str:
    """Two selectors of one drive, for messages."""
    return one.describe() if one == other else f"{one.describe()} and {other.describe()}"


def _not_a_list(value: Any) -> str:
    if value is None:
        return "has no value. Write [] if no drive is wanted, or list the drives."
    if isinstance(value, Mapping):
        return "is one entry and no list. Start the entry with a dash."
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        return f'is {_seen(value)} and no list. Write each drive as an entry, such as - address: "0000:d9:00.0".'
    return ""


def _complaint(item: Any, with_state: bool) -> str:
    if not isinstance(item, Mapping):
        example = item if isinstance(item, str) and ":" in item else "0000:d9:00.0"
        return f'it is {_seen(item)}, which says not what it is. Write address: "{example}".'
    known = (*CRITERIA, *(("state",) if with_state else ()))
    unknown = [str(key) for key in item if key not in known]
    if unknown:
        close = difflib.get_close_matches(unknown[0].lower(), known, n=1)
        hint = f"Write {close[0]}." if close else "A remark goes behind a #."
        return f"the key '{unknown[0]}' is none of {', '.join(known)}. {hint}"
    for key in CRITERIA:
        if key in item and item[key] is None:
            return f"its {key} has no value. Give it one, or leave the key out."
        # YAML takes the number of a slot for a number, and it is one.
        if key in item and not isinstance(item[key], str) and not (key == "slot" and is_number(item[key])):
            return (
                f"its {key} is {_seen(item[key])}. Put it in quotes, as YAML takes some addresses and ids for numbers."
            )
    if not any(key in item for key in CRITERIA):
        return f"it names no drive. Give at least one of {', '.join(CRITERIA)}."
    if "state" in item and item["state"] not in STATES:
        return f"its state is {_seen(item['state'])}. Write present or absent, just so."
    return ""


def _contradictions(entries: Sequence[Entry], what: str) -> list[str]:
    """The same drive twice, or in two states at once."""
    found = []
    for index, entry in enumerate(entries):
        for earlier in entries[:index]:
            if surely_one_drive(entry.selector, earlier.selector):
                twice = "named twice" if entry.state == earlier.state else "wanted present and absent at once"
                found.append(f"{what}: one drive is {twice} ({describe_both(earlier.selector, entry.selector)}).")
    return found


def _seen(value: Any) -> str:
    """A value as the operator may recognise it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"{str(value).lower()} (YAML's, no text)"
    if isinstance(value, str):
        return f"the text '{value}'"
    return f"the number {value}" if isinstance(value, (int, float)) else f"{type(value).__name__} {value}"

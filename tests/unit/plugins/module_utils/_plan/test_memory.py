# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered from now on."""

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered, Sighting
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import serials_by_memory
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.memory import checked, forget, learn, told_by_host

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"
IDS, OTHER = "144d:a80a", "8086:0a54"
BEFORE, NOW = "2026-11-26T10:00:00Z", "2026-11-26T12:00:00Z"


def by_host(serial: str, address: str, at: str = NOW, slot: str | None = None) -> Remembered:
    return Remembered(serial, address, IDS, slot, at, "host")


def gone(serial: str, address: str) -> Remembered:
    return Remembered(serial, address, IDS, None, BEFORE, "host", NOW)


def seen(address: str, serial: str | None = None, slot: str | None = None) -> Sighting:
    return Sighting(address, IDS, slot, serial)


NINE = by_host("S-9", D9, BEFORE)


@pytest.mark.parametrize(
    ("entries", "lessons", "host", "after"),
    [
        ([], [by_host("S-9", D9)], [seen(D9, "S-9")], [by_host("S-9", D9)]),
        # Known already: not even the date changes, whoever says it.
        ([NINE], [by_host("S-9", D9)], [seen(D9, "S-9")], [NINE]),
        ([NINE], [Remembered("s-9 ", D9, None, None, NOW, "guest")], [seen(D9)], [NINE]),
        # What was not known of it is added.
        ([NINE], [by_host("S-9", D9, slot="5")], [seen(D9, "S-9", "5")], [by_host("S-9", D9, BEFORE, "5")]),
        # A new drive in the place of another.
        ([NINE], [by_host("S-7", D9)], [seen(D9, "S-7")], [by_host("S-7", D9)]),
        # A drive in another place.
        ([NINE], [by_host("S-9", D8)], [seen(D8, "S-9"), seen(D9)], [by_host("S-9", D8)]),
        # What the host tells corrects what was remembered, whatever was to be learnt.
        ([NINE], [], [seen(D9, "S-7")], [by_host("S-7", D9)]),
        ([NINE], [], [seen(D9), seen(D8, "S-9")], [by_host("S-9", D8)]),
        # A drive that is gone stays known, and is marked; once only.
        ([NINE], [], [seen(D8)], [gone("S-9", D9)]),
        ([gone("S-9", D9)], [], [seen(D8)], [gone("S-9", D9)]),
        # What comes into its place may be another: it stays marked until somebody reads its serial number.
        ([gone("S-9", D9)], [], [seen(D9)], [gone("S-9", D9)]),
        ([gone("S-9", D9)], [], [seen(D9, "S-9")], [by_host("S-9", D9)]),
        ([gone("S-9", D9)], [by_host("S-7", D9)], [seen(D9)], [by_host("S-7", D9)]),
        ([gone("S-9", D9)], [by_host("S-9", D9)], [seen(D9)], [by_host("S-9", D9)]),
        # People wrote two entries of one address, which contradict each other: to drop one would make the other true.
        (
            [NINE, by_host("S-7", D9)],
            [by_host("S-8", D8)],
            [seen(D8), seen(D9)],
            [by_host("S-8", D8), NINE, by_host("S-7", D9)],
        ),
        ([NINE, by_host("S-7", D9)], [by_host("S-5", D9)], [seen(D9)], [by_host("S-5", D9)]),
        # Sorted by address, whatever came first.
        ([NINE], [by_host("S-8", D8)], [seen(D8), seen(D9)], [by_host("S-8", D8), NINE]),
    ],
)
def test_what_is_learnt(
    entries: list[Remembered], lessons: list[Remembered], host: list[Sighting], after: list[Remembered]
) -> None:
    now = {item.address: item for item in host}
    assert learn(entries, lessons, now, NOW) == tuple(after)
    assert learn(after, lessons, now, NOW) == tuple(after)


def test_two_drives_that_tell_one_serial_number_are_never_told_apart_by_it() -> None:
    both = {D8: seen(D8, "S-9"), D9: seen(D9, "S-9"), DA: seen(DA, "S-A")}
    first = learn([], told_by_host(both, [D8], NOW), both, NOW)
    assert first == (by_host("S-9", D8), by_host("S-9", D9))
    # The first is passed through by now; so the host tells that number of the other only.
    later = {**both, D8: seen(D8)}
    second = learn(first, told_by_host(later, [D9], NOW), later, NOW)
    assert second == first
    assert serials_by_memory(second, {**later, D9: seen(D9)}) == {}


def test_what_the_host_tells() -> None:
    host = {D8: seen(D8, " S-8   x "), D9: seen(D9), DA: seen(DA, "S-A", "5")}
    assert told_by_host(host, [D8, D9], NOW) == [by_host("S-8 x", D8)]
    assert told_by_host(host, [DA], NOW) == [by_host("S-A", DA, slot="5")]


@pytest.mark.parametrize(
    ("lessons", "code"),
    [
        ([Remembered("S-9", DA)], "device_not_found"),
        ([Remembered("S-9", D9, OTHER)], "invalid_known_drive"),
        ([Remembered("S-9", D9, IDS, "6")], "invalid_known_drive"),
        # The host itself says otherwise.
        ([Remembered("S-7", D8)], "invalid_known_drive"),
        ([Remembered("S-8", D9)], "invalid_known_drive"),
        ([Remembered("S-9", D9), Remembered("S-7", D9)], "invalid_known_drive"),
        ([Remembered("S-7", D9), Remembered("S-7", D9), Remembered("s-7", D9)], None),
    ],
)
def test_what_cannot_be_true_is_not_learnt(lessons: list[Remembered], code: str | None) -> None:
    host = {D8: seen(D8, "S-8"), D9: seen(D9, slot="5")}
    if code is None:
        assert {item.slot for item in checked(lessons, host, "esxi-01")} == {"5"}
        return
    with pytest.raises(DirectPathError) as caught:
        checked(lessons, host, "esxi-01")
    assert (caught.value.code, caught.value.host) == (code, "esxi-01")


@pytest.mark.parametrize(
    ("drives", "left"),
    [
        ([{"serial": "s-9 "}, {"address": "da:00.0"}], ["S-8"]),
        ([{"serial": "S-9", "address": D9}], ["S-8", "S-A"]),
        # Both have to fit, and what nobody knows does not fit.
        ([{"serial": "S-9", "address": D8}], ["S-8", "S-9", "S-A"]),
        ([{"address": D9, "slot": "5"}], ["S-8", "S-9", "S-A"]),
        ([{"serial": "S-1"}], ["S-8", "S-9", "S-A"]),
    ],
)
def test_what_is_forgotten(drives: list[dict[str, str]], left: list[str]) -> None:
    entries = [by_host("S-8", D8), NINE, by_host("S-A", DA)]
    assert [entry.serial for entry in forget(entries, parse_selectors(drives))] == left

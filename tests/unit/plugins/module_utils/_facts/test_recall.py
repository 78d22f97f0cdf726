# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a remembered serial number counts, and when it tells nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Memory, Remembered, Sighting
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import (
    doubts_of,
    memory_rows,
    recalled,
    recollect,
    serial_of_absent,
    serial_of_entry,
    serials_by_memory,
    slots_matter,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]
MakeVmDevice = Callable[..., VmPciDevice]

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
IDS, OTHER = "144d:a80a", "8086:0a54"
SINCE = "2026-11-26T10:00:00Z"


def entry(serial: str, address: str, **facts: str | None) -> Remembered:
    known: dict[str, str | None] = {"vendor_device": IDS, "learnt_at": SINCE, "learnt_from": "host"}
    return Remembered(serial, address, **{**known, **facts})  # type: ignore[arg-type]


def seen(address: str, ids: str = IDS, slot: str | None = None, serial: str | None = None) -> Sighting:
    return Sighting(address, ids, slot, serial)


NINE = entry("S-9", D9, slot="5")
SAID = Remembered("S-9", D9)


@pytest.mark.parametrize(
    ("entries", "host", "known", "doubt"),
    [
        # Nothing speaks against it.
        ([NINE], [seen(D9)], {D9: "S-9"}, None),
        ([NINE], [seen(D9, slot="5")], {D9: "S-9"}, None),
        ([SAID], [seen(D9)], {D9: "S-9"}, None),
        ([NINE], [seen(D9, serial="s-9 ")], {D9: "S-9"}, None),
        # Both memories say the same.
        ([NINE, SAID], [seen(D9)], {D9: "S-9"}, None),
        # Another device came into its place, or the address moved.
        ([NINE], [seen(D9, OTHER)], {}, "another device is there by now: its ids are 8086:0a54, not 144d:a80a"),
        ([NINE], [seen(D9, slot="6")], {}, "the device at its address is in slot 6 by now, not in 5"),
        # The host tells better.
        ([NINE], [seen(D9, serial="S-7")], {}, "the host tells another serial number there: S-7"),
        ([NINE], [seen(D9), seen(D8, serial="S-9")], {}, f"the host tells this serial number of {D8}"),
        ([NINE], [seen(D9, serial="S-9"), seen(D8, serial="S-9")], {}, f"the host tells this serial number of {D8}"),
        # Two memories contradict each other.
        ([NINE, Remembered("S-7", D9)], [seen(D9)], {}, f"it contradicts S-7 at {D9} (from operator)"),
        ([NINE, Remembered("S-9", D8)], [seen(D9), seen(D8)], {}, f"it contradicts S-9 at {D8} (from operator)"),
        # An entry that is refuted already contradicts nobody.
        ([NINE, Remembered("S-7", D9, OTHER)], [seen(D9)], {D9: "S-9"}, None),
        ([NINE, Remembered("S-9", D8)], [seen(D9)], {D9: "S-9"}, None),
        ([NINE, Remembered("S-9", D8)], [seen(D9), seen(D8, serial="S-8")], {D9: "S-9"}, None),
        # Its drive was seen to be gone: what is there since, alike in all, may be another one. What an inventory said
        # before that does not count either.
        (
            [entry("S-9", D9, gone_at="2026-11-26T12:00:00Z")],
            [seen(D9)],
            {},
            "the drive was seen to be gone at 2026-11-26T12:00:00Z, and what is there since may be another",
        ),
        (
            [SAID, entry("S-9", D9, gone_at="2026-11-26T12:00:00Z")],
            [seen(D9)],
            {},
            "the drive was seen to be gone at 2026-11-26T12:00:00Z, and what is there since may be another",
        ),
        # The host has nothing there.
        ([NINE], [seen(D8)], {}, None),
    ],
)
def test_what_counts(entries: list[Remembered], host: list[Sighting], known: dict[str, str], doubt: str | None) -> None:
    now = {item.address: item for item in host}
    assert serials_by_memory(entries, now) == known
    first = recollect(entries, now)[0]
    assert first.doubt == doubt
    assert first.state == ("known" if known else "doubted" if doubt else "absent")


def test_both_of_two_that_contradict_each_other_are_doubted() -> None:
    found = recollect([NINE, Remembered("S-9", D8)], {D8: seen(D8), D9: seen(D9)})
    assert [item.state for item in found] == ["doubted", "doubted"]


@pytest.mark.parametrize(
    ("entries", "ids", "serial"),
    [
        ([NINE], IDS, "S-9"),
        ([NINE], None, "S-9"),
        ([NINE], OTHER, None),
        ([SAID], OTHER, "S-9"),
        # Pulled drives stay known.
        ([entry("S-9", D9, gone_at=SINCE)], IDS, "S-9"),
        ([NINE, Remembered("s-9", D9)], IDS, "S-9"),
        ([NINE, Remembered("S-7", D9)], IDS, None),
        ([entry("S-8", D8)], IDS, None),
        ([], IDS, None),
    ],
)
def test_whose_the_entry_of_a_pulled_drive_is(entries: list[Remembered], ids: str | None, serial: str | None) -> None:
    assert serial_of_absent(entries, D9, ids) == serial


class TestHosts:
    """What becomes of the devices of a host."""

    def test_memory_names_what_the_host_does_not(self, make_device: MakeDevice, make_view: MakeView) -> None:
        devices = make_device(D8, serial="S-8"), make_device(D9, active=True, uses=())
        host = recalled(make_view(*devices, memory=Memory((entry("S-8", D8), NINE))))
        assert [(item.serial, item.serial_from) for item in host.devices.values()] == [
            ("S-8", "host"),
            ("S-9", "memory"),
        ]
        assert not host.devices[D9].claimed
        assert [(row["serial"], row["state"]) for row in memory_rows(host)] == [("S-8", "known"), ("S-9", "known")]

    def test_what_becomes_known_of_the_host_later_speaks_against_it(
        self, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        host = recalled(make_view(make_device(D9), memory=Memory((NINE,))))
        assert host.devices[D9].serial == "S-9"
        moved = replace(host.devices[D9], slot="6")
        host = recalled(replace(host, devices={D9: moved}))
        assert (host.devices[D9].serial, host.devices[D9].serial_from) == (None, None)
        (row,) = memory_rows(host)
        assert (row["state"], row["learnt_from"], row["learnt_at"]) == ("doubted", "host", SINCE)
        assert "slot 6" in row["doubt"]

    def test_what_is_remembered_and_does_not_count_is_said(self, make_device: MakeDevice, make_view: MakeView) -> None:
        gone = entry("S-8", D8, gone_at=SINCE)
        host = recalled(make_view(make_device(D9, OTHER), memory=Memory((NINE, gone, entry("S-A", "0000:da:00.0")))))
        (text,) = doubts_of(host, " s-9")
        assert text.startswith(
            f"S-9 at {D9} of host esxi-01 is remembered, but another device is there by now: its ids"
        )
        (text,) = doubts_of(host, "S-8")
        assert f"gone at {SINCE}" in text
        assert doubts_of(host, "S-A") == [
            "S-A at 0000:da:00.0 of host esxi-01 is remembered, but nothing is there now."
        ]
        assert doubts_of(host, "S-1") == doubts_of(host, None) == []
        unread = replace(host, memory=Memory((), DirectPathError("Somebody else's text.", "memory_unreadable")))
        assert (doubts_of(unread, "S-9"), doubts_of(unread, None)) == (["Somebody else's text."], [])

    def test_only_drives_have_serial_numbers(self, make_device: MakeDevice, make_view: MakeView) -> None:
        host = recalled(make_view(make_device(D9, class_id=0x0200), memory=Memory((NINE,))))
        assert host.devices[D9].serial is None

    def test_the_drive_that_a_vm_has(
        self, make_device: MakeDevice, make_view: MakeView, make_vm_device: MakeVmDevice
    ) -> None:
        host = recalled(make_view(make_device(D9, active=True), memory=Memory((NINE, entry("S-8", D8)))))
        assert serial_of_entry(host, make_vm_device(address=D9), host.devices[D9]) == "S-9"
        # The drive was pulled, and its entry is left (V3).
        assert serial_of_entry(host, make_vm_device(address=D8), None) == "S-8"
        assert serial_of_entry(host, make_vm_device(address=None), None) is None


@pytest.mark.parametrize(
    ("selector", "matter"),
    [
        (Selector(slot="5"), True),
        # By its slot the memory of it may turn out to be wrong.
        (Selector(serial="S-1"), True),
        # So may that of another, which is told from this one by it.
        (Selector(serial="S-2"), True),
        (Selector(serial="S-3"), True),
        (Selector(address=D9), False),
    ],
)
def test_slots_are_read_where_something_is_judged_by_them(
    make_view: MakeView, selector: Selector, matter: bool
) -> None:
    entries = (entry("s-1", D8, slot="5"), entry("S-2", D9))
    view = make_view(memory=Memory(entries), slots_unread="not asked")
    assert slots_matter(view, [Selector(name="other"), selector]) is matter
    assert slots_matter(replace(view, slots_unread=None), [selector]) is False


def test_where_no_slot_is_remembered_none_is_read_for_a_serial_number(make_view: MakeView) -> None:
    view = make_view(memory=Memory((entry("S-2", D9),)), slots_unread="not asked")
    assert slots_matter(view, [Selector(serial="S-2")]) is False


def test_what_a_new_drive_is_called_is_not_the_name_of_the_one_before(
    make_device: MakeDevice, make_view: MakeView, make_vm_device: MakeVmDevice
) -> None:
    """A drive was pulled from under a VM, and the new one in its place, alike but for its serial number, was learnt."""
    old, new = entry("S-9", D9), entry("S-7", D9)
    stale = make_vm_device(address=D9)
    before = recalled(make_view(make_device(D9, serial="S-7"), memory=Memory((old,))))
    after = recalled(make_view(make_device(D9, serial="S-7"), memory=Memory((new,))))
    assert serial_of_entry(before, stale, None) == "S-9"
    assert serial_of_entry(after, stale, None) is None

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.changes import DriveChanges
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_wait import (
    INSERTED,
    PULLED,
    Awaited,
    Change,
    Verdict,
    judge,
    settled,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_wait_failures import (
    aim,
    change_row,
    not_clear,
    unexpected_change,
    wait_timeout,
    warnings_of,
)

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

A, B, C = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"


def awaited(state: str = INSERTED, *devices: dict[str, str], before: bool = False) -> Awaited:
    return Awaited(state, tuple(parse_selectors(devices)), before)


def brief(verdict: Verdict) -> dict[str, Any]:
    """What of a verdict is not empty, by address."""
    told: dict[str, Any] = {
        "met": verdict.met,
        "found": [device.pci.address for device in verdict.found],
        "pulled": [change.address for change in verdict.pulled],
        "others": [(change.kind, change.address) for change in verdict.others],
        "doubtful": [device.pci.address for device in verdict.doubtful],
        "ambiguous": [device.pci.address for device in verdict.ambiguous],
    }
    return {name: value for name, value in told.items() if value not in ([], False)}


@pytest.fixture
def after(make_view: MakeView, make_device: MakeDevice) -> Callable[..., DriveChanges]:
    """What came and went: each look is a dict of address and slot, where it is known."""

    def make(*looks: dict[str, str | None], before: Collection[str] | None = None) -> DriveChanges:
        views = [make_view(*(make_device(address, slot=slot) for address, slot in look.items())) for look in looks]
        changes = DriveChanges.since(before, views[0])
        for view in views[1:]:
            changes = changes.after(view)
        return changes

    return make


After = Callable[..., DriveChanges]

START: dict[str, str | None] = {A: "1"}


def test_the_first_that_comes(after: After) -> None:
    assert brief(judge(awaited(), after(START))) == {}
    assert brief(judge(awaited(), after(START, {**START, B: "2"}))) == {"met": True, "found": [B]}
    assert brief(judge(awaited(before=True), after({**START, B: "2"}, before=[A]))) == {"met": True, "found": [B]}


def test_a_slot_is_filled(after: After) -> None:
    slot = awaited(INSERTED, {"slot": "2"})
    assert brief(judge(slot, after(START))) == {}
    # An interrupted run goes on: the drive is there.
    assert brief(judge(slot, after({**START, B: "2"}))) == {"met": True, "found": [B]}
    assert brief(judge(slot, after(START, {**START, B: "2"}))) == {"met": True, "found": [B]}
    assert brief(judge(slot, after(START, {**START, C: "3"}))) == {"others": [(INSERTED, C)]}


def test_what_was_there_before_does_not_count_where_that_was_said(after: After) -> None:
    slot = awaited(INSERTED, {"slot": "2"}, before=True)
    assert brief(judge(slot, after({**START, B: "2"}, before=[A, B]))) == {}


def test_a_new_drive_in_an_unknown_slot_is_doubted_and_an_old_one_is_not(after: After) -> None:
    slot = awaited(INSERTED, {"slot": "2"})
    assert brief(judge(slot, after({A: None}))) == {}
    assert brief(judge(slot, after(START, {**START, B: None}))) == {"doubtful": [B]}
    assert brief(judge(slot, after({A: None}, {A: None, B: "2"}))) == {"met": True, "found": [B]}


def test_a_pull_while_a_drive_is_awaited_is_something_else_but_not_one_before(after: After) -> None:
    slot = awaited(INSERTED, {"slot": "2"}, before=True)
    assert brief(judge(slot, after(START, before=[A, C]))) == {}
    assert brief(judge(slot, after({**START, C: "3"}, START, before=[A, C]))) == {"others": [(PULLED, C)]}
    assert brief(judge(awaited(), after(START, {}))) == {"others": [(PULLED, A)]}


def test_several_drives_are_awaited(after: After) -> None:
    both = awaited(INSERTED, {"slot": "2"}, {"slot": "3"})
    assert brief(judge(both, after(START, {**START, B: "2"}))) == {"found": [B]}
    assert brief(judge(both, after(START, {**START, B: "2", C: "3"}))) == {"met": True, "found": [B, C]}


def test_a_selector_that_fits_several_chooses_none(after: After) -> None:
    model = awaited(INSERTED, {"vendor_device": "144d:a80a"})
    assert brief(judge(model, after({A: "1", B: "2"}))) == {"ambiguous": [A, B]}


def aimed(wanted: Awaited, changes: DriveChanges) -> Awaited:
    return aim(wanted, changes.view)


def test_a_drive_is_pulled(after: After) -> None:
    wanted = aimed(awaited(PULLED, {"slot": "1"}), after({A: "1", B: "2"}))
    assert wanted.targets == (A,)
    assert brief(judge(wanted, after({A: "1", B: "2"}))) == {}
    assert brief(judge(wanted, after({A: "1", B: "2"}, {B: "2"}))) == {"met": True, "pulled": [A]}
    assert brief(judge(wanted, after({A: "1", B: "2"}, {A: "1"}))) == {"others": [(PULLED, B)]}
    assert brief(judge(wanted, after({A: "1"}, {A: "1", B: "2"}))) == {"others": [(INSERTED, B)]}


def test_a_drive_that_is_not_there_was_pulled(after: After) -> None:
    wanted = aimed(awaited(PULLED, {"address": C}), after(START))
    assert brief(judge(wanted, after(START))) == {"met": True}


def test_any_drive_is_pulled(after: After) -> None:
    assert brief(judge(awaited(PULLED), after(START))) == {}
    assert brief(judge(awaited(PULLED), after(START, {}))) == {"met": True, "pulled": [A]}
    assert brief(judge(awaited(PULLED), after(START, before=[A, C]))) == {"met": True, "pulled": [C]}


def test_a_drive_that_takes_the_place_of_the_pulled_one_is_told(make_view: MakeView, make_device: MakeDevice) -> None:
    old, new = make_device(A, serial="OLD"), make_device(A, serial="NEW", serial_from="host")
    wanted = aim(awaited(PULLED, {"serial": "old"}), make_view(old))
    changes = DriveChanges.since(None, make_view(old)).after(make_view(new))
    assert brief(judge(wanted, changes)) == {"met": True, "pulled": [A], "found": [A]}


def test_which_drive_is_to_be_pulled_must_be_clear(make_view: MakeView, make_device: MakeDevice) -> None:
    view = make_view(make_device(A), make_device(B, serial="OTHER"))
    with pytest.raises(DirectPathError) as unknown:
        aim(awaited(PULLED, {"serial": "S1"}), view)
    assert (unknown.value.code, A in unknown.value.msg, B in unknown.value.msg) == ("device_unknown", True, False)
    with pytest.raises(DirectPathError) as ambiguous:
        aim(awaited(PULLED, {"vendor_device": "144d:a80a"}), view)
    assert ambiguous.value.code == "ambiguous_device"
    assert f"{B} (NVMe SSD, serial OTHER)" in ambiguous.value.msg


def test_a_new_drive_is_settled_when_esxi_or_passthrough_has_it(make_device: MakeDevice) -> None:
    assert not settled(Verdict(True, (make_device(A, serial="OLD", serial_from="memory"),)))
    assert not settled(Verdict(False, doubtful=(make_device(A),)))
    assert settled(Verdict(True, (make_device(A, serial="S", serial_from="host"), make_device(B, active=True))))


def test_what_is_said(make_view: MakeView, make_device: MakeDevice) -> None:
    view = make_view(make_device(A, slot="1"), slots_unread="esxcli was not asked")
    slot = awaited(INSERTED, {"slot": "2"})
    error = wait_timeout(slot, view, 60)
    assert (error.code, error.host, error.requirement) == ("wait_timeout", "esxi-01", "C2")
    assert "A drive with slot=2 was not put into host esxi-01 within 60 s." in error.msg
    assert f"{A} (NVMe SSD, slot 1)" in error.msg
    pulled = wait_timeout(awaited(PULLED, {"slot": "2"}), make_view(), 60)
    assert "was not pulled from host esxi-01 within 60 s. NVMe drives that it has: none." in pulled.msg

    change = Change(INSERTED, B, make_device(B, slot="3"))
    gone = Change(PULLED, C, None)
    error = unexpected_change(slot, view, [change, gone])
    assert (error.code, error.device) == ("unexpected_change", B)
    assert f"inserted: {B} (NVMe SSD, slot 3); pulled: {C}." in error.msg
    assert f"who had {C}" in str(error.remedy)
    assert f"If {B} is the drive that was meant" in str(error.remedy)
    assert "was to be pulled" in unexpected_change(awaited(PULLED), view, [change]).msg
    assert change_row(change)["slot"] == "3"
    assert change_row(gone) == {**dict.fromkeys(change_row(change)), "change": PULLED, "address": C}

    told = not_clear(view, judge(slot, DriveChanges.since(None, view).after(make_view(make_device(A), make_device(B)))))
    assert isinstance(told, DirectPathError)
    assert (told.code, A in told.msg, f"{B} (NVMe SSD)" in told.msg) == ("device_unknown", False, True)
    assert not_clear(view, Verdict(False)) is None


def test_what_is_warned_of(make_view: MakeView, make_device: MakeDevice) -> None:
    inherited = make_device(B, active=True)
    changes = DriveChanges.since(None, make_view()).after(make_view(inherited))
    assert warnings_of(awaited(), changes, Verdict(True, (make_device(A), make_device(C, active=True)))) == []
    (text,) = warnings_of(awaited(), changes, Verdict(True, (inherited,)))
    assert f"{B} (NVMe SSD) of host esxi-01 is in force already" in text
    (text,) = warnings_of(awaited(), changes, Verdict(True, others=(Change(PULLED, C, None),)))
    assert f"pulled: {C}" in text

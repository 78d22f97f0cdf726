# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.health import DriveHealth
from ansible_collections.directpath.nvme.plugins.module_utils._plan.health import handed_on, health_rows, judge_health
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.drive import DRIVE_REQUIREMENTS
from guest_answers import drive, evidence
from health_log import FIRMWARE, MODEL, SERIAL, WORKING

WELL = replace(DriveHealth.of_log(WORKING), source="ioctl", controller="live", firmware=FIRMWARE)

CONTROLLER, SPARE, RELIABLE, WRITABLE, CACHE, MEMORY, OTHERS, WARMTH, WEAR, LOST = (
    requirement.title for requirement in DRIVE_REQUIREMENTS
)

CASES: dict[str, tuple[DriveHealth | None, dict[str, tuple[str, str | None]]]] = {
    "well": (WELL, {SPARE: ("pass", "100 % / 10 %"), WARMTH: ("pass", "38 °C"), WEAR: ("pass", "3 %")}),
    "few spare blocks by its own word": (replace(WELL, critical_warning=("spare",)), {SPARE: ("fail", "100 % / 10 %")}),
    "too few": (replace(WELL, available_spare_percent=9), {SPARE: ("fail", "9 % / 10 %")}),
    "just enough": (replace(WELL, available_spare_percent=10), {SPARE: ("warn", "10 % / 10 %")}),
    "almost too few": (replace(WELL, available_spare_percent=20), {SPARE: ("warn", "20 % / 10 %")}),
    "enough": (replace(WELL, available_spare_percent=21), {SPARE: ("pass", "21 % / 10 %")}),
    "no spare told": (
        replace(WELL, available_spare_percent=0, available_spare_threshold_percent=0),
        {SPARE: ("unknown", "0 % / 0 %")},
    ),
    "no threshold told": (replace(WELL, available_spare_threshold_percent=None), {SPARE: ("unknown", None)}),
    "not reliable": (replace(WELL, critical_warning=("reliability",)), {RELIABLE: ("fail", "reliability")}),
    "only to be read": (replace(WELL, critical_warning=("read_only",)), {WRITABLE: ("fail", "read_only")}),
    "no backup": (
        replace(WELL, critical_warning=("volatile_memory_backup",)),
        {CACHE: ("fail", "volatile_memory_backup")},
    ),
    "memory": (
        replace(WELL, critical_warning=("persistent_memory_region",)),
        {MEMORY: ("fail", "persistent_memory_region")},
    ),
    "a bit of the future": (replace(WELL, critical_warning=("bit_6", "bit_7")), {OTHERS: ("unknown", "bit_6, bit_7")}),
    "too warm": (replace(WELL, critical_warning=("temperature",), temperature_c=81), {WARMTH: ("warn", "81 °C")}),
    "too warm, and not how warm": (
        replace(WELL, critical_warning=("temperature",), temperature_c=None),
        {WARMTH: ("warn", None)},
    ),
    "not how warm": (replace(WELL, temperature_c=None), {WARMTH: ("pass", None)}),
    "worn": (replace(WELL, percentage_used=100), {WEAR: ("warn", "100 %")}),
    "almost worn": (replace(WELL, percentage_used=99), {WEAR: ("pass", "99 %")}),
    "has lost data": (replace(WELL, media_errors=2**100), {LOST: ("warn", str(2**100))}),
    "tells little": (
        replace(WELL, critical_warning=None, percentage_used=None, media_errors=None),
        {
            **dict.fromkeys((RELIABLE, WRITABLE, CACHE, MEMORY, OTHERS, WEAR, LOST), ("unknown", None)),
            WARMTH: ("unknown", "38 °C"),
        },
    ),
    "dead": (
        DriveHealth(controller="dead", unread="its controller is dead"),
        {CONTROLLER: ("fail", "dead"), SPARE: ("unknown", None), LOST: ("unknown", None)},
    ),
    "resetting": (
        DriveHealth(controller="resetting", unread="its controller is resetting"),
        {CONTROLLER: ("unknown", "resetting"), SPARE: ("unknown", None)},
    ),
    "an answer without anybody who asked": (replace(WELL, source=None), {CONTROLLER: ("unknown", "live")}),
    "not asked": (None, {CONTROLLER: ("not_applicable", None), SPARE: ("not_applicable", None)}),
}


@pytest.mark.parametrize("case", CASES)
def test_each_row_in_each_state(case: str) -> None:
    health, expected = CASES[case]
    verdicts = {verdict.requirement.title: verdict for verdict in judge_health(health)}
    assert list(verdicts) == [requirement.title for requirement in DRIVE_REQUIREMENTS]
    assert {title: (verdicts[title].status, verdicts[title].value) for title in expected} == expected
    if health and health.told:
        others = {title for title in verdicts if verdicts[title].status != "pass"}
        assert others <= set(expected)
    # Whatever is not well says what to do.
    for verdict in verdicts.values():
        assert bool(verdict.remedy) == (verdict.status in ("fail", "warn", "unknown")), verdict


def test_every_state_of_the_table_was_seen_and_no_other() -> None:
    seen: dict[str, set[str]] = {}
    for health, _expected in CASES.values():
        for verdict in judge_health(health):
            seen.setdefault(verdict.requirement.title, set()).add(verdict.status)
    assert seen == {requirement.title: set(requirement.states) for requirement in DRIVE_REQUIREMENTS}


def told(health: DriveHealth | None, **changes: Any) -> dict[str, Any]:
    """A drive as guest_nvme_info shows it."""
    return drive(health=health and asdict(health), serial=SERIAL, model=MODEL, **changes)


def test_a_row_for_each_drive_of_a_guest() -> None:
    worn = replace(WELL, percentage_used=120, critical_warning=("read_only", "bit_6"))
    silent = DriveHealth(controller="live", firmware="1.0", unread="/dev/nvme2: Permission denied (run as root)")
    rows = health_rows(
        evidence(
            told(WELL),
            told(worn, namespaces=[]),
            told(silent),
            told(None),
            told(WELL, vendor_device="15ad:07f0"),
        )
    )
    assert [(row["status"], row["firmware"], row["path"]) for row in rows] == [
        ("pass", FIRMWARE, "/dev/nvme0n1"),
        ("fail", FIRMWARE, None),
        ("unknown", "1.0", "/dev/nvme0n1"),
        ("not_applicable", None, "/dev/nvme0n1"),
    ]
    assert {(row["serial"], row["model"], row["address"]) for row in rows} == {(SERIAL, MODEL, "0000:0b:00.0")}
    assert [row["reasons"] for row in rows] == [
        [],
        [
            "It warns that it can only be read",
            "It warns of something that is not known here: bit_6",
            "120 % of the life that its maker gives it are used",
        ],
        ["It has not told how it is: /dev/nvme2: Permission denied (run as root)"],
        [],
    ]
    assert [row["id"] for row in rows[0]["rows"]] == ["health"] * len(DRIVE_REQUIREMENTS)


def verified(**changes: Any) -> dict[str, Any]:
    """A row in the table of verify_drives."""
    facts = {
        "name": "PM9A3",
        "address": "0000:d9:00.0",
        "serial": None,
        "host": "esxi-01",
        "vm": "vm-01",
        "wanted": "present",
        "status": "present",
        "guest_address": "0000:0b:00.0",
    }
    return {**facts, **changes}


@pytest.mark.parametrize(
    ("health", "status", "text"),
    [
        (WELL, "pass", "is well by what it tells."),
        (replace(WELL, media_errors=3), "warn", "has to be watched: It could not keep or read back data 3 times."),
        (
            replace(WELL, critical_warning=("reliability",)),
            "fail",
            "is failing: It warns that it is not reliable any more.",
        ),
        (None, "unknown", "is not known to be well: its guest did not ask it."),
    ],
)
def test_a_drive_that_is_to_be_handed_on(health: DriveHealth | None, status: str, text: str) -> None:
    answer = handed_on([verified()], evidence(told(health)), True)
    (row,) = answer["rows"]
    assert (row["status"], row["address"], row["serial"]) == (status, "0000:d9:00.0", SERIAL)
    firmware = f", firmware {FIRMWARE}" if health else ""
    start = f"PM9A3 (serial {SERIAL}{firmware}, /dev/nvme0n1) at esxi-01 0000:d9:00.0, in vm-01, "
    assert row["text"] == start + text
    assert answer["failed"] == ([row["text"]] if status == "fail" else [])
    assert answer["unknown"] == ([row["text"]] if status == "unknown" else [])


@pytest.mark.parametrize(
    ("health", "driver", "settled"),
    [
        (WELL, "nvme", True),
        (replace(WELL, critical_warning=("reliability",)), "nvme", True),
        (DriveHealth(controller="connecting", unread="its controller is connecting"), "nvme", False),
        (DriveHealth(controller="dead", unread="its controller is dead"), "nvme", True),
        (DriveHealth(unread="no driver has it, and the guest no controller of it"), None, False),
        (DriveHealth(unread="driver vfio-pci has it, and the guest no controller of it"), "vfio-pci", True),
    ],
)
def test_a_drive_that_its_guest_takes_up_just_now_is_asked_again(
    health: DriveHealth, driver: str | None, settled: bool
) -> None:
    guest = evidence({**told(health), "driver": driver})
    assert handed_on([verified()], guest, True)["settled"] is settled
    # Others are waited for by nobody.
    assert handed_on([verified(guest_address=None)], guest, True)["settled"] is True


def test_of_drives_that_nobody_can_tell_apart_none_is_handed_on_while_one_is_failing() -> None:
    failing = told(replace(WELL, critical_warning=("reliability",)))
    guest = evidence({**failing, "address": "0000:0c:00.0"}, told(WELL))
    answer = handed_on([verified(guest_address=None)], guest, True)
    assert "may be failing: nobody can tell which" in answer["failed"][0]
    assert "not reliable any more" in answer["failed"][0]
    # The one that is failing is surely another.
    apart = [verified(guest_address=None), verified(guest_address="0000:0c:00.0", address="0000:d9:00.0")]
    rows = handed_on(apart, guest, True)["rows"]
    assert [row["status"] for row in rows] == ["unknown", "fail"]


def test_what_is_not_known_of_a_drive_that_is_to_be_handed_on() -> None:
    guest = evidence(told(WELL))
    unpaired = handed_on([verified(guest_address=None, serial="S1")], guest, True)
    place = "PM9A3 (serial S1) at esxi-01 0000:d9:00.0, in vm-01, is not known to be well"
    assert unpaired["unknown"] == [f"{place}: nobody can tell which of its guest's drives it is."]
    not_asked = handed_on([verified(guest_address=None, serial="S1")], {}, False)
    assert not_asked["unknown"] == [f"{place}: its guest is not asked."]


@pytest.mark.parametrize("other", [{"wanted": "absent"}, {"status": "absent"}, {"status": "unknown"}])
def test_only_drives_that_the_vm_is_to_have_and_has(other: dict[str, str]) -> None:
    assert handed_on([verified(**other)], evidence(told(WELL)), True) == {
        "rows": [],
        "failed": [],
        "unknown": [],
        "settled": True,
    }

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.health import DriveHealth
from health_log import WORKING, changed


def test_every_number_of_the_log() -> None:
    told = asdict(DriveHealth.of_log(WORKING))
    assert told == {
        "source": None,
        "controller": None,
        "firmware": None,
        "critical_warning": (),
        "temperature_c": 38,
        "available_spare_percent": 100,
        "available_spare_threshold_percent": 10,
        "percentage_used": 3,
        "data_units_read": 123456789,
        "data_units_written": 2**64,
        "power_cycles": 37,
        "power_on_hours": 8778,
        "unsafe_shutdowns": 7,
        "media_errors": 0,
        "error_log_entries": 11,
        "warning_temperature_minutes": 5,
        "critical_temperature_minutes": 1,
        "unread": None,
    }


def test_all_bits_set() -> None:
    told = DriveHealth.of_log(b"\xff" * 512)
    assert told.critical_warning == (
        "spare",
        "temperature",
        "reliability",
        "read_only",
        "volatile_memory_backup",
        "persistent_memory_region",
        "bit_6",
        "bit_7",
    )
    assert (told.temperature_c, told.percentage_used) == (65535 - 273, 255)
    assert (told.media_errors, told.critical_temperature_minutes) == (2**128 - 1, 2**32 - 1)
    # Percentages above 100 are reserved, and this one cannot be.
    assert (told.available_spare_percent, told.available_spare_threshold_percent) == (None, None)


@pytest.mark.parametrize(
    ("bits", "words"), [(0x01, ["spare"]), (0x0C, ["reliability", "read_only"]), (0x40, ["bit_6"])]
)
def test_each_bit_of_the_critical_warning_has_its_word(bits: int, words: list[str]) -> None:
    assert list(DriveHealth.of_log(changed((0, bytes([bits])))).critical_warning or ()) == words


def test_no_temperature_is_not_the_coldest_one() -> None:
    assert DriveHealth.of_log(changed((1, b"\0\0"))).temperature_c is None
    assert DriveHealth.of_log(changed((1, b"\1\0"))).temperature_c == -272


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (bytes(512), "its health log is empty"),
        (WORKING[:511], "its health log has 511 bytes, not 512"),
        (b"", "its health log has 0 bytes, not 512"),
    ],
)
def test_what_tells_nothing_is_not_a_log(log: bytes, why: str) -> None:
    assert DriveHealth.of_log(log) == DriveHealth(unread=why)


def test_what_a_guest_has_sent_comes_back() -> None:
    health = DriveHealth.of_log(WORKING)
    assert DriveHealth.from_dict({**asdict(health), "critical_warning": []}) == health


@pytest.mark.parametrize("odd", ["3", 3.5, True, None, [3], {"value": 3}])
def test_what_is_no_number_is_not_told(odd: Any) -> None:
    told = DriveHealth.from_dict({"percentage_used": odd, "critical_warning": odd if odd != [3] else None, "unread": 7})
    assert told == DriveHealth()

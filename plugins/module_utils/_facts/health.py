# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an NVMe drive tells of its own health, as plain data. Runs in guests: standard library only.

A drive keeps one log of it for the whole controller: SMART / Health Information, log page 02h of the NVMe base
specification.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

LOG_SIZE = 512
"""Bytes."""

WARNINGS = (
    "spare",
    "temperature",
    "reliability",
    "read_only",
    "volatile_memory_backup",
    "persistent_memory_region",
    "bit_6",
    "bit_7",
)
"""A word for each bit of the log's critical warning, the lowest first. The last two mean nothing yet."""

EMPTY = "its health log is empty"
"""Zeros alone would otherwise look like a drive without a fault."""

KELVIN = 273
"""Drives count in whole kelvin."""

_COUNTERS = {
    "data_units_read": (32, 16),
    "data_units_written": (48, 16),
    "power_cycles": (112, 16),
    "power_on_hours": (128, 16),
    "unsafe_shutdowns": (144, 16),
    "media_errors": (160, 16),
    "error_log_entries": (176, 16),
    "warning_temperature_minutes": (192, 4),
    "critical_temperature_minutes": (196, 4),
}
"""Where in the log a number is, and how many bytes it has."""


@dataclass(frozen=True)
class DriveHealth:
    """What a drive has told. None stands for what it does not tell.

    :param source: who asked it: ``ioctl`` or ``nvme-cli``.
    :param controller: its state as the guest's kernel has it: ``live``, ``resetting``, ``dead``, ...
    :param critical_warning: words of WARNINGS.
    :param percentage_used: of the life that its maker gives it; may be more than 100.
    :param data_units_read: thousands of 512 bytes, as the one that was written.
    :param media_errors: how often data could not be read or kept.
    :param unread: why it could not be asked; None if it answered.
    """

    source: str | None = None
    controller: str | None = None
    firmware: str | None = None
    critical_warning: tuple[str, ...] | None = None
    temperature_c: int | None = None
    available_spare_percent: int | None = None
    available_spare_threshold_percent: int | None = None
    percentage_used: int | None = None
    data_units_read: int | None = None
    data_units_written: int | None = None
    power_cycles: int | None = None
    power_on_hours: int | None = None
    unsafe_shutdowns: int | None = None
    media_errors: int | None = None
    error_log_entries: int | None = None
    warning_temperature_minutes: int | None = None
    critical_temperature_minutes: int | None = None
    unread: str | None = None

    @property
    def told(self) -> bool:
        """Whether it has answered. What says neither that nor why it has not is no answer."""
        return self.unread is None and self.source is not None

    @classmethod
    def of_log(cls, log: bytes) -> DriveHealth:
        """Of the bytes of the log."""
        if len(log) != LOG_SIZE:
            return cls(unread=f"its health log has {len(log)} bytes, not {LOG_SIZE}")
        if not any(log):
            return cls(unread=EMPTY)
        kelvin = _number(log, 1, 2)
        health = cls(
            critical_warning=warnings(log[0]),
            temperature_c=kelvin - KELVIN if kelvin else None,
            available_spare_percent=percent(log[3]),
            available_spare_threshold_percent=percent(log[4]),
            percentage_used=log[5],
        )
        counters: dict[str, Any] = {name: _number(log, at, size) for name, (at, size) in _COUNTERS.items()}
        return replace(health, **counters)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> DriveHealth:
        """Of ``health`` in the result of guest_nvme_info. What is not of the kind that it should be is not told."""
        told: dict[str, Any] = {name: whole(facts.get(name)) for name in _NUMBERS}
        texts = {name: facts.get(name) for name in ("source", "controller", "firmware", "unread")}
        told.update({name: text if isinstance(text, str) else None for name, text in texts.items()})
        words = facts.get("critical_warning")
        return cls(
            critical_warning=tuple(str(word) for word in words) if isinstance(words, (list, tuple)) else None, **told
        )


_NUMBERS = (
    "temperature_c",
    "available_spare_percent",
    "available_spare_threshold_percent",
    "percentage_used",
    *_COUNTERS,
)


def warnings(bits: int) -> tuple[str, ...]:
    """The words for a critical warning."""
    return tuple(word for bit, word in enumerate(WARNINGS) if bits >> bit & 1)


def percent(value: int | None) -> int | None:
    """None for what is above 100, which is reserved."""
    return value if value is not None and 0 <= value <= 100 else None


def whole(value: Any) -> int | None:
    """A whole number, None for anything else; True is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(log: bytes, at: int, size: int) -> int:
    return int.from_bytes(log[at : at + size], "little")

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a drive has to say of its own health before it is handed on, once. The texts are about the drive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ansible_collections.directpath.nvme.plugins.module_utils._facts.health import WARNINGS, DriveHealth
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import printable
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    Text,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    ASK_DRIVE,
    COOL,
    REPLACE_IN_TIME,
    TAKE_OUT,
)

SPARE_MARGIN = 10
"""Percent of spare blocks above the threshold that are few enough to be told."""

_DEAD = "dead"
"""What Linux calls a controller that it has given up."""


def _answered(look: Callable[[DriveHealth], Seen]) -> Callable[[DriveHealth | None], Seen]:
    """A look at what a drive has told."""

    def looked(health: DriveHealth | None) -> Seen:
        if health is None:
            return Seen(NOT_APPLICABLE, text("It was not asked for its health"))
        if not health.told:
            return Seen(
                UNKNOWN,
                _not_told(health),
                remedy=ASK_DRIVE,
            )
        return look(health)

    return looked


def _not_told(health: DriveHealth) -> Text:
    return text("It has not told how it is: {reason}", reason=printable(health.unread or "no answer"))


def _controller(health: DriveHealth | None) -> Seen:
    """The kernel tells this, also of a drive that is not asked, or does not answer."""
    if health is None:
        return Seen(NOT_APPLICABLE, text("It was not asked for its health"))
    if health.controller == _DEAD:
        return Seen(FAIL, text("The guest's kernel has given its controller up"), _DEAD)
    if not health.told:
        return Seen(UNKNOWN, _not_told(health), printable(health.controller or "") or None, ASK_DRIVE)
    return Seen(PASS, text("Its controller answers"), health.controller)


def _spare(health: DriveHealth) -> Seen:
    spare, threshold = health.available_spare_percent, health.available_spare_threshold_percent
    value = None if spare is None or threshold is None else f"{spare} % / {threshold} %"
    if "spare" in (health.critical_warning or ()):
        return Seen(FAIL, text("It warns that too few of its spare blocks are left"), value)
    # Emulated drives leave both at zero.
    if spare is None or threshold is None or not (spare or threshold):
        return Seen(UNKNOWN, text("It does not tell how many spare blocks are left"), value, ASK_DRIVE)
    told = text(
        "{spare} % of its spare blocks are left, and fewer than {threshold} % are too few",
        spare=spare,
        threshold=threshold,
    )
    if spare < threshold:
        return Seen(FAIL, told, value)
    if spare <= threshold + SPARE_MARGIN:
        return Seen(WARN, told, value, REPLACE_IN_TIME)
    return Seen(PASS, told, value)


def _warned(word: str, status: str, bad: Text, good: Text) -> Callable[[DriveHealth], Seen]:
    """A look at one bit of the critical warning."""

    def look(health: DriveHealth) -> Seen:
        if health.critical_warning is None:
            return Seen(UNKNOWN, text("It does not tell what it warns of"), remedy=ASK_DRIVE)
        return Seen(status, bad, word) if word in health.critical_warning else Seen(PASS, good, "0")

    return look


def _other_warnings(health: DriveHealth) -> Seen:
    """What is defined by a later specification, or by a maker alone, can mean anything."""
    if health.critical_warning is None:
        return Seen(UNKNOWN, text("It does not tell what it warns of"), remedy=ASK_DRIVE)
    words = printable(", ".join(word for word in health.critical_warning if word not in WARNINGS[:6]))
    if words:
        return Seen(UNKNOWN, text("It warns of something that is not known here: {words}", words=words), words)
    return Seen(PASS, text("It warns of nothing else"), "0")


def _temperature(health: DriveHealth) -> Seen:
    """By the drive's own word: what is too warm for it, it knows best."""
    seen, celsius = _HEAT(health), health.temperature_c
    return replace(seen, value=None if celsius is None else f"{celsius} °C")


_HEAT = _warned("temperature", WARN, text("It warns of its temperature"), text("It does not warn of its temperature"))


def _endurance(health: DriveHealth) -> Seen:
    used = health.percentage_used
    if used is None:
        return Seen(UNKNOWN, text("It does not tell how worn it is"), remedy=ASK_DRIVE)
    told = text("{used} % of the life that its maker gives it are used", used=used)
    return Seen(WARN if used >= 100 else PASS, told, f"{used} %")


def _media_errors(health: DriveHealth) -> Seen:
    errors = health.media_errors
    if errors is None:
        return Seen(UNKNOWN, text("It does not tell how often it has lost data"), remedy=ASK_DRIVE)
    return Seen(
        WARN if errors else PASS, text("It could not keep or read back data {errors} times", errors=errors), str(errors)
    )


_LOG = "guest: NVMe log page 02h"

_TOLD = (PASS, WARN, UNKNOWN, NOT_APPLICABLE)

_FAILS = (PASS, FAIL, UNKNOWN, NOT_APPLICABLE)


def _row(
    title: str,
    look: Callable[[DriveHealth], Seen],
    states: tuple[str, ...] = _FAILS,
    remedy: str = TAKE_OUT,
) -> Requirement[DriveHealth | None]:
    return Requirement("health", title, _LOG, _answered(look), states, remedy)


DRIVE_REQUIREMENTS: tuple[Requirement[DriveHealth | None], ...] = (
    Requirement("health", "The drive's controller answers", "guest: /sys/class/nvme", _controller, _FAILS, TAKE_OUT),
    _row("The drive has enough spare blocks", _spare, (PASS, FAIL, WARN, UNKNOWN, NOT_APPLICABLE)),
    _row(
        "The drive is reliable",
        _warned(
            "reliability",
            FAIL,
            text("It warns that it is not reliable any more"),
            text("It does not warn of its reliability"),
        ),
    ),
    _row(
        "The drive can be written to",
        _warned(
            "read_only",
            FAIL,
            text("It warns that it can only be read"),
            text("It does not warn that it can only be read"),
        ),
    ),
    _row(
        "The drive's cache outlasts a loss of power",
        _warned(
            "volatile_memory_backup",
            FAIL,
            text("It warns that what backs its cache up has failed"),
            text("It does not warn of what backs its cache up"),
        ),
    ),
    _row(
        "The drive's persistent memory region is reliable",
        _warned(
            "persistent_memory_region",
            FAIL,
            text("It warns that its persistent memory region is not reliable"),
            text("It does not warn of a persistent memory region"),
        ),
    ),
    _row("The drive warns of nothing else", _other_warnings, (PASS, UNKNOWN, NOT_APPLICABLE), ASK_DRIVE),
    _row("The drive is not too warm", _temperature, _TOLD, COOL),
    _row("The drive is not worn out", _endurance, _TOLD, REPLACE_IN_TIME),
    _row("The drive has lost no data", _media_errors, _TOLD, REPLACE_IN_TIME),
)
"""All of them have the id ``health``: no documented requirement is behind them."""

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a caller names a device. A new way to name one is a row of CRITERIA, and a field of Selector."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import parse_address, slot_number
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import normal_serial

_VENDOR_DEVICE = re.compile(r"^([0-9a-f]{4}):([0-9a-f]{4})$")


def _parse_text(what: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not text.strip():
            raise DirectPathError(
                f"The {what} of a device is empty.",
                "invalid_selector",
                remedy=f"Give its {what}, or leave the {what} out.",
            )
        return text

    return parse


def _parse_vendor_device(text: str) -> str:
    ids = text.strip().lower()
    if not _VENDOR_DEVICE.match(ids):
        raise DirectPathError(
            f"'{text}' is not a pair of PCI ids.",
            "invalid_selector",
            remedy="Write vendor:device as lspci -n does, four hex digits each, for example 144d:a80a.",
        )
    return ids


def _parse_serial(text: str) -> str:
    return normal_serial(_parse_text("serial number")(text)) or ""


def _parse_slot(text: str) -> str:
    number = slot_number(text)
    if number is None:
        raise DirectPathError(
            f"'{text}' is not the number of a slot.",
            "invalid_selector",
            remedy="Write the number of the physical slot as the host tells it, for example 5. What hosts say of a "
            "device that is in no slot, -1 or 4294967295, is none.",
        )
    return number


CRITERIA: Mapping[str, Callable[[str], str]] = {
    "address": parse_address,
    "name": _parse_text("name"),
    "vendor_device": _parse_vendor_device,
    "serial": _parse_serial,
    "slot": _parse_slot,
    "hardware_label": _parse_text("hardware label"),
}
"""Criterion -> what makes a caller's text comparable, or refuses it. The argument spec is made of it."""

EXACT = ("address", "serial", "slot")
"""Criteria that mean one drive of a host. Of what several drives have in common, several may be meant."""


@dataclass(frozen=True)
class Selector:
    """Which devices are meant; every criterion that is given must match."""

    address: str | None = None
    name: str | None = None
    vendor_device: str | None = None
    serial: str | None = None
    slot: str | None = None
    hardware_label: str | None = None

    @property
    def exact(self) -> bool:
        """Whether it cannot mean two drives of one host."""
        return any(getattr(self, criterion) is not None for criterion in EXACT)

    def judge(self, known: Mapping[str, str | None]) -> bool | None:
        """Whether a device is meant: yes, no, or None for unknown, which is neither "not found" nor "another one".

        :param known: criterion -> what is known of the device; one that is missing or None is unknown.
        """
        pairs = [(wanted, known.get(criterion)) for criterion, wanted in self.as_dict().items()]
        if any(have is not None and have != wanted for wanted, have in pairs):
            return False
        return None if any(have is None for _wanted, have in pairs) else True

    def unknown(self, known: Mapping[str, str | None]) -> list[str]:
        """The criteria that are asked for and not known of a device."""
        return [criterion for criterion in self.as_dict() if known.get(criterion) is None]

    def describe(self) -> str:
        """For messages: ``address=0000:d9:00.0``."""
        return ", ".join(f"{key}={value}" for key, value in self.as_dict().items())

    def as_dict(self) -> dict[str, str]:
        """Only the criteria that were given."""
        return {name: getattr(self, name) for name in CRITERIA if getattr(self, name) is not None}


def parse_selectors(items: Sequence[Mapping[str, Any]]) -> list[Selector]:
    """Turn the ``devices`` argument into selectors, refusing what cannot match or is asked for twice."""
    selectors = [_parse_selector(item) for item in items]
    for index, selector in enumerate(selectors):
        if selector in selectors[:index]:
            raise DirectPathError(
                f"The device {selector.describe()} is asked for twice.",
                "invalid_selector",
                device=selector.address,
                remedy="Name every device once; to mean one of several alike devices, select it by address.",
            )
    return selectors


def _parse_selector(item: Mapping[str, Any]) -> Selector:
    given = {name: item[name] for name in CRITERIA if item.get(name) is not None}
    return Selector(**{name: CRITERIA[name](text) for name, text in given.items()})

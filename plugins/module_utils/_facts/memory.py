# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which serial number the drive at an address had when somebody last read it: passthrough hides it from the host.

What is remembered counts as long as nothing speaks against it. Where something does, the serial number is unknown:
neither that of the drive nor that of another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import is_number
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import CRITERIA
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import normal_serial, same_serial

ATTRIBUTE = "directpath.nvme.drives"
"""Name of the custom attribute, as vSphere shows it on the host."""

SOURCES = ("host", "guest", "operator")
"""Who tells serial numbers."""

_SHOWN = 300
"""Characters of a text that is not ours which are shown: enough to know it by."""


@dataclass(frozen=True)
class Remembered:
    """The serial number of the drive at an address of one host.

    :param vendor_device: PCI ids of the drive, None where nobody said; ``slot``: its physical slot likewise.
    :param learnt_at: ISO 8601, UTC by vCenter's clock; None for what an inventory says.
    :param learnt_from: one of SOURCES.
    :param gone_at: when the host was seen without a device there. Whatever is there later may be another drive.
    """

    serial: str
    address: str
    vendor_device: str | None = None
    slot: str | None = None
    learnt_at: str | None = None
    learnt_from: str = "operator"
    gone_at: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """As results show it."""
        return dict(vars(self))

    def describe(self) -> str:
        """For messages: ``S6XN1 at 0000:d9:00.0``."""
        return f"{self.serial} at {self.address}"

    def is_same(self, other: Remembered) -> bool:
        """Whether both say one thing of one drive, whoever said it and when."""
        same_ids = self.vendor_device in (None, other.vendor_device) or other.vendor_device is None
        same_slot = self.slot in (None, other.slot) or other.slot is None
        return same_ids and same_slot and self.address == other.address and same_serial(self.serial, other.serial)


@dataclass(frozen=True)
class Memory:
    """All that is remembered of one host, by vCenter and by the inventory.

    :param unread: why vCenter's cannot be read, so that more may be known than is seen.
    """

    entries: tuple[Remembered, ...] = ()
    unread: DirectPathError | None = None


NO_MEMORY = Memory()


@dataclass(frozen=True)
class Sighting:
    """What the host itself tells of a drive.

    :param slot: None where it was not read, or where there is none.
    :param serial: None where ESXi's driver does not have the drive.
    """

    address: str
    vendor_device: str
    slot: str | None = None
    serial: str | None = None


def moment(time: datetime) -> str:
    """A time as it is remembered.

    :param time: aware.
    """
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def encode_memory(entries: Sequence[Remembered]) -> str:
    """The attribute's value: an entry a drive, in words that also the inventory uses. Empty if nothing is known."""
    items = [{name: value for name, value in entry.as_dict().items() if value is not None} for entry in entries]
    return json.dumps({"drives": items}, separators=(",", ":")) if items else ""


def decode_memory(value: str, host: str) -> tuple[Remembered, ...]:
    """What the attribute says.

    :raises DirectPathError: ``memory_unreadable``: of a text that is not ours, nobody can say what it means.
    """
    if not value.strip():
        return ()
    try:
        items = json.loads(value)["drives"]
        # Ours say who told them; the rest was written in vSphere by hand.
        return tuple(_entry(item, "operator") for item in items)
    except (ValueError, KeyError, TypeError, AttributeError, DirectPathError):
        raise DirectPathError(
            f"The custom attribute {ATTRIBUTE} of host {host} holds something else than remembered drives: "
            f"{value[:_SHOWN]}",
            "memory_unreadable",
            host=host,
            remedy="Find out who wrote it, and correct it or clear it in vSphere: what is known can be learnt again.",
        ) from None


def known_drives(items: Sequence[Mapping[str, Any]] | None, told_by: str = "operator") -> tuple[Remembered, ...]:
    """What somebody says of the drives of one host, such as an inventory (option ``known_drives``).

    :param told_by: one of SOURCES.
    :raises DirectPathError: ``invalid_known_drive``; ``invalid_selector`` for what is no PCI address.
    """
    entries = tuple(_entry(item, told_by) for item in items or ())
    for index, entry in enumerate(entries):
        if any(entry.address == other.address or same_serial(entry.serial, other.serial) for other in entries[:index]):
            raise invalid(f"{entry.describe()} contradicts another entry, or repeats it", entry.address)
    return entries


def invalid(found: str, address: str | None = None) -> DirectPathError:
    """The error for what cannot be true of the drives of one host."""
    return DirectPathError(
        f"A known drive is wrong: {found}. Nothing was changed.",
        "invalid_known_drive",
        device=address,
        remedy="Write each drive of this host once: serial and address, and if you know them vendor_device and slot.",
    )


def _entry(item: Mapping[str, Any], told_by: str) -> Remembered:
    """An entry of whatever origin, in one form.

    :raises DirectPathError: it does not say which drive it is of.
    """
    given = {each.name: item[each.name] for each in fields(Remembered) if item.get(each.name) is not None}
    if is_number(given.get("slot")):
        given["slot"] = str(given["slot"])
    if any(not isinstance(value, str) for value in given.values()):
        raise invalid(f"{dict(item)} has a value that is no text: put it in quotes, as YAML takes some for numbers")
    serial = " ".join(given.pop("serial", "").split())
    if normal_serial(serial) is None:
        raise invalid(f"{dict(item)} has no serial number", item.get("address"))
    if "address" not in given:
        raise invalid(f"{serial} has no address")
    source = given.pop("learnt_from", told_by)
    if source not in SOURCES:
        raise invalid(f"{serial} was learnt from '{source}', which is none of {', '.join(SOURCES)}")
    if not given.get("slot", "").strip():
        given.pop("slot", None)
    told = {name: CRITERIA[name](given.pop(name)) for name in ("address", "vendor_device", "slot") if name in given}
    return Remembered(serial, told.pop("address"), learnt_from=source, **told, **given)

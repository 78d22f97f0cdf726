# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of a drive's replacement: what a run that goes on elsewhere cannot read from vSphere, host or guest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError

ATTRIBUTE = "directpath.nvme.replacements"
"""Name of the custom attribute, as vSphere shows it on the host."""

STEPS = ("begun", "removed", "pulled", "inserted", "added", "verified", "finished")
"""In order. ``pulled`` and ``inserted`` are people's; what was not seen as it happened is as old as the look."""

TIME = "%Y-%m-%dT%H:%M:%SZ"
"""ISO 8601, UTC, to the second."""

KEPT = 4
"""Finished replacements of a host that are kept, so that the same order given again changes nothing."""


@dataclass(frozen=True)
class Drive:
    """A drive, as far as it is known.

    :param slot: of the chassis. :param size: bytes.
    :param path: of its block device in the guest, when it was last seen there.
    """

    serial: str | None = None
    address: str | None = None
    slot: str | None = None
    vendor_device: str | None = None
    name: str | None = None
    size: int | None = None
    path: str | None = None

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Drive:
        """:raises TypeError: it is none of ours."""
        if not all(isinstance(value, int if name == "size" else str) for name, value in values.items()):
            # Slot 8 is not slot "8": what compares as another drive would be taken for one.
            raise TypeError
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        """As results show it."""
        return dict(vars(self))

    def adding(self, other: Drive) -> Drive:
        """With what is not known of it, and is of the same drive seen from elsewhere."""
        known = {item.name: getattr(other, item.name) for item in fields(self) if getattr(self, item.name) is None}
        return replace(self, **known)

    def describe(self) -> str:
        """``drive S01D9 (NVMe SSD, 0000:d9:00.0)``."""
        told = [text for text in (self.name, self.address) if text]
        return f"drive {self.serial or 'of unknown serial'}" + (f" ({', '.join(told)})" if told else "")

    def place(self) -> str:
        """Where to put the hand: ``slot 5``."""
        return f"slot {self.slot}" if self.slot else f"the slot of PCI address {self.address}, whose number is not told"


@dataclass(frozen=True)
class Replacement:
    """One replacement on a host.

    :param vm: MoID of the VM that had the drive.
    :param others: address -> in words, of the host's other NVMe drives when the old one left its VM. One that lacks
        afterwards was pulled by mistake, and one that is not among them was put in.
    :param reached: step -> when, ISO 8601, UTC.
    """

    vm: str
    vm_name: str
    old: Drive
    new: Drive | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    reached: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether something is left to be done."""
        return "finished" not in self.reached

    def at(self, step: str, now: str) -> Replacement:
        """With a step that is reached, unless it was before."""
        reached = {step: now, **self.reached}
        return replace(self, reached={name: reached[name] for name in STEPS if name in reached})

    def back_to(self, step: str) -> Replacement:
        """As if no step after this one had been reached, because it was undone."""
        before = STEPS[: STEPS.index(step) + 1]
        new = self.new if "inserted" in before else None
        return replace(self, new=new, reached={name: when for name, when in self.reached.items() if name in before})

    def as_dict(self) -> dict[str, Any]:
        """As the record keeps it."""
        return {**vars(self), "old": self.old.as_dict(), "new": self.new.as_dict() if self.new else None}


def encode(records: Sequence[Replacement]) -> str:
    """The record's text; empty for none, which is how vSphere says that an attribute is not set."""
    if not records:
        return ""
    rows = [record.as_dict() for record in records]
    return json.dumps([_short(row) for row in rows], separators=(",", ":"))


def decode(text: str, where: str, host: str) -> tuple[Replacement, ...]:
    """The replacements of a host, as its record has them.

    :param where: attribute or file, for the message.
    :raises DirectPathError: ``replacement_unreadable``: somebody else wrote it, so nobody can tell what was done.
    """
    try:
        rows = json.loads(text) if text.strip() else []
        if not isinstance(rows, list):
            raise TypeError
        return tuple(_replacement(row) for row in rows)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DirectPathError(
            f"{where} of host {host} holds something else than our record of replacements. Nothing was changed.",
            "replacement_unreadable",
            host=host,
            remedy="Find out who wrote it and whether a drive is being replaced on this host, then clear it.",
        ) from None


def encode_file(records: Sequence[Replacement], host: str) -> str:
    """The same for a file, which tells whose it is: on ESXi alone, VMs of two hosts have the same MoIDs."""
    return json.dumps({"host": host, "replacements": json.loads(encode(records) or "[]")}, indent=1)


def decode_file(text: str, where: str, host: str) -> tuple[Replacement, ...]:
    """As decode(), of what encode_file() wrote."""
    try:
        facts = json.loads(text) if text.strip() else {"host": host, "replacements": []}
        owner, rows = str(facts["host"]), json.dumps(facts["replacements"])
    except (ValueError, KeyError, TypeError):
        owner, rows = host, "no record"
    if owner != host:
        raise DirectPathError(
            f"{where} is the record of host {owner}, not of host {host}. Nothing was changed.",
            "replacement_unreadable",
            host=host,
            remedy="Name a file of its own for each host (nvme_replace_record_file).",
        )
    return decode(rows, where, host)


def keeping(records: Sequence[Replacement], record: Replacement) -> tuple[Replacement, ...]:
    """The records with one of them as it is now, which comes last; of the finished ones only the latest stay."""
    if record in records:
        return tuple(records)
    others = [item for item in records if item.reached["begun"] != record.reached["begun"]]
    if not record.open:
        # Nobody asks any more which drives were beside it, and an attribute may have a limit.
        record = replace(record, others={})
    return (*others[-KEPT:], record)


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not known: a custom attribute may have a limit."""
    return {
        name: _short(value) if name in ("old", "new") and value else value
        for name, value in row.items()
        if value not in (None, {})
    }


def _replacement(row: Mapping[str, Any]) -> Replacement:
    reached = {str(step): str(when) for step, when in row["reached"].items()}
    if "begun" not in reached or not set(reached) <= set(STEPS):
        raise ValueError
    for when in reached.values():
        # ValueError, if somebody wrote another time than ours.
        datetime.strptime(when, TIME)
    return Replacement(
        vm=str(row["vm"]),
        vm_name=str(row["vm_name"]),
        old=Drive.from_dict(row["old"]),
        new=Drive.from_dict(row["new"]) if row.get("new") else None,
        others={str(address): str(text) for address, text in row.get("others", {}).items()},
        reached=reached,
    )

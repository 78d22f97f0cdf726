# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of each device that was to be added or removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import FROM_MEMORY
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import IDENTITY, identity_row
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan, Item
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import objections


@dataclass
class Row:
    """One device in the result. ``status`` is present, added, removed, absent, failed or not_tried."""

    item: Item
    status: str
    facts: dict[str, Any]
    error: str | None = None

    @classmethod
    def to_come(cls, selector: Selector, status: str) -> Row:
        """The row of a VM that is not there yet: all that is known is what was asked for."""
        unknown = dict.fromkeys((*IDENTITY, "key", "label", "pci_slot_number", "on_host"), None)
        item = Item(selector, selector.address or "", None, step=True)
        return cls(item, status, {**unknown, "still_used_by": [], **selector.as_dict()})

    def end(self, status: str, error: DirectPathError) -> None:
        """It went wrong; perhaps it is done all the same."""
        self.status, self.error = status, str(error)

    def see(self, after: Placement) -> None:
        """What a read after the change says: of an added device its place, of a removed one who else has it."""
        if self.status == "added":
            self.facts = describe_item(self.item, after)
        else:
            self.facts["still_used_by"] = _others(self.item, after)

    def as_dict(self) -> dict[str, Any]:
        return {**self.facts, "status": self.status, "error": self.error}


def rows_of(plan: HotplugPlan, placement: Placement, add: bool, done: bool) -> list[Row]:
    """One row a device. ``done`` shows the steps as they would end."""
    wanted, reached = ("added", "present") if add else ("removed", "absent")
    return [
        Row(item, reached if not item.step else wanted if done else "not_tried", describe_item(item, placement))
        for item in plan.items
    ]


def result_of(before: Placement, rows: Sequence[Row]) -> dict[str, Any]:
    """What the module returns."""
    return {
        "changed": any(row.status in ("added", "removed") for row in rows),
        "vm": before.vm.identity_with_uuid,
        "host": before.view.host.identity,
        "devices": [row.as_dict() for row in rows],
    }


def result_to_come(vm: str, host: str | None, selectors: Sequence[Selector], add: bool) -> dict[str, Any]:
    """What the module returns, in check mode, of a VM that is yet to be deployed."""
    status = "added" if add else "absent"
    return {
        "changed": add,
        "vm": {"name": vm, "moid": None, "uuid": None},
        "host": {"name": host, "moid": None},
        "devices": [Row.to_come(selector, status).as_dict() for selector in selectors],
        "twins": Twins().as_dict(),
    }


def failed(error: DirectPathError, before: Placement, rows: Sequence[Row]) -> DirectPathError:
    """The failure of one row, with what became of all."""
    return error.adding(progress(rows), result_of(before, rows))


def addresses_after(placement: Placement, rows: Sequence[Row]) -> list[str]:
    """The passthrough devices that the VM has when the rows are as they say."""
    have = {entry.address for entry in placement.vm.devices if entry.address}
    gained = {row.item.address for row in rows if row.status == "added"}
    lost = {row.item.address for row in rows if row.status == "removed"}
    return sorted((have | gained) - lost)


def progress(rows: Sequence[Row]) -> str:
    """What was done before a failure and what was left, in words; empty if nothing else had to be done."""
    texts = {"added": "Added before", "removed": "Removed before", "not_tried": "Not tried"}
    parts = [
        (text, [row.item.address for row in rows if row.item.step and row.status == status and not row.error])
        for status, text in texts.items()
    ]
    return " ".join(f"{text}: {', '.join(addresses)}." for text, addresses in parts if addresses)


def describe_item(item: Item, placement: Placement) -> dict[str, Any]:
    """The identity and place of one device, for results: read back where the VM has it.

    ``slot`` is where the host has it, for whoever is to pull it; ``key``, ``label`` and ``pci_slot_number`` are its
    place in the VM. ``on_host`` is whether the host still has the very drive: there may be another at its address.
    ``still_used_by`` names who else has it, or may have it.
    """
    # What is absent has no entry: one at its address was made for another drive, which the host has lost.
    entry = placement.entry(item.address) if item.step or item.device else None
    return {
        **_identity(item, entry, placement),
        "address": item.address or None,
        "key": entry.key if entry else None,
        "label": entry.label if entry else None,
        "pci_slot_number": entry.pci_slot_number if entry else None,
        "on_host": item.device is not None,
        "still_used_by": _others(item, placement),
    }


def _identity(item: Item, entry: VmPciDevice | None, placement: Placement) -> dict[str, Any]:
    """Who it is: by the host, or else by the VM's entry, or else as it was asked for."""
    if item.device:
        return identity_row(item.device)
    if entry is None:
        return {**dict.fromkeys(IDENTITY), **item.selector.as_dict()}
    known = placement.identity_of(entry)
    return {**dict.fromkeys(IDENTITY), **known, "serial_from": FROM_MEMORY if known["serial"] else None}


def _others(item: Item, placement: Placement) -> list[str]:
    """In words, who uses the device beside this VM."""
    return objections(placement.view, item.device, placement.owners) if item.device else []

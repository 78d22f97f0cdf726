# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a selector to the one drive that it means, or why none can be named. No I/O.

A selector answers yes, no or unknown of each candidate. Unknown is neither "not there" nor "another drive".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection_errors import (
    Scene,
    ambiguous,
    device_changed,
    device_unknown,
    not_nvme_device,
)


@dataclass(frozen=True)
class Candidate:
    """What a selector may mean: a drive of a host, or a VM's entry for one.

    :param device: None where the host has it no more (V3).
    :param known: criterion -> what is known of it.
    """

    address: str
    device: HostDevice | None
    known: Mapping[str, str | None]

    def describe(self) -> str:
        """For messages."""
        if self.device:
            return self.device.describe()
        told = [f"serial {self.known['serial']}" if self.known.get("serial") else "", "not on the host any more"]
        name = self.known.get("name") or self.known.get("vendor_device")
        return f"{self.address} ({', '.join(text for text in (name, *told) if text)})"


@dataclass(frozen=True)
class Found:
    """The candidates by the answer of a selector.

    :param changed: what speaks against a pinned address: what is there instead, or where the pinned drive is by now.
    """

    yes: tuple[Candidate, ...] = ()
    unknown: tuple[Candidate, ...] = ()
    changed: tuple[Candidate, ...] = ()


def drives_of(view: HostDevices, selector: Selector) -> list[Candidate]:
    """The NVMe devices of a host, and whatever is at the address that a selector has."""
    devices = [
        device for device in view.devices.values() if device.pci.is_nvme or device.pci.address == selector.address
    ]
    return [Candidate(device.pci.address, device, device.identity) for device in devices]


def sort_out(selector: Selector, candidates: Iterable[Candidate]) -> Found:
    """What a selector answers of each."""
    judged = [(candidate, selector.judge(candidate.known)) for candidate in candidates]
    yes = tuple(candidate for candidate, answer in judged if answer)
    unknown = tuple(candidate for candidate, answer in judged if answer is None)
    others = [candidate for candidate, answer in judged if answer is False and candidate.device]
    changed = () if yes else tuple(candidate for candidate in others if _speaks_against_pin(selector, candidate))
    return Found(yes, unknown, changed)


def _speaks_against_pin(selector: Selector, other: Candidate) -> bool:
    if selector.address is None:
        return False
    return other.address == selector.address or (selector.serial or "") == other.known.get("serial")


def choose(selector: Selector, candidates: Iterable[Candidate], scene: Scene) -> Candidate | None:
    """The one candidate that is meant; None if surely none is. Every planner asks this.

    :raises DirectPathError: ``ambiguous_device`` of several; ``device_changed`` of a pinned address; ``device_unknown``
        where one that nobody can tell may be it.
    """
    found = sort_out(selector, candidates)
    if found.changed:
        raise device_changed(selector, scene, [item.describe() for item in found.changed])
    if found.unknown and not (found.yes and selector.exact):
        raise device_unknown(selector, scene, [item.describe() for item in found.unknown])
    if len(found.yes) > 1:
        raise ambiguous(selector, scene, [item.describe() for item in found.yes])
    return found.yes[0] if found.yes else None


def require_nvme(view: HostDevices, selector: Selector) -> None:
    """Refuse a selector that names something else (L5).

    :raises DirectPathError: ``not_nvme``.
    """
    found = view.select(selector)
    if found and not any(device.pci.is_nvme for device in found):
        raise not_nvme_device(view, found[0])


def all_that_match(view: HostDevices, selector: Selector) -> Sequence[HostDevice]:
    """The NVMe devices of a host that a selector surely means, none perhaps."""
    return [device for device in view.select(selector) if device.pci.is_nvme]

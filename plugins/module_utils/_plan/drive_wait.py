# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the drive that is waited for has come or gone (C2, N7), and what happened instead. No I/O.

A drive that was there before is the awaited one only if it surely fits. One that is new and cannot be told is doubted,
and never taken for another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._facts.changes import DriveChanges
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import (
    FROM_HOST,
    HostDevice,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector

INSERTED, PULLED = "inserted", "pulled"


@dataclass(frozen=True)
class Awaited:
    """What is waited for.

    :param state: INSERTED or PULLED.
    :param selectors: which drives; without any, the first that comes or goes.
    :param since_before: the caller said what was there earlier, so that only what came after that counts.
    :param targets: addresses of the drives that are to be pulled, as the first look tells.
    """

    state: str
    selectors: tuple[Selector, ...] = ()
    since_before: bool = False
    targets: tuple[str, ...] = ()

    def describe(self) -> str:
        """For messages: ``a drive with slot=5``."""
        return " and ".join(f"a drive with {selector.describe()}" for selector in self.selectors) or "a drive"


@dataclass(frozen=True)
class Change:
    """A drive that came or went.

    :param device: None where only its address is known.
    """

    kind: str
    address: str
    device: HostDevice | None


@dataclass(frozen=True)
class Verdict:
    """What a look says.

    :param met: all that is waited for has happened.
    :param found: the drives that came, in the order of the selectors; after a pull, those that are in their places.
    :param others: what came or went beside.
    :param unclear: a selector that fits all of ``ambiguous``, or may mean one of ``doubtful``, which are new drives.
    """

    met: bool
    found: tuple[HostDevice, ...] = ()
    pulled: tuple[Change, ...] = ()
    others: tuple[Change, ...] = ()
    doubtful: tuple[HostDevice, ...] = ()
    ambiguous: tuple[HostDevice, ...] = ()
    unclear: Selector | None = None


def judge(awaited: Awaited, changes: DriveChanges) -> Verdict:
    """What the last look says of what is waited for."""
    return _judge_inserted(awaited, changes) if awaited.state == INSERTED else _judge_pulled(awaited, changes)


def settled(verdict: Verdict) -> bool:
    """Whether the host tells of the new drives what it is going to tell: ESXi's driver has them, or passthrough has."""
    return all(device.active or device.serial_from == FROM_HOST for device in (*verdict.found, *verdict.doubtful))


def _judge_inserted(awaited: Awaited, changes: DriveChanges) -> Verdict:
    seen_to_go = tuple(change for change in _pulled(changes) if change.address not in changes.gone_before)
    new = changes.came
    if not awaited.selectors:
        return Verdict(bool(new), tuple(new), others=seen_to_go)
    pool = new if awaited.since_before else changes.view.nvme()
    fitting = {selector: judged(pool, selector, True) for selector in awaited.selectors}
    for selector, devices in fitting.items():
        if len(devices) > 1:
            return Verdict(False, ambiguous=tuple(devices), others=seen_to_go, unclear=selector)
    found = [devices[0] for devices in fitting.values() if devices]
    unmet = [selector for selector, devices in fitting.items() if not devices]
    rest = [device for device in new if device not in found]
    open_to = {selector: judged(rest, selector, None) for selector in unmet}
    doubtful = [device for device in rest if any(device in devices for devices in open_to.values())]
    strange = [Change(INSERTED, device.pci.address, device) for device in rest if device not in doubtful]
    unclear = [selector for selector in unmet if open_to[selector]]
    return Verdict(
        not unmet,
        tuple(found),
        others=(*strange, *seen_to_go),
        doubtful=tuple(doubtful),
        unclear=unclear[0] if unclear else None,
    )


def _judge_pulled(awaited: Awaited, changes: DriveChanges) -> Verdict:
    pulled, new = _pulled(changes), changes.came
    if not awaited.selectors:
        places = {change.address for change in pulled}
        found, strange = _split(new, places)
        return Verdict(bool(pulled), found, pulled, strange)
    mine = tuple(change for change in pulled if change.address in awaited.targets)
    found, strange = _split(new, set(awaited.targets))
    wrong = [change for change in pulled if change not in mine and change.address not in changes.gone_before]
    return Verdict(len(mine) == len(awaited.targets), found, mine, (*wrong, *strange))


def _split(new: Sequence[HostDevice], places: set[str]) -> tuple[tuple[HostDevice, ...], tuple[Change, ...]]:
    """The new drives that are in these places, and those that are elsewhere."""
    found = tuple(device for device in new if device.pci.address in places)
    return found, tuple(Change(INSERTED, device.pci.address, device) for device in new if device not in found)


def _pulled(changes: DriveChanges) -> tuple[Change, ...]:
    return tuple(Change(PULLED, address, device) for address, device in changes.pulled.items())


def judged(devices: Sequence[HostDevice], selector: Selector, answer: bool | None) -> list[HostDevice]:
    """Those that a selector surely means (True), or may mean (None)."""
    return [device for device in devices if selector.judge(device.identity) is answer]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said when the drive that is waited for does not come or go, or another one does. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.changes import DriveChanges
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import IDENTITY, identity_row
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_wait import (
    INSERTED,
    PULLED,
    Awaited,
    Change,
    Verdict,
    judged,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection_errors import (
    Scene,
    ambiguous,
    device_unknown,
)


def aim(awaited: Awaited, view: HostDevices) -> Awaited:
    """Which drives are to be pulled, as the first look tells. One that the host does not have was pulled already.

    :raises DirectPathError: ``ambiguous_device``, ``device_unknown``.
    """
    targets: list[str] = []
    for selector in awaited.selectors if awaited.state == PULLED else ():
        fitting, doubtful = (tuple(judged(view.nvme(), selector, answer)) for answer in (True, None))
        several = fitting if len(fitting) > 1 else ()
        if several or (doubtful and not fitting):
            error = not_clear(view, Verdict(False, ambiguous=several, doubtful=doubtful, unclear=selector))
            if error:
                raise error
        targets += [device.pci.address for device in fitting]
    return replace(awaited, targets=tuple(dict.fromkeys(targets)))


def change_row(change: Change) -> dict[str, Any]:
    """A drive that came or went, as results show it."""
    known = identity_row(change.device) if change.device else dict.fromkeys(IDENTITY)
    return {"change": change.kind, **known, "address": change.address}


def unexpected_change(awaited: Awaited, view: HostDevices, changes: Sequence[Change]) -> DirectPathError:
    """Another drive came or went: said at once, as people are standing at the server."""
    told = "; ".join(f"{change.kind}: {_named(change)}" for change in changes)
    if awaited.state == INSERTED:
        expected = f"{awaited.describe()} was awaited in host {view.name}, and something else happened"
    else:
        expected = f"{awaited.describe()} was to be pulled from host {view.name}, and something else happened"
    return DirectPathError(
        f"While {expected}: {told}.",
        "unexpected_change",
        requirement="C2" if awaited.state == INSERTED else "N7",
        host=view.name,
        device=changes[0].address,
        remedy=_what_to_do(changes),
    )


def wait_timeout(awaited: Awaited, view: HostDevices, timeout: float) -> DirectPathError:
    """Nothing happened, or nothing that the host noticed."""
    what = "put into" if awaited.state == INSERTED else "pulled from"
    there = ", ".join(device.describe() for device in view.nvme()) or "none"
    inserted = (
        "Insert the drive and run it again. If it is in the server and not in this list, look whether its slot is one "
        "for hot plug (Q5), and let the host look again (refresh). If it was there from the beginning, name its slot, "
        "serial or address."
    )
    return DirectPathError(
        f"{_capital(awaited.describe())} was not {what} host {view.name} within {timeout:g} s. "
        f"NVMe drives that it has: {there}.",
        "wait_timeout",
        requirement="C2" if awaited.state == INSERTED else "N7",
        host=view.name,
        remedy=inserted if awaited.state == INSERTED else "Pull the drive that is named, and run it again.",
    )


def not_clear(view: HostDevices, verdict: Verdict) -> DirectPathError | None:
    """The error for drives that may be the awaited one, or of which several are; None if it is clear."""
    if verdict.unclear is None:
        return None
    fitting, scene = [device.describe() for device in verdict.ambiguous], Scene(view)
    if fitting:
        return ambiguous(verdict.unclear, scene, fitting)
    return device_unknown(verdict.unclear, scene, [device.describe() for device in verdict.doubtful])


def warnings_of(awaited: Awaited, changes: DriveChanges, verdict: Verdict) -> list[str]:
    """What happened beside what was waited for, and of which new drive nobody can tell what it brings along (C2)."""
    view = changes.view
    beside = [str(unexpected_change(awaited, view, verdict.others))] if verdict.others else []
    return beside + [
        f"Passthrough of {device.describe()} of host {view.name} is in force already, as its slot has handed it on: "
        "the host tells neither its serial number nor what is on it."
        for device in verdict.found
        if device.active and device.pci.address in changes.fresh
    ]


def _what_to_do(changes: Sequence[Change]) -> str:
    put_in = [change.address for change in changes if change.kind == INSERTED]
    taken = [change.address for change in changes if change.kind != INSERTED]
    texts = []
    if taken:
        texts.append(
            f"Touch no other drive before it is known who had {', '.join(taken)}: nvme_device_info lists what VMs lost "
            "as orphans."
        )
    if put_in:
        texts.append(
            f"If {', '.join(put_in)} is the drive that was meant, it is in another slot: move it, with 15 s between "
            "both steps, or name the slot that it is in."
        )
    return " ".join((*texts, "Then run it again: it looks at what is there first."))


def _named(change: Change) -> str:
    return change.device.describe() if change.device else change.address


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""P5: passthrough of the drives that the inventory wants is in force; where it names none, of any drive."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    Requirement,
    Seen,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_devices import with_drives
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    CHOOSE_DRIVE,
    FIND_DRIVE,
    FREE_DRIVE,
    NAME_BY_ADDRESS,
    REBOOT_FOR_DRIVE,
    REBOOT_OR_TOGGLE,
    TAKE_BACK,
    TOGGLE_ON,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import uses_by_host

_ALWAYS_PENDING = "8.0.1"
"""ESXi that was seen to call passthrough pending for ever, until it was turned off and on."""


def _passthrough(facts: HostFacts, view: HostDevices) -> Seen:
    return _of_wanted(facts, view) if facts.wanted else _of_any(facts, view)


def _of_any(facts: HostFacts, view: HostDevices) -> Seen:
    """Whose drives the others are is not judged here, so that none of them is named as one to be passed through."""
    drives = view.nvme()
    active = [drive for drive in drives if drive.active]
    value = f"{len(active)} of {len(drives)}"
    pending = _pending(facts, view, drives, value)
    if pending:
        return pending
    if active:
        return Seen(PASS, text("Passthrough is in force: {drives}.", drives=_named(active)), value)
    evidence = text("No drive is named, and none of {count} NVMe drives is passed through.", count=len(drives))
    return Seen(FAIL, evidence, value, CHOOSE_DRIVE)


def _of_wanted(facts: HostFacts, view: HostDevices) -> Seen:
    drives = view.nvme()
    answers = {selector: [selector.judge(drive.identity) for drive in drives] for selector in facts.wanted}
    meant = [drive for number, drive in enumerate(drives) if any(told[number] for told in answers.values())]
    off = [drive for drive in meant if not drive.active and not (facts.one_drive_each and _met(facts, drive, meant))]
    value = f"{sum(drive.active for drive in meant)} of {len(meant)}"
    pending = _pending(facts, view, meant, value)
    if pending:
        return pending
    used = _used(view, off)
    if used:
        evidence = text("Passthrough is not enabled, and the host uses these drives: {drives}.", drives=_named(used))
        return Seen(FAIL, evidence, value, FREE_DRIVE)
    absent = [selector for selector, told in answers.items() if not {True, None} & {*told}]
    if absent:
        return Seen(FAIL, text("The host has no such NVMe drive: {drives}.", drives=_asked(absent)), value, FIND_DRIVE)
    if off:
        return Seen(FAIL, text("Passthrough is not enabled: {drives}.", drives=_named(off)), value)
    unsure = [selector for selector, told in answers.items() if True not in told]
    if unsure:
        evidence = text("Nobody can tell which drive is meant: {drives}.", drives=_asked(unsure))
        return Seen(UNKNOWN, evidence, value, NAME_BY_ADDRESS)
    return Seen(
        PASS,
        text("Passthrough is in force: {drives}.", drives=_named([drive for drive in meant if drive.active])),
        value,
    )


def _met(facts: HostFacts, drive: HostDevice, meant: Sequence[HostDevice]) -> bool:
    """Whether whoever may mean this drive has another one in passthrough, and takes no more than one."""
    asking = [selector for selector in facts.wanted if selector.judge(drive.identity)]
    active = [other for other in meant if other.active]
    return all(any(selector.judge(other.identity) for other in active) for selector in asking)


def _pending(facts: HostFacts, view: HostDevices, drives: Sequence[HostDevice], value: str) -> Seen | None:
    """What a reboot would change, and whom it would take a drive from."""
    coming = [drive for drive in drives if drive.pending and drive.enabled]
    going = [drive for drive in drives if drive.pending and not drive.enabled]
    used = _used(view, coming)
    if used:
        evidence = text("A reboot would take these drives from the host that uses them: {drives}.", drives=_named(used))
        return Seen(FAIL, evidence, value, TAKE_BACK)
    if coming:
        evidence = text("Passthrough is enabled, but not yet in force: {drives}.", drives=_named(coming))
        return Seen(FAIL, evidence, value, REBOOT_OR_TOGGLE if facts.version == _ALWAYS_PENDING else REBOOT_FOR_DRIVE)
    if going:
        evidence = text("Passthrough is disabled, but still in force: {drives}.", drives=_named(going))
        return Seen(FAIL, evidence, value, REBOOT_FOR_DRIVE)
    return None


def _used(view: HostDevices, drives: Sequence[HostDevice]) -> list[HostDevice]:
    """Those with a user that is known. What cannot be judged is judged again before anything is taken."""
    return [
        drive for drive in drives if any(use.kind not in ("unknown", "no_adapter") for use in uses_by_host(view, drive))
    ]


def _asked(selectors: Sequence[Selector]) -> str:
    return "; ".join(selector.describe() for selector in selectors)


def _named(drives: Sequence[HostDevice]) -> str:
    return ", ".join(drive.pci.address for drive in drives)


PASSTHROUGH = Requirement(
    "P5",
    "Passthrough of the NVMe drives is in force",
    "HostSystem.config.pciPassthruInfo",
    with_drives(_passthrough),
    (PASS, FAIL, UNKNOWN, NOT_APPLICABLE),
    TOGGLE_ON,
)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is required of a host's NVMe drives: which there are (L5), whether they can be passed through (Q3), and P5."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    NOT_APPLICABLE,
    NOT_ATTESTED,
    PASS,
    UNKNOWN,
    Requirement,
    Seen,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_seen import unread
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_state import (
    ATTESTATION,
    NO_API_TELLS,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    ATTEST_Q3,
    FIND_DRIVE,
    NAME_BY_ADDRESS,
    NOT_CAPABLE,
    REBOOT,
    REBOOT_OR_TOGGLE,
    TOGGLE_ON,
)

NO_DRIVES = Seen(NOT_APPLICABLE, text("The host has no NVMe drives."), "0")

_ALWAYS_PENDING = "8.0.1"
"""ESXi that was seen to call passthrough pending for ever, until it was turned off and on."""


def devices_of(facts: HostFacts) -> HostDevices | Seen:
    """The host with its devices, or what is to be said where they are not known."""
    if isinstance(facts.devices, Unreadable):
        return unread(facts, facts.devices)
    if facts.devices.unreadable:
        return unread(facts, Unreadable(", ".join(facts.devices.unreadable)))
    return facts.devices


def with_drives(look: Callable[[HostFacts, HostDevices], Seen]) -> Callable[[HostFacts], Seen]:
    """A look at a host that has NVMe drives, as far as anybody can tell."""

    def looked(facts: HostFacts) -> Seen:
        view = devices_of(facts)
        if isinstance(view, Seen):
            return view
        return look(facts, view) if view.nvme() else NO_DRIVES

    return looked


def _passthrough(facts: HostFacts, view: HostDevices) -> Seen:
    """Of the drives that the inventory wants, where it names some; else of all NVMe drives, one of which is enough."""
    drives = view.nvme()
    meant = [drive for drive in drives if not facts.wanted or any(item.judge(drive.identity) for item in facts.wanted)]
    active = [drive for drive in meant if drive.active]
    value = f"{len(active)} of {len(meant)}"
    pending = [drive for drive in meant if drive.pending]
    if pending:
        return _pending(facts, pending, value)
    known = {selector: [selector.judge(drive.identity) for drive in drives] for selector in facts.wanted}
    absent = [selector for selector, answers in known.items() if not {True, None} & {*answers}]
    if absent:
        return Seen(FAIL, text("The host has no such NVMe drive: {drives}.", drives=_asked(absent)), value, FIND_DRIVE)
    off = [drive for drive in meant if not drive.active]
    if not active and off:
        return Seen(FAIL, text("Passthrough is not enabled: {drives}.", drives=_named(off)), value)
    met = [selector for selector in facts.wanted if any(selector.judge(drive.identity) for drive in active)]
    unmet = [selector for selector, answers in known.items() if True in answers and selector not in met]
    if unmet:
        return Seen(FAIL, text("Passthrough is not enabled: {drives}.", drives=_asked(unmet)), value)
    unsure = [selector for selector, answers in known.items() if True not in answers]
    if unsure:
        evidence = text("Nobody can tell which drive is meant: {drives}.", drives=_asked(unsure))
        return Seen(UNKNOWN, evidence, value, NAME_BY_ADDRESS)
    return Seen(PASS, text("Passthrough is in force: {drives}.", drives=_named(active)), value)


def _pending(facts: HostFacts, pending: Sequence[HostDevice], value: str) -> Seen:
    remedy = REBOOT_OR_TOGGLE if facts.version == _ALWAYS_PENDING else REBOOT
    coming = [drive for drive in pending if drive.enabled]
    if coming:
        evidence = text("Passthrough is enabled, but not yet in force: {drives}.", drives=_named(coming))
    else:
        evidence = text("Passthrough is disabled, but still in force: {drives}.", drives=_named(pending))
    return Seen(FAIL, evidence, value, remedy)


def _capable(facts: HostFacts) -> Seen:
    """What drives and platform have to meet is the operator's to check, but for what the host itself denies."""
    view = devices_of(facts)
    drives = [] if isinstance(view, Seen) else view.nvme()
    capable = [drive for drive in drives if drive.capable]
    if drives and not capable:
        evidence = text("The host can pass none of its {count} NVMe drives through.", count=len(drives))
        return Seen(FAIL, evidence, f"0 of {len(drives)}", NOT_CAPABLE, "HostSystem.config.pciPassthruInfo")
    if not drives:
        return Seen(NOT_ATTESTED, NO_API_TELLS)
    evidence = text(
        "The host can pass {capable} of its {count} NVMe drives through; no API tells the rest.",
        capable=len(capable),
        count=len(drives),
    )
    return Seen(NOT_ATTESTED, evidence, f"{len(capable)} of {len(drives)}")


def _nvme(facts: HostFacts, view: HostDevices) -> Seen:
    count = len(view.nvme())
    return Seen(PASS, text("The host has {count} NVMe drives (PCI class 0108).", count=count), str(count))


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

CAPABLE = Requirement(
    "Q3", "Platform and drives meet KB 2142307", ATTESTATION, _capable, (FAIL, NOT_ATTESTED), ATTEST_Q3
)

NVME_DRIVES = Requirement(
    "L5",
    "The host has NVMe drives",
    "HostSystem.hardware.pciDevice",
    with_drives(_nvme),
    (PASS, UNKNOWN, NOT_APPLICABLE),
)

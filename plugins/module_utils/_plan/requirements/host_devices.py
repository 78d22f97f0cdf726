# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is required of a host's NVMe drives: which there are (L5), and whether they can be passed through (Q3)."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
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
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import ATTEST_Q3, NOT_CAPABLE

_PASSTHROUGH_INFO = "HostSystem.config.pciPassthruInfo"

NO_DRIVES = Seen(NOT_APPLICABLE, text("The host has no NVMe drives."), "0")


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


def _capable(facts: HostFacts) -> Seen:
    """What drives and platform have to meet is the operator's to check, but for what the host itself denies."""
    view = devices_of(facts)
    drives = [] if isinstance(view, Seen) else view.nvme()
    capable = [drive for drive in drives if drive.capable]
    denied = [
        drive for drive in drives if not drive.capable and any(item.judge(drive.identity) for item in facts.wanted)
    ]
    if denied:
        named = ", ".join(drive.pci.address for drive in denied)
        evidence = text("The host cannot pass drives through that the inventory names: {drives}.", drives=named)
        return Seen(FAIL, evidence, f"{len(capable)} of {len(drives)}", NOT_CAPABLE, _PASSTHROUGH_INFO)
    if drives and not capable:
        evidence = text("The host can pass none of its {count} NVMe drives through.", count=len(drives))
        return Seen(FAIL, evidence, f"0 of {len(drives)}", NOT_CAPABLE, _PASSTHROUGH_INFO)
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

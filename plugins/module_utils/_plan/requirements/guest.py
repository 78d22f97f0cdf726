# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented requirements on a guest, once, with their ids; docs/requirements.md explains each."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestKernel
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    Verdict,
)


def judge_guest(kernel: GuestKernel | None) -> list[Verdict]:
    """Every requirement on a guest.

    :param kernel: None where only lspci answered, which tells nothing of it.
    """
    return [requirement.judge(kernel) for requirement in GUEST_REQUIREMENTS]


def _hot_plug(kernel: GuestKernel | None) -> Seen:
    """By ACPI a guest has drives plugged only where its VM offers that, which the guest does not tell."""
    if kernel is None:
        return _NOT_TOLD
    evidence = kernel.describe()
    if not kernel.nvme:
        return Seen(FAIL, evidence, "Load the NVMe driver in the guest: modprobe nvme.")
    if kernel.pciehp:
        return Seen(PASS, evidence)
    return Seen(WARN if kernel.acpiphp else FAIL, evidence)


def _surprise_removal(kernel: GuestKernel | None) -> Seen:
    """pciehp is what notices by itself that a drive is gone; ACPI has to be told."""
    if kernel is None:
        return _NOT_TOLD
    return Seen(PASS if kernel.pciehp and kernel.nvme else WARN, kernel.describe())


_NOT_TOLD = Seen(
    UNKNOWN, "Only lspci answered, which tells nothing of the guest's kernel", "Give the guest Python 3.9 or later."
)

_NATIVE = "Boot its kernel with pciehp, and without pcie_ports=compat."

GUEST_REQUIREMENTS: tuple[Requirement[GuestKernel | None], ...] = (
    Requirement("Q6", "The guest's kernel supports hot plug of NVMe drives", _hot_plug, _NATIVE),
    Requirement(
        "Q7",
        "The guest's kernel supports surprise removal of NVMe drives",
        _surprise_removal,
        f"{_NATIVE} Pull no drive before it has left its VM (N7).",
    ),
)
"""Q6 and Q7: what hotplug_verify reports of a guest. Which guests are supported, the vendors' lists say."""

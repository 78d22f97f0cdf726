# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented requirements on a guest, once, with their ids; docs/requirements.md explains each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Union

from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attested
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestKernel
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest_seen import GuestSeen, GuestSilence
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import LostUse
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import printable
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    Text,
    Verdict,
    judge_rows,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    ASK_AS_ROOT,
    ASK_GUEST,
    BOOT_WITH_PCIEHP,
    FIND_MISSING,
    GIVE_PYTHON,
    LET_GO,
    LOAD_NVME,
    PULL_NONE,
    REPAIR,
    SHOW_MORE,
)

Guest = Union[GuestSeen, GuestSilence]


def judge_guest(guest: Guest, attested: Attested) -> list[Verdict]:
    """Every requirement on a guest, in the order of the table."""
    return judge_rows(GUEST_REQUIREMENTS, guest, attested)


def _answered(look: Callable[[GuestSeen], Seen]) -> Callable[[Guest], Seen]:
    """A look at a guest that has answered."""

    def looked(guest: Guest) -> Seen:
        if isinstance(guest, GuestSeen):
            return look(guest)
        if guest.reason is None:
            return Seen(UNKNOWN, text("The guest was not asked"), remedy=ASK_GUEST)
        return Seen(UNKNOWN, text("The guest did not answer: {reason}", reason=guest.reason), remedy=ASK_GUEST)

    return looked


def _of_kernel(look: Callable[[GuestKernel], Seen]) -> Callable[[Guest], Seen]:
    def looked(guest: GuestSeen) -> Seen:
        return look(guest.kernel) if guest.kernel else _ONLY_LSPCI

    return _answered(looked)


def _hot_plug(kernel: GuestKernel) -> Seen:
    """By ACPI a guest has drives plugged only where its VM offers that, which the guest does not tell."""
    if not kernel.nvme:
        return Seen(FAIL, _told(kernel), _value(kernel), LOAD_NVME)
    status = PASS if kernel.pciehp else WARN if kernel.acpiphp else FAIL
    return Seen(status, _told(kernel), _value(kernel))


def _surprise_removal(kernel: GuestKernel) -> Seen:
    """pciehp is what notices by itself that a drive is gone; ACPI has to be told."""
    return Seen(PASS if kernel.pciehp and kernel.nvme else WARN, _told(kernel), _value(kernel))


def _told(kernel: GuestKernel) -> Text:
    return text(
        "Its kernel is {release}, pciehp {pciehp}, acpiphp {acpiphp}, NVMe driver {nvme}",
        release=kernel.release,
        **{name: _YES[getattr(kernel, name)] for name in ("pciehp", "acpiphp", "nvme")},
    )


def _value(kernel: GuestKernel) -> str:
    has = [name for name in ("pciehp", "acpiphp", "nvme") if getattr(kernel, name)]
    return ", ".join([kernel.release, *has])


def _sees_all(guest: GuestSeen) -> Seen:
    """Whether the guest can be held against its VM (V4 to V6): by serial number, UUID and users of its drives."""
    if guest.kernel is None:
        evidence = text("Only lspci answered, which tells neither serial numbers nor users")
        return Seen(WARN, evidence, "lspci", GIVE_PYTHON)
    value = "sysfs, lspci" if guest.lspci else "sysfs"
    if guest.shown < (guest.given or 0):
        told = text("Its VM has {given} drives, and it shows {shown}", given=guest.given, shown=guest.shown)
        return Seen(FAIL, told, f"{guest.shown} of {guest.given}", FIND_MISSING)
    if not guest.root:
        evidence = text("It was not asked as root, so that neither its UUID nor all users are seen")
        return Seen(WARN, evidence, value, ASK_AS_ROOT)
    if guest.not_seen:
        places = printable("; ".join(guest.not_seen))
        return Seen(WARN, text("It could not look at everything: {places}", places=places), value, SHOW_MORE)
    return Seen(PASS, text("All its drives and their users can be seen"), value)


def _lost(guest: GuestSeen) -> Seen:
    if guest.lost is None:
        return _ONLY_LSPCI
    if not guest.lost:
        return Seen(PASS, text("Nothing in the guest counts on a drive that is gone"), "0")
    stuck = [use for use in guest.lost if use.out_of_reach]
    if stuck:
        return Seen(FAIL, text("The guest still uses what is gone: {users}", users=_users(stuck)), _users(stuck))
    found = _users(guest.lost)
    return Seen(WARN, text("The guest goes on without what is gone: {users}", users=found), found, REPAIR)


def _users(uses: Sequence[LostUse]) -> str:
    """From the guest, whose names may be anything."""
    return printable(", ".join(f"{use.kind} {use.name}" + (f" ({use.device})" if use.device else "") for use in uses))


_YES = {True: "yes", False: "no"}

_ONLY_LSPCI = Seen(UNKNOWN, text("Only lspci answered, which tells nothing of the guest's kernel"), remedy=GIVE_PYTHON)

GUEST_REQUIREMENTS: tuple[Requirement[Guest], ...] = (
    Requirement(
        "Q6",
        "The guest's kernel supports hot plug of NVMe drives",
        "guest: /proc, /sys/module, /sys/bus/pci",
        _of_kernel(_hot_plug),
        (PASS, FAIL, WARN, UNKNOWN),
        BOOT_WITH_PCIEHP,
    ),
    Requirement(
        "Q7",
        "The guest's kernel supports surprise removal of NVMe drives",
        "guest: /proc, /sys/module, /sys/bus/pci",
        _of_kernel(_surprise_removal),
        (PASS, WARN, UNKNOWN),
        PULL_NONE,
    ),
    Requirement(
        "V4",
        "The guest shows all its drives and their users",
        "guest: /sys, /proc, lspci",
        _answered(_sees_all),
        (PASS, FAIL, WARN, UNKNOWN),
        ASK_GUEST,
    ),
    Requirement(
        "V6",
        "Nothing in the guest counts on a drive that is gone",
        "guest: /proc, /sys/block",
        _answered(_lost),
        (PASS, FAIL, WARN, UNKNOWN),
        LET_GO,
    ),
)
"""What the guest itself tells (Q6, Q7, V4, V6). Which guests are supported, the vendors' lists say."""

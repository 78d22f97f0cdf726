# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding which running VMs keep a host from entering maintenance mode. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm

PASSTHROUGH = "has a passthrough device, so DRS does not move it"

UNSEEN = "the account may not read whether it runs (give it System.Read on the VM)"

DOUBTFUL = "the account may not read whether it has a passthrough device (give it System.Read on the VM)"

NO_DRS = "no fully automated DRS moves it"

NAMED_IN_MESSAGES = 10
"""How many VMs a message names; results list them all."""


def pinned_by(running: Sequence[RunningVm]) -> list[dict[str, str]]:
    """The VMs that stay, each with the reason; while one runs, entering maintenance mode waits for ever."""
    return [
        {
            "name": vm.name,
            "moid": vm.moid,
            "reason": _reason(vm),
        }
        for vm in running
        if vm.has_passthrough is not False or not vm.moved_by_drs
    ]


def _reason(vm: RunningVm) -> str:
    if not vm.seen:
        return UNSEEN
    return DOUBTFUL if vm.has_passthrough is None else PASSTHROUGH if vm.has_passthrough else NO_DRS


def name_some(texts: Sequence[str]) -> str:
    """``vm-01, vm-02 and 40 more`` for messages."""
    more = len(texts) - NAMED_IN_MESSAGES
    return ", ".join(texts[:NAMED_IN_MESSAGES]) + (f" and {more} more" if more > 0 else "")

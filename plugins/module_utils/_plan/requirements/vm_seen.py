# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the looks at a VM have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import UNKNOWN, Requirement, Seen, text
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import ASK_VM_AGAIN


def of_vm(
    id_: str,
    title: str,
    reads: tuple[str, ...],
    look: Callable[[Vm], Seen],
    states: tuple[str, ...],
    remedy: str,
    **more: Any,
) -> Requirement[Vm]:
    """A row that is unknown where a property that it reads is.

    :param reads: property paths of VirtualMachine.
    :param more: of Requirement.
    """

    def looked(vm: Vm) -> Seen:
        return unread(vm, reads) or look(vm)

    source = "; ".join(f"VirtualMachine.{path}" for path in reads)
    return Requirement(id_, title, source, looked, (*states, UNKNOWN), remedy, **more)


def unread(vm: Vm, reads: tuple[str, ...]) -> Seen | None:
    """What is to be said where one of these paths could not be read; None if all could."""
    reason = vm.why_unread(reads)
    if reason is None:
        return None
    evidence = text("nobody can tell, as {path} could not be read: {reason}", path=", ".join(reads), reason=reason)
    return Seen(UNKNOWN, evidence, remedy=ASK_VM_AGAIN)

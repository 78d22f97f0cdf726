# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guests in a readiness report: which answers count, and why there is none. No I/O.

The reasons are constants, as pages show them in other languages too, and clauses, as evidence has them in it. What
Ansible or a guest says stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import one_line
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest_seen import GuestSeen, GuestSilence
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import same_uuid
from ansible_collections.directpath.nvme.plugins.module_utils._plan.health import health_rows, of_those_asked

Facts = Mapping[str, Any]

NO_GUEST = "hotplug_readiness_guest is false, so no guest was asked"
NOT_THIS_GUEST = "hotplug_verify_guest is false for this VM"
NOT_KNOWN_TO_RUN = "it is not known whether the VM runs"
NOT_RUNNING = "the VM does not run"
NOT_REACHED = "the run did not get to this guest"
NO_IDENTITY = "it does not say of which VM it is, as only root may read its UUID; ask it as root"
ANOTHER_GUEST = "what answers is not the guest of this VM, by its UUID; mend ansible_host in the inventory"
TWIN = "another VM of this report has the same BIOS UUID, so that the answer may be of its guest"
NO_ANSWER = "it gave no answer that can be read"


@dataclass(frozen=True)
class Guest:
    """What a report has of one guest.

    :param asked: whether somebody tried.
    :param reason: why there is no answer that counts; None where there is one.
    :param health: of its drives, a row each, where they were asked for it.
    """

    asked: bool
    seen: GuestSeen | GuestSilence
    reason: str | None = None
    health: tuple[Facts, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """As the report shows it."""
        return {
            "asked": self.asked,
            "answered": self.reason is None,
            "reason": self.reason,
            "health": [dict(row) for row in self.health],
        }


def guests_of(vms: Sequence[Facts], results: Mapping[str, Facts], asking: bool) -> dict[str, Guest]:
    """The guest of each VM.

    :param vms: of the report, with ``inventory_name``, ``vm``, ``power_state`` and ``error``.
    :param results: by inventory name what guest_nvme_info returned, or how its task failed or was skipped.
    :param asking: whether guests were asked at all.
    """
    uuids = Counter(_uuid(vm) for vm in vms)
    return {
        vm["inventory_name"]: _guest(vm, results.get(vm["inventory_name"]), asking, uuids[_uuid(vm)] > 1) for vm in vms
    }


def _uuid(vm: Facts) -> str:
    return str((vm["vm"] or {}).get("uuid") or vm["inventory_name"]).lower()


def _guest(vm: Facts, result: Facts | None, asking: bool, twin: bool) -> Guest:
    if result is None or result.get("skipped"):
        reason = _not_asked(vm, asking, result is not None)
        return Guest(False, GuestSilence(), reason)
    if "devices" not in result:
        return _silent(_said(result))
    uuid = result.get("vm_uuid")
    if not uuid:
        return _silent(NO_IDENTITY)
    if not same_uuid(uuid, (vm["vm"] or {}).get("uuid")):
        return _silent(ANOTHER_GUEST)
    if twin:
        return _silent(TWIN)
    try:
        shown = health_rows(result)
        seen = replace(GuestSeen.from_dict(result), shown=len(shown), given=_given(vm))
        return Guest(True, seen, health=tuple(of_those_asked(shown)))
    except (AttributeError, KeyError, TypeError, ValueError):
        # From a machine that is not ours to trust, with whatever version of the module's answer.
        return _silent(NO_ANSWER)


def _given(vm: Facts) -> int | None:
    """How many drives a VM has that are there, which its guest ought to show; None where that is not known."""
    drives = vm["drives"]
    return None if drives is None else sum(drive["on_host"] is True for drive in drives)


def _silent(reason: str) -> Guest:
    return Guest(True, GuestSilence(reason), reason)


def _not_asked(vm: Facts, asking: bool, skipped: bool) -> str:
    if not asking:
        return NO_GUEST
    if skipped:
        return NOT_THIS_GUEST
    if vm["error"] or not vm["power_state"]:
        return NOT_KNOWN_TO_RUN
    return NOT_REACHED if vm["power_state"] == "poweredOn" else NOT_RUNNING


def _said(result: Facts) -> str:
    """Ansible's words for a guest that is unreachable or has no Python."""
    said = one_line(result.get("module_stderr") or "") or one_line(result.get("msg") or "")
    return said.rstrip(".") or NO_ANSWER

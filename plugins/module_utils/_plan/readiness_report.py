# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The readiness report of a fleet: what vCenters and guests said, what people vouch for, and the plan. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import attestations
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import SCHEMA, document
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plans import plan_lines, read_plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_guests import Guest, guests_of
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_silent import (
    Answer,
    silent_hosts,
    silent_vms,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    NOT_ATTESTED,
    UNKNOWN,
    WARN,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.catalogue import held
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import judge_guest

Facts = Mapping[str, Any]

TOLD = (FAIL, UNKNOWN, NOT_ATTESTED, WARN)
"""Statuses of which a report lists who has them."""

HEALTH = "health"
"""Stands among the ids for drives whose own health is not a plain pass."""

YES, NO, NOT_KNOWN = "yes", "no", "unknown"

NOT_JUDGED = "The plan has hosts or VMs that this report does not judge: {names}"

IN_JOB = "This is a job of AWX. If it is a slice of another, the hosts and VMs of the others are not here."


@dataclass(frozen=True)
class Scope:
    """What a report is about, of all that an inventory has.

    :param hosts: how many hosts the inventory has, so of VMs.
    :param errors: what is wrong with it, a line each.
    :param in_job: whether this is a job of AWX, where the inventory may be a part of another.
    """

    hosts: int = 0
    vms: int = 0
    errors: Sequence[str] = ()
    in_job: bool = False


@dataclass(frozen=True)
class Material:
    """All that a report is made of.

    :param answers: one for each connection to a vCenter.
    :param guests: by inventory name the result of guest_nvme_info, or how that failed.
    :param asking: whether guests were asked at all.
    :param plan: what a plan file had, its text or what was made of that; None where there is none.
    :param generated_at: when, in UTC: ``2026-01-31T12:00:00Z``.
    """

    answers: Sequence[Answer]
    generated_at: str
    guests: Mapping[str, Facts] = field(default_factory=dict)
    asking: bool = True
    plan: Any = None
    scope: Scope = Scope()


def readiness_report(material: Material) -> dict[str, Any]:
    """The report, in a stable order.

    :raises ValueError: the plan is none.
    :raises DirectPathError: ``invalid_argument``: a word that nobody gave, or of no day.
    """
    plan = None if material.plan is None else read_plan(material.plan)
    hosts = [
        {**host, "vcenter": answer.vcenter}
        for answer in material.answers
        for host in (*answer.hosts, *silent_hosts(answer))
    ]
    vms = [
        {**vm, "vcenter": answer.vcenter} for answer in material.answers for vm in (*answer.vms, *silent_vms(answer))
    ]
    hosts = sorted((_with_ready(host) for host in hosts), key=_name)
    vms = sorted((_with_ready(vm) for vm in _with_guests(vms, material)), key=_name)
    scope = material.scope
    return {
        "generated_at": material.generated_at,
        "vcenters": sorted({answer.vcenter for answer in material.answers}),
        "scope": {
            "hosts": {"judged": len(hosts), "inventory": scope.hosts},
            "vms": {"judged": len(vms), "inventory": scope.vms},
            "note": IN_JOB if scope.in_job else "",
        },
        "inventory": list(scope.errors),
        "hosts": hosts,
        "vms": vms,
        "held": held(),
        "plan": plan,
        **_shown(plan, hosts, vms),
        "findings": _findings(scope, (*hosts, *vms)),
        "summary": {"hosts": _counts(hosts), "vms": _counts(vms)},
    }


def _with_guests(vms: Sequence[Facts], material: Material) -> list[dict[str, Any]]:
    guests = guests_of(vms, material.guests, material.asking)
    today = date.fromisoformat(material.generated_at[:10])
    words = {vm["inventory_name"]: vm.get("attested") for answer in material.answers for vm in answer.request["vms"]}
    return [_with_guest(vm, guests[vm["inventory_name"]], words.get(vm["inventory_name"]), today) for vm in vms]


def _with_guest(vm: Facts, guest: Guest, words: Facts | None, today: date) -> dict[str, Any]:
    attested = attestations(words, vm["inventory_name"], today)
    rows = [verdict.as_dict() for verdict in judge_guest(guest.seen, attested)]
    return {**vm, "requirements": [*vm["requirements"], *rows], "guest": guest.as_dict()}


def _with_ready(subject: Facts) -> dict[str, Any]:
    """A fail is a no; what is not known, or what nobody vouches for, keeps it from a yes."""
    found = {status for _id, status in _found(subject)}
    ready = NO if FAIL in found else NOT_KNOWN if found & {UNKNOWN, NOT_ATTESTED} else YES
    return {**subject, "ready": ready}


def _found(subject: Facts) -> list[tuple[str, str]]:
    """Ids with a status each: of requirements, and of the health of each drive that the guest was asked for."""
    health = [(HEALTH, row["status"]) for row in subject.get("guest", {}).get("health", ())]
    return [*((row["id"], row["status"]) for row in subject["requirements"]), *health]


def _counts(subjects: Sequence[Facts]) -> dict[str, int]:
    counts = Counter(subject["ready"] for subject in subjects)
    return {"ready": counts[YES], "not_ready": counts[NO], "unknown": counts[NOT_KNOWN]}


def _findings(scope: Scope, subjects: Sequence[Facts]) -> dict[str, list[str]]:
    """By status, who has it. What is wrong with the inventory fails the fleet: no playbook that acts would begin."""
    found = {status: _having(status, subjects) for status in TOLD}
    return {**found, FAIL: [*(f"inventory: {error}" for error in scope.errors), *found[FAIL]]}


def _having(status: str, subjects: Sequence[Facts]) -> list[str]:
    """``esxi-01.lab: P2, P3`` for each host or VM of which something is so."""
    found = []
    for subject in subjects:
        ids = dict.fromkeys(id_ for id_, found in _found(subject) if found == status)
        if ids:
            found.append(f"{subject['inventory_name']}: {', '.join(ids)}")
    return found


def _shown(plan: Facts | None, hosts: Sequence[Facts], vms: Sequence[Facts]) -> dict[str, list[str]]:
    if plan is None:
        return {"plan_lines": [], "plan_strangers": []}
    try:
        lines = plan_lines(plan)
        strangers = [*_strangers("host", plan["hosts"], hosts), *_strangers("vm", plan["vms"], vms)]
        edited = plan["schema"] == SCHEMA and plan["summary"] != document([], plan["hosts"], plan["vms"])["summary"]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError("The plan file was edited, or is of another version: a step of it cannot be shown.") from error
    if edited:
        raise ValueError("The plan file was edited: its summary is not that of its steps.")
    first = [NOT_JUDGED.format(names=", ".join(strangers))] if strangers else []
    return {"plan_lines": [*first, *lines], "plan_strangers": strangers}


def _strangers(kind: str, planned: Sequence[Facts], judged: Sequence[Facts]) -> list[str]:
    """What a plan has and a report does not: by name, and by MoID where both know one."""
    known = {item["inventory_name"]: (item[kind] or {}).get("moid") for item in judged}

    def is_judged(item: Facts) -> bool:
        name, moid = item["inventory_name"], (item.get(kind) or {}).get("moid")
        return name in known and (moid == known[name] or None in (moid, known[name]))

    return [str(item["inventory_name"]) for item in planned if not is_judged(item)]


def _name(subject: Facts) -> str:
    return str(subject["inventory_name"])

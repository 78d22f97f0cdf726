# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What else a change board reads: the verdict, capabilities, attestations, guests that did not answer, the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import Catalogue
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.subjects import (
    READY,
    Facts,
    Subject,
    status_of,
)


@dataclass
class Group:
    """Hosts and VMs of which the same is true: ``texts`` says what."""

    texts: Sequence[str]
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Capability:
    """What a host can do (C1 to C4), or by which requirements it cannot."""

    status: str
    lacking: str


def verdict(report: Facts, subjects: Sequence[Subject], say: Catalogue) -> str:
    """The report in one sentence."""
    counts = _counts(subjects)
    total, no, unknown = len(subjects), counts["not_ready"], counts["unknown"]
    if not total:
        return say("Nothing was judged: the report has no hosts and no VMs.")
    if no:
        return say("Not ready: {no} of {total} hosts and VMs do not meet what NVMe hot plug needs.", no=no, total=total)
    if unknown:
        return say("Not decided: of {unknown} of {total} hosts and VMs not all is known.", unknown=unknown, total=total)
    if report.get("inventory"):
        return say("Not decided: something is wrong with the inventory of these {total} hosts and VMs.", total=total)
    return say("Ready: all {total} hosts and VMs meet what NVMe hot plug needs.", total=total)


def scope(report: Facts, say: Catalogue) -> list[str]:
    """What limits the verdict: how much of its inventory a report is about, unless that is all; a plan's obstacles."""
    of = report.get("scope") or {}
    counts = {kind: of.get(kind) or {"judged": 0, "inventory": 0} for kind in ("hosts", "vms")}
    lines = [say(of["note"])] if of.get("note") else []
    if any(count["judged"] != count["inventory"] for count in counts.values()):
        judged = {kind: count["judged"] for kind, count in counts.items()}
        whole = {f"all_{kind}": count["inventory"] for kind, count in counts.items()}
        known = {**judged, **whole}
        lines.append(say("A part of the inventory: {hosts} of {all_hosts} hosts, {vms} of {all_vms} VMs.", **known))
    obstacles = ((report.get("plan") or {}).get("summary") or {}).get("obstacles")
    if obstacles:
        lines.append(say("Something in the plan cannot be done as things are. Obstacles: {count}", count=obstacles))
    return lines


def figures(hosts: Sequence[Subject], vms: Sequence[Subject], say: Catalogue) -> list[tuple[str, Mapping[str, int]]]:
    """How many are ready, not ready and unknown, of hosts and of VMs."""
    return [(say("Hosts"), _counts(hosts)), (say("VMs"), _counts(vms))]


def made_at(report: Facts) -> str:
    """When the report was made, to the minute in UTC; as it stands where that is no time."""
    text = str(report.get("generated_at") or "")
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return text
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M UTC") if moment.tzinfo else text


def capability_columns(hosts: Sequence[Subject], say: Catalogue) -> list[tuple[str, str]]:
    """Id and title of each that any host was judged by."""
    rows = (row for host in hosts for row in host.facts.get("capabilities") or ())
    return list({row["id"]: (str(row["id"]), say(str(row.get("title") or ""))) for row in rows}.values())


def capabilities_of(host: Subject, columns: Sequence[tuple[str, str]]) -> list[Capability | None]:
    """By column; None where the host was not judged by it."""
    rows = {str(row["id"]): row for row in host.facts.get("capabilities") or ()}
    return [_capability(rows[id_]) if id_ in rows else None for id_, _title in columns]


def attestations(subjects: Sequence[Subject], say: Catalogue) -> list[Group]:
    """Each with its requirement, who, when and by what; one for all that it was given for at the same time."""
    found: dict[tuple[str, ...], Group] = {}
    for subject in subjects:
        for row in subject.facts.get("requirements") or ():
            mark = row.get("attested")
            if mark:
                what = [str(mark.get(key) or "") for key in ("by", "date", "reference")]
                key = (str(row["id"]), say(str(row.get("title") or "")), *what)
                found.setdefault(key, Group(key)).names.append(subject.name)
    return list(found.values())


def silent_guests(vms: Sequence[Subject], say: Catalogue) -> list[Group]:
    """Guests that were not asked, or did not answer, by the reason."""
    found: dict[tuple[str, str], Group] = {}
    for vm in vms:
        state, reason = guest_state(vm), str((vm.facts.get("guest") or {}).get("reason") or "")
        if state != "answered":
            key = (say("did not answer") if state == "silent" else say("not asked"), say(reason))
            found.setdefault(key, Group(key)).names.append(vm.name)
    return list(found.values())


def guest_state(vm: Subject) -> str:
    """``answered``, ``silent`` or ``not_asked``."""
    guest = vm.facts.get("guest") or {}
    return "answered" if guest.get("answered") else "silent" if guest.get("asked") else "not_asked"


def _counts(subjects: Sequence[Subject]) -> dict[str, int]:
    ready = [subject.ready for subject in subjects]
    return {
        word: ready.count(READY[key]) for word, key in (("ready", "yes"), ("not_ready", "no"), ("unknown", "unknown"))
    }


def _capability(row: Facts) -> Capability:
    return Capability(status_of(row.get("status")), ", ".join(str(id_) for id_ in row.get("lacking") or ()))

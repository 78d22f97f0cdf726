# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts and VMs as the page shows them: each with its name and its verdicts, in the page's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    NOT_ATTESTED,
    UNKNOWN,
    WARN,
)
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import Catalogue

Facts = Mapping[str, Any]

SIGNS = {
    "pass": "✓",
    FAIL: "✕",
    WARN: "!",
    UNKNOWN: "?",
    "attested": "◆",
    NOT_ATTESTED: "◇",
    "not_applicable": "\N{EN DASH}",
}
"""By status, what can be told apart without colour."""

LETTERS = dict(zip(SIGNS, "pfwuanx"))
"""By status, its class in the page. The style sheet and the script know these letters."""

READY = {"yes": "pass", "no": FAIL, "unknown": UNKNOWN}


@dataclass(frozen=True)
class Said:
    """One verdict, in the page's language.

    :param from_guest: only the guest can tell.
    """

    id: str
    title: str
    status: str
    value: str
    source: str
    evidence: str
    remedy: str
    attested: str
    from_guest: bool

    @property
    def column(self) -> tuple[str, str]:
        """An id may have several rows; with its title it is one."""
        return self.id, self.title


@dataclass(frozen=True)
class Subject:
    """A host or a VM.

    :param kind: ``host`` or ``vm``.
    :param notes: what else is known of it, in short.
    :param facts: what the report has of it.
    """

    kind: str
    name: str
    ready: str
    notes: Sequence[str]
    said: Sequence[Said]
    facts: Facts


def hosts_of(report: Facts, say: Catalogue) -> list[Subject]:
    """The report's hosts, in its order."""
    of = _vcenter_notes(report)
    return [_subject("host", host, say, [*_host_notes(host, say), *of(host)]) for host in report.get("hosts") or ()]


def vms_of(report: Facts, say: Catalogue) -> list[Subject]:
    """The report's VMs, in its order."""
    of = _vcenter_notes(report)
    return [_subject("vm", vm, say, [*_vm_notes(vm), *of(vm)]) for vm in report.get("vms") or ()]


def status_of(word: Any) -> str:
    """One of the seven; what is none of them is not known."""
    return word if word in SIGNS else UNKNOWN


def attested_of(mark: Facts | None, say: Catalogue) -> str:
    """Who attests something, and when."""
    if not mark:
        return ""
    text = say("{by}, {date}", by=mark.get("by") or "?", date=mark.get("date") or "?")
    return f"{text} ({mark['reference']})" if mark.get("reference") else text


def own_name(facts: Facts, kind: str) -> str:
    """A subject's name in vSphere; empty where it was not found."""
    return str((facts.get(kind) or {}).get("name") or "")


def _subject(kind: str, facts: Facts, say: Catalogue, notes: Sequence[str]) -> Subject:
    own = own_name(facts, kind)
    name = str(facts.get("inventory_name") or own or "?")
    also = [own] if own and own != name else []
    said = [_said(row, say) for row in facts.get("requirements") or ()]
    return Subject(kind, name, _ready(facts, said), [*also, *notes], said, facts)


def _ready(facts: Facts, said: Sequence[Said]) -> str:
    """The report's word, which is never better than what the page shows beside it: a report may be edited, or newer."""
    health = (facts.get("guest") or {}).get("health") or ()
    seen = {READY.get(facts.get("ready", ""), UNKNOWN), *(row.status for row in said)}
    seen |= {status_of(row.get("status")) for row in health}
    if FAIL in seen:
        return FAIL
    return UNKNOWN if seen & {UNKNOWN, NOT_ATTESTED} or facts.get("error") or not said else "pass"


def _said(row: Facts, say: Catalogue) -> Said:
    value = row.get("value")
    return Said(
        str(row["id"]),
        say(str(row.get("title") or "")),
        status_of(row.get("status")),
        "" if value is None else say.value(str(value)),
        say(str(row.get("source") or "")),
        say.evidence(row),
        say(str(row.get("remedy") or "")),
        attested_of(row.get("attested"), say),
        str(row.get("source")).startswith("guest: "),
    )


def _vcenter_notes(report: Facts) -> Callable[[Facts], list[str]]:
    """Which vCenter has a host or VM, where there are several: one name may stand for another machine in each."""
    several = len(report.get("vcenters") or ()) > 1
    return lambda facts: [str(facts["vcenter"])] if several and facts.get("vcenter") else []


def _host_notes(host: Facts, say: Catalogue) -> list[str]:
    state = host.get("connection_state")
    release = " ".join(str(host[name]) for name in ("version", "build") if host.get(name))
    away = "" if state in (None, "connected") else str(state)
    maintenance = say("maintenance mode") if host.get("in_maintenance_mode") else ""
    return [text for text in (release, away, maintenance) if text]


def _vm_notes(vm: Facts) -> list[str]:
    place = own_name(vm, "host")
    return [str(text) for text in (place, vm.get("power_state")) if text]

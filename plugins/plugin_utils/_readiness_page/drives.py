# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The drives of the report: where each is, in which state, who has it, and how it fares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import Catalogue
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.subjects import (
    LETTERS,
    Facts,
    Subject,
    own_name,
    status_of,
)


@dataclass(frozen=True)
class Drive:
    """A drive of a host, or the entry of a VM for one that the host has no more (V3)."""

    slot: str
    serial: str
    address: str
    model: str
    state: str
    owner: str


@dataclass(frozen=True)
class Health:
    """A drive as the guest of its VM tells it."""

    vm: str
    path: str
    serial: str
    model: str
    firmware: str
    status: str
    evidence: str


def drives_of(host: Subject, say: Catalogue) -> list[Drive]:
    """All drives of a host, those behind."""
    present = [_drive(row, say) for row in host.facts.get("drives") or ()]
    return present + [_orphan(row, say) for row in host.facts.get("orphans") or ()]


def doubts_of(host: Subject) -> list[str]:
    """Why drives may not be taken, beside those who are shown to have them, with the drives' addresses."""
    found: dict[str, list[str]] = {}
    for row in host.facts.get("drives") or ():
        for objection in row.get("objections") or ():
            if not any(objection == f"VM {name} has it" or objection.endswith(f" {name}") for name in _names(row)):
                found.setdefault(str(objection), []).append(_text(row, "address"))
    return [f"{', '.join(addresses)}: {objection}" for objection, addresses in found.items()]


def names_of_drives(vm: Subject) -> str:
    """What a search finds a VM by, beside its name: serial numbers and slots of its drives."""
    rows = vm.facts.get("drives") or ()
    return " ".join(str(row[key]) for row in rows for key in ("serial", "slot") if row.get(key) is not None)


def health_of(vms: Sequence[Subject], say: Catalogue) -> list[Health]:
    """What guests told of their drives, where they were asked for it, and not all is well."""
    return [_health(vm.name, row, say) for vm in vms for row in _told_health(vm) if not _is_well(row)]


def healthy_of(vms: Sequence[Subject]) -> list[str]:
    """By VM, whose drives are well: serial numbers, or paths of those that tell none."""
    found = ((vm.name, [row for row in _told_health(vm) if _is_well(row)]) for vm in vms)
    return [f"{name}: {', '.join(map(_short, rows))}" for name, rows in found if rows]


def _told_health(vm: Subject) -> Sequence[Facts]:
    return (vm.facts.get("guest") or {}).get("health") or ()


def _is_well(row: Facts) -> bool:
    return status_of(row.get("status")) == "pass"


def _short(row: Facts) -> str:
    return _text(row, "serial") or _text(row, "path") or "?"


def letters_of_health(vms: Sequence[Subject]) -> dict[int, str]:
    """By place of the VM, the statuses that its drives have, as the script knows them."""
    told = {place: _told_health(vm) for place, vm in enumerate(vms)}
    return {
        place: "".join({LETTERS[status_of(row.get("status"))]: None for row in rows})
        for place, rows in told.items()
        if rows
    }


def reasons_of(row: Facts, say: Catalogue) -> str:
    """Why the health of a drive is no plain pass, each reason once: one that did not answer has the same everywhere."""
    judged = [item for item in row.get("rows") or () if item.get("status") not in ("pass", "not_applicable")]
    told = dict.fromkeys(say.evidence(item) for item in judged)
    return "; ".join(told or (say(str(reason)) for reason in row.get("reasons") or ()))


def _drive(row: Facts, say: Catalogue) -> Drive:
    return Drive(
        *_identity(row),
        str(row.get("model") or row.get("name") or ""),
        _state(row.get("passthrough") or {}, say),
        ", ".join(_owners(row, say)) or _nobody(row, say),
    )


def _orphan(row: Facts, say: Catalogue) -> Drive:
    vm = own_name(row, "vm")
    return Drive(*_identity(row), str(row.get("vendor_device") or ""), say("gone from the host (V3)"), vm)


def _identity(row: Facts) -> tuple[str, str, str]:
    return _text(row, "slot"), _text(row, "serial"), _text(row, "address")


def _text(row: Facts, key: str) -> str:
    return "" if row.get(key) is None else str(row[key])


def _state(passthrough: Facts, say: Catalogue) -> str:
    """Of passthrough; what is not told is unknown."""
    enabled, active = passthrough.get("enabled"), passthrough.get("active")
    if enabled is None or active is None:
        return say("unknown")
    if enabled:
        return say("passthrough") if active else say("passthrough pending")
    if active:
        return say("leaving passthrough")
    return say("off") if passthrough.get("capable") else say("not capable")


def _owners(row: Facts, say: Catalogue) -> list[str]:
    """The VM that has it, and its users on the host."""
    owner = [str(row["vm"].get("name") or say("a VM"))] if row.get("vm") else []
    return owner + [f"{say(str(use.get('kind')))}: {use.get('name') or ''}" for use in _users(row)]


def _names(row: Facts) -> list[str]:
    """Of all that _owners() shows."""
    users = (row.get("vm") or {}, *_users(row))
    return [str(user["name"]) for user in users if user.get("name")]


def _users(row: Facts) -> list[Facts]:
    """On the host. A doubt is none: it stands among the objections."""
    return [use for use in row.get("held_by") or () if use.get("kind") not in ("unknown", "no_adapter")]


def _nobody(row: Facts, say: Catalogue) -> str:
    """Where no owner is seen: not seen is not the same as not there."""
    if "objections" not in row:
        return say("unknown")
    return say("see below") if row["objections"] else say("free")


def _health(vm: str, row: Facts, say: Catalogue) -> Health:
    path, serial, model, firmware = (_text(row, key) for key in ("path", "serial", "model", "firmware"))
    return Health(vm, path, serial, model, firmware, status_of(row.get("status")), reasons_of(row, say))

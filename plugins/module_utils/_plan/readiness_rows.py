# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How results show hosts and VMs that are judged ready, or of which nothing is known. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attested
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import Mark
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners, VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import VmPlace
from ansible_collections.directpath.nvme.plugins.module_utils._plan.capabilities import capabilities
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import held_row
from ansible_collections.directpath.nvme.plugins.module_utils._plan.host_rows import HostRows
from ansible_collections.directpath.nvme.plugins.module_utils._plan.pinned import pinned_by
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Verdict, unread_rows
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import HOST_REQUIREMENTS, judge
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.place import (
    PLACE_REQUIREMENTS,
    judge_place,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import VM_REQUIREMENTS, judge_vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_drives import drives_of


def host_row(
    host: Host, facts: HostFacts, attested: Attested, mark: Mark | None, vms: VmsOnHost, running: Sequence[RunningVm]
) -> dict[str, Any]:
    """A host that was read, as far as it could be.

    :param mark: of its maintenance mode; None where that cannot be read, so that it may be another run's.
    """
    verdicts = judge(facts, attested)
    datacenter, maintenance = facts.datacenter, facts.in_maintenance_mode
    return {
        "host": host.identity,
        "version": host.version,
        "build": host.build,
        "api_version": host.api_version,
        "datacenter": None if isinstance(datacenter, Unreadable) else datacenter,
        "connection_state": host.connection_state,
        "in_maintenance_mode": None if isinstance(maintenance, Unreadable) else maintenance,
        "maintenance_claim": mark.as_dict() if mark else None,
        "pinned_by": pinned_by(running),
        "error": None,
        **_judged(verdicts),
        **_drives(facts, vms),
    }


def host_unread(name: str, moid: str | None, error: DirectPathError) -> dict[str, Any]:
    """A host of which nothing is known, and why. Null is not known, and never "none"."""
    names = (
        "version",
        "build",
        "api_version",
        "datacenter",
        "in_maintenance_mode",
        "maintenance_claim",
        "pinned_by",
        "drives",
        "orphans",
    )
    return {
        "host": {"name": name, "moid": moid},
        "connection_state": "unknown",
        **dict.fromkeys(names),
        "error": shown(error),
        **_judged(unread_rows(HOST_REQUIREMENTS, error.msg.rstrip("."))),
    }


def vm_row(place: VmPlace) -> dict[str, Any]:
    """A VM that was read, as far as it could be."""
    vm = place.vm
    return {
        "vm": vm.identity_with_uuid,
        "host": vm.host,
        "power_state": vm.power_state,
        "error": None,
        "requirements": [verdict.as_dict() for verdict in (*judge_vm(vm), *judge_place(place))],
        "drives": _held(place),
    }


def _held(place: VmPlace) -> list[dict[str, Any]] | None:
    """Its drives; None where its entries or its host's devices could not be read."""
    view = place.devices
    if isinstance(view, Unreadable) or view.unreadable or "config.hardware" in place.vm.unreadable:
        return None
    return [held_row(item) for item in drives_of(Placement(place.vm, view, Owners()))]


def vm_unread(subject: Mapping[str, Any], error: DirectPathError) -> dict[str, Any]:
    """A VM of which nothing is known, and why.

    :param subject: ``vm`` and ``host`` as results name them.
    """
    verdicts = unread_rows((*VM_REQUIREMENTS, *PLACE_REQUIREMENTS), error.msg.rstrip("."))
    return {
        **subject,
        "power_state": None,
        "error": shown(error),
        "requirements": [verdict.as_dict() for verdict in verdicts],
        "drives": None,
    }


def shown(error: DirectPathError) -> dict[str, Any]:
    """An error as part of a row."""
    return {"message": str(error), **error.fields()}


def _judged(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    return {"requirements": [verdict.as_dict() for verdict in verdicts], "capabilities": capabilities(verdicts)}


def _drives(facts: HostFacts, vms: VmsOnHost) -> dict[str, Any]:
    """Its NVMe drives, and what VMs have of those that it lost; null where its devices could not be read."""
    view = facts.devices
    if isinstance(view, Unreadable) or view.unreadable:
        return {"drives": None, "orphans": None}
    rows = HostRows(view, {} if isinstance(facts.listing, Unreadable) else facts.listing, vms)
    return {"drives": [rows.row(device) for device in view.nvme()], "orphans": rows.orphans()}

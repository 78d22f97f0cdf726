# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done on a whole fleet: shapes that hosts and VMs share. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle, Plan

BOOT_PARAM, PASSTHROUGH, REBOOT, LEAVE_MAINTENANCE = "boot_param", "passthrough", "reboot", "leave_maintenance"
"""Kinds of changes of a host."""

DEPLOY, SETTING, POWER_ON, HOT_ADD, HOT_REMOVE = "deploy", "setting", "power_on", "hot_add", "hot_remove"
"""Kinds of changes of a VM."""


Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One step of a plan that a person approves.

    :param kind: one of the words above.
    :param what: the setting, drive or thing that changes, by its name.
    :param device: PCI address on the host, of a drive; so of its ids and its serial number, where that is known.
    :param requirement: id of the rule behind it.
    """

    kind: str
    what: str
    before: Any
    after: Any
    requirement: str
    device: str | None = None
    vendor_device: str | None = None
    serial: str | None = None
    needs_reboot: bool = False
    needs_power_off: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As results and plan files show it."""
        return dict(vars(self))


@dataclass(frozen=True)
class Planned:
    """The plan of one host or VM.

    :param subject: what it is in vSphere, as results show it: ``host``, and of a VM ``vm``.
    """

    inventory_name: str
    subject: Mapping[str, Any]
    plan: Plan[Change]

    def as_dict(self) -> dict[str, Any]:
        """As results and plan files show it."""
        return {
            "inventory_name": self.inventory_name,
            **self.subject,
            "drift": bool(self.plan.steps),
            "steps": [step.as_dict() for step in self.plan.steps],
            "notes": [note.as_dict() for note in self.plan.notes],
            "obstacles": [_obstacle(obstacle) for obstacle in self.plan.obstacles],
        }


def stopped(*errors: DirectPathError) -> Plan[Change]:
    """The plan of something that nothing can be done with, and why."""
    return Plan(obstacles=tuple(Obstacle(error) for error in errors))


def plan_document(vcenter: str, hosts: Iterable[Planned], vms: Iterable[Planned]) -> dict[str, Any]:
    """The whole plan, as the file has it: no times, in a stable order, so that equal plans are equal files.

    :param vcenter: instance UUID of the server.
    """
    return document([vcenter], [item.as_dict() for item in hosts], [item.as_dict() for item in vms])


def document(vcenters: Iterable[str], hosts: Iterable[Facts], vms: Iterable[Facts]) -> dict[str, Any]:
    """The form of a plan. :param hosts: as Planned.as_dict() has them; so of vms."""
    of_hosts = sorted(hosts, key=lambda item: str(item["inventory_name"]))
    of_vms = sorted(vms, key=lambda item: str(item["inventory_name"]))
    everything = [*of_hosts, *of_vms]
    kinds = [step["kind"] for item in everything for step in item["steps"]]
    prepared = [{step["kind"] for step in item["steps"]} - {HOT_ADD, HOT_REMOVE} for item in of_vms]
    return {
        "schema": SCHEMA,
        # One vCenter may be asked by several accounts.
        "vcenters": sorted(set(vcenters)),
        "hosts": of_hosts,
        "vms": of_vms,
        "summary": {
            "drift": bool(kinds),
            "hosts": sum(bool(item["steps"]) for item in of_hosts),
            "reboots": kinds.count(REBOOT),
            "vms": sum(bool(steps) for steps in prepared),
            "added": kinds.count(HOT_ADD),
            "removed": kinds.count(HOT_REMOVE),
            "obstacles": sum(not obstacle["mendable"] for item in everything for obstacle in item["obstacles"]),
        },
    }


SCHEMA = 1
"""Version of the plan's form. Another one is another form, which is not applied."""


def _obstacle(obstacle: Obstacle) -> dict[str, Any]:
    return {"message": str(obstacle.error), "error": obstacle.error.fields(), "mendable": obstacle.mendable}

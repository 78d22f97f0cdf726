# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding how to prepare a VM for hot plug: which requirements are not met, which may be corrected, in which order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Verdict
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import RESUME
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import (
    VM_RULES,
    broken,
    refusal,
    refuses,
)

PERMISSIONS = tuple(dict.fromkeys(item.allowed_by for item in VM_RULES if item.allowed_by))
"""The options that allow a correction which an operator may not want."""

FIRST = ("firmware", "motherboardLayout")
"""ConfigSpec fields that go in a call of their own before the others, which depend on them. EFI and the ACPI layout
go together: the layout exists with EFI only."""


@dataclass(frozen=True)
class Setting:
    """A setting that changes.

    :param id: of the requirement behind it.
    :param name: as in VirtualMachineConfigSpec.
    """

    id: str
    name: str
    before: Any
    after: Any
    needs_power_off: bool

    def as_dict(self) -> dict[str, Any]:
        """As results show it."""
        return dict(vars(self))


def plan_vm_config(vm: Vm, allowed: Collection[str], allow_power_off: bool) -> Plan[Setting]:
    """Decide what to change.

    The obstacles are ``vm_rule_broken``, naming every requirement that may not be or cannot be corrected;
    ``vm_suspended``; ``power_off_not_allowed``.

    :param allowed: those of PERMISSIONS that are given.
    """
    verdicts = broken(vm)
    refused = [verdict for verdict in verdicts if refuses(verdict) and not _correctable(verdict, allowed)]
    settings = _settings(vm, verdicts)
    obstacles: list[Obstacle] = []
    if refused:
        obstacles.append(Obstacle(refusal(vm, refused)))
    if settings and vm.power_state == "suspended":
        obstacles.append(Obstacle(_suspended(vm)))
    if needs_power_cycle(vm, settings) and not allow_power_off:
        obstacles.append(Obstacle(_power_off_needed(vm, settings)))
    return Plan(settings, tuple(_notes(vm, verdicts)), tuple(obstacles))


def needs_power_cycle(vm: Vm, settings: Sequence[Setting]) -> bool:
    """The VM runs, and has to be powered off for the change and on again after it."""
    return vm.powered_on and any(setting.needs_power_off for setting in settings)


def config_specs(settings: Sequence[Setting]) -> list[dict[str, Any]]:
    """The ConfigSpecs to apply, in order, as field -> value."""
    first = {item.name: item.after for item in settings if item.name in FIRST}
    rest = {item.name: item.after for item in settings if item.name not in FIRST}
    return [spec for spec in (first, rest) if spec]


def settings_after(vm: Vm, settings: Sequence[Setting]) -> dict[str, Any]:
    """Vm.settings as they will read when all is applied."""
    return {**vm.settings, **{item.name: item.after for item in settings}}


def wanted_settings() -> list[Setting]:
    """All that a VM which is not there yet may have to change."""
    return [
        Setting(item.id, name, None, value, item.needs_power_off)
        for item in VM_RULES
        for name, value in item.correction.items()
    ]


def _correctable(verdict: Verdict, allowed: Collection[str]) -> bool:
    requirement = verdict.requirement
    return bool(requirement.correction) and (requirement.allowed_by is None or requirement.allowed_by in allowed)


def _settings(vm: Vm, verdicts: Sequence[Verdict]) -> tuple[Setting, ...]:
    """A correction may name a setting that is right already: CPU hot plug has two, and one is enough to object."""
    now = vm.settings
    return tuple(
        Setting(verdict.id, name, now[name], value, verdict.requirement.needs_power_off)
        for verdict in verdicts
        for name, value in verdict.requirement.correction.items()
        if now[name] != value
    )


def _notes(vm: Vm, verdicts: Sequence[Verdict]) -> list[Note]:
    """What an operator must know although it does not stop the work."""
    notes = [
        Note(verdict.id, f"VM {vm.name}: {verdict.evidence}. {verdict.remedy}")
        for verdict in verdicts
        if not refuses(verdict)
    ]
    changing = {name for verdict in verdicts for name in verdict.requirement.correction}
    if "firmware" in changing:
        text = (
            f"VM {vm.name} changes from {vm.settings['firmware']} to efi firmware: a guest that is already installed "
        )
        notes.append(Note("P6", text + "usually does not boot any more."))
    if "motherboardLayout" in changing:
        text = f"VM {vm.name} changes its motherboard layout: network adapters and disks get other PCI addresses, so "
        notes.append(Note("P7", text + "an installed guest may name them differently."))
    return notes


def _suspended(vm: Vm) -> DirectPathError:
    return DirectPathError(
        f"VM {vm.name} is suspended, which passthrough devices do not support, and cannot be changed (N9). "
        "Nothing was changed.",
        "vm_suspended",
        requirement="N9",
        vm=vm.name,
        remedy=RESUME,
    )


def _power_off_needed(vm: Vm, settings: Sequence[Setting]) -> DirectPathError:
    names = ", ".join(f"{item.name} ({item.id})" for item in settings if item.needs_power_off)
    return DirectPathError(
        f"VM {vm.name} is running, but can only be prepared while powered off. To be changed: {names}. "
        "Nothing was changed.",
        "power_off_not_allowed",
        requirement=settings[0].id,
        vm=vm.name,
        remedy="Power it off first, or set allow_power_off: true to have it shut down and started again.",
    )

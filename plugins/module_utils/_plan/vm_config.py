# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding how to prepare a VM for hot plug: which rules are broken, which may be corrected, in which order. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.finding import Finding
from ansible_collections.directpath.nvme.plugins.module_utils._plan.rules import (
    VM_RULES,
    BrokenRule,
    broken_rules,
    refusal,
)

PERMISSIONS = tuple(dict.fromkeys(rule.allowed_by for rule in VM_RULES if rule.allowed_by))
"""The options that allow a correction which an operator may not want."""

FIRST = ("firmware", "motherboardLayout")
"""ConfigSpec fields that go in a call of their own before the others, which depend on them. EFI and the ACPI layout
go together: the layout exists with EFI only."""


@dataclass(frozen=True)
class Setting:
    """A setting that changes.

    :param id: of the rule behind it.
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


@dataclass(frozen=True)
class VmConfigPlan:
    """What to change on a VM; nothing, where ``settings`` is empty."""

    vm: Vm
    settings: tuple[Setting, ...]
    findings: tuple[Finding, ...]

    @property
    def power_cycle(self) -> bool:
        """The VM runs, and has to be powered off for the change and on again after it."""
        return self.vm.powered_on and any(setting.needs_power_off for setting in self.settings)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The ConfigSpecs to apply, in order, as field -> value."""
        first = {item.name: item.after for item in self.settings if item.name in FIRST}
        rest = {item.name: item.after for item in self.settings if item.name not in FIRST}
        return [step for step in (first, rest) if step]

    @property
    def after(self) -> dict[str, Any]:
        """Vm.settings as they will read when all is applied."""
        return {**self.vm.settings, **{item.name: item.after for item in self.settings}}


def plan_vm_config(vm: Vm, allowed: Collection[str], allow_power_off: bool) -> VmConfigPlan:
    """Decide what to change.

    :param allowed: those of PERMISSIONS that are given.
    :raises DirectPathError: ``vm_rule_broken``, naming every rule that may not be or cannot be corrected;
        ``vm_suspended``; ``power_off_not_allowed``.
    """
    broken = broken_rules(vm)
    refused = [item for item in broken if item.rule.refuses and not _correctable(item, allowed)]
    if refused:
        raise refusal(vm, refused)
    plan = VmConfigPlan(vm, _settings(vm, broken), tuple(_warnings(vm, broken)))
    if plan.settings and vm.power_state == "suspended":
        raise DirectPathError(
            f"VM {vm.name} is suspended, which passthrough devices do not support, and cannot be changed (N9). "
            "Nothing was changed.",
            "vm_suspended",
            requirement="N9",
            vm=vm.name,
            remedy="Resume it or power it off in vSphere.",
        )
    if plan.power_cycle and not allow_power_off:
        raise _power_off_needed(plan)
    return plan


def wanted_settings() -> dict[str, Any]:
    """The settings of a VM that is fit for hot plug, as Vm.settings has them."""
    return {name: value for rule in VM_RULES for name, value in rule.correction.items()}


def _correctable(item: BrokenRule, allowed: Collection[str]) -> bool:
    rule = item.rule
    return bool(rule.correction) and (rule.allowed_by is None or rule.allowed_by in allowed)


def _settings(vm: Vm, broken: Sequence[BrokenRule]) -> tuple[Setting, ...]:
    """A correction may name a setting that is right already: CPU hot plug has two, and one breaks the rule."""
    now = vm.settings
    return tuple(
        Setting(item.rule.id, name, now[name], value, item.rule.needs_power_off)
        for item in broken
        for name, value in item.rule.correction.items()
        if now[name] != value
    )


def _warnings(vm: Vm, broken: Sequence[BrokenRule]) -> list[Finding]:
    """What an operator must know although it does not stop the work."""
    findings = [
        Finding(item.rule.id, "warning", f"VM {vm.name}: {item.found}. {item.rule.remedy}")
        for item in broken
        if not item.rule.refuses
    ]
    changing = {name for item in broken for name in item.rule.correction}
    if "firmware" in changing:
        findings.append(
            Finding(
                "P6",
                "warning",
                f"VM {vm.name} changes from {vm.firmware} to efi firmware: a guest that is already installed usually "
                "does not boot any more.",
            )
        )
    if "motherboardLayout" in changing:
        findings.append(
            Finding(
                "P7",
                "warning",
                f"VM {vm.name} changes its motherboard layout: network adapters and disks get other PCI addresses, so "
                "an installed guest may name them differently.",
            )
        )
    return findings


def _power_off_needed(plan: VmConfigPlan) -> DirectPathError:
    names = ", ".join(f"{item.name} ({item.id})" for item in plan.settings if item.needs_power_off)
    return DirectPathError(
        f"VM {plan.vm.name} is running, but can only be prepared while powered off. To be changed: {names}. "
        "Nothing was changed.",
        "power_off_not_allowed",
        requirement=plan.settings[0].id,
        vm=plan.vm.name,
        remedy="Power it off first, or set allow_power_off: true to have it shut down and started again.",
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding about a VMkernel boot setting: is the value allowed, is it set, is it in force? No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting, Value, whole_number
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.limits import KERNEL_SETTING_MAXIMUM


@dataclass(frozen=True)
class SetKernelSetting:
    """The one step there can be: a setting as it is now, and the text to set."""

    setting: KernelSetting
    value: str

    @property
    def after(self) -> KernelSetting:
        """The setting as it will read after the write."""
        return replace(self.setting, configured=self.value)


def plan_boot_param(setting: KernelSetting, wanted: str | None, comparison: str, host: str) -> Plan[SetKernelSetting]:
    """Decide what to write; nothing, where the setting is already as wanted.

    :param wanted: the value, or None for the setting's default.
    :param comparison: ``exact``, or ``at_least`` to leave a larger number alone.
    """
    text = setting.default if wanted is None else wanted
    if wanted is None and text == "":
        return _refused(
            f"The VMkernel setting {setting.name} of host {host} has no default and cannot be set.",
            "not_settable",
            host=host,
            remedy="Leave it out.",
        )
    limit = KERNEL_SETTING_MAXIMUM.get(setting.name)
    try:
        target = setting.value_of(text) if limit is None else whole_number(text, 0, limit)
    except ValueError as expectation:
        return _refused(
            f"'{text}' is no value for the VMkernel setting {setting.name} of host {host}, "
            f"which takes {expectation} (type {setting.type}).",
            "invalid_value",
            requirement="P2" if limit is not None else None,
            host=host,
            remedy="Nothing was changed; correct the value.",
        )
    if comparison == "at_least" and (isinstance(target, bool) or not isinstance(target, int)):
        return _refused(
            f"comparison=at_least needs a number, but the VMkernel setting {setting.name} is of type {setting.type}.",
            "invalid_argument",
            host=host,
            remedy="Use comparison=exact.",
        )
    if _satisfied(setting, target, comparison):
        return Plan()
    return Plan((SetKernelSetting(setting, _spell(target)),))


def _refused(msg: str, code: str, **fields: Any) -> Plan[SetKernelSetting]:
    """No earlier step of a playbook mends a wrong argument, so that check mode fails as well."""
    return Plan(obstacles=(Obstacle(DirectPathError(msg, code, **fields)),))


def _satisfied(setting: KernelSetting, target: Value, comparison: str) -> bool:
    if setting.configured == "":
        return False
    configured = setting.value_of(setting.configured)
    if comparison == "at_least":
        return int(configured) >= int(target)
    return configured == target


def _spell(value: Value) -> str:
    """As esxcli writes it."""
    return str(value).upper() if isinstance(value, bool) else str(value)

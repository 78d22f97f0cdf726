# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding whether a host needs a reboot and may have it. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import BootSetting
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.pinned import name_some, pinned_by

IF_NEEDED = "if_needed"

ALWAYS = "always"

SAME_BOOT = timedelta(seconds=1)
"""Boot times less than this apart are one boot. Hosts derive them from clock and uptime, and none boots that fast."""


@dataclass(frozen=True)
class RebootPlan:
    """Whether to reboot.

    :param refusal: why the host may not be rebooted as it is now; None if it may. An earlier step of a playbook
        (maintenance mode) provides what is lacking, so check mode makes a warning of it.
    :param warnings: what the reboot takes down.
    """

    reboot: bool
    refusal: DirectPathError | None = None
    warnings: tuple[str, ...] = ()


def set_back(before: Sequence[BootSetting], after: Sequence[BootSetting]) -> list[str]:
    """What was pending before the reboot and got another value instead of coming into force, in words."""
    now = {(item.kind, item.name): item for item in after}
    return [
        f"{item.kind} {item.name} was to become {item.configured}, but the reboot set it back to {found.configured}. "
        "Look for what manages it, such as a host profile or vSphere Configuration Profiles."
        for item in before
        for found in [now.get((item.kind, item.name), item)]
        if item.pending and found.configured != item.configured
    ]


def plan_reboot(
    host: str,
    in_maintenance_mode: bool,
    policy: str,
    force: bool,
    settings: Sequence[BootSetting],
    running: Sequence[RunningVm],
) -> RebootPlan:
    """Decide about one host.

    :param policy: ``if_needed`` or ``always``.
    :param settings: those that count.
    :param force: reboot outside maintenance mode too, which takes running VMs down.
    :param running: the VMs that run on it.
    """
    if policy == IF_NEEDED and not any(setting.pending for setting in settings):
        return RebootPlan(reboot=False)
    if in_maintenance_mode:
        return RebootPlan(reboot=True)
    if not force:
        return RebootPlan(reboot=True, refusal=_not_in_maintenance_mode(host, running))
    lost = f" VMs that run on it lose power: {name_some([vm.name for vm in running])}." if running else ""
    return RebootPlan(reboot=True, warnings=(f"Host {host} is rebooted outside maintenance mode.{lost}",))


def is_later_boot(boot_time: datetime | None, previous: datetime) -> bool:
    """Whether the host has booted since ``previous``, its boot time before the reboot."""
    return boot_time is not None and boot_time - previous >= SAME_BOOT


def _not_in_maintenance_mode(host: str, running: Sequence[RunningVm]) -> DirectPathError:
    pins = [f"{pin['name']} ({pin['reason']})" for pin in pinned_by(running)]
    found = f" Running VMs would keep it from entering it: {name_some(pins)}." if pins else ""
    first = "Shut these VMs down or move them away, and enter" if pins else "Enter"
    return DirectPathError(
        f"Host {host} is not in maintenance mode, so it is not rebooted.{found}",
        "not_in_maintenance_mode",
        requirement="P3",
        host=host,
        remedy=f"{first} maintenance mode first, or set force, which takes running VMs down.",
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding whether a host needs a reboot and may have it. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.boot import BootState
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import ATTRIBUTE
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import BootSetting
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.mark import held
from ansible_collections.directpath.nvme.plugins.module_utils._plan.pinned import name_some, pinned_by
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan

IF_NEEDED = "if_needed"

ALWAYS = "always"

SAME_BOOT = timedelta(seconds=1)
"""Boot times less than this apart are one boot. Hosts derive them from clock and uptime, and none boots that fast."""


@dataclass(frozen=True)
class Reboot:
    """The one step there can be.

    :param previous_boot: when the host has booted before it, which tells when it is back.
    :param force: outside maintenance mode too, which takes running VMs down.
    """

    previous_boot: datetime
    force: bool


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


def plan_reboot(state: BootState, policy: str, force: bool, run: str | None) -> Plan[Reboot]:
    """Decide about one host.

    :param policy: ``if_needed`` or ``always``.
    :param run: whose mark the host must bear; None where nobody has marked it.
    """
    if policy == IF_NEEDED and not state.pending:
        return Plan()
    host, running = state.host, state.running
    notes: list[Note] = []
    obstacles: list[Obstacle] = []
    if run is not None and not (state.mark.run and state.mark.run.id == run):
        obstacles.append(Obstacle(_not_ours(state)))
    if not host.in_maintenance_mode and force:
        lost = f" VMs that run on it lose power: {name_some([vm.name for vm in running])}." if running else ""
        notes.append(Note("P3", f"Host {host.name} is rebooted outside maintenance mode.{lost}"))
    elif not host.in_maintenance_mode:
        # An earlier step of a playbook enters it.
        obstacles.append(Obstacle(_not_in_maintenance_mode(host, running), mendable=True))
    if state.boot_time is None:
        return Plan((), tuple(notes), (*obstacles, Obstacle(_boot_time_unknown(host.name))))
    return Plan((Reboot(state.boot_time, force),), tuple(notes), tuple(obstacles))


def is_later_boot(boot_time: datetime | None, previous: datetime) -> bool:
    """Whether the host has booted since ``previous``, its boot time before the reboot."""
    return boot_time is not None and boot_time - previous >= SAME_BOOT


def _not_in_maintenance_mode(host: Host, running: Sequence[RunningVm]) -> DirectPathError:
    pinned = pinned_by(running)
    pins = [f"{pin['name']} ({pin['reason']})" for pin in pinned]
    found = f" Running VMs would keep it from entering it: {name_some(pins)}." if pins else ""
    first = "Shut these VMs down or move them away, and enter" if pins else "Enter"
    return DirectPathError(
        f"Host {host.name} is not in maintenance mode, so it is not rebooted.{found}",
        "not_in_maintenance_mode",
        requirement="P3",
        host=host.name,
        remedy=f"{first} maintenance mode first.",
        hosts=[{"host": host.identity, "pinned_by": pinned}],
    )


def _not_ours(state: BootState) -> DirectPathError:
    """The last look at whose maintenance mode it is: two runs may have marked the host at the same moment."""
    if state.mark.run:
        return held(state.mark, state.host.name)
    return DirectPathError(
        f"Host {state.host.name} does not bear this run's mark any more, so it is not rebooted.",
        "claim_lost",
        requirement="P3",
        host=state.host.name,
        remedy=f"Find out in vSphere who removed its custom attribute {ATTRIBUTE}, then run the play again.",
    )


def _boot_time_unknown(host: str) -> DirectPathError:
    return DirectPathError(
        f"Host {host} does not tell when it booted, so nobody could tell when it is back. It was not rebooted.",
        "boot_time_unknown",
        requirement="P3",
        host=host,
        remedy="Reconnect the host in vSphere, or restart its management agents.",
    )

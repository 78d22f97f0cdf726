# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What host_prepare would do on one host, by the planners of the modules that it calls. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import Mark
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._plan.boot_param import plan_boot_param
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import (
    BOOT_PARAM,
    LEAVE_MAINTENANCE,
    PASSTHROUGH,
    REBOOT,
    Change,
    stopped,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_judge import HostInDepth, judge_host
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import (
    HostToggle,
    choose_devices,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.limits import (
    KERNEL_SETTING_MAXIMUM,
    MAX_INTR_COOKIES,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_devices


@dataclass(frozen=True)
class HostSeen:
    """What is read of every host that the inventory names.

    :param setting: maxIntrCookies, or why it could not be read; so of the mark. None where nobody asked for it.
    :param keeps_marks: whether the server can; ESXi itself does not.
    """

    devices: HostDevices
    setting: KernelSetting | DirectPathError | None
    mark: Mark | DirectPathError
    keeps_marks: bool = True

    @property
    def marked(self) -> bool:
        """An earlier run was interrupted here, or another one is at work."""
        return isinstance(self.mark, Mark) and self.mark.claimed


def plan_host(wanted: DesiredHost, seen: HostSeen, depth: HostInDepth | None = None) -> Plan[Change]:
    """Decide about one host.

    :param depth: without it only the steps are decided, and not whether they may be done.
    """
    host = seen.devices.host
    if host.connection_state != "connected" and seen.marked:
        # host_prepare waits for a host that an earlier run left rebooting.
        return Plan((_finish(host.name, seen.mark),))
    try:
        require_usable_devices(seen.devices)
    except DirectPathError as error:
        return stopped(error)
    if isinstance(seen.setting, DirectPathError):
        return stopped(seen.setting)
    if seen.setting is None:
        return Plan()
    maximum = str(KERNEL_SETTING_MAXIMUM[MAX_INTR_COOKIES])
    parameter = plan_boot_param(seen.setting, maximum, "at_least", host.name)
    chosen = _choose(wanted, seen.devices)
    configured = [
        Change(
            BOOT_PARAM, step.setting.name, step.setting.configured, step.value, "P2", needs_reboot=step.after.pending
        )
        for step in parameter.steps
    ]
    after = parameter.steps[0].after if parameter.steps else seen.setting
    pending = [after.name] if after.pending else []
    for toggle in chosen.steps:
        predicted = toggle.predict(None)
        # All in one call, so that the order in which VMs want them makes no other plan.
        waiting = sorted(address for address in toggle.matches if predicted.devices[address].pending)
        configured += [_passthrough(toggle, address, address in waiting) for address in sorted(toggle.writes)]
        pending += waiting
    steps = [*configured, *_ending(wanted, pending, seen)]
    notes = [*chosen.notes, *_in_maintenance(steps, seen)]
    obstacles = [*parameter.obstacles, *chosen.obstacles]
    if (steps or host.in_maintenance_mode) and isinstance(seen.mark, DirectPathError):
        obstacles.append(Obstacle(seen.mark))
    if steps and depth:
        judged = judge_host(wanted, chosen.steps, depth)
        notes += judged.notes
        told = [str(obstacle.error) for obstacle in obstacles]
        obstacles += [obstacle for obstacle in judged.obstacles if str(obstacle.error) not in told]
    return Plan(tuple(steps), tuple(notes), tuple(obstacles))


def passed_through(seen: HostSeen, plan: Plan[Change]) -> frozenset[str]:
    """Addresses of the devices whose passthrough is in force when the plan has been carried out."""
    enabled = {step.device for step in plan.steps if step.kind == PASSTHROUGH and step.device}
    rebooted = any(step.kind == REBOOT for step in plan.steps)
    devices = seen.devices.devices.values()
    kept = {device.pci.address for device in devices if device.active or (device.enabled and rebooted)}
    return frozenset(enabled | kept)


def _choose(wanted: DesiredHost, devices: HostDevices) -> Plan[HostToggle]:
    if not wanted.devices:
        return Plan()
    chosen = choose_devices([devices], wanted.devices, enable=True)
    if chosen.obstacles or not wanted.one_drive_each:
        return chosen
    return choose_devices([devices], wanted.devices, enable=True, expect_count=len(wanted.devices))


def _passthrough(toggle: HostToggle, address: str, needs_reboot: bool) -> Change:
    device = toggle.host.devices[address]
    pci = device.pci
    return Change(
        PASSTHROUGH,
        pci.name,
        "disabled",
        "enabled",
        "P5",
        device=address,
        vendor_device=pci.vendor_device,
        serial=device.identity["serial"],
        needs_reboot=needs_reboot,
    )


def _ending(wanted: DesiredHost, pending: Sequence[str], seen: HostSeen) -> list[Change]:
    """The reboot, or what is left of an earlier run's."""
    host = seen.devices.host
    if pending:
        return [Change(REBOOT, host.name, None, f"in force: {', '.join(pending)}", "P3")]
    if seen.marked:
        return [_finish(host.name, seen.mark)]
    if host.in_maintenance_mode and wanted.leave_maintenance and not seen.keeps_marks:
        return [Change(LEAVE_MAINTENANCE, host.name, "in maintenance mode", "left", "P3")]
    return []


def _in_maintenance(steps: Sequence[Change], seen: HostSeen) -> list[Note]:
    """A host that stays in maintenance mode, which nobody would see where nothing is to be done."""
    host = seen.devices.host
    if not host.in_maintenance_mode or seen.marked or any(step.kind == LEAVE_MAINTENANCE for step in steps):
        return []
    if isinstance(seen.mark, DirectPathError):
        return []  # whose maintenance mode it is, nobody knows: the obstacle says so
    text = f"Host {host.name} is in maintenance mode, and stays there: no run of this collection has marked it."
    if not seen.keeps_marks:
        text = (
            f"Host {host.name} is in maintenance mode, and ESXi keeps no mark that says whose it is. If an interrupted "
            "run entered it, set host_prepare_leave_maintenance to have it left."
        )
    return [Note("P3", text)]


def _finish(host: str, mark: Mark | DirectPathError) -> Change:
    """An earlier run was interrupted: its maintenance mode is to be left, and its VMs are to be started again.

    Where that run had found the host in maintenance mode, only its mark goes.
    """
    found = isinstance(mark, Mark) and mark.found
    after = "no mark, still in maintenance mode" if found else "left"
    return Change(LEAVE_MAINTENANCE, host, "marked by an earlier run", after, "P3")

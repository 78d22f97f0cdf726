# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what host_prepare would do on one host may be done. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.boot import BootState
from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import Change
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough import plan_passthrough
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import HostToggle
from ansible_collections.directpath.nvme.plugins.module_utils._plan.pinned import name_some, pinned_by
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.reboot import ALWAYS, plan_reboot
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import ATTESTED, PASS, WARN, Verdict
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import taken_by_reboot

NEEDED = ("P1", "P4", "Q8")
"""What the operator has to provide and host_prepare cannot: it refuses a host that lacks it."""

TOLD = ("drift", "builds", "vmd", "dependents")
"""What is known to bite, and is told of a host on which something is to be done."""


@dataclass(frozen=True)
class HostInDepth:
    """What is read, besides, of a host on which something is to be done.

    :param devices: with all users of what is to be judged.
    :param boot: what a reboot would bring into force, and who runs there; None where none is needed.
    :param unread: why verdicts and boot are missing all the same.
    """

    devices: HostDevices
    owners: Owners
    verdicts: Sequence[Verdict]
    boot: BootState | None
    unread: DirectPathError | None = None


def judge_host(wanted: DesiredHost, toggles: Sequence[HostToggle], depth: HostInDepth) -> Plan[Change]:
    """Whether the steps may be done: what the operator has to provide, who uses the drives, what a reboot takes."""
    obstacles = [Obstacle(depth.unread)] if depth.unread else _unmet(depth)
    users = [replace(toggle, host=depth.devices, owners=depth.owners) for toggle in toggles]
    taken = plan_passthrough(users, wanted.allow_foreign_data)
    notes: list[Note] = [*_warned(depth), *taken.notes]
    obstacles += taken.obstacles
    if depth.boot:
        reboot = plan_reboot(depth.boot, ALWAYS, force=False, run=None)
        notes += reboot.notes
        # Maintenance mode is entered by host_prepare itself.
        obstacles += [obstacle for obstacle in reboot.obstacles if not obstacle.mendable]
        waiting = [item.name for item in depth.boot.settings if item.kind == "passthrough" and item.pending]
        obstacles += [Obstacle(error) for error in taken_by_reboot(depth.devices, waiting, depth.owners)]
        obstacles += [] if wanted.shutdown_vms else _pinned(depth.boot)
    return Plan((), tuple(notes), tuple(obstacles))


def _unmet(depth: HostInDepth) -> list[Obstacle]:
    host = depth.devices.host.name
    lacking = [item for item in depth.verdicts if item.id in NEEDED and item.status not in (PASS, ATTESTED)]
    return [
        Obstacle(
            DirectPathError(
                f"Host {host} cannot be prepared. {item.id} ({item.requirement.title}): {item.status}, {item.evidence} "
                "Nothing was changed.",
                "host_not_fit",
                requirement=item.id,
                host=host,
                remedy=item.remedy,
            )
        )
        for item in lacking
    ]


def _warned(depth: HostInDepth) -> list[Note]:
    host = depth.devices.host.name
    warned = [item for item in depth.verdicts if item.id in TOLD and item.status == WARN]
    return [Note(item.id, f"Host {host}: {item.evidence} {item.remedy}") for item in warned]


def _pinned(boot: BootState) -> list[Obstacle]:
    """Running VMs that keep a host from entering maintenance mode."""
    pins = sorted(f"{pin['name']} ({pin['reason']})" for pin in pinned_by(boot.running))
    if not pins:
        return []
    error = DirectPathError(
        f"Host {boot.host.name} needs a reboot, but running VMs keep it from entering maintenance mode: "
        f"{name_some(pins)}. Nothing was changed.",
        "host_pinned",
        requirement="P3",
        host=boot.host.name,
        remedy="Power them off or move them away, or set host_prepare_shutdown_vms to have them shut down for the "
        "reboot and started again after it.",
    )
    return [Obstacle(error)]

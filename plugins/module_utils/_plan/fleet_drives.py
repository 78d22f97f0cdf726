# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is in the way of a VM's drives, seen in a whole plan: an earlier step of it may give what is lacking. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import POWER_ON, SETTING, Change
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_remove import of_other_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle, Plan


def hindrances(
    placement: Placement,
    prepared: Plan[Change],
    added: HotplugPlan,
    removed: HotplugPlan,
    coming: Collection[str],
) -> list[Obstacle]:
    """The obstacles of hot-add and hot-remove, with what this plan itself, or the guest, provides as mendable.

    :param prepared: what is done to the VM before; what that is refused for is not said again.
    :param coming: addresses of the drives whose passthrough earlier steps of the plan bring into force.
    """
    return [
        *(_mended(obstacle, prepared, coming) for obstacle in added.obstacles if not _said(obstacle, prepared)),
        *(_until_the_guest_is_asked(obstacle) for obstacle in removed.obstacles),
        *_both_ways(placement, added, removed),
    ]


def _said(obstacle: Obstacle, prepared: Plan[Change]) -> bool:
    """What vm_prepare is refused for would be no news of the hot-add."""
    return obstacle.error.code in {said.error.code for said in prepared.obstacles}


def _mended(obstacle: Obstacle, prepared: Plan[Change], coming: Collection[str]) -> Obstacle:
    """Whether the earlier steps of this very plan provide what a hot-add lacks."""
    error = obstacle.error
    if error.code == "passthrough_not_active":
        return Obstacle(error, mendable=error.device in coming)
    kinds = {step.kind for step in prepared.steps}
    provided = {"vm_power_state": POWER_ON in kinds, "vm_rule_broken": SETTING in kinds and not prepared.obstacles}
    return Obstacle(error, mendable=obstacle.mendable and provided.get(error.code, False))


def _until_the_guest_is_asked(obstacle: Obstacle) -> Obstacle:
    """The guest is asked right before a removal, never for a plan."""
    return Obstacle(obstacle.error, mendable=obstacle.error.code == "guest_unchecked")


def _both_ways(placement: Placement, added: HotplugPlan, removed: HotplugPlan) -> list[Obstacle]:
    """Drives that one entry wants in the VM and another out of it, which only the host can tell of different words."""
    pairs = [
        (item, other)
        for item in added.items
        for other in removed.items
        if item.device and other.selector.judge(item.device.identity)
    ]
    return [
        Obstacle(
            DirectPathError(
                f"{item.selector.describe()} is wanted in VM {placement.vm.name} and {other.selector.describe()} out "
                f"of it, but both mean {item.address} of host {placement.view.host.name}. Nothing was changed.",
                "ambiguous_device",
                host=placement.view.host.name,
                vm=placement.vm.name,
                device=item.address,
                remedy="Decide whether the drive belongs into the VM, and name it once.",
            )
        )
        for item, other in pairs
    ]


def of_strangers(
    placement: Placement,
    offered: Mapping[str, str] | DirectPathError | None,
    added: HotplugPlan,
    removed: HotplugPlan,
) -> list[Obstacle]:
    """Entries of a VM that is off, which may have come here with them."""
    if offered is None:
        return []
    if isinstance(offered, DirectPathError):
        return [Obstacle(offered)]
    present = [item for item in added.items if not item.step and item.address]
    return of_other_hosts(placement, [*present, *removed.steps], offered)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans of hot-add and hot-remove, as tests ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_add import plan_hot_add
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_remove import plan_hot_remove
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan, Item

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"

NAME = Selector(name="NVMe SSD")

ON = {"enabled": True, "active": True}


def at(address: str) -> Selector:
    return Selector(address=address)


def add(placement: Placement, *selectors: Selector, check_mode: bool = False) -> HotplugPlan:
    """The plan, if it may be carried out."""
    plan = plan_hot_add(placement, selectors)
    plan.admit(check_mode)
    return plan


def deferred(plan: HotplugPlan) -> list[str]:
    """What check mode leaves to an earlier step of the playbook."""
    return [str(obstacle.error) for obstacle in plan.obstacles]


def add_refused(placement: Placement, *selectors: Selector, check_mode: bool = False) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        add(placement, *selectors, check_mode=check_mode)
    assert caught.value.vm == "vm-01" or caught.value.host == "esxi-01"
    assert caught.value.remedy
    return caught.value


def remove(
    placement: Placement, *selectors: Selector, guest_unchecked: bool = True, lost_only: bool = False
) -> HotplugPlan:
    proof = GuestProof(None, guest_unchecked, datetime.now(timezone.utc), 300)
    plan = plan_hot_remove(placement, selectors, proof, lost_only)
    plan.admit(check_mode=False)
    return plan


def remove_refused(
    placement: Placement, *selectors: Selector, guest_unchecked: bool = True, lost_only: bool = False
) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        remove(placement, *selectors, guest_unchecked=guest_unchecked, lost_only=lost_only)
    assert caught.value.remedy
    return caught.value


def addresses(items: Sequence[Item]) -> list[str]:
    return [item.address for item in items]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the plans of hot-add and hot-remove share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm


@dataclass(frozen=True)
class Item:
    """One device that was asked for.

    :param address: empty if it is to be absent and the VM has no such device.
    :param device: the host's device; None if it is no longer on the host (C4), or another one is in its place.
    :param step: whether it has to be added or removed; otherwise it is as wanted.
    """

    selector: Selector
    address: str
    device: HostDevice | None
    step: bool


@dataclass(frozen=True)
class HotplugPlan:
    """``deferred`` names what an earlier step of the same playbook has to provide; only check mode has any.

    :param notes: what an operator should be told, and what does not stop the work.
    """

    items: tuple[Item, ...]
    deferred: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def steps(self) -> list[Item]:
        """What has to be done, in the order asked for, each in a call of its own (L1, L2)."""
        return [item for item in self.items if item.step]


def ambiguous(placement: Placement, selector: Selector, candidates: Sequence[str]) -> DirectPathError:
    return DirectPathError(
        f"{len(candidates)} devices match {selector.describe()}: {', '.join(candidates)}. Nothing was changed.",
        "ambiguous_device",
        host=placement.view.host.name,
        vm=placement.vm.name,
        remedy="Select one of them by address.",
    )


def refuse_same_device(placement: Placement, items: Sequence[Item]) -> None:
    for index, item in enumerate(items):
        for earlier in items[:index]:
            if item.address and item.address == earlier.address:
                raise DirectPathError(
                    f"{earlier.selector.describe()} and {item.selector.describe()} both mean {item.address} of host "
                    f"{placement.view.host.name}. Nothing was changed.",
                    "ambiguous_device",
                    host=placement.view.host.name,
                    vm=placement.vm.name,
                    device=item.address,
                    remedy="Name every device once; select alike devices by address.",
                )


def wrong_power_state(vm: Vm, remedy: str) -> DirectPathError:
    return DirectPathError(
        f"VM {vm.name} is {vm.power_state}; nothing was changed.", "vm_power_state", vm=vm.name, remedy=remedy
    )

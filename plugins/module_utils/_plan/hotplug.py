# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the plans of hot-add and hot-remove share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection_errors import Scene


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
class HotplugPlan(Plan[Item]):
    """``steps`` are done in the order asked for, each in a call of its own (L1, L2).

    :param items: all that was asked for, those among them that are as wanted.
    """

    items: tuple[Item, ...] = ()


def plan_of(items: Sequence[Item], obstacles: Sequence[Obstacle]) -> HotplugPlan:
    """The plan that does those of the items that are steps."""
    return HotplugPlan(steps=tuple(item for item in items if item.step), obstacles=tuple(obstacles), items=tuple(items))


def resolved(
    placement: Placement, selectors: Sequence[Selector], find: Callable[[Placement, Selector], Item]
) -> tuple[list[Item], list[Obstacle]]:
    """What the selectors mean, and what is wrong with those that mean nothing, several devices, or one twice."""
    items: list[Item] = []
    obstacles: list[Obstacle] = []
    for selector in selectors:
        try:
            items.append(find(placement, selector))
        except DirectPathError as error:
            obstacles.append(Obstacle(error))
    return items, [*obstacles, *_same_device(placement, items)]


def refused(
    placement: Placement, found: str, code: str, remedy: str, requirement: str | None = None, device: str | None = None
) -> DirectPathError:
    """Why nothing was done to a VM on its host.

    :param found: a sentence that names what it is about.
    :param device: the address, where it is about one device.
    """
    return scene_of(placement).refuse(found, code, remedy, requirement, device)


def scene_of(placement: Placement, in_vm: bool = False) -> Scene:
    """For what is said of selectors, which look on the host or in the VM."""
    return Scene(placement.view, placement.vm.name, in_vm)


def cannot_be_told(placement: Placement, selector: Selector, entry: VmPciDevice) -> DirectPathError:
    """An entry that may be what is meant: not seen is not the same as not there."""
    of = f"'{entry.address}'" if entry.address else "some device"
    return refused(
        placement,
        f"VM {placement.vm.name} has {entry.label} for {of} of host {placement.view.host.name}, and does not tell "
        f"enough of it to say whether it is the device with {selector.describe()}.",
        "entry_not_readable",
        "Look in vSphere which device it is, and select the one that is meant by its address alone.",
        device=entry.address,
    )


def _same_device(placement: Placement, items: Sequence[Item]) -> list[Obstacle]:
    first: dict[str, Item] = {}
    found: list[Obstacle] = []
    for item in items:
        earlier = first.setdefault(item.address, item)
        if not item.address or earlier is item:
            continue
        error = refused(
            placement,
            f"{earlier.selector.describe()} and {item.selector.describe()} both mean {item.address} of host "
            f"{placement.view.host.name}.",
            "ambiguous_device",
            "Name every device once; select alike devices by address.",
            device=item.address,
        )
        found.append(Obstacle(error))
    return found


def step_in_words(vm: Vm, item: Item, entry: VmPciDevice | None) -> str:
    """What is done with a device, for messages.

    :param entry: the VM's before; None for a device that is added.
    """
    if entry is None:
        return f"Hot-add of {item.address} ({item.device.pci.name if item.device else 'gone'}) to VM {vm.name}"
    kind, state = ("Hot-remove", "") if vm.powered_on else ("Removal", ", which is powered off,")
    return f"{kind} of {item.address} ({entry.name}) from VM {vm.name}{state}"


def wrong_power_state(vm: Vm, remedy: str) -> DirectPathError:
    return DirectPathError(
        f"VM {vm.name} is {vm.power_state}; nothing was changed.", "vm_power_state", vm=vm.name, remedy=remedy
    )


def changed_meanwhile(placement: Placement) -> DirectPathError:
    """Between plan and write somebody else was at work."""
    return DirectPathError(
        f"VM {placement.vm.name} or a device of host {placement.view.host.name} changed meanwhile, so it was "
        "left as it is.",
        "state_changed",
        host=placement.view.host.name,
        vm=placement.vm.name,
        remedy="Make sure that nobody else works on this VM, then run the play again.",
    )

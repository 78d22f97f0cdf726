# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles for VMs would do on one VM, by the planners of the modules that they call. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredVm
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import (
    DEPLOY,
    HOT_ADD,
    HOT_REMOVE,
    POWER_ON,
    SETTING,
    Change,
    stopped,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_drives import hindrances, of_strangers
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_add import plan_hot_add
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_remove import plan_hot_remove
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan, Item
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.unnamed import (
    by_address,
    left_alone,
    surely_nvme,
    surely_unwanted,
    unnamed,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import (
    require_named_host,
    require_usable_placement,
    require_usable_vm,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_config import (
    needs_power_cycle,
    plan_vm_config,
    wanted_settings,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_drives import ABSENT, PRESENT, Wanted


@dataclass(frozen=True)
class VmSeen:
    """What is read of a VM that the inventory names.

    :param vm: or why it could not be found or read.
    :param placement: it on its host; None if only its settings matter, or an error if that cannot be read.
    :param offered: PCI address -> systemId of what its host offers it, where its entries may be of another host.
    """

    vm: Vm | DirectPathError
    placement: Placement | DirectPathError | None = None
    offered: Mapping[str, str] | DirectPathError | None = None


@dataclass(frozen=True)
class VmPlan(Plan[Change]):
    """``steps`` in the order of the roles.

    :param added: what is wanted in the VM, ``removed`` what is not: what is as wanted and what is not yet.
    :param complete: every drive that the inventory names was found, so that the VM can be held against it.
    """

    added: HotplugPlan = field(default_factory=HotplugPlan)
    removed: HotplugPlan = field(default_factory=HotplugPlan)
    complete: bool = False

    @property
    def named(self) -> list[Wanted]:
        """The drives that belong into the VM and those that do not, in the order of the roles' calls."""
        return [
            *(Wanted(item.selector, PRESENT) for item in self.added.items),
            *(Wanted(item.selector, ABSENT) for item in self.removed.items),
        ]


def plan_vm(wanted: DesiredVm, seen: VmSeen, named: str | None, coming: Collection[str], proof: GuestProof) -> VmPlan:
    """Decide about one VM.

    :param named: the host that it has to be on, by name or MoID.
    :param coming: addresses of the drives of that host whose passthrough earlier steps of the play bring into force.
    :param proof: without evidence; a plan asks no guest.
    """
    if isinstance(seen.vm, DirectPathError):
        return of(_to_come(wanted, seen.vm))
    requirement = "C1" if wanted.present else "C3"
    first = None if wanted.prepare else next((item.address for item in wanted.drives if item.address), None)
    try:
        require_usable_vm(seen.vm)
        require_named_host(seen.vm, named, "P6" if wanted.prepare else requirement, first)
    except DirectPathError as error:
        return of(stopped(error))
    prepared = _prepare(wanted, seen.vm)
    if seen.placement is None or not (wanted.present or wanted.absent or wanted.exact):
        return of(prepared)
    if isinstance(seen.placement, DirectPathError):
        return of(replace(prepared, obstacles=(*prepared.obstacles, Obstacle(seen.placement))))
    try:
        require_usable_placement(seen.placement, named, requirement, first)
    except DirectPathError as error:
        return of(replace(prepared, obstacles=(*prepared.obstacles, Obstacle(error))))
    return _with_drives(wanted, seen.placement, seen.offered, prepared, coming, proof)


def of(plan: Plan[Change]) -> VmPlan:
    """A plan that moves no drives."""
    return VmPlan(plan.steps, plan.notes, plan.obstacles)


def _to_come(wanted: DesiredVm, error: DirectPathError) -> Plan[Change]:
    """A VM that the play deploys first: what it may have to change is not known before."""
    name = wanted.search["name"]
    if not (wanted.deploy and name and error.code == "not_found" and error.vm):
        return stopped(error)
    steps = [Change(DEPLOY, name, None, "deployed from its template", "P6")]
    steps += [Change(SETTING, item.name, None, item.after, item.id) for item in wanted_settings()]
    if wanted.prepare:
        steps.append(Change(POWER_ON, name, None, "poweredOn", "P6"))
    steps += [Change(HOT_ADD, item.describe(), None, "in the VM", "C1", device=item.address) for item in wanted.present]
    return Plan(tuple(steps), (), (Obstacle(error, mendable=True),))


def _prepare(wanted: DesiredVm, vm: Vm) -> Plan[Change]:
    """What vm_prepare would do: settings, and power."""
    if not wanted.prepare:
        return Plan()
    config = plan_vm_config(vm, wanted.permissions, wanted.allow_power_off)
    cycle = needs_power_cycle(vm, config.steps)
    steps = [
        Change(SETTING, item.name, item.before, item.after, item.id, needs_power_off=cycle and item.needs_power_off)
        for item in config.steps
    ]
    if not vm.powered_on:
        steps.append(Change(POWER_ON, vm.name, vm.power_state, "poweredOn", "P6"))
    return Plan(tuple(steps), config.notes, config.obstacles)


def _with_drives(
    wanted: DesiredVm,
    placement: Placement,
    offered: Mapping[str, str] | DirectPathError | None,
    prepared: Plan[Change],
    coming: Collection[str],
    proof: GuestProof,
) -> VmPlan:
    """The same plan with what enters and what leaves the VM."""
    added = plan_hot_add(placement, wanted.present)
    removed = plan_hot_remove(placement, wanted.absent, proof)
    nameless = unnamed(placement, wanted.drives, added, removed) if wanted.whole else []
    # Where an entry of the inventory means nothing, the drive that it was to name is nobody's only by a mistake.
    complete = len(added.items) == len(wanted.present) and len(removed.items) == len(wanted.absent)
    sure = [
        item for item in nameless if surely_nvme(placement, item) and surely_unwanted(placement, item, wanted.present)
    ]
    leaving = sure if wanted.exact and complete else []
    if leaving:
        removed = plan_hot_remove(placement, [*wanted.absent, *map(by_address, leaving)], proof)
    staying = [entry for entry in nameless if entry not in leaving]
    strangers = of_strangers(placement, offered, added, removed)
    steps = [
        *(_change(HOT_REMOVE, item, placement, "in the VM", "not in it", "C3") for item in removed.steps),
        *(_change(HOT_ADD, item, placement, "not in the VM", "in it", "C1") for item in added.steps),
    ]
    return VmPlan(
        steps=(*prepared.steps, *steps),
        notes=(*prepared.notes, *added.notes, *removed.notes, *left_alone(placement, staying, wanted.exact, complete)),
        obstacles=(*prepared.obstacles, *hindrances(placement, prepared, added, removed, coming), *strangers),
        added=added,
        removed=removed,
        complete=complete,
    )


def _change(kind: str, item: Item, placement: Placement, before: str, after: str, requirement: str) -> Change:
    entry = placement.entry(item.address)
    known = item.device.identity if item.device else placement.identity_of(entry) if entry else {}
    name = known.get("name") or item.selector.describe()
    ids, serial = known.get("vendor_device"), known.get("serial")
    return Change(kind, name, before, after, requirement, device=item.address, vendor_device=ids, serial=serial)

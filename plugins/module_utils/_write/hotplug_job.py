# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hot-add and hot-remove have to do on one VM: read it, plan for it, and take one device in or out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_add import plan_hot_add
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_remove import plan_hot_remove
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import (
    HotplugPlan,
    Item,
    changed_meanwhile,
    step_in_words,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection_errors import lists_drives
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_placement
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import use_obstacles
from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import (
    Reading,
    read_placement,
    with_twins,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import Slots
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.reconfigure import (
    Reconfigure,
    hot_add_spec,
    hot_remove_spec,
)


@dataclass(frozen=True)
class Job:
    """What is to be done on which VM.

    :param named: the host that the caller names; at every read the VM has to be on it.
    :param proof: what is known of the guest. :param timeout: seconds for each device.
    :param slots: the host's, once they are asked for.
    :param lost_only: only entries whose drive the host has lost are taken out (C4).
    :param known: what the inventory knows of the drives of the host that it names.
    """

    session: Session
    moid: str
    named: str | None
    add: bool
    selectors: Sequence[Selector]
    proof: GuestProof
    timeout: int
    slots: Slots
    lost_only: bool = False
    known: Sequence[Remembered] = ()

    @property
    def rule(self) -> str:
        """The requirement that is served."""
        return "C1" if self.add else "C3"

    def read(self, twins: bool) -> Reading:
        """The VM on its host, both fit to be worked on.

        :param twins: with whose guests may be taken for the VM's, also where nobody goes by what a guest says.
        """
        reading = read_placement(self.session, self.moid, self.selectors, self.known, self.slots)
        address = next((selector.address for selector in self.selectors if selector.address), None)
        require_usable_placement(reading.placement, self.named, self.rule, address)
        by_guest = twins or not (self.add or self.proof.evidence is None)
        return with_twins(self.session, reading) if by_guest else reading

    def plan(self, placement: Placement) -> HotplugPlan:
        """What is to be done. Where a message lists drives, it has their slots, which people find them by."""
        plan = self._plan(placement)
        if not lists_drives(plan.obstacles):
            return plan
        return self._plan(replace(placement, view=self.slots.of(placement.view)))

    def _plan(self, placement: Placement) -> HotplugPlan:
        if self.add:
            return plan_hot_add(placement, self.selectors)
        return plan_hot_remove(placement, self.selectors, self.proof, self.lost_only)

    def step(self, reading: Reading, item: Item, offered: Mapping[str, str]) -> Reading:
        """One device in one call, then the new state, which proves it (V1, V2).

        :param offered: PCI address -> systemId of what the host offers.
        """
        placement, vm = reading.placement, reading.placement.vm
        require_usable_placement(placement, self.named, self.rule, item.address)
        entry = placement.entry(item.address)
        if self.add and entry is None and item.device is not None:
            for obstacle in use_obstacles(placement.view, item.device, placement.owners):
                raise obstacle.error
            spec = hot_add_spec(item.device.pci, offered[item.address])
        elif not self.add and entry is not None and not (self.lost_only and placement.device_of(entry)):
            spec = hot_remove_spec(reading.devices[entry.key])
        else:
            # Somebody else added it, took it out or put it back, while the devices before it were being worked on.
            raise changed_meanwhile(placement)

        def look() -> tuple[Reading, bool]:
            # Refuses nothing, whatever became of VM and host meanwhile.
            after = read_placement(self.session, self.moid, [Selector(address=item.address)], self.known)
            return after, (after.placement.entry(item.address) is None) != (entry is None)

        what = step_in_words(vm, item, entry)
        call = Reconfigure(self.session, vm, placement.view.name, item.address, what, self.rule, self.timeout)
        return call.prove(spec, look)

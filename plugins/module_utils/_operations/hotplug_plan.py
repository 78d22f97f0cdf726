# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done on a fleet, by the planners that the modules use. The engine of hotplug_plan; changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredHost, DesiredVm, of_entry
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import slots_matter
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._operations.fleet import for_each
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import (
    Change,
    Planned,
    plan_document,
    stopped,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import vm_report
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_host import (
    HostSeen,
    passed_through,
    plan_host,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_judge import HostInDepth
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_vm import VmPlan, VmSeen, of, plan_vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_work import (
    asks_for_offer,
    unsure_of_storage,
    work_on,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import judge
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.limits import MAX_INTR_COOKIES
from ansible_collections.directpath.nvme.plugins.module_utils._plan.rivals import one_for_two, require_own_names, rivals
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection_errors import lists_drives
from ansible_collections.directpath.nvme.plugins.module_utils._read.fleet import (
    Around,
    Surroundings,
    read_fleet,
    read_parameter,
    with_slots_of,
    with_users,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.fleet_find import (
    FoundHost,
    FoundVm,
    find_fleet,
    known_by_host,
    offer_to,
    selectors_by_host,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import gone
from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import host_not_seen
from ansible_collections.directpath.nvme.plugins.module_utils._read.twins import read_twins
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Plan for all hosts and VMs. What one of them answers wrongly is an obstacle of its own."""
    hosts = [of_entry(DesiredHost, item) for item in params["hosts"] or []]
    vms = [of_entry(DesiredVm, item) for item in params["vms"] or []]
    require_own_names("host", [host.inventory_name for host in hosts])
    require_own_names("VM", [vm.inventory_name for vm in vms])
    fleet = _Fleet(session, *find_fleet(session, hosts, vms))
    # Whether steps may be done depends on much more, which is read only where there are any.
    fleet.look_around(*fleet.plan())
    # What could not be read is an obstacle, but not if it was the server that had gone: this fails then.
    session.server_time()
    of_hosts, of_vms = fleet.plan()
    document = plan_document(
        session.content.about.instanceUuid or "",
        [Planned(item.name, item.subject(fleet.looks), of_hosts[item.name]) for item in fleet.hosts],
        [Planned(item.name, item.subject, of_vms[item.name]) for item in fleet.vms],
    )
    return Outcome({"changed": False, "plan": document, "verification": fleet.verification(of_vms)})


class _Fleet:
    """Hosts and VMs as they are in vSphere, as far as they have been read by now."""

    def __init__(self, session: Session, hosts: list[FoundHost], vms: list[FoundVm]) -> None:
        self._session = session
        self.hosts, self.vms = hosts, vms
        mine = [item.moid for item in hosts if isinstance(item.moid, str)]
        homes = [item.home for item in vms if item.home and item.wanted.moves_drives]
        self.looks = read_fleet(session, list(dict.fromkeys([*mine, *homes])), known_by_host(hosts, vms))
        running = [(item.home, item.vm) for item in vms if isinstance(item.vm, Vm) and item.home in self.looks]
        unsure = [moid for moid, vm in running if unsure_of_storage(self.looks[moid].devices, vm)]
        named = selectors_by_host(hosts, vms)
        by_serial = [moid for moid in self.looks if any(selector.serial for selector in named.get(moid, ()))]
        self._read_users([*unsure, *by_serial])
        self._read_slots(moid for moid, look in self.looks.items() if slots_matter(look.devices, named.get(moid, ())))
        asked = [self.looks[moid] for moid in dict.fromkeys(mine) if moid in self.looks]
        answers = for_each(asked, lambda look: read_parameter(look, MAX_INTR_COOKIES))
        self._parameters = {look.devices.host.moid: answer for look, answer in zip(asked, answers)}
        self._around: Mapping[str, Around] = {}
        self._offers: Mapping[str, Mapping[str, str] | DirectPathError] = {}
        self._same_vm = one_for_two("VM", {item.name: item.vm.moid for item in vms if isinstance(item.vm, Vm)})
        self._same_host = one_for_two("host", {item.name: item.moid for item in hosts if isinstance(item.moid, str)})

    def plan(self) -> tuple[dict[str, Plan[Change]], dict[str, VmPlan]]:
        """The plans of hosts and VMs, by inventory name, by what is known by now."""
        of_hosts = {item.name: self._plan_host(item) for item in self.hosts}
        coming = {
            item.moid: passed_through(self._seen(item.moid), of_hosts[item.name])
            for item in self.hosts
            if isinstance(item.moid, str) and item.moid in self.looks
        }
        of_vms = {item.name: self._plan_vm(item, coming) for item in self.vms}
        return of_hosts, rivals(of_vms, {item.name: item.vm for item in self.vms if isinstance(item.vm, Vm)})

    def look_around(self, of_hosts: Mapping[str, Plan[Change]], of_vms: Mapping[str, VmPlan]) -> None:
        """Read who uses the drives that the steps are about, and what else their hosts require."""
        steps: dict[Any, list[Change]] = {}
        moves: dict[Any, list[Change]] = {}
        for host in self.hosts:
            steps.setdefault(host.moid, []).extend(of_hosts[host.name].steps)
        for vm in self.vms:
            moves.setdefault(vm.home, []).extend(of_vms[vm.name].steps)
        found = {
            moid: work_on(look.devices, steps.get(moid, ()), moves.get(moid, ())) for moid, look in self.looks.items()
        }
        work = {moid: item for moid, item in found.items() if item}
        # An obstacle may tell of drives what only storage and esxcli know, such as their serial numbers and slots.
        plans: list[tuple[Any, Sequence[Obstacle]]] = [
            (host.moid, of_hosts[host.name].obstacles) for host in self.hosts
        ]
        plans += [(vm.home, of_vms[vm.name].obstacles) for vm in self.vms]
        self._read_slots(moid for moid, obstacles in plans if moid in self.looks and lists_drives(obstacles))
        self._read_users([*work, *(moid for moid, obstacles in plans if obstacles and moid in self.looks)])
        looks = [self.looks[moid] for moid in work]
        self._around = dict(zip(work, for_each(looks, Surroundings(self._session, looks, work).read)))
        off = [item for item in self.vms if item.home in self.looks and asks_for_offer(item.vm, of_vms[item.name])]
        offers = for_each(off, lambda item: offer_to(self._session, item))
        self._offers = {item.name: offer for item, offer in zip(off, offers)}

    def _read_users(self, moids: Iterable[Any]) -> None:
        looks = [self.looks[moid] for moid in dict.fromkeys(moids)]
        self.looks.update(with_users(self._session, looks))

    def _read_slots(self, moids: Iterable[Any]) -> None:
        looks = {moid: self.looks[moid] for moid in moids}
        self.looks.update(zip(looks, for_each([*looks.values()], with_slots_of)))

    def _devices(self, moid: str) -> HostDevices:
        return (self._around.get(moid) or self.looks[moid]).devices

    def _seen(self, moid: str) -> HostSeen:
        mark = self.looks[moid].mark
        return HostSeen(self._devices(moid), self._parameters.get(moid), mark, self._session.is_vcenter)

    def _plan_host(self, item: FoundHost) -> Plan[Change]:
        if item.name in self._same_host:
            return stopped(self._same_host[item.name])
        if isinstance(item.moid, DirectPathError):
            return stopped(item.moid)
        if item.moid not in self.looks:
            return stopped(gone(item.wanted.esxi_host_name))
        around = self._around.get(item.moid)
        depth = None
        if around:
            verdicts = judge(around.facts, item.wanted.attested) if around.facts else []
            depth = HostInDepth(around.devices, around.vms.owners(), verdicts, around.boot, around.unread)
        return plan_host(item.wanted, self._seen(item.moid), depth)

    def _plan_vm(self, item: FoundVm, coming: Mapping[str, frozenset[str]]) -> VmPlan:
        if item.name in self._same_vm:
            return of(stopped(self._same_vm[item.name]))
        seen = VmSeen(item.vm, self._placement(item), self._offers.get(item.name))
        proof = GuestProof(evidence=None, unchecked=False, now=datetime.now(timezone.utc), max_age=0)
        return plan_vm(item.wanted, seen, item.named, coming.get(item.home or "", frozenset()), proof)

    def _placement(self, item: FoundVm) -> Placement | DirectPathError | None:
        if not isinstance(item.vm, Vm) or not item.wanted.moves_drives:
            return None
        if item.home not in self.looks:
            return host_not_seen(item.vm)
        around = self._around.get(item.home)
        owners = around.vms.owners(serving=item.vm.moid) if around else Owners()
        return Placement(item.vm, self._devices(item.home), owners)

    def verification(self, plans: Mapping[str, VmPlan]) -> dict[str, dict[str, Any]]:
        """What vSphere says of the drives of each VM that could be planned for (V1 to V3), and of its copies."""
        placements = {item.name: self._placement(item) for item in self.vms if plans[item.name].complete}
        known = {name: found for name, found in placements.items() if isinstance(found, Placement)}
        twins = read_twins(self._session, [placement.vm for placement in known.values()])
        return {
            name: vm_report(placement, plans[name].named, twins=twins[placement.vm.moid])
            for name, placement in known.items()
        }

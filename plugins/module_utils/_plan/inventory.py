# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does the inventory make sense, all hosts and VMs of it together? Asked before the first change. No I/O."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import combinations
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.attested import host_attested_errors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.entries import (
    PRESENT,
    describe_both,
    may_be_one_drive,
    surely_one_drive,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.host_names import (
    InventoryHost,
    accepted_names,
    elsewhere,
    find_host,
    spelt_alike,
    unheard_of,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.inventory_records import (
    InventoryVm,
    Variables,
    read_host,
    read_known_drives,
    read_vm,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.whole_inventory import Extent, read_extent


def judge_inventory(
    hosts: Mapping[str, Variables], vms: Mapping[str, Variables], in_job: bool = False
) -> dict[str, Any]:
    """Judge what all hosts and VMs of an inventory say.

    :param in_job: whether this is a job of AWX, where an inventory may be a slice of another.
    :return: ``errors`` and ``notes``, lines; ``esxi_hosts``, by inventory name: ``esxi_host_name`` and ``placed``,
        the drives that VMs want of it; ``names``, from what a host may be called to its name in vSphere, as
        ``known_drives`` to those; ``vms``, those that have nvme_hotplug_devices; ``incomplete``: ``hosts`` of which
        VMs may want more, and the ``reason``.
    """
    known = [read_host(name, variables) for name, variables in hosts.items()]
    wanting = [read_vm(name, variables) for name, variables in vms.items() if "nvme_hotplug_devices" in variables]
    extent = read_extent({**hosts, **vms}, wanting, in_job)
    known_drives, errors = read_known_drives(known, hosts)
    errors += [line for host in known if host.own for line in host.own.errors]
    errors += [line for vm in wanting for line in (*vm.errors, *vm.drives.errors)]
    errors += [*extent.errors, *host_attested_errors(hosts), *_doubled(known, wanting)]
    places, nowhere = _places(wanting, known, extent)
    errors += nowhere
    placed: dict[str, list[Selector]] = {host.name: [] for host in known}
    at_home = [vm for vm in wanting if vm.name in places]
    errors += _spelt_twice([vm for vm in at_home if places[vm.name] not in placed])
    errors += _rivals(at_home, places, placed)
    for vm in at_home:
        placed.get(places[vm.name], []).extend(vm.drives.selectors(PRESENT))
    incomplete = [host.name for host in known if host.own is None and extent.doubt]
    return {
        "errors": errors,
        "notes": _notes([host for host in known if host.name not in incomplete], placed),
        "esxi_hosts": {
            host.name: {
                "esxi_host_name": host.esxi_host_name,
                "placed": [selector.as_dict() for selector in placed[host.name]],
            }
            for host in known
        },
        "vms": [vm.name for vm in wanting],
        "names": accepted_names(known),
        "known_drives": known_drives,
        "incomplete": {"hosts": incomplete, "reason": extent.doubt},
    }


def _places(
    vms: Sequence[InventoryVm], hosts: Sequence[InventoryHost], extent: Extent
) -> tuple[dict[str, str], list[str]]:
    """Where VMs are placed, by their names; and a line for each of which that cannot be told."""
    found = {vm.name: _place(vm, hosts, extent) for vm in vms}
    placed = {name: place for name, (place, complaint) in found.items() if place and not complaint}
    return placed, [complaint for _nowhere, complaint in found.values() if complaint]


def _place(vm: InventoryVm, hosts: Sequence[InventoryHost], extent: Extent) -> tuple[str | None, str]:
    """The inventory name of the host that a VM is placed on, or what is wrong.

    A host that is missing with others, as in a slice, is called as in vSphere, like all where the inventory has none.
    """
    if vm.placement is None:
        missing = f"{vm.name} wants drives, but not of which host. Set nvme_hotplug_esxi_host to the host it runs on."
        return None, missing if vm.drives.entries else ""
    if not hosts or (extent.partial and unheard_of(vm.placement, hosts)):
        return vm.placement, ""
    host, complaint = find_host(vm.placement, hosts)
    if host is None:
        return None, f"nvme_hotplug_esxi_host of {vm.name} is {complaint}{extent.hint}"
    apart = elsewhere(host, (vm.server, vm.identity[0]))
    return (None, f"{vm.name} is placed on {host.name}, but {apart}") if apart else (host.name, "")


def _doubled(hosts: Sequence[InventoryHost], vms: Sequence[InventoryVm]) -> list[str]:
    """Two names of the inventory for one thing in vSphere: what is said of one would not count for the other."""
    found = [
        f"{one.name} and {other.name} are both {one.esxi_host_name} in vSphere. Leave one in the inventory."
        for one, other in combinations(hosts, 2)
        if (one.place, one.esxi_host_name) == (other.place, other.esxi_host_name)
    ]
    found += [
        f"{one.name} and {other.name} are one VM in vSphere, by their nvme_hotplug_vm. Leave one in the inventory."
        for one, other in combinations(vms, 2)
        if (one.server, one.identity) == (other.server, other.identity)
    ]
    return found


def _spelt_twice(vms: Sequence[InventoryVm]) -> list[str]:
    """Of a host that the inventory does not have, two spellings would hide that two VMs want one drive."""
    spellings = dict.fromkeys(vm.placement for vm in vms if vm.placement is not None)
    return [
        f"nvme_hotplug_esxi_host is {one} for some VMs and {other} for others. Write a host in one way only."
        for one, other in combinations(spellings, 2)
        if spelt_alike(one, other)
    ]


def _rivals(vms: Sequence[InventoryVm], places: Mapping[str, str], known: Container[str]) -> list[str]:
    """A drive of a host goes into one VM.

    :param known: the hosts of the inventory. Other places are names in each VM's own vCenter.
    """
    found = []
    for one, other in combinations(vms, 2):
        here, there = places[one.name], places[other.name]
        one_host = here == there and (here in known or one.server == other.server)
        for mine in one.drives.selectors(PRESENT):
            for theirs in other.drives.selectors(PRESENT):
                # Of another host, the same address or slot is another drive. A serial number is not.
                if not surely_one_drive(mine, theirs) or not (
                    one_host or (mine.serial and mine.serial == theirs.serial)
                ):
                    continue
                of = here if one_host else f"{here} and of {there}"
                found.append(
                    f"{one.name} and {other.name} both want one drive of {of} ({describe_both(mine, theirs)}). "
                    "A drive goes into one VM."
                )
    return found


def _notes(hosts: Sequence[InventoryHost], placed: Mapping[str, Sequence[Selector]]) -> list[str]:
    """What is no contradiction, but perhaps not meant."""
    idle = [host.name for host in hosts if not (placed[host.name] if host.own is None else host.own.entries)]
    notes = []
    if idle:
        notes.append(f"No drive is wanted of {', '.join(idle)}: prepare_hosts enables passthrough on none there.")
    for host in hosts:
        if host.own is None:
            continue
        listed = host.own.selectors(PRESENT)
        notes += [
            f"A VM wants {selector.describe()} of {host.name}, which its own host_prepare_devices does not list."
            for selector in placed[host.name]
            if not any(surely_one_drive(selector, own) or may_be_one_drive(selector, own) for own in listed)
        ]
    return notes

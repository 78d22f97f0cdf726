# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding which devices to hot-remove from a VM, and what forbids it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_OFF, POWERED_ON, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_evidence import Departure
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_serials import known_by_guest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import (
    HotplugPlan,
    Item,
    cannot_be_told,
    plan_of,
    refused,
    resolved,
    scene_of,
    wrong_power_state,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import Candidate, choose, require_nvme
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_in_guest import judge_departure


def plan_hot_remove(
    placement: Placement, selectors: Sequence[Selector], guest: GuestProof, lost_only: bool = False
) -> HotplugPlan:
    """Plan a hot-remove.

    :param lost_only: of entries only whose drive the host has lost (C4).
    """
    placement = known_by_guest(placement, guest)
    vm = placement.vm
    items, obstacles = resolved(placement, selectors, _to_remove)
    steps = [item for item in items if item.step]
    notes: list[Note] = []
    if steps and vm.power_state not in (POWERED_ON, POWERED_OFF):
        obstacles.append(Obstacle(wrong_power_state(vm, "Resume it, or power it off, then run the play again.")))
    if steps and vm.powered_on:
        on_host = {entry.address: placement.device_of(entry) for entry in vm.devices}
        leaving = [item.address for item in steps]
        judged = judge_departure(Departure(vm, placement.view.host.name, on_host, leaving, placement.twins), guest)
        obstacles += judged.obstacles
        notes += [*judged.notes, *_unchecked(placement, steps, guest)]
    obstacles += _still_on_host(placement, steps) if lost_only else []
    return replace(plan_of(items, obstacles), notes=tuple(notes))


def of_other_hosts(placement: Placement, steps: Sequence[Item], offered: Mapping[str, str]) -> list[Obstacle]:
    """A VM that is off may have come from another host, with entries that were made for drives there.

    Such an entry has the address of another drive on this host, of which nobody may say that it can be pulled now.
    A host that offers nothing does not tell whose entry it is; that matters only if it has a drive at the address.

    :param offered: PCI address -> systemId of what this host offers to the VM.
    """
    system_ids = set(offered.values())
    found: list[Obstacle] = []
    for item in steps:
        entry = placement.entry(item.address)
        if not entry or not entry.system_id or entry.system_id in system_ids or not (system_ids or item.device):
            continue
        whose = "it was made for a drive of another host" if system_ids else "it may be of a drive of another host"
        error = refused(
            placement,
            f"{entry.label} of VM {placement.vm.name} has the address {item.address}, but {whose} (systemId "
            f"{entry.system_id}) than {placement.view.host.name}, where that is another drive.",
            "wrong_host",
            "Bring the VM back to the host that it came from, or remove the device in vSphere.",
            "C3",
            item.address,
        )
        found.append(Obstacle(error))
    return found


def _still_on_host(placement: Placement, steps: Sequence[Item]) -> list[Obstacle]:
    """Entries that are to go only where the host has lost their drive (C4), and whose drive is there.

    It may have been put back since somebody saw it gone, and the guest may use it again.
    """
    return [
        Obstacle(
            refused(
                placement,
                f"Host {placement.view.host.name} has a drive behind the entry of VM {placement.vm.name} for "
                f"{item.address}, so that nothing is left over there (lost_only).",
                "drive_not_lost",
                "Leave the entry alone if the drive was put back. To take the drive out of the VM, remove it without "
                "lost_only.",
                "C4",
                item.address,
            )
        )
        for item in steps
        if item.device
    ]


def _unchecked(placement: Placement, steps: Sequence[Item], guest: GuestProof) -> list[Note]:
    """What the operator's word stands for, said aloud."""
    if guest.evidence is not None or not guest.unchecked:
        return []
    vm, addresses = placement.vm.name, ", ".join(item.address for item in steps)
    text = f"Removing {addresses} from the running VM {vm} WITHOUT evidence that its guest does not use "
    text += "it (allow_guest_unchecked)."
    there = [item.address for item in steps if item.device]
    return [Note("C3", f"{text} Data on a drive in use will be lost." if there else text)]


def _to_remove(placement: Placement, selector: Selector) -> Item:
    """A device in the VM is found by its entry, since the device itself may be gone from the host."""
    entries = [
        (entry, _candidate(placement, entry)) for entry in placement.vm.devices if _may_be_a_drive(placement, entry)
    ]
    # Devices that the server picks by their ids are left alone where only something in common is asked for.
    meant = [(entry, candidate) for entry, candidate in entries if selector.exact or not entry.dynamic]
    _refuse_unreadable(placement, selector, meant)
    candidates = [candidate for _entry, candidate in meant]
    if selector.exact and _surely_elsewhere(placement, selector):
        candidates = [candidate for candidate in candidates if selector.judge(candidate.known)]
    chosen = choose(selector, candidates, scene_of(placement, in_vm=True))
    for entry, candidate in entries:
        # To say of one that it is absent would have it pulled.
        if entry.dynamic and (candidate is chosen or (chosen is None and selector.judge(candidate.known))):
            raise _dynamic(placement, entry)
    if chosen is None:
        return Item(selector, selector.address or "", None, step=False)
    if chosen.device:
        require_nvme(placement.view, Selector(address=chosen.address))
    return Item(selector, chosen.address, chosen.device, step=True)


def _surely_elsewhere(placement: Placement, selector: Selector) -> bool:
    """The host has the drive, and not for this VM: a drive has one address."""
    mine = [placement.device_of(entry) for entry in placement.vm.devices]
    return any(device not in mine for device in placement.view.select(selector))


def _may_be_a_drive(placement: Placement, entry: VmPciDevice) -> bool:
    """Of a VM that is off, an entry without an address is for no drive yet."""
    return bool(entry.address) or placement.vm.powered_on


def _candidate(placement: Placement, entry: VmPciDevice) -> Candidate:
    return Candidate(entry.address or entry.label, placement.device_of(entry), placement.identity_of(entry))


def _refuse_unreadable(
    placement: Placement, selector: Selector, entries: Sequence[tuple[VmPciDevice, Candidate]]
) -> None:
    """Refuse if an entry that does not say what it is for may be what is meant.

    No two entries have one address, serial number or slot, so that one which is found by it leaves no doubt.
    """
    unreadable = [entry for entry, candidate in entries if _says_too_little(selector, entry, candidate)]
    if selector.exact and any(selector.judge(item.known) for entry, item in entries if entry not in unreadable):
        return
    for entry, candidate in entries:
        if entry in unreadable and selector.judge(candidate.known) is not False:
            raise cannot_be_told(placement, selector, entry)


def _says_too_little(selector: Selector, entry: VmPciDevice, candidate: Candidate) -> bool:
    """What an entry itself should say. Serial number and slot are the host's to tell."""
    lacking = {"address", "name", "vendor_device"}.intersection(selector.unknown(candidate.known))
    return bool(lacking) or not entry.address_known


def _dynamic(placement: Placement, entry: VmPciDevice) -> DirectPathError:
    """A device that the server picked for a VM is in it all the same."""
    return refused(
        placement,
        f"VM {placement.vm.name} has {entry.address or 'a device'} of host {placement.view.name} as {entry.label}, a "
        "Dynamic DirectPath I/O device, which cannot be hot-removed (N4).",
        "dynamic_device",
        "Power the VM off and remove the device in vSphere. Pull no drive before it has left its VM (N7).",
        "N4",
        entry.address,
    )

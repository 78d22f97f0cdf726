# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deciding which devices to hot-add to a VM, or to hot-remove from it, and what forbids it. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._host_devices import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._pci import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guards import Owners, refuse_if_held
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest import (
    GuestProof,
    check_evidence,
    refuse_if_used,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import not_found, nvme_matches
from ansible_collections.directpath.nvme.plugins.module_utils._rules import MAX_NVME_PER_VM, broken_rules, refusal
from ansible_collections.directpath.nvme.plugins.module_utils._vms import POWERED_OFF, Vm, VmPciDevice


@dataclass(frozen=True)
class Placement:
    """A VM, the host it is on with its devices, and who else has devices of that host.

    :param owners: PCI address -> names of the other VMs that have it.
    """

    vm: Vm
    view: HostDevices
    owners: Owners

    def entry(self, address: str) -> VmPciDevice | None:
        """The VM's passthrough device with this host address."""
        return next((entry for entry in self.vm.devices if entry.address == address), None)

    def device_of(self, entry: VmPciDevice) -> HostDevice | None:
        """The host's device that an entry was made for; None if it is not there any more."""
        return self.view.device_behind(entry, self.vm.powered_on)


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
    """``deferred`` names what an earlier step of the same playbook has to provide; only check mode has any."""

    items: tuple[Item, ...]
    deferred: tuple[str, ...] = ()

    @property
    def steps(self) -> list[Item]:
        """What has to be done, in the order asked for, each in a call of its own (L1, L2)."""
        return [item for item in self.items if item.step]


def plan_hot_add(placement: Placement, selectors: Sequence[Selector], check_mode: bool) -> HotplugPlan:
    """Plan a hot-add, or refuse it.

    In check mode, what an earlier step of a playbook provides (power, P5 to P7, a reboot) is deferred, not refused.
    """
    items = [_to_add(placement, selector) for selector in selectors]
    _refuse_same_device(placement, items)
    wanted = [item.device for item in items if item.step and item.device]
    deferred: list[str] = []
    if wanted:
        deferred += _vm_obstacles(placement.vm, check_mode)
        _refuse_too_many(placement, len(wanted))
        _refuse_host_without_hot_plug(placement)
    for device in wanted:
        refuse_if_held(placement.view, device, placement.owners)
        if not device.active:
            obstacle = _not_active(placement, device)
            if not check_mode:
                raise obstacle
            deferred.append(str(obstacle))
    return HotplugPlan(tuple(items), tuple(deferred))


def plan_hot_remove(placement: Placement, selectors: Sequence[Selector], guest: GuestProof) -> HotplugPlan:
    """Plan a hot-remove, or refuse it."""
    vm = placement.vm
    items = [_to_remove(placement, selector) for selector in selectors]
    _refuse_same_device(placement, items)
    steps = [item for item in items if item.step]
    if steps and vm.power_state not in ("poweredOn", POWERED_OFF):
        raise _wrong_power_state(vm, "Resume it, or power it off, then run the play again.")
    if steps and vm.powered_on:
        _refuse_without_proof(placement, [item.address for item in steps], guest)
    return HotplugPlan(tuple(items))


def _refuse_without_proof(placement: Placement, addresses: Sequence[str], guest: GuestProof) -> None:
    """A running guest may use the drive: it leaves only on evidence that it does not, or on the operator's word."""
    vm, host = placement.vm, placement.view.host.name
    if guest.evidence is not None:
        check_evidence(guest.evidence, vm, guest.now, guest.max_age)
        on_host = {entry.address: placement.device_of(entry) for entry in vm.devices}
        refuse_if_used(guest.evidence, vm, on_host, addresses, host)
    elif not guest.unchecked:
        raise DirectPathError(
            f"VM {vm.name} is running, and nothing shows that its guest does not use "
            f"{', '.join(addresses)} of host {host}: taking a mounted drive away loses data. Nothing was changed.",
            "guest_unchecked",
            requirement="C3",
            host=host,
            vm=vm.name,
            device=addresses[0],
            remedy="Pass what guest_nvme_info found in the guest as guest_evidence. If the guest cannot be asked, "
            "make sure yourself that it does not use the drive, then set allow_guest_unchecked to true.",
        )


def _to_add(placement: Placement, selector: Selector) -> Item:
    matches = nvme_matches(placement.view, selector)
    if not matches:
        raise not_found(selector, [placement.view])
    for device in matches:
        entry = placement.entry(device.pci.address)
        if entry:
            _refuse_stale(placement, entry)
            return Item(selector, device.pci.address, device, step=False)
    if len(matches) > 1:
        raise _ambiguous(placement, selector, [_candidate(device) for device in matches])
    return Item(selector, matches[0].pci.address, matches[0], step=True)


def _to_remove(placement: Placement, selector: Selector) -> Item:
    """A device in the VM is found by its entry, since the device itself may be gone from the host."""
    found: list[tuple[str, HostDevice | None]] = []
    for entry in placement.vm.devices:
        if entry.address is None or entry.dynamic:
            continue
        device = placement.device_of(entry)
        name = device.pci.name if device else entry.name
        ids = device.pci.vendor_device if device else entry.vendor_device or ""
        if selector.matches(entry.address, name, ids):
            found.append((entry.address, device))
    if not found:
        return Item(selector, selector.address or "", None, step=False)
    if len(found) > 1:
        raise _ambiguous(placement, selector, [address for address, _device in found])
    address, device = found[0]
    if device and not device.pci.is_nvme:
        # Raises: the selector names something else than an NVMe device (L5).
        nvme_matches(placement.view, Selector(address=address))
    return Item(selector, address, device, step=True)


def _refuse_stale(placement: Placement, entry: VmPciDevice) -> None:
    """After a drive was swapped, the entry of the old one has the address of the new one."""
    if placement.device_of(entry):
        return
    raise DirectPathError(
        f"VM {placement.vm.name} has {entry.address} of host {placement.view.host.name} as {entry.label}, but that "
        f"entry was made for a device ({entry.vendor_device}) that is no longer there. Nothing was changed.",
        "stale_entry",
        requirement="V3",
        host=placement.view.host.name,
        vm=placement.vm.name,
        device=entry.address,
        remedy="Remove it with state=absent, then add the device that is there now.",
    )


def _candidate(device: HostDevice) -> str:
    serial = f", serial {device.serial}" if device.serial else ""
    return f"{device.pci.address} ({device.pci.name}{serial})"


def _ambiguous(placement: Placement, selector: Selector, candidates: Sequence[str]) -> DirectPathError:
    return DirectPathError(
        f"{len(candidates)} devices match {selector.describe()}: {', '.join(candidates)}. Nothing was changed.",
        "ambiguous_device",
        host=placement.view.host.name,
        vm=placement.vm.name,
        remedy="Select one of them by address.",
    )


def _refuse_same_device(placement: Placement, items: Sequence[Item]) -> None:
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


def _vm_obstacles(vm: Vm, check_mode: bool) -> list[str]:
    """Refuse a VM that cannot take a device. Returns what check mode may leave to an earlier step."""
    broken = [item for item in broken_rules(vm) if item.rule.refuses]
    # What vm_hotplug_config can mend, it will have mended by the time of the real run.
    final = [item for item in broken if not (check_mode and item.rule.correction)]
    if final:
        raise refusal(vm, final)
    deferred = [f"VM {vm.name}: {item.describe()}." for item in broken]
    if not vm.powered_on:
        obstacle = _wrong_power_state(vm, "Power it on; devices of a VM that is off are not hot-plugged.")
        if not check_mode or vm.power_state != POWERED_OFF:
            raise obstacle
        deferred.append(str(obstacle))
    return deferred


def _wrong_power_state(vm: Vm, remedy: str) -> DirectPathError:
    return DirectPathError(
        f"VM {vm.name} is {vm.power_state}; nothing was changed.", "vm_power_state", vm=vm.name, remedy=remedy
    )


def _refuse_too_many(placement: Placement, adding: int) -> None:
    vm = placement.vm
    # A device that is gone from the host still has its place in the VM.
    others = [entry for entry in vm.devices if entry.address in placement.view.devices]
    nvme = [entry for entry in others if placement.view.devices[str(entry.address)].pci.is_nvme]
    present = len(nvme) + len(vm.devices) - len(others)
    if present + adding > MAX_NVME_PER_VM:
        raise DirectPathError(
            f"VM {vm.name} has {present} NVMe passthrough devices, and {adding} more would pass the limit of "
            f"{MAX_NVME_PER_VM} (L4). Nothing was changed.",
            "too_many_devices",
            requirement="L4",
            host=placement.view.host.name,
            vm=vm.name,
            remedy="Remove devices from the VM first, or spread the drives over several VMs.",
        )


def _refuse_host_without_hot_plug(placement: Placement) -> None:
    if placement.view.hot_plug_supported is False:
        raise DirectPathError(
            f"Host {placement.view.host.name} says that it does not support hot plug of passthrough devices "
            "(fptHotplugSupported, Q8). Nothing was changed.",
            "host_without_hot_plug",
            requirement="Q8",
            host=placement.view.host.name,
            vm=placement.vm.name,
            remedy="Check the server's certification for hot plug (Q1, Q4, Q5) and its firmware settings.",
        )


def _not_active(placement: Placement, device: HostDevice) -> DirectPathError:
    host, address = placement.view.host.name, device.pci.address
    if device.enabled:
        found, remedy = "enabled but not yet in force", f"Reboot the host {host} (host_reboot)."
    else:
        found, remedy = "not enabled", "Enable it with nvme_passthrough_toggle."
    return DirectPathError(
        f"Passthrough of {address} ({device.pci.name}) on host {host} is {found}. Nothing was changed.",
        "passthrough_not_active",
        requirement="P5",
        host=host,
        vm=placement.vm.name,
        device=address,
        remedy=remedy,
    )


def describe_item(item: Item, placement: Placement) -> dict[str, Any]:
    """The identity and place of one device, for results: read back where the VM has it."""
    entry = placement.entry(item.address)
    return {
        "address": item.address or None,
        "name": item.device.pci.name if item.device else entry.name if entry else item.selector.name,
        "vendor_device": item.device.pci.vendor_device if item.device else entry.vendor_device if entry else None,
        "key": entry.key if entry else None,
        "label": entry.label if entry else None,
        "pci_slot_number": entry.pci_slot_number if entry else None,
    }

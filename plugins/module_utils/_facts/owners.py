# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which VMs of a host have its devices, and which may have them without anybody being able to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import PciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice


@dataclass(frozen=True)
class Doubt:
    """Why nobody can tell whether a VM has a device.

    :param text: a clause that names the VM and what would let it be judged.
    :param vendor_device: only devices with these ids may be meant; None if any may.
    """

    text: str
    vendor_device: str | None = None


@dataclass(frozen=True)
class Owners:
    """Who among the VMs of a host has its devices.

    :param by_address: PCI address -> names of the VMs that have the device, running or not.
    """

    by_address: Mapping[str, Sequence[str]] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()

    def uses_of(self, device: PciDevice) -> list[Use]:
        """The VMs that have the device, and those that may have it. No VM has a bridge."""
        known = [Use("vm", name) for name in self.by_address.get(device.address, ())]
        if device.is_bridge:
            return known
        return known + [
            Use("unknown", doubt.text) for doubt in self.doubts if doubt.vendor_device in (None, device.vendor_device)
        ]


@dataclass(frozen=True)
class VmsOnHost:
    """The VMs of a host.

    :param vms: those that the server answered about, read in full or not.
    :param unseen: why there may be others: one clause each.
    """

    vms: tuple[Vm, ...] = ()
    unseen: tuple[str, ...] = ()

    def owners(self, serving: str | None = None) -> Owners:
        """Who has the host's devices.

        Not seen is not the same as not there. A VM that cannot be read may have any drive: as a passthrough device
        where passthrough is on, as a raw device mapping where it is off, and a VM that is off may have an entry for
        either. So such a VM counts for all of them.

        :param serving: MoID of the VM that a drive is meant for; what it surely has is no objection.
        """
        by_address: dict[str, list[str]] = {}
        doubts = [Doubt(text) for text in self.unseen]
        for vm in self.vms:
            doubts += _doubts_about(vm)
            for entry in vm.devices:
                if entry.address and entry.address_known and vm.moid != serving:
                    by_address.setdefault(entry.address, []).append(vm.name)
        return Owners(by_address, tuple(doubts))


def out_of_reach(vm: Vm) -> str:
    """A clause on a VM of which the server itself knows nothing, or does not tell; empty if it has contact with it."""
    if vm.connection_state == "connected":
        return ""
    if vm.connection_state == "unknown":
        reason = vm.unreadable.get("runtime.connectionState", "it is not set")
        return f"the state of VM {vm.name} cannot be read: {reason} (give the account System.Read on it)"
    # Once it is unregistered, nobody sees any more that its drives have an owner.
    way = (
        "bring its datastore and its files back; unregister it only if it is lost for good, with the data on its drives"
    )
    if vm.connection_state == "disconnected":
        way = "connect its host"
    return f"VM {vm.name} is {vm.connection_state}, so that nobody can tell what it has ({way})"


def _doubts_about(vm: Vm) -> list[Doubt]:
    lost = out_of_reach(vm)
    if lost:
        return [Doubt(lost)]
    hidden = vm.unreadable.get("config.hardware")
    if hidden:
        return [
            Doubt(f"the configuration of VM {vm.name} cannot be read: {hidden} (give the account System.Read on it)")
        ]
    return [Doubt(text, entry.vendor_device) for entry in vm.devices for text in _unclear(vm, entry)]


def _unclear(vm: Vm, entry: VmPciDevice) -> list[str]:
    """Nothing, or why an entry does not tell which device it is for."""
    if not entry.dynamic and not entry.address_known:
        return [f"VM {vm.name} has {entry.label} at '{entry.address}', an address in a form that is not known"]
    if entry.dynamic and not entry.address and vm.powered_on:
        return [f"VM {vm.name} runs with the dynamic {entry.label}, and does not say which device that is"]
    return []

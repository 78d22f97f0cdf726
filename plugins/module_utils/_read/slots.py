# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Physical slots of a host whose properties do not tell them, as before API 9.0: esxcli hardware pci list does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci_listing import PciListing
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import recalled, slots_matter
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._read.pci_list import read_pci_list
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault, EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, describe_fault
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session


class Slots:
    """The slots of hosts, each asked once: a bay keeps its address as long as the host runs."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, HostDevices] = {}

    def where_needed(self, view: HostDevices, selectors: Sequence[Selector]) -> HostDevices:
        """The same host, with its slots where selectors are judged by them, and so is what is remembered."""
        return self.of(view) if slots_matter(view, selectors) else view

    def of(self, view: HostDevices) -> HostDevices:
        """The same host with its slots."""
        asked = self._known.get(view.host.moid)
        if asked is None:
            asked = with_slots(EsxCli(self._session, view.host.moid, view.name), view)
            self._known[view.host.moid] = asked
            return asked
        slots = {address: device for address, device in asked.devices.items() if device.slot is not None}
        return _completed(view, slots, asked.slots_unread)


def with_slots(cli: EsxCli, view: HostDevices) -> HostDevices:
    """The same host with the slots of its devices. Two calls, and none where its properties tell them.

    A host that does not answer keeps its slots unknown, and says why.
    """
    return view if view.slots_unread is None else with_listing(cli, view).view


@dataclass(frozen=True)
class Listed:
    """A host with the slots of its devices, and all that esxcli tells of them, by address.

    :param unread: why it tells nothing; None if it does.
    """

    view: HostDevices
    listing: Mapping[str, PciListing]
    unread: str | None = None


def with_listing(cli: EsxCli, view: HostDevices) -> Listed:
    """Ask esxcli for all that it tells of a host's devices."""
    try:
        listing = read_pci_list(cli)
    except SERVER_FAULT as fault:
        reason = f"esxcli could not be asked ({describe_fault(fault)})"
    except (CliFault, DirectPathError) as error:
        reason = f"esxcli could not be asked ({error})"
    else:
        return Listed(slots_of(view, listing), listing)
    told = view if view.slots_unread is None else replace(view, slots_unread=reason)
    return Listed(told, {}, reason)


def slots_of(view: HostDevices, listing: Mapping[str, PciListing]) -> HostDevices:
    """The same host with what esxcli hardware pci list says of slots, which may speak against what is remembered."""
    return _completed(view, listing, None)


def _completed(view: HostDevices, listing: Mapping[str, PciListing | HostDevice], unread: str | None) -> HostDevices:
    devices = {
        address: _in_slot(device, listing[address]) if address in listing else device
        for address, device in view.devices.items()
    }
    return recalled(replace(view, devices=devices, slots_unread=unread))


def _in_slot(device: HostDevice, listed: PciListing | HostDevice) -> HostDevice:
    if device.slot is not None or listed.slot is None:
        # Of what is in no slot the description names something else ("NIC2").
        return device
    return replace(device, slot=listed.slot, slot_description=device.slot_description or listed.slot_description)

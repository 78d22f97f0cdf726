# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Watching which PCI devices a host has, as nothing else tells of a drive that is put in or pulled out (C2, C4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import recalled
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import PCI_PATHS, host_devices_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import with_slots
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, as_error
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import Nudge, wait_for

try:
    from pyVmomi import vim
except ImportError:
    pass


WATCHED = (*PCI_PATHS, "config.storageDevice.hostBusAdapter", "config.storageDevice.nvmeTopology")
"""The devices, and what tells that ESXi's driver has taken one, and its serial number then."""

REFRESH_EVERY = 15.0
"""Seconds of silence after which the host is told to look at its PCI devices again."""

Look = Callable[[HostDevices], bool]

_SYSTEM = "configManager.pciPassthruSystem"


class DriveWatch:
    """The devices of one host as they come and go. Nobody can judge who uses them by what is seen here."""

    def __init__(
        self, session: Session, ref: Any, slots: bool, refresh: bool, known: Sequence[Remembered] = ()
    ) -> None:
        """
        :param slots: they matter, so that esxcli is asked where the host's properties do not tell them.
        :param refresh: tell the host to look at its devices again, now and whenever nothing was heard for a while.
        :param known: what the inventory knows of its drives.
        """
        self._session = session
        self._ref = ref
        self._remembered = known
        self._slots = slots
        self._known: HostDevices | None = None
        self._nudge: Nudge | None = None
        if refresh:
            self._nudge = Nudge(_refresher(session, ref), REFRESH_EVERY)
            self._nudge.call()

    def until(self, look: Look, timeout: float) -> bool:
        """Wait until ``look`` accepts the host, at most so many seconds; with 0 it looks once.

        :raises DirectPathError: ``connection_lost``, and whatever ``look`` raises.
        """
        accepted = wait_for(
            self._session, self._ref, WATCHED, lambda state: look(self._view(state)), timeout, self._nudge
        )
        return accepted is not None

    def _view(self, state: ObjectProperties) -> HostDevices:
        view = host_devices_of(state, self._remembered)
        if self._slots and view.slots_unread is not None:
            view = self._with_slots(view)
        self._known = view
        return view

    def _with_slots(self, view: HostDevices) -> HostDevices:
        """A slot is a place, as an address is: whatever device is there. So esxcli is asked for new addresses only."""
        known = self._known
        if known is None or known.slots_unread is not None or set(view.devices) - set(known.devices):
            return with_slots(EsxCli(self._session, view.host.moid, view.host.name), view)
        devices = {
            address: replace(
                device,
                slot=known.devices[address].slot,
                slot_description=known.devices[address].slot_description,
            )
            for address, device in view.devices.items()
        }
        return recalled(replace(view, devices=devices, slots_unread=None))


def _refresher(session: Session, ref: Any) -> Callable[[], None]:
    found = retrieve(session, [ref], {vim.HostSystem: ["name", _SYSTEM]})
    system: Any = found[0].get(_SYSTEM) if found else None
    name = found[0].get("name", ref._moId) if found else ref._moId

    def refresh() -> None:
        try:
            system.Refresh()
        except SERVER_FAULT as fault:
            raise as_error(fault, f"Host {name} refused to look at its PCI devices again", host=name) from fault

    if system is None:
        raise DirectPathError(
            f"The account may not see the passthrough settings of host {name}, so it cannot be told to look again.",
            "host_not_readable",
            host=name,
            remedy="Check its privileges on this host; docs/least_privilege.md lists them.",
        )
    return refresh

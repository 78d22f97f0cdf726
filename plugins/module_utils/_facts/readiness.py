# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts are judged ready by, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Boot, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci_listing import PciListing
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting

NOT_ASKED_FOR = Unreadable("it was not asked for")
"""What a caller left out, because it judges by other facts only."""


@dataclass(frozen=True)
class HostFacts:
    """What was read of one host.

    :param server_api: API version of the server that was asked: vCenter, or the host itself.
    :param settings: all VMkernel settings, by name.
    :param firmware: ``UEFI`` or ``BIOS``.
    :param hot_plug_supported: HostCapability.fptHotplugSupported, the host's own word.
    :param managers: what may set the host's settings back: Configuration Profiles, a host profile.
    :param connection_state: ``connected``, ``disconnected`` or ``notResponding``; ``unknown`` if it cannot be read.
    :param devices: its PCI devices, with the slots that ``listing`` tells.
    :param listing: ``esxcli hardware pci list``, by address.
    :param tasks: what runs on it right now, by the tasks' descriptionId.
    :param unreadable: property path -> why it could not be read, of all that was asked for.
    :param wanted: the drives of it that the inventory wants in passthrough; empty where it names none.
    :param one_drive_each: of what several drives have in common, one is wanted; else all are.
    """

    is_vcenter: bool
    server_api: str
    server_supported: bool
    version: str | None
    version_supported: bool
    datacenter: str | Unreadable | None
    boot: Boot
    settings: Mapping[str, KernelSetting] | Unreadable
    firmware: str | Unreadable | None
    hot_plug_supported: bool | Unreadable | None
    managers: tuple[str, ...] | Unreadable
    build: str | None = None
    connection_state: str = "connected"
    in_maintenance_mode: bool | Unreadable | None = None
    devices: HostDevices | Unreadable = NOT_ASKED_FOR
    listing: Mapping[str, PciListing] | Unreadable = NOT_ASKED_FOR
    tasks: tuple[str, ...] | Unreadable = NOT_ASKED_FOR
    unreadable: Mapping[str, str] = field(default_factory=dict)
    wanted: tuple[Selector, ...] = ()
    one_drive_each: bool = False

    def held_against(self, inventory: DesiredHost | None) -> HostFacts:
        """The same with what an inventory wants of the host."""
        if inventory is None:
            return self
        return replace(self, wanted=inventory.devices, one_drive_each=inventory.one_drive_each)

    def why(self, path: str) -> Unreadable:
        """Why a property is not known that has no fact of its own."""
        return Unreadable(self.unreadable.get(path, "it is not set"))

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts that tests of the tables of requirements start from: a host that meets everything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Boot, Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import PciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci_listing import PciListing
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"


def settings(**values: tuple[str, str]) -> dict[str, KernelSetting]:
    """The settings of a host that meets everything, with other (configured, runtime) values for some."""
    table = {
        "maxIntrCookies": ("uint32", "4096"),
        "enablePCIEHotplug": ("Bool", "TRUE"),
        "disablePciPassthrough": ("Bool", "FALSE"),
        "iovEnablePostedIntr": ("Bool", "TRUE"),
    }
    return {
        name: KernelSetting(name, kind, *values.get(name, (default, default)), default)
        for name, (kind, default) in table.items()
    }


def device(address: str = D9, ids: str = "144d:a80a", class_id: int = 0x0108, **changes: Any) -> HostDevice:
    """A drive in passthrough, but for what a test changes."""
    vendor, model = (int(part, 16) for part in ids.split(":"))
    pci = PciDevice(address, "NVMe SSD", vendor, model, class_id)
    facts: dict[str, Any] = {
        "capable": True,
        "enabled": True,
        "active": True,
        "dependent": address,
        "uses": (),
        "luns": (),
    }
    return HostDevice(pci, **{**facts, **changes})


def view(*devices: HostDevice, **changes: Any) -> HostDevices:
    """A connected host with these devices."""
    host = Host("host-1", "esxi-01", "connected", False, "8.0.3", "24859861", "8.0.3.0")
    facts: dict[str, Any] = {"hot_plug_supported": True, "rebinds_without_reboot": True, "unreadable": ()}
    return HostDevices(host, devices={item.pci.address: item for item in devices}, **{**facts, **changes})


def listing(**methods: str | None) -> dict[str, PciListing]:
    """What esxcli tells of D8 and D9, with a reset method each."""
    return {
        {"d8": D8, "d9": D9}[name]: PciListing("5", None, "VM Passthru", "VM Passthru", 0, method)
        for name, method in methods.items()
    }


READY = HostFacts(
    is_vcenter=True,
    server_api="8.0.3.0",
    server_supported=True,
    version="8.0.3",
    version_supported=True,
    datacenter="DC0",
    boot=Boot({"BootFilesystemUUID": "189b6dad", "BootNIC": "", "StatelessBootNIC": ""}),
    settings=settings(),
    firmware="UEFI",
    hot_plug_supported=True,
    managers=(),
    build="24859861",
    connection_state="connected",
    in_maintenance_mode=False,
    devices=view(device()),
    listing=listing(d9="Function reset"),
    tasks=(),
)


def but(**changes: Any) -> HostFacts:
    """READY with changes."""
    return replace(READY, **changes)

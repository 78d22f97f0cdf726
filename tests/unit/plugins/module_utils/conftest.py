# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts that tests of decisions start from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import PciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Hardware, Vm, VmPciDevice
from guest_tree import GuestTree

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]


@pytest.fixture
def make_vm() -> MakeVm:
    """A VM that is powered off and fit for hot plug, but for what a test changes, in whatever part of it."""

    def make(**changes: Any) -> Vm:
        facts: dict[str, Any] = {
            "moid": "vm-1",
            "name": "vm-01",
            "uuid": "42200102-0304-0506-0708-090a0b0c0d0e",
            "host_moid": "host-1",
            "host_name": "esxi-01",
            "power_state": "poweredOff",
            "connection_state": "connected",
            "template": False,
            "unreadable": {},
            "fault_tolerance": False,
            "snapshots": False,
            "tools_running": False,
            "devices": (),
            "raw_disks": (),
        }
        size = {"version": 20, "cpus": 8, "memory_mb": 4096, "memory_reservation_mb": 4096}
        settings: dict[str, Any] = {
            "firmware": "efi",
            "motherboardLayout": "acpiHostBridges",
            "memoryReservationLockedToMax": True,
            "fixedPassthruHotPlugEnabled": True,
            "flags.vvtdEnabled": False,
            "cpuHotAddEnabled": False,
            "cpuHotRemoveEnabled": False,
            "memoryHotAddEnabled": False,
            "nestedHVEnabled": False,
        }
        for part in (size, settings):
            part.update({name: changes.pop(name) for name in part if name in changes})
        return Vm(hardware=Hardware(**size), settings=settings, **{**facts, **changes})

    return make


@pytest.fixture
def make_vm_device() -> MakeVmDevice:
    """A passthrough device of a VM, but for what a test changes."""

    def make(**changes: Any) -> VmPciDevice:
        facts: dict[str, Any] = {
            "key": 13000,
            "label": "PCI device 0",
            "address": "0000:d9:00.0",
            "name": "NVMe SSD",
            "vendor_id": 0x144D,
            "device_id": 0xA80A,
            "system_id": "00000000-0000-0000-0000-000000000001",
            "dynamic": False,
            "pci_slot_number": 64,
        }
        return VmPciDevice(**{**facts, **changes})

    return make


@pytest.fixture
def make_device() -> MakeDevice:
    """An NVMe device of a host that nobody uses and whose passthrough is off, but for what a test changes."""

    def make(address: str = "0000:d9:00.0", ids: str = "144d:a80a", **changes: Any) -> HostDevice:
        vendor_id, device_id = (int(part, 16) for part in ids.split(":"))
        identity = PciDevice(
            address=address,
            name=changes.pop("name", "NVMe SSD"),
            vendor_id=vendor_id,
            device_id=device_id,
            class_id=changes.pop("class_id", 0x0108),
        )
        facts: dict[str, Any] = {
            "pci": identity,
            "capable": True,
            "enabled": False,
            "active": False,
            "dependent": address,
            "uses": (),
            "luns": (),
        }
        if changes.get("serial"):
            facts["serial_from"] = "host"
        return HostDevice(**{**facts, **changes})

    return make


@pytest.fixture
def make_view() -> MakeView:
    """A connected host of 8.0.1 with the given devices, but for what a test changes."""

    def make(*devices: HostDevice, name: str = "esxi-01", **changes: Any) -> HostDevices:
        host = Host(
            moid=f"host-of-{name}",
            name=name,
            connection_state="connected",
            in_maintenance_mode=False,
            version="8.0.1",
            build="21495797",
            api_version="8.0.1.0",
        )
        facts: dict[str, Any] = {
            "host": host,
            "hot_plug_supported": True,
            "rebinds_without_reboot": False,
            "unreadable": (),
            "devices": {device.pci.address: device for device in devices},
        }
        return HostDevices(**{**facts, **changes})

    return make


@pytest.fixture
def tree(tmp_path: Path) -> GuestTree:
    """An empty guest."""
    return GuestTree(tmp_path / "guest")

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual machines as plain data: their hot-plug settings and their passthrough devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

POWERED_ON = "poweredOn"

POWERED_OFF = "poweredOff"


@dataclass(frozen=True)
class VmPciDevice:
    """One DirectPath I/O device of a VM, a VirtualPCIPassthrough.

    :param address: on the host, ``0000:d9:00.0``; None for a dynamic device that has not been assigned one.
    :param vendor_id: unsigned, as device_id; None where the entry does not name one device.
    :param system_id: UUID of the host that the entry was made for.
    :param dynamic: the server picks the device by vendor and device id (Dynamic DirectPath I/O, N4).
    :param pci_slot_number: what the guest shows as Physical Slot; None until the VM has run with the device.
    :param raw: the device as read, which a removal has to send back.
    """

    key: int
    label: str
    address: str | None
    name: str
    vendor_id: int | None
    device_id: int | None
    system_id: str | None
    dynamic: bool
    pci_slot_number: int | None
    raw: Any = field(compare=False, repr=False)

    @property
    def vendor_device(self) -> str | None:
        """``144d:a80a``, as lspci -n prints it."""
        if self.vendor_id is None or self.device_id is None:
            return None
        return f"{self.vendor_id:04x}:{self.device_id:04x}"


@dataclass(frozen=True)
class Vm:
    """One virtual machine.

    :param ref: VirtualMachine reference.
    :param uuid: BIOS UUID, which the guest sees as its product UUID.
    :param power_state: ``poweredOn``, ``poweredOff`` or ``suspended``.
    :param connection_state: ``connected``, ``disconnected``, ``inaccessible``, ``invalid`` or ``orphaned``.
    :param config_error: why its configuration could not be read; everything below is meaningless then.
    :param hardware_version: 20 for ``vmx-20``.
    :param firmware: ``bios`` or ``efi`` (P6).
    :param layout: ``i440bxHostBridge`` or ``acpiHostBridges`` (P7); None where the server does not say.
    :param memory_reservation_mb: guaranteed memory.
    :param memory_locked: the reservation follows the memory size (memoryReservationLockedToMax, P7).
    :param hot_plug: passthrough devices may be hot-plugged (fixedPassthruHotPlugEnabled, P7).
    :param iommu: N1. :param nested_hv: N9.
    :param host: HostSystem reference. :param host_name: None where the account may not see the host.
    :param environment_browser: EnvironmentBrowser reference, which knows what devices the VM may get.
    :param raw_disks: uuids of the host's disks that the VM has as raw device mappings.
    """

    ref: Any
    name: str
    uuid: str | None
    power_state: str
    connection_state: str
    template: bool
    config_error: str | None
    hardware_version: int
    firmware: str | None
    layout: str | None
    memory_mb: int
    memory_reservation_mb: int
    memory_locked: bool
    hot_plug: bool
    cpus: int
    iommu: bool
    cpu_hot_add: bool
    cpu_hot_remove: bool
    memory_hot_add: bool
    nested_hv: bool
    fault_tolerance: bool
    snapshots: bool
    tools_running: bool
    host: Any
    host_name: str | None
    environment_browser: Any
    devices: tuple[VmPciDevice, ...]
    raw_disks: tuple[str, ...]

    @property
    def identity(self) -> dict[str, str]:
        """How results name a VM."""
        return {"name": self.name, "moid": self.ref._moId}

    @property
    def identity_with_uuid(self) -> dict[str, str | None]:
        """``identity`` with the BIOS UUID, by which a guest tells which VM it is of."""
        return {**self.identity, "uuid": self.uuid}

    @property
    def powered_on(self) -> bool:
        return self.power_state == POWERED_ON

    @property
    def memory_reserved(self) -> bool:
        """P7: all guest memory is reserved, by whatever setting."""
        return self.memory_locked or self.memory_reservation_mb >= self.memory_mb

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that matter to hot plug, named as in VirtualMachineConfigSpec."""
        return {
            "firmware": self.firmware,
            "motherboardLayout": self.layout,
            "memoryReservationLockedToMax": self.memory_locked,
            "fixedPassthruHotPlugEnabled": self.hot_plug,
            "flags.vvtdEnabled": self.iommu,
            "cpuHotAddEnabled": self.cpu_hot_add,
            "cpuHotRemoveEnabled": self.cpu_hot_remove,
            "memoryHotAddEnabled": self.memory_hot_add,
            "nestedHVEnabled": self.nested_hv,
        }


def owners_by_address(vms: Sequence[Vm]) -> dict[str, list[str]]:
    """PCI address -> names of the VMs that have the device, running or not."""
    owners: dict[str, list[str]] = {}
    for vm in vms:
        for device in vm.devices:
            if device.address:
                owners.setdefault(device.address, []).append(vm.name)
    return owners


@dataclass(frozen=True)
class RunningVm:
    """A powered-on VM of a host.

    :param has_passthrough: it has a DirectPath I/O device, which excludes vMotion (N9).
    :param moved_by_drs: DRS would move it off the host by itself, but for such a device.
    """

    name: str
    moid: str
    has_passthrough: bool
    moved_by_drs: bool


Owners = Mapping[str, Sequence[str]]
"""PCI address -> names of the VMs of that host that have the device, running or not."""

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual machines as plain data: their hot-plug settings and their passthrough devices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import parse_address

POWERED_ON = "poweredOn"

POWERED_OFF = "poweredOff"

NOT_SET = "it is not set"
"""Why ``config.hardware`` of a VM could not be read that has no configuration: the server itself has none to tell."""

FIRST_PASSTHROUGH_KEY = 13000
"""Key of the passthrough device that a VM's configuration calls pciPassthru0; that of 1 follows (measured on 8.0.3)."""


@dataclass(frozen=True)
class VmPciDevice:
    """One DirectPath I/O device of a VM, a VirtualPCIPassthrough.

    :param address: on the host, ``0000:d9:00.0``; None for a dynamic device that has not been assigned one; what the
        server said, where that is no address.
    :param vendor_id: unsigned, as device_id; None where the entry does not name one device.
    :param system_id: UUID of the host that the entry was made for.
    :param dynamic: the server picks the device by vendor and device id (Dynamic DirectPath I/O, N4).
    :param pci_slot_number: what the guest shows as Physical Slot; None until the VM has run with the device.
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

    @property
    def address_known(self) -> bool:
        """Whether ``address`` is one, and not the server's words in a form that is not understood."""
        try:
            return self.address is not None and parse_address(self.address) == self.address
        except DirectPathError:
            return False

    @property
    def vendor_device(self) -> str | None:
        """``144d:a80a``, as lspci -n prints it."""
        if self.vendor_id is None or self.device_id is None:
            return None
        return f"{self.vendor_id:04x}:{self.device_id:04x}"


@dataclass(frozen=True)
class Hardware:
    """The size of a VM.

    :param version: 20 for ``vmx-20``.
    :param memory_reservation_mb: guaranteed memory.
    """

    version: int
    cpus: int
    memory_mb: int
    memory_reservation_mb: int


@dataclass(frozen=True)
class Vm:
    """One virtual machine.

    :param uuid: BIOS UUID, which the guest sees as its product UUID.
    :param host_moid: of the host that it is on or registered on.
    :param host_name: None where the account may not see that host.
    :param power_state: ``poweredOn``, ``poweredOff`` or ``suspended``.
    :param connection_state: ``connected``, ``disconnected``, ``inaccessible``, ``invalid`` or ``orphaned``.
    :param unreadable: property path -> why it could not be read; what it would have told is not known then.
    :param settings: those that matter to hot plug (P6, P7, N1 to N3, N9), named as in VirtualMachineConfigSpec.
    :param raw_disks: uuids of the host's disks that the VM has as raw device mappings.
    :param guest_id: the guest that it is configured for: ``ubuntu64Guest``.
    :param question: what it waits to be told before it goes on, in one line; None if it waits for nothing.
    """

    moid: str
    name: str
    uuid: str | None
    host_moid: str | None
    host_name: str | None
    power_state: str
    connection_state: str
    template: bool
    unreadable: Mapping[str, str]
    hardware: Hardware
    settings: Mapping[str, Any]
    fault_tolerance: bool
    snapshots: bool
    tools_running: bool
    devices: tuple[VmPciDevice, ...]
    raw_disks: tuple[str, ...]
    guest_id: str | None = None
    question: str | None = None

    def why_unread(self, paths: Collection[str]) -> str | None:
        """Why a property is not known that one of these paths reads; None if all were read."""
        reasons = [self.unreadable[path] for path in paths if path in self.unreadable]
        unset = self.unreadable.get("config.hardware") == NOT_SET and any(path.startswith("config.") for path in paths)
        return reasons[0] if reasons else NOT_SET if unset else None

    @property
    def identity(self) -> dict[str, str]:
        """How results name a VM."""
        return {"name": self.name, "moid": self.moid}

    @property
    def identity_with_uuid(self) -> dict[str, str | None]:
        """``identity`` with the BIOS UUID, by which a guest tells which VM it is of."""
        return {**self.identity, "uuid": self.uuid}

    @property
    def host(self) -> dict[str, str | None]:
        """How results name the host that it is on."""
        return {"name": self.host_name, "moid": self.host_moid}

    @property
    def powered_on(self) -> bool:
        return self.power_state == POWERED_ON

    @property
    def may_run(self) -> bool:
        """It is not known to be off. What is told of one that the server has lost contact with may be old."""
        return self.power_state != POWERED_OFF or self.connection_state == "disconnected"

    @property
    def memory_reserved(self) -> bool:
        """P7: all guest memory is reserved, by whatever setting."""
        locked = bool(self.settings["memoryReservationLockedToMax"])
        return locked or self.hardware.memory_reservation_mb >= self.hardware.memory_mb


@dataclass(frozen=True)
class RunningVm:
    """A powered-on VM of a host.

    :param has_passthrough: it has a DirectPath I/O device, which excludes vMotion (N9); None if that cannot be read.
    :param moved_by_drs: DRS would move it off the host by itself, but for such a device.
    :param seen: False for a VM that the host lists and the account may not read, which may run.
    """

    name: str
    moid: str
    has_passthrough: bool | None
    moved_by_drs: bool
    seen: bool = True

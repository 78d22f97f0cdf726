# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One virtual machine of a lab through the API, as an administrator's script would use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from labclient import Lab
from pyVim.task import WaitForTask
from pyVmomi import vim
from vsphere import content

VirtualPCIPassthrough = vim.vm.device.VirtualPCIPassthrough
VirtualDeviceSpec = vim.vm.device.VirtualDeviceSpec


class VM:
    """Use `with virtual_machine(lab, "vm-01") as vm`. Failed tasks raise the fault of the task."""

    def __init__(self, machine: Any) -> None:
        self.machine = machine

    @property
    def power_state(self) -> str:
        return str(self.machine.runtime.powerState)

    def power_on(self) -> None:
        WaitForTask(self.machine.PowerOnVM_Task())

    def power_off(self) -> None:
        WaitForTask(self.machine.PowerOffVM_Task())

    def slots(self) -> dict[str, int]:
        """PCI slot numbers of the VM's passthrough devices, by the address on the host."""
        return {entry.backing.id: entry.slotInfo.pciSlotNumber for entry in self._entries()}

    def hot_add(self, address: str) -> int:
        """Add a device of the VM's host, alone in its call (L1, L3), and return its PCI slot number."""
        target = self.machine.environmentBrowser.QueryConfigTarget(self.machine.runtime.host)
        (found,) = (info for info in target.pciPassthrough if info.pciDevice.id == address)
        backing = VirtualPCIPassthrough.DeviceBackingInfo(
            id=address,
            deviceId=f"{found.pciDevice.deviceId & 0xFFFF:x}",
            systemId=found.systemId,
            vendorId=found.pciDevice.vendorId,
            deviceName=found.pciDevice.deviceName,
        )
        self._change("add", VirtualPCIPassthrough(key=-1, backing=backing))
        return self.slots()[address]

    def hot_remove(self, address: str) -> None:
        (entry,) = (entry for entry in self._entries() if entry.backing.id == address)
        self._change("remove", entry)

    def enable_passthrough(self, address: str) -> None:
        """Passthrough of a device of the VM's host, in force at once where the host can do that."""
        config = vim.host.PciPassthruConfig(id=address, passthruEnabled=True, applyNow=True)
        self.machine.runtime.host.configManager.pciPassthruSystem.UpdatePassthruConfig([config])

    def _entries(self) -> list[Any]:
        return [entry for entry in self.machine.config.hardware.device if isinstance(entry, VirtualPCIPassthrough)]

    def _change(self, operation: str, device: Any) -> None:
        spec = vim.vm.ConfigSpec(deviceChange=[VirtualDeviceSpec(operation=operation, device=device)])
        WaitForTask(self.machine.ReconfigVM_Task(spec))


@contextmanager
def virtual_machine(lab: Lab, name: str) -> Iterator[VM]:
    (moid,) = [vm["moid"] for vm in lab.state()["vms"] if vm["name"] == name]
    with content(lab) as found:
        yield VM(vim.VirtualMachine(moid, found.rootFolder._stub))

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One ReconfigVM_Task call for one passthrough device: its spec, its faults, and what to do when the line breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import PciDevice, format_hex_id, signed16
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import TaskFailed, wait_for_task

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


_RESIDUE = re.compile(r"^pciPassthru\d+\.present$")


def hot_add_spec(device: PciDevice, system_id: str) -> Any:
    """A ConfigSpec with the one device and nothing else (L1, L3).

    The server chooses the key; any negative one stands for "new".
    """
    backing = vim.vm.device.VirtualPCIPassthrough.DeviceBackingInfo(
        id=device.address,
        deviceId=format_hex_id(device.device_id),
        systemId=system_id,
        vendorId=signed16(device.vendor_id),
        deviceName=device.name,
    )
    return _spec("add", vim.vm.device.VirtualPCIPassthrough(key=-1, backing=backing))


def hot_remove_spec(entry: VmPciDevice) -> Any:
    """A ConfigSpec that removes one device, which is sent back as it was read (L2, L3)."""
    return _spec("remove", entry.raw)


def _spec(operation: str, device: Any) -> Any:
    change = vim.vm.device.VirtualDeviceSpec(operation=operation, device=device)
    return vim.vm.ConfigSpec(deviceChange=[change])


@dataclass(frozen=True)
class Reconfigure:
    """One reconfiguration of one VM for one device.

    :param what: the work in words, for messages: ``Hot-add of 0000:d9:00.0 (...) to VM storage-01``.
    :param requirement: C1 for a hot-add, C3 for a hot-remove.
    :param timeout: seconds the task may take.
    """

    session: Session
    vm: Vm
    host_name: str
    address: str
    what: str
    requirement: str
    timeout: int

    def run(self, spec: Any, is_done: Callable[[], bool]) -> None:
        """Call ReconfigVM_Task and wait for the task.

        When the connection is lost during the call, nobody knows whether the server took it. So the state is read,
        a task under way is waited for, and only if the change is not there the call is repeated, once.

        :param is_done: reads whether the change is in place.
        :raises DirectPathError: ``hotplug_failed``, ``task_timeout`` or ``connection_lost``.
        """
        try:
            task = self._start(spec, is_done)
            if task is not None:
                wait_for_task(self.session, task, self.timeout, self.what)
        except TaskFailed as failure:
            raise self._failed(failure) from failure
        except DirectPathError as error:
            error.host, error.vm, error.device = self.host_name, self.vm.name, self.address
            raise

    def not_verified(self, cause: DirectPathError) -> DirectPathError:
        """The server reported success, but the VM could not be read back."""
        return DirectPathError(
            f"{self.what} was reported as done, but this could not be verified: {cause.msg}",
            cause.code,
            requirement=self.requirement,
            host=self.host_name,
            vm=self.vm.name,
            device=self.address,
            fault=cause.fault,
            remedy=cause.remedy,
        )

    def not_applied(self) -> DirectPathError:
        """The server reported success, but the device list does not show it."""
        return DirectPathError(
            f"{self.what} was reported as done, but the VM's device list does not show it.",
            "not_applied",
            requirement=self.requirement,
            host=self.host_name,
            vm=self.vm.name,
            device=self.address,
            remedy="Look at the VM's events in vSphere before you try again.",
        )

    def _start(self, spec: Any, is_done: Callable[[], bool]) -> Any | None:
        """The task that does it; None if a call whose answer was lost has done it."""
        try:
            return self._call(spec)
        except DirectPathError as error:
            if error.code != "connection_lost":
                raise
        self._wait_for_running_tasks()
        return None if is_done() else self._call(spec)

    def _call(self, spec: Any) -> Any:
        try:
            return self.vm.ref.ReconfigVM_Task(spec)
        except vmodl.MethodFault as fault:
            raise TaskFailed(fault) from fault

    def _failed(self, failure: TaskFailed) -> DirectPathError:
        residue = self._residue()
        left = f" The VM's configuration now has {', '.join(residue)}; that does no harm." if residue else ""
        return DirectPathError(
            f"{self.what} on host {self.host_name} failed: {failure.text}.{left}",
            "hotplug_failed",
            requirement=self.requirement,
            host=self.host_name,
            vm=self.vm.name,
            device=self.address,
            fault=failure.name,
            remedy=_REMEDY.get(failure.name, "See the VM's vmware.log for the reason, then run the play again."),
        )

    def _residue(self) -> list[str]:
        """A failed hot-add leaves an entry that is not present; it does no harm, but it should not go unnoticed."""
        try:
            found = retrieve(self.session, [self.vm.ref], {vim.VirtualMachine: ["config.extraConfig"]})
        except (DirectPathError, vmodl.MethodFault):
            # The failure itself is what has to be told.
            return []
        options = found[0].get("config.extraConfig", []) if found else []
        return [
            f"{option.key}=FALSE"
            for option in options
            if _RESIDUE.match(option.key) and str(option.value).upper() == "FALSE"
        ]

    def _wait_for_running_tasks(self) -> None:
        found = retrieve(self.session, [self.vm.ref], {vim.VirtualMachine: ["recentTask"]})
        tasks = found[0].get("recentTask", []) if found else []
        for state in retrieve(self.session, tasks, {vim.Task: ["info.state"]}) if tasks else []:
            if state.get("info.state") in ("queued", "running"):
                self._wait_quietly(state.obj)

    def _wait_quietly(self, task: Any) -> None:
        """The task may be ours or not; its end matters, its result is read from the VM."""
        try:
            wait_for_task(self.session, task, self.timeout, self.what)
        except TaskFailed:
            pass


_REMEDY = {
    "GenericVmConfigFault": (
        "See the VM's vmware.log for the reason. A guest without PCIe hot plug (Q6) and a host near its interrupt "
        "limit (P2) are known ones."
    ),
    "DeviceHotPlugNotSupported": "Prepare the VM with vm_hotplug_config (P6, P7).",
    "InvalidPowerState": "Power the VM on, then run the play again.",
    "ResourceInUse": "See in vSphere which VM has the device.",
    "TaskInProgress": "Wait until the other task on this VM has ended, then run the play again.",
    "NotEnoughLicenses": "Check the licence of the host.",
}

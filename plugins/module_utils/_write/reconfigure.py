# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One ReconfigVM_Task call for one passthrough device: its spec, and what its failure means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable, TypeVar

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, one_line
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import PciDevice, format_hex_id, signed16
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fault_hints import hint_of, residue_text
from ansible_collections.directpath.nvme.plugins.module_utils._read.residue import DEVICES, EXTRA, residue_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.vm_devices import passthrough_devices
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, as_error, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import TaskFailed
from ansible_collections.directpath.nvme.plugins.module_utils._write.vm_task import Unsettled, see_through

try:
    from pyVmomi import vim
except ImportError:
    pass


Seen = TypeVar("Seen")

_LOOK = (
    "See the VM's vmware.log for the reason. A guest without PCIe hot plug (Q6) and a host near its interrupt limit "
    "(P2) are known ones."
)


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


def hot_remove_spec(device: Any) -> Any:
    """A ConfigSpec that removes one device, which is sent back as it was read (L2, L3)."""
    return _spec("remove", device)


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
        """Call ReconfigVM_Task and see its task through.

        :param is_done: reads whether the change is in place.
        :raises DirectPathError: ``hotplug_failed`` or a code that says more (``no_permission``, ``vm_question``).
        :raises Unsettled: ``task_timeout`` or ``connection_lost``.
        """
        try:
            see_through(
                self.session,
                self.vm.moid,
                lambda: self._machine.ReconfigVM_Task(spec),
                is_done,
                self.timeout,
                f"{self.what} on host {self.host_name}",
            )
        except TaskFailed as failure:
            raise self._failed(failure) from failure
        except Unsettled as error:
            raise error.at(**self._subject) from error

    def prove(self, spec: Any, look: Callable[[], tuple[Seen, bool]]) -> Seen:
        """As run(), and what a look at the VM shows then.

        :param look: reads it, and says whether the change is in place.
        :raises Unsettled: as run(), or it was done and cannot be read back.
        :raises DirectPathError: as run(), or ``not_applied``.
        """
        self.run(spec, lambda: look()[1])
        try:
            after, done = look()
        except (DirectPathError, SERVER_FAULT) as cause:
            error = cause if isinstance(cause, DirectPathError) else unforeseen(cause, self.session.server)
            raise self.not_verified(error) from cause
        if not done:
            raise self.not_applied()
        return after

    def not_verified(self, cause: DirectPathError) -> Unsettled:
        """The server reported success, which counts, but the VM could not be read back."""
        msg = f"{self.what} was reported as done, but this could not be verified: {cause.msg}"
        error = Unsettled(msg, **{**cause.fields(), **self._subject})
        error.done = True
        return error

    def not_applied(self) -> DirectPathError:
        """The server reported success, but the device list does not show it."""
        return DirectPathError(
            f"{self.what} was reported as done, but the VM's device list does not show it.",
            "not_applied",
            remedy="Look at the VM's events in vSphere before you try again.",
            **self._subject,
        )

    @property
    def _subject(self) -> dict[str, str]:
        names = {"host": self.host_name, "vm": self.vm.name, "device": self.address}
        return {**names, "requirement": self.requirement}

    @property
    def _machine(self) -> Any:
        return self.session.object(vim.VirtualMachine, self.vm.moid)

    def _failed(self, failure: TaskFailed) -> DirectPathError:
        """What the server said, and what the VM says of itself now: the reason may be a question that it asks."""
        found = self._look_at_vm()
        left = _left(found, failure.text) if found else ""
        hint = hint_of(failure.text)
        error = as_error(
            failure.fault,
            f"{self.what} on host {self.host_name} failed",
            "hotplug_failed",
            hint.remedy if hint else _LOOK,
            **{**self._subject, **({"requirement": hint.requirement} if hint else {})},
        )
        question = found.get("runtime.question") if found else None
        if question:
            asked = f"The VM waits for an answer to this question: '{one_line(question.text)}'."
            fields = {"code": "vm_question", "remedy": "Answer it in vSphere, then run the play again."}
            error = DirectPathError(f"{error.msg} {asked}", **{**error.fields(), **fields})
        if found and self._done_by_halves(found):
            msg = f"{error.msg} The VM's device list shows it as done all the same. {left}"
            half = Unsettled(msg, **error.fields())
            half.done = True
            return half
        return error.adding(left, {})

    def _done_by_halves(self, now: ObjectProperties) -> bool:
        """The task failed, and the change is in the VM's device list for all that."""
        hardware = now.get(DEVICES)
        if hardware is None:
            return False
        before, after = self.vm.devices, passthrough_devices(hardware.device)
        return _has(before, self.address) != _has(after, self.address)

    def _look_at_vm(self) -> ObjectProperties | None:
        try:
            paths = [EXTRA, DEVICES, "runtime.question"]
            found = retrieve(self.session, [self._machine], {vim.VirtualMachine: paths})
        except (DirectPathError, SERVER_FAULT):
            # The failure itself is what has to be told.
            return None
        return found[0] if found else None


def _has(devices: Sequence[VmPciDevice], address: str) -> bool:
    return any(device.address == address for device in devices)


def _left(now: ObjectProperties, said: str) -> str:
    """What a failed hot-add left behind, in words; it does no harm, but it should not go unnoticed."""
    return residue_text([item.entry for item in residue_of(now) or ()], said)

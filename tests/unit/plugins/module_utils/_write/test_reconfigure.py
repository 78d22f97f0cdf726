# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import TaskFailed
from ansible_collections.directpath.nvme.plugins.module_utils._write import reconfigure
from ansible_collections.directpath.nvme.plugins.module_utils._write.reconfigure import hot_add_spec, hot_remove_spec
from ansible_collections.directpath.nvme.plugins.module_utils._write.vm_task import Unsettled
from memory_vsphere import vm_device
from pyVmomi import vim, vmodl

MakeDevice = Callable[..., HostDevice]

ADDRESS = "0000:d9:00.0"


def set_fields(item: Any) -> set[str]:
    return {field.name for field in item._GetPropertyList() if getattr(item, field.name) not in (None, [])}


@pytest.mark.parametrize(
    ("ids", "vendor_id", "device_id"),
    [
        ("144d:a80a", 0x144D, "a80a"),
        ("8086:0a54", -32634, "a54"),
        ("1e0f:0011", 0x1E0F, "11"),
        ("ffff:ffff", -1, "ffff"),
    ],
)
def test_a_hot_add_has_one_device_and_nothing_else(
    make_device: MakeDevice, ids: str, vendor_id: int, device_id: str
) -> None:
    spec = hot_add_spec(make_device(ADDRESS, ids, name="PM9A3").pci, "uuid-of-the-host")
    assert set_fields(spec) == {"deviceChange"}
    (change,) = spec.deviceChange
    assert (set_fields(change), change.operation) == ({"operation", "device"}, "add")
    assert set_fields(change.device) == {"key", "backing"}
    assert change.device.key < 0
    backing = change.device.backing
    assert (backing.vendorId, backing.deviceId) == (vendor_id, device_id)
    assert (backing.id, backing.systemId, backing.deviceName) == (ADDRESS, "uuid-of-the-host", "PM9A3")


def test_a_hot_remove_sends_the_device_back_as_read() -> None:
    raw = vim.vm.device.VirtualPCIPassthrough(key=13000)
    spec = hot_remove_spec(raw)
    assert set_fields(spec) == {"deviceChange"}
    (change,) = spec.deviceChange
    assert (change.operation, change.device) == ("remove", raw)


class TestFailure:
    """What is told when the server refuses; a lab cannot ask a question."""

    @pytest.fixture
    def fail(self, make_vm: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., DirectPathError]:
        def make(fault: Any, question: str | None = None, *devices: Any, **options: str) -> DirectPathError:
            asked = vim.vm.QuestionInfo(id="1", text=question) if question else None
            extra = [vim.option.OptionValue(key=key.replace("__", "."), value=value) for key, value in options.items()]
            hardware = vim.vm.VirtualHardware(device=list(devices))
            seen = {"config.extraConfig": extra, "config.hardware": hardware, "runtime.question": asked}
            found = [ObjectProperties(None, {path: value for path, value in seen.items() if value}, {})]
            monkeypatch.setattr(reconfigure, "retrieve", lambda *_args: found)

            def refuse(*_args: Any) -> None:
                raise TaskFailed(fault)

            monkeypatch.setattr(reconfigure, "see_through", refuse)
            session: Any = SimpleNamespace(object=lambda _kind, moid: moid)
            call = reconfigure.Reconfigure(session, make_vm(), "esxi-01", ADDRESS, "Hot-add of it", "C1", 60)
            with pytest.raises(DirectPathError) as caught:
                call.run(None, lambda: False)
            error = caught.value
            assert (error.host, error.vm, error.device) == ("esxi-01", "vm-01", ADDRESS)
            return error

        return make

    def test_keys_and_texts_are_passed_on_and_tell_the_requirement(self, fail: Callable[..., DirectPathError]) -> None:
        """Measured on a real vCenter, on a VM without the hot-plug flag."""
        messages = {
            "msg.devices.hotplug.failed": "The hot-plug operation failed. ",
            "msg.devices.hotadd.failed": "Hot-add of pciPassthru26 failed.",
            "msg.pciPassthru.noMigration": "Migration is not supported.",
        }
        listed = [vmodl.LocalizableMessage(key=key, message=text) for key, text in messages.items()]
        fault = vim.fault.GenericVmConfigFault(msg="The hot-plug operation failed. ", faultMessage=listed)
        error = fail(fault, pciPassthru26__present="FALSE", pciPassthru3__present="FALSE", pciPassthru4__present="TRUE")
        assert (error.code, error.requirement, error.fault) == ("hotplug_failed", "P7", "GenericVmConfigFault")
        for words in (*messages, "Hot-add of pciPassthru26 failed", "It left pciPassthru26.present=FALSE in"):
            assert words in error.msg
        assert "pciPassthru3" not in error.msg
        assert "vm_hotplug_config" in str(error.remedy)

    @pytest.mark.parametrize(
        ("fault", "code", "words"),
        [
            (vim.fault.NoPermission(privilegeId="VirtualMachine.Config.RawDevice"), "no_permission", "RawDevice"),
            (vmodl.fault.HostNotConnected(), "host_not_connected", "HostNotConnected"),
            (vim.fault.TaskInProgress(), "task_in_progress", "TaskInProgress"),
            (vim.fault.GenericVmConfigFault(), "hotplug_failed", "GenericVmConfigFault"),
        ],
    )
    def test_a_fault_that_speaks_for_itself_has_its_code(
        self, fail: Callable[..., DirectPathError], fault: Any, code: str, words: str
    ) -> None:
        error = fail(fault)
        assert (error.code, error.requirement) == (code, "C1")
        assert words in error.msg
        assert ("vmware.log" in str(error.remedy)) == (code == "hotplug_failed")

    def test_a_vm_that_asks_a_question(self, fail: Callable[..., DirectPathError]) -> None:
        error = fail(vim.fault.InvalidState(), question="msg.uuid.altered:\nDid you move it?")
        assert (error.code, error.fault) == ("vm_question", "InvalidState")
        assert "waits for an answer to this question: 'msg.uuid.altered: Did you move it?'" in error.msg
        assert "Answer it" in str(error.remedy)

    def test_a_change_that_is_there_although_its_task_failed(self, fail: Callable[..., DirectPathError]) -> None:
        """Whoever goes by the failure alone would take the drive for free."""
        fault = vim.fault.GenericVmConfigFault(msg="The hot-plug operation failed. ")
        error = fail(fault, None, vm_device(0, ADDRESS), pciPassthru26__present="FALSE")
        assert isinstance(error, Unsettled)
        assert (error.done, error.code, error.fault) == (True, "hotplug_failed", "GenericVmConfigFault")
        assert "device list shows it as done all the same" in error.msg
        assert "clean_residue: true" in error.msg

    def test_the_entry_of_a_device_that_is_in_is_no_residue(self, fail: Callable[..., DirectPathError]) -> None:
        other = vm_device(3, "0000:da:00.0")
        error = fail(vim.fault.GenericVmConfigFault(), None, other, pciPassthru3__present="FALSE")
        assert "pciPassthru3" not in error.msg

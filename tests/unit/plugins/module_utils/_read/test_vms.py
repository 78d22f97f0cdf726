# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Hardware
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_vm
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import SWITCHES, vm_of
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from pyVmomi import vim

PciPassthrough = vim.vm.device.VirtualPCIPassthrough


def properties(devices: list[Any] | None = None, missing: dict[str, str] | None = None, **values: Any) -> Any:
    hardware = vim.vm.VirtualHardware(
        numCPU=4, memoryMB=8192, motherboardLayout="acpiHostBridges", device=devices or []
    )
    paths = {
        "name": "storage%2f07",
        "config.template": False,
        "config.version": "vmx-21",
        "config.firmware": "efi",
        "config.hardware": hardware,
        "runtime.connectionState": "connected",
        "runtime.powerState": "poweredOn",
        **{name.replace("__", "."): value for name, value in values.items()},
    }
    set_paths = {path: value for path, value in paths.items() if value is not None}
    return ObjectProperties(vim.VirtualMachine("vm-7", None), set_paths, missing or {})


def fixed(key: int = 13000, slot: int | None = None, **backing: Any) -> Any:
    facts = {
        "id": "0000:d9:00.0",
        "deviceId": "a80a",
        "systemId": "host-uuid",
        "vendorId": 0x144D,
        "deviceName": "PM9A3",
    }
    return PciPassthrough(
        key=key,
        deviceInfo=vim.Description(label="PCI device 0", summary=""),
        backing=PciPassthrough.DeviceBackingInfo(**{**facts, **backing}),
        slotInfo=vim.vm.device.VirtualDevice.PciBusSlotInfo(pciSlotNumber=slot) if slot is not None else None,
    )


def dynamic(assigned: str | None) -> Any:
    return PciPassthrough(
        key=13001, backing=PciPassthrough.DynamicBackingInfo(deviceName="", assignedId=assigned, allowedDevice=[])
    )


def test_settings_are_named_as_in_the_config_spec() -> None:
    vm = vm_of(
        properties(
            config__flags=vim.vm.FlagInfo(vvtdEnabled=True),
            config__memoryAllocation=vim.ResourceAllocationInfo(reservation=8192),
            config__cpuHotAddEnabled=True,
            config__fixedPassthruHotPlugEnabled=True,
        )
    )
    assert vm.settings == {
        "firmware": "efi",
        "motherboardLayout": "acpiHostBridges",
        "memoryReservationLockedToMax": False,
        "fixedPassthruHotPlugEnabled": True,
        "flags.vvtdEnabled": True,
        "cpuHotAddEnabled": True,
        "cpuHotRemoveEnabled": False,
        "memoryHotAddEnabled": False,
        "nestedHVEnabled": False,
    }
    spec_fields = {field.name for field in vim.vm.ConfigSpec._propList}
    assert {name.partition(".")[0] for name in vm.settings} <= spec_fields
    assert vm.hardware == Hardware(version=21, cpus=4, memory_mb=8192, memory_reservation_mb=8192)
    assert vm.memory_reserved


def test_identity_has_the_name_as_people_write_it() -> None:
    assert vm_of(properties()).identity == {"name": "storage/07", "moid": "vm-7"}


def test_what_a_server_does_not_set_is_off() -> None:
    vm = vm_of(properties())
    assert (vm.fault_tolerance, vm.snapshots, vm.tools_running) == (False, False, False)
    assert {vm.settings[name] for name in SWITCHES} == {False}
    assert not vm.memory_reserved


@pytest.mark.parametrize(
    ("status", "running"),
    [("guestToolsRunning", True), ("guestToolsExecutingScripts", True), ("guestToolsNotRunning", False), (None, False)],
)
def test_tools(status: str | None, running: bool) -> None:
    assert vm_of(properties(guest__toolsRunningStatus=status)).tools_running is running


def test_fault_tolerance_and_snapshots() -> None:
    vm = vm_of(properties(runtime__faultToleranceState="running", snapshot=vim.vm.SnapshotInfo()))
    assert (vm.fault_tolerance, vm.snapshots) == (True, True)


@pytest.mark.parametrize("text", ["a80a", "0xa80a", "0A80A", "A80A"])
def test_every_form_of_a_device_id(text: str) -> None:
    (device,) = vm_of(properties([fixed(deviceId=text)])).devices
    assert device.vendor_device == "144d:a80a"


def test_a_vendor_id_above_7fff_is_read_unsigned() -> None:
    (device,) = vm_of(properties([fixed(vendorId=-32634, deviceId="0x0a54")])).devices
    assert device.vendor_device == "8086:0a54"


def test_ids_that_are_no_numbers_do_not_keep_the_vm_from_being_read() -> None:
    (device,) = vm_of(properties([fixed(id="elsewhere", deviceId="-57f6?")])).devices
    assert (device.address, device.address_known, device.vendor_device) == ("elsewhere", False, None)


def test_a_device_has_a_slot_once_it_ran() -> None:
    never_ran, ran = vm_of(properties([fixed(), fixed(key=13001, slot=65)])).devices
    assert (never_ran.pci_slot_number, ran.pci_slot_number) == (None, 65)


def test_a_device_is_known_by_key_label_and_name() -> None:
    (device,) = vm_of(properties([fixed()])).devices
    assert (device.key, device.label, device.name, device.system_id) == (13000, "PCI device 0", "PM9A3", "host-uuid")


@pytest.mark.parametrize(("assigned", "address"), [(None, None), ("0000:D9:00.0", "0000:d9:00.0")])
def test_dynamic_devices(assigned: str | None, address: str | None) -> None:
    (device,) = vm_of(properties([dynamic(assigned)])).devices
    assert (device.dynamic, device.address, device.vendor_device) == (True, address, None)
    assert device.label == "PCI device 13001"


def test_a_vgpu_is_no_passthrough_device() -> None:
    vgpu = PciPassthrough(key=13000, backing=PciPassthrough.VmiopBackingInfo(vgpu="grid"))
    assert vm_of(properties([vgpu, vim.vm.device.VirtualE1000(key=4000)])).devices == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"runtime__connectionState": "orphaned", "config__hardware": None}, "vm_not_connected"),
        ({"runtime__connectionState": "inaccessible"}, "vm_not_connected"),
        ({"config__hardware": None, "missing": {"config.hardware": "NoPermission"}}, "vm_not_readable"),
        ({"missing": {"config.flags": "NoPermission"}}, "vm_not_readable"),
        ({"missing": {"snapshot": "NoPermission"}}, "vm_not_readable"),
        ({"config__template": True}, "vm_is_template"),
    ],
)
def test_unusable(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        require_usable_vm(vm_of(properties(**changes)))
    assert (caught.value.code, caught.value.vm) == (code, "storage/07")
    assert "NoPermission" in str(caught.value) or code != "vm_not_readable"


def test_usable() -> None:
    require_usable_vm(vm_of(properties()))

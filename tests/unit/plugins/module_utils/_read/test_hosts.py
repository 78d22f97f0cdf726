# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import (
    STORAGE_NOT_READ,
    HostDevice,
    HostDevices,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_devices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import objections
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import (
    host_devices_of,
    host_pci_of,
    read_host_devices,
    read_host_pci,
    with_storage,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from memory_vsphere import Vsphere
from pyVmomi import vim

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]
MakeVmDevice = Callable[..., VmPciDevice]

HOST = vim.HostSystem("host-1", None)
DRIVE = "0000:d9:00.0"


def pci(address: str = DRIVE, **changes: Any) -> Any:
    facts = {"vendorId": 0x144D, "deviceId": -22518, "classId": 0x0108, "deviceName": "PM9A3"}
    return vim.host.PciDevice(id=address, **{**facts, **changes})


def info(address: str = DRIVE, **changes: Any) -> Any:
    facts = {"dependentDevice": address, "passthruCapable": True, "passthruEnabled": False, "passthruActive": False}
    return vim.host.PciPassthruInfo(id=address, **{**facts, **changes})


def adapter(address: str = DRIVE) -> Any:
    return vim.host.PcieHba(key="hba", device="vmhba3", pci=address)


def read(
    devices: list[Any], passthrough: list[Any], missing: dict[str, str] | None = None, **values: Any
) -> HostDevices:
    product = vim.AboutInfo(version="8.0.1", build="1", apiVersion="8.0.1.0")
    paths = {
        "name": "esxi-01",
        "runtime.connectionState": "connected",
        "config.product": product,
        "hardware.pciDevice": devices,
        "config.pciPassthruInfo": passthrough,
        **{name.replace("__", "."): value for name, value in values.items()},
    }
    return host_devices_of(ObjectProperties(HOST, paths, missing or {}))


def test_a_device_as_the_api_sends_it() -> None:
    device = read([pci()], [info(passthruEnabled=True)]).devices[DRIVE]
    assert (device.pci.address, device.pci.name, device.pci.vendor_device) == (DRIVE, "PM9A3", "144d:a80a")
    assert (device.capable, device.enabled, device.active, device.pending) == (True, True, False, True)
    assert (device.dependent, device.label, device.serial) == (DRIVE, None, None)


def test_a_device_that_the_passthrough_list_does_not_know() -> None:
    device = read([pci()], []).devices[DRIVE]
    assert (device.capable, device.enabled, device.active, device.dependent) == (False, False, False, DRIVE)


@pytest.mark.parametrize(
    ("of_device", "of_passthrough", "label"),
    [
        ({}, {}, None),
        ({"physicalSlot": 3}, {}, "slot 3"),
        ({"physicalSlot": 3, "slotDescription": "NVMe Bay 3"}, {}, "NVMe Bay 3"),
        ({"physicalSlot": 3, "slotDescription": "NVMe Bay 3"}, {"hardwareLabel": "cache"}, "cache"),
        ({"physicalSlot": 0}, {}, "slot 0"),
        ({"physicalSlot": -1, "slotDescription": "NIC2"}, {}, None),
        ({"physicalSlot": -1, "slotDescription": "NIC2"}, {"hardwareLabel": "cache"}, "cache"),
        ({"slotDescription": "NVMe Bay 3"}, {}, "NVMe Bay 3"),
    ],
)
def test_the_most_telling_label_counts(
    of_device: dict[str, Any], of_passthrough: dict[str, Any], label: str | None
) -> None:
    # The oldest pyVmomi in use has no type with the fields of API 9.0.
    device = SimpleNamespace(**{**vars(pci()), **of_device})
    assert read([device], [info(**of_passthrough)]).devices[DRIVE].label == label


@pytest.mark.parametrize(
    ("told", "slot", "description"),
    [
        ({"physicalSlot": 5, "slotDescription": "NVMe Bay 5"}, "5", "NVMe Bay 5"),
        ({"physicalSlot": -1, "slotDescription": "NIC2"}, None, None),
        ({}, None, None),
    ],
)
def test_where_a_device_is(told: dict[str, Any], slot: str | None, description: str | None) -> None:
    view = read([SimpleNamespace(**{**vars(pci()), **told})], [info(hardwareLabel="cache")])
    device = view.devices[DRIVE]
    assert (device.slot, device.slot_description, device.hardware_label) == (slot, description, "cache")
    assert (view.slots_unread is None) == bool(told)


def test_what_the_host_can_do() -> None:
    view = read(
        [],
        [],
        capability__fptHotplugSupported=True,
        capability__deviceRebindWithoutRebootSupported=True,
    )
    assert (view.hot_plug_supported, view.rebinds_without_reboot) == (True, True)
    silent = read([], [])
    assert (silent.hot_plug_supported, silent.rebinds_without_reboot) == (None, False)


@pytest.mark.parametrize(
    ("devices", "passthrough", "values", "held"),
    [
        ([pci()], [info()], {}, True),
        ([pci()], [info(passthruEnabled=True)], {}, True),
        ([pci()], [info(passthruEnabled=True, passthruActive=True)], {}, False),
        ([pci(classId=0x0200)], [info()], {}, False),
        ([pci()], [info()], {"config__storageDevice__hostBusAdapter": [adapter("elsewhere")]}, True),
    ],
)
def test_a_drive_of_esxi_without_an_adapter_cannot_be_judged(
    devices: list[Any], passthrough: list[Any], values: dict[str, Any], held: bool
) -> None:
    uses = read(devices, passthrough, **values).devices[DRIVE].uses
    assert [use.kind for use in uses] == (["no_adapter"] if held else [])


@pytest.mark.parametrize("path", ["hardware.pciDevice", "config.pciPassthruInfo"])
def test_what_the_account_may_not_read_is_not_taken_for_absent(path: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        require_usable_devices(read([], [], missing={path: "NoPermission"}))
    assert (caught.value.code, caught.value.host) == ("host_not_readable", "esxi-01")
    assert path in caught.value.msg


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"runtime__connectionState": "notResponding"}, "host_not_connected"),
        ({"config__product": vim.AboutInfo(version="7.0.3", apiVersion="7.0.3.0")}, "host_too_old"),
    ],
)
def test_unusable_hosts(values: dict[str, Any], code: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        require_usable_devices(read([pci()], [info()], **values))
    assert caught.value.code == code


@pytest.mark.parametrize("class_id", [0x0108, 0x0106, 0x0200, 0x0604])
@pytest.mark.parametrize("active", [True, False])
def test_without_the_storage_of_a_host_nothing_of_it_can_be_judged(class_id: int, active: bool) -> None:
    values = {
        "name": "esxi-01",
        "hardware.pciDevice": [pci(classId=class_id)],
        "config.pciPassthruInfo": [info(passthruActive=active)],
    }
    view = host_pci_of(ObjectProperties(HOST, values, {}))
    device = view.devices[DRIVE]
    assert device.uses == (STORAGE_NOT_READ,)
    assert objections(view, device, Owners()) == ["it cannot be judged: the storage of its host was not read"]


@pytest.mark.parametrize("running", [True, False])
def test_whether_a_running_vm_has_the_drive_is_not_guessed(
    make_device: MakeDevice, make_view: MakeView, make_vm_device: MakeVmDevice, running: bool
) -> None:
    drive = make_device(uses=(STORAGE_NOT_READ,))
    if running:
        with pytest.raises(ValueError, match=DRIVE):
            make_view(drive).device_behind(make_vm_device(), running)
    else:
        assert make_view(drive).device_behind(make_vm_device(), running) == drive


@pytest.fixture
def vsphere() -> Vsphere:
    vsphere = Vsphere()
    for number in (1, 2):
        vsphere.add_drives(vsphere.add_host(f"host-{number}", f"esxi-0{number}.lab"), d8=True, d9=False)
    return vsphere


def test_read_in_two_steps_a_host_is_the_same(vsphere: Vsphere) -> None:
    session, refs = vsphere.session(), vsphere.hosts[::-1]
    whole = read_host_devices(session, refs)
    assert whole[0].devices[DRIVE].serial == f"S-{DRIVE}"
    assert with_storage(session, read_host_pci(session, refs)) == whole
    assert vsphere.calls == ["RetrievePropertiesEx"] * 3


def test_a_host_that_is_gone_when_its_storage_is_read_cannot_be_judged(vsphere: Vsphere) -> None:
    session = vsphere.session()
    narrow = read_host_pci(session, vsphere.hosts)
    del vsphere.values[vsphere.hosts[0]]
    gone, there = with_storage(session, narrow)
    assert gone == narrow[0]
    assert objections(gone, gone.devices[DRIVE], Owners())
    assert objections(there, there.devices[DRIVE], Owners()) == []


def test_no_hosts_cost_no_call(vsphere: Vsphere) -> None:
    assert with_storage(vsphere.session(), []) == []
    assert vsphere.calls == []


def test_usable() -> None:
    require_usable_devices(read([pci()], [info()]))


def test_select(make_device: MakeDevice, make_view: MakeView) -> None:
    nic = make_device("0000:3b:00.0", "8086:1572", class_id=0x0200)
    first, second = make_device("0000:d9:00.0"), make_device("0000:da:00.0")
    view = make_view(nic, first, second)
    assert view.select(Selector(vendor_device="144d:a80a")) == [first, second]
    assert view.select(Selector(address="0000:3b:00.0")) == [nic]
    assert view.nvme() == [first, second]


def test_a_group_is_followed_to_its_end(make_device: MakeDevice, make_view: MakeView) -> None:
    bridge = make_device("0000:5d:00.0", class_id=0x0604)
    first = make_device("0000:5e:00.0", dependent="0000:5d:00.0")
    second = make_device("0000:5f:00.0", dependent="0000:5d:00.0")
    function = make_device("0000:5f:00.1", dependent="0000:5f:00.0")
    alone = make_device("0000:d9:00.0")
    view = make_view(bridge, first, second, function, alone)
    for member in (bridge, first, second, function):
        assert view.group(member) == [bridge, first, second, function]
    assert view.group(alone) == [alone]


def test_a_group_whose_bridge_is_not_listed(make_device: MakeDevice, make_view: MakeView) -> None:
    first = make_device("0000:5e:00.0", dependent="0000:5d:00.0")
    second = make_device("0000:5f:00.0", dependent="0000:5d:00.0")
    assert make_view(first, second).group(first) == [first, second]


@pytest.mark.parametrize(
    ("entry", "device", "running", "found"),
    [
        ({}, {"active": True}, True, True),
        ({}, {"active": False}, False, True),
        ({}, {"active": False, "serial": "S1"}, True, False),
        ({}, {"active": False, "uses": (Use("vmfs", "local"),)}, True, False),
        # That passthrough is not in force is no proof that the drive is another.
        ({}, {"active": False}, True, True),
        ({}, {"active": False, "uses": (Use("no_adapter", "none"),)}, True, True),
        ({"device_id": 0x0001}, {"active": True}, True, False),
        ({"vendor_id": None, "device_id": None}, {"active": True}, True, True),
        ({"address": "0000:aa:00.0"}, {"active": True}, True, False),
        ({"address": None}, {"active": True}, True, False),
    ],
)
def test_the_device_behind_an_entry(
    make_device: MakeDevice,
    make_view: MakeView,
    make_vm_device: MakeVmDevice,
    entry: dict[str, Any],
    device: dict[str, Any],
    running: bool,
    found: bool,
) -> None:
    drive = make_device(**device)
    behind = make_view(drive).device_behind(make_vm_device(**entry), running)
    assert behind == (drive if found else None)


@pytest.mark.parametrize("address", ["0000:D9:00.0", "d9:00.0", "00000:217:00.0", ""])
def test_addresses_in_no_known_form_make_a_host_unreadable(address: str) -> None:
    """Entries of VMs could not be compared with them, and a drive in use would look free."""
    with pytest.raises(DirectPathError) as caught:
        require_usable_devices(read([pci(address)], [info(address)]))
    assert caught.value.code == "host_not_readable"


def test_a_host_that_shows_no_pci_device_at_all_was_not_read() -> None:
    assert read([], []).unreadable == ("hardware.pciDevice (it is not set)",)
    assert read([pci()], []).unreadable == ()

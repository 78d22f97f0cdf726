# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import Namespace
from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs
from guest_tree import GuestTree

ADDRESS = "0000:0b:00.0"


def test_a_drive_with_its_slot_and_namespaces(tree: GuestTree) -> None:
    tree.drive(ADDRESS, "nvme0", partitions=["nvme0n1p1"])
    tree.write("sys/bus/pci/slots/64/address", "0000:0b:00")
    (device,) = Sysfs(str(tree.root)).devices()
    assert (device.address, device.vendor_device, device.subsystem) == (ADDRESS, "144d:a80a", "144d:a801")
    assert (device.physical_slot, device.driver) == ("64", "nvme")
    assert (device.model, device.serial) == ("PM9A3", "S64")  # sysfs pads both
    assert device.namespaces == (Namespace("nvme0n1", 8192 * 512, ("nvme0n1p1",)),)


def test_other_pci_devices_are_none_of_ours(tree: GuestTree) -> None:
    tree.write("sys/bus/pci/devices/0000:00:01.0/class", "0x020000")
    assert Sysfs(str(tree.root)).devices() == []


def test_a_device_that_has_just_vanished_is_left_out(tree: GuestTree) -> None:
    tree.drive(ADDRESS, "nvme0")
    (tree.root / "sys/bus/pci/devices/0000:13:00.0").symlink_to("../../../devices/gone")
    assert [device.address for device in Sysfs(str(tree.root)).devices()] == [ADDRESS]


def test_with_multipath_the_namespace_hangs_below_the_subsystem(tree: GuestTree) -> None:
    tree.drive(ADDRESS, "nvme3", namespace=None)
    subsystem = tree.root / "sys/devices/virtual/nvme-subsystem/nvme-subsys0"
    (subsystem / "nvme3").mkdir(parents=True)
    tree.block("nvme0n1", below=subsystem)
    (device,) = Sysfs(str(tree.root)).devices()
    assert [item.name for item in device.namespaces] == ["nvme0n1"]


def test_a_drive_that_another_driver_has(tree: GuestTree) -> None:
    tree.drive(ADDRESS, None, driver="vfio-pci")
    (device,) = Sysfs(str(tree.root)).devices()
    assert (device.driver, device.controllers, device.namespaces, device.serial) == ("vfio-pci", (), (), None)


def test_a_drive_that_nothing_has_bound(tree: GuestTree) -> None:
    tree.drive(ADDRESS, None, driver=None)
    (device,) = Sysfs(str(tree.root)).devices()
    assert (device.driver, device.physical_slot) == (None, None)


def test_what_a_kernel_can_hot_plug_with(tree: GuestTree, tmp_path: Path) -> None:
    (tree.root / "sys/bus/pci_express/drivers/pciehp").mkdir(parents=True)
    (tree.root / "sys/module/acpiphp").mkdir(parents=True)
    sysfs = Sysfs(str(tree.root))
    assert (sysfs.has_pciehp(), sysfs.module_or_builtin("acpiphp"), sysfs.module_or_builtin("nvme")) == (
        True,
        True,
        False,
    )
    assert not Sysfs(str(tmp_path / "nothing")).has_pciehp()


def test_the_kernel_name_of_what_a_path_leads_to(tree: GuestTree) -> None:
    """/dev/null is a device that every machine has; this one's kernel calls it by another name."""
    (tree.root / "sys/devices/nvme0").mkdir(parents=True)
    (tree.root / "sys/dev/char").mkdir(parents=True)
    (tree.root / "sys/dev/char/1:3").symlink_to("../../devices/nvme0")
    link = tree.root / "dev/by-id"
    link.symlink_to("/dev/null")
    sysfs = Sysfs(str(tree.root))
    assert sysfs.kernel_name(str(link)) == "nvme0"
    assert sysfs.kernel_name("/dev/zero") == "zero"  # not in this sysfs
    assert sysfs.kernel_name("/dev/that-is-gone") == "that-is-gone"
    assert sysfs.kernel_name("tank/data") == "tank/data"
    assert sysfs.kernel_name(str(tree.root)) == ""

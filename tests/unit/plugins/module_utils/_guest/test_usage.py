# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._guest import command, usage
from ansible_collections.directpath.nvme.plugins.module_utils._guest.stacked import volume_group
from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs
from ansible_collections.directpath.nvme.plugins.module_utils._guest.usage import UsageReader
from guest_tree import GuestTree

ADDRESS = "0000:0b:00.0"


@pytest.fixture
def tree(tree: GuestTree, monkeypatch: pytest.MonkeyPatch) -> GuestTree:
    """A guest with one drive that has one partition, and no programs of LVM or ZFS."""
    tree.drive(ADDRESS, "nvme0", partitions=["nvme0n1p1"])
    (tree.root / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tree.root / "bin"))
    monkeypatch.setattr(command, "FOLDERS", ())
    return tree


def program(tree: GuestTree, name: str, output: str, code: int = 0) -> None:
    path = tree.write(f"bin/{name}", f"#!/bin/sh\necho '{output}'\nexit {code}")
    path.chmod(0o755)


def users(tree: GuestTree) -> tuple[list[tuple[str, str]], list[str]]:
    """(kind, name) of every user of the drive, and what could not be seen."""
    sysfs = Sysfs(str(tree.root))
    reader = UsageReader(sysfs, str(tree.root / "proc"), str(tree.root / "dev"))
    (device,) = sysfs.devices()
    return [(use.kind, use.name) for use in reader.of(device)], reader.not_seen


def test_a_drive_that_nobody_uses(tree: GuestTree) -> None:
    tree.process("1")
    assert users(tree) == ([], [])


def test_a_mount_of_a_partition_in_a_container(tree: GuestTree) -> None:
    tree.process("1")
    tree.process("77", "259:1 /srv/my\\040data /dev/nvme0n1p1")
    assert users(tree) == ([("mount", "/srv/my data")], [])


def test_a_mount_on_a_volume_on_an_array_of_a_partition(tree: GuestTree) -> None:
    tree.block("md127", number=20)
    tree.write("sys/block/md127/md/array_state", "clean")
    tree.block("dm-0", number=30)
    tree.write("sys/block/dm-0/dm/name", "vg--a-lv")
    tree.write("sys/block/dm-0/dm/uuid", "LVM-abc")
    tree.stack("md127", "nvme0n1p1")
    tree.stack("dm-0", "md127")
    tree.process("1", "259:30 /data /dev/mapper/vg--a-lv")
    assert users(tree)[0] == [("mount", "/data"), ("md", "md127"), ("lvm", "vg-a")]


def test_encrypted_and_mapped(tree: GuestTree) -> None:
    tree.block("dm-1", number=31)
    tree.write("sys/block/dm-1/dm/name", "secret")
    tree.write("sys/block/dm-1/dm/uuid", "CRYPT-LUKS2-abc")
    tree.stack("dm-1", "nvme0n1")
    assert users(tree)[0] == [("crypt", "secret")]


def test_a_btrfs_that_mounts_name_by_another_of_its_drives(tree: GuestTree) -> None:
    (tree.root / "sys/fs/btrfs/1234/devices/nvme0n1").mkdir(parents=True)
    tree.process("1", "0:40 /pool /dev/sdb")
    assert users(tree)[0] == [("btrfs", "1234")]


def test_swap(tree: GuestTree) -> None:
    tree.write("proc/swaps", "Filename Type Size Used Priority\n/dev/nvme0n1p1 partition 1 0 -2")
    assert users(tree)[0] == [("swap", "nvme0n1p1")]


def test_programs_that_have_it_open_by_any_of_its_nodes(tree: GuestTree) -> None:
    tree.process("9", command="db", opened=["/dev/nvme0n1", "/dev/ng0n1", "/dev/nvme1n1"])
    tree.process("10", command="cli", opened=["/dev/nvme0"])
    assert sorted(users(tree)[0]) == [("open", "cli (pid 10)"), ("open", "db (pid 9)"), ("open", "db (pid 9)")]


def test_a_program_that_knows_the_drive_by_another_name(tree: GuestTree) -> None:
    """Raw block volumes of containers have any name; the number decides. /dev/null stands for such a node here."""
    tree.process("9", command="osd", opened=["/dev/null"])
    (tree.root / "sys/dev/char").mkdir(parents=True)
    (tree.root / "sys/dev/char/1:3").symlink_to("../../class/nvme/nvme0")
    (tree.root / "sys/class/nvme/nvme0").mkdir(parents=True)
    assert users(tree)[0] == [("open", "osd (pid 9)")]


def test_a_file_that_is_called_like_the_drive_is_not_the_drive(tree: GuestTree) -> None:
    tree.process("9", opened=[str(tree.write("srv/nvme0n1", ""))])
    assert users(tree) == ([], [])


@pytest.mark.parametrize(
    ("where", "path", "user"),
    [
        ("nvmet/subsystems/nqn.a/namespaces/1/device_path", "/dev/nvme0n1", ("nvmet", "nqn.a")),
        ("nvmet/subsystems/nqn.b/passthru/device_path", "/dev/nvme0", ("nvmet", "nqn.b")),
        ("target/core/iblock_0/disk/udev_path", "/dev/nvme0n1p1", ("lio", "disk")),
        ("target/core/fileio_1/file/info", "TCM FILEIO ID: 0        File: /dev/nvme0n1  Size: 8", ("lio", "file")),
    ],
)
def test_a_target_that_exports_it(tree: GuestTree, where: str, path: str, user: tuple[str, str]) -> None:
    tree.write(f"sys/kernel/config/{where}", path)
    assert users(tree) == ([user], [])


def test_a_holder_of_no_kind_we_know(tree: GuestTree) -> None:
    tree.block("bcache0", number=60)
    tree.stack("bcache0", "nvme0n1p1")
    assert users(tree)[0] == [("holder", "bcache0")]


def test_what_could_not_be_asked_because_its_node_is_lacking_is_told(tree: GuestTree) -> None:
    (tree.root / "dev/nvme0n1p1").unlink()
    assert users(tree) == (
        [],
        [
            "what is on /dev/nvme0n1p1 (No such file or directory; run as root, in the guest itself)",
            "whether the kernel has claimed /dev/nvme0n1p1 (No such file or directory)",
        ],
    )


def test_what_vanished_is_not_asked_for(tree: GuestTree) -> None:
    sysfs = Sysfs(str(tree.root))
    reader = UsageReader(sysfs, str(tree.root / "proc"), str(tree.root / "dev"))
    (device,) = sysfs.devices()
    for name in ("nvme0n1", "nvme0n1p1"):
        (tree.root / "dev" / name).unlink()
        (tree.root / "sys/class/block" / name).unlink()
    assert (reader.of(device), reader.not_seen) == ([], [])


def test_a_loop_device_over_it(tree: GuestTree) -> None:
    tree.block("loop0", number=50)
    tree.write("sys/block/loop0/loop/backing_file", "/dev/nvme0n1")
    assert users(tree)[0] == [("loop", "loop0")]


def test_a_pool_says_which_drives_it_has(tree: GuestTree) -> None:
    (tree.root / "proc/spl/kstat/zfs").mkdir(parents=True)
    program(tree, "zpool", "other\t1G\n\t/dev/sda\t1G\nmy tank\t1G\n\tmirror-0\t1G\n\t/dev/nvme0n1p1\t1G")
    assert users(tree)[0] == [("zfs", "my tank")]


def test_a_drive_that_is_the_log_of_a_pool(tree: GuestTree) -> None:
    (tree.root / "proc/spl/kstat/zfs").mkdir(parents=True)
    program(tree, "zpool", "tank\t1G\n\t/dev/sda\t1G\nlogs   -   -   -\n\t/dev/nvme0n1\t1G")
    assert users(tree)[0] == [("zfs", "tank")]


def test_a_pool_that_cannot_be_asked_is_told(tree: GuestTree) -> None:
    (tree.root / "proc/spl/kstat/zfs").mkdir(parents=True)
    assert users(tree) == ([], ["which drives belong to ZFS pools (zpool is not there, or fails: see what it says)"])


def test_a_volume_group_without_active_volumes(tree: GuestTree) -> None:
    program(tree, "pvs", "  /dev/nvme0n1p1|idle")
    assert users(tree)[0] == [("lvm", "idle")]


def test_a_physical_volume_that_left_its_group_is_free(tree: GuestTree) -> None:
    program(tree, "pvs", "  /dev/nvme0n1p1|")
    assert users(tree) == ([], [])


def test_volume_groups_that_cannot_be_asked_are_told(tree: GuestTree) -> None:
    program(tree, "pvs", "", code=5)
    assert users(tree) == ([], ["which drives belong to inactive LVM volume groups (pvs fails: see what it says)"])


def test_another_driver_uses_it(tmp_path: Path) -> None:
    tree = GuestTree(tmp_path / "other")
    tree.drive(ADDRESS, None, driver="vfio-pci")
    assert ("driver", "vfio-pci") in users(tree)[0]


@pytest.mark.parametrize(
    ("mapped", "group"), [("vg-lv", "vg"), ("vg--a-lv", "vg-a"), ("vg--a--b-lv--1", "vg-a-b"), ("a----b-lv", "a--b")]
)
def test_the_volume_group_of_a_mapper_name(mapped: str, group: str) -> None:
    assert volume_group(mapped) == group


def on_the_drive(tree: GuestTree, group: bytes | None) -> None:
    """A label of LVM on the partition, with a group, with no group, or with no metadata that could tell."""
    pairs = [(1048576, 0), (0, 0), (4096, 8192), (0, 0)]
    label = b"u" * 32 + struct.pack("<Q", 0) + b"".join(struct.pack("<QQ", *pair) for pair in pairs)
    data = bytearray(16384)
    data[512 : 512 + 32 + len(label)] = b"LABELONE" + struct.pack("<QII", 1, 0, 32) + b"LVM2 001" + label
    if group is not None:
        offset = 512 if group else 0
        data[4096:4160] = struct.pack("<I16sIQQQQII", 0, b" LVM2 x[5A%r0N*>", 1, 4096, 8192, offset, 99, 0, 0)
        data[4608 : 4608 + len(group)] = group
    (tree.root / "dev/nvme0n1p1").write_bytes(bytes(data))


def test_a_volume_group_that_lvm_does_not_show_or_that_no_lvm_is_there_to_show(tree: GuestTree) -> None:
    on_the_drive(tree, b"hidden {\n")
    assert users(tree) == ([("lvm", "hidden")], [])
    program(tree, "pvs", "")
    assert users(tree) == ([("lvm", "hidden")], [])


def test_a_label_that_does_not_tell_its_group_counts_unless_lvm_says_that_it_has_none(tree: GuestTree) -> None:
    on_the_drive(tree, None)
    assert users(tree) == ([("lvm", "of a group that its label does not name")], [])
    program(tree, "pvs", "  /dev/nvme0n1p1|")
    assert users(tree) == ([], [])


def data(tree: GuestTree) -> tuple[list[tuple[str, str, str | None]], list[str]]:
    """(kind, name, device) of everything on the drive, and what could not be seen."""
    sysfs = Sysfs(str(tree.root))
    reader = UsageReader(sysfs, str(tree.root / "proc"), str(tree.root / "dev"))
    (device,) = sysfs.devices()
    return [(item.kind, item.name, item.device) for item in reader.data(device)], reader.not_seen


def test_data_that_nobody_uses(tree: GuestTree) -> None:
    on_the_drive(tree, b"")
    (tree.root / "dev/nvme0n1").write_bytes(b"\0" * 512 + b"EFI PART")
    assert users(tree) == ([], [])
    assert data(tree) == (
        [("gpt", "", "nvme0n1"), ("lvm", "a physical volume of no group", "nvme0n1p1")],
        [],
    )


def test_a_drive_that_does_not_answer_is_not_read_and_not_kept_for_it(tree: GuestTree) -> None:
    """A failed drive has to be replaced."""
    tree.write("sys/class/nvme/nvme0/state", "dead")
    assert users(tree) == ([], [])
    assert data(tree)[0][0] == ("unreadable", "its controller is dead", "nvme0n1")


@pytest.mark.parametrize(
    ("error", "told", "missed"),
    [
        (errno.EIO, ["Input/output error"] * 2, 0),
        (errno.ENXIO, [], 0),
        (errno.EACCES, [], 2),
        (errno.EPERM, [], 2),
    ],
)
def test_what_keeps_a_drive_from_being_read(
    tree: GuestTree, monkeypatch: pytest.MonkeyPatch, error: int, told: list[str], missed: int
) -> None:
    def fail(path: str) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(usage, "contents", fail)
    found, not_seen = data(tree)
    assert ([name for _kind, name, _device in found], len(not_seen)) == (told, missed)


@pytest.mark.parametrize(("module", "folder"), [("nvmet", "nvmet"), ("target_core_mod", "target")])
def test_targets_whose_configuration_is_out_of_sight_are_told(tree: GuestTree, module: str, folder: str) -> None:
    (tree.root / "sys/module" / module).mkdir(parents=True)
    assert users(tree) == ([], [f"what {module} exports (mount configfs at /sys/kernel/config)"])
    (tree.root / "sys/kernel/config" / folder).mkdir(parents=True)
    assert users(tree) == ([], [])


def test_a_pci_device_whose_class_is_out_of_sight_is_told(tree: GuestTree) -> None:
    (tree.root / "sys/bus/pci/devices/0000:00:00.0/class").unlink()
    assert users(tree) == ([], ["what PCI device 0000:00:00.0 is (its class cannot be read)"])

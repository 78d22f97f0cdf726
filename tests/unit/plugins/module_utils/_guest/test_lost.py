# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._guest import command
from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs
from ansible_collections.directpath.nvme.plugins.module_utils._guest.usage import UsageReader
from guest_tree import GuestTree

Lost = tuple[str, str, "str | None", bool]


@pytest.fixture
def tree(tree: GuestTree, monkeypatch: pytest.MonkeyPatch) -> GuestTree:
    """A guest with one drive, nvme0n1, and no programs; of nvme1n1, nothing is left but its users."""
    tree.drive("0000:0b:00.0", "nvme0")
    monkeypatch.setattr(command, "find", lambda program: None)
    return tree


def lost(tree: GuestTree) -> list[Lost]:
    reader = UsageReader(Sysfs(str(tree.root)), str(tree.root / "proc"), str(tree.root / "dev"))
    return [(use.kind, use.name, use.device, use.degraded) for use in reader.lost]


def array(tree: GuestTree, name: str, drives: list[str], **facts: str) -> None:
    """An array of these drives; of those that are gone, the links lead nowhere."""
    tree.block(name, number=20)
    for fact, text in {"array_state": "clean", "degraded": "0", "raid_disks": str(len(drives)), **facts}.items():
        tree.write(f"sys/block/{name}/md/{fact}", text)
    stack(tree, name, drives)


def volume(tree: GuestTree, name: str, mapped: str, drives: list[str], uuid: str = "LVM-x") -> None:
    tree.block(name, number=40)
    tree.write(f"sys/block/{name}/dm/name", mapped)
    tree.write(f"sys/block/{name}/dm/uuid", uuid)
    stack(tree, name, drives)


def stack(tree: GuestTree, name: str, drives: list[str]) -> None:
    folder = tree.root / "sys/block" / name / "slaves"
    folder.mkdir()
    for drive in drives:
        (folder / drive).symlink_to(f"../../../class/block/{drive}")


def test_a_guest_that_has_lost_nothing(tree: GuestTree) -> None:
    tree.process("1", "259:0 /data /dev/nvme0n1", "0:40 /home server:/home", opened=["/dev/nvme0n1"])
    tree.write("proc/swaps", "Filename Type\n/dev/nvme0n1 partition\n/swapfile file\n/dev/mapper/swap partition")
    array(tree, "md0", ["nvme0n1"], level="raid1")
    assert lost(tree) == []


def test_file_systems_that_are_still_mounted(tree: GuestTree) -> None:
    tree.process("1", "259:7 /data /dev/nvme1n1", "259:8 /in\\040use /dev/nvme1n2")
    assert lost(tree) == [("mount", "/data", "nvme1n1", False), ("mount", "/in use", "nvme1n2", False)]


@pytest.mark.parametrize("path", ["/dev/nvme1n1\\040(deleted)", "/dev/nvme1n1"])
def test_swap(tree: GuestTree, path: str) -> None:
    tree.write("proc/swaps", f"Filename Type Size\n{path}  partition 1")
    assert lost(tree) == [("swap", "nvme1n1", "nvme1n1", False)]


def test_a_program_that_holds_the_node_of_a_drive(tree: GuestTree) -> None:
    """/dev/null stands for it: a node that is not among the kernel's devices, here."""
    (tree.root / "sys/dev/char").mkdir(parents=True)
    for name in ("nvme1 (deleted)", "pts (deleted)"):
        (tree.root / "dev" / name).symlink_to("/dev/null")
    tree.process(
        "9", command="cli", opened=[str(tree.root / "dev" / name) for name in ("nvme1 (deleted)", "pts (deleted)")]
    )
    assert lost(tree) == [("open", "cli (pid 9)", "nvme1", False)]


@pytest.mark.parametrize(
    ("drives", "facts", "degraded"),
    [
        (2, {"level": "raid1"}, True),
        (1, {"level": "raid1"}, False),
        (2, {"level": "raid0"}, False),
        (2, {"level": "linear"}, False),
        (2, {"level": "raid1", "array_state": "broken"}, False),
        (3, {"level": "raid5"}, True),
        (3, {"level": "raid5", "degraded": "2"}, False),
        (4, {"level": "raid6", "degraded": "2"}, True),
        (4, {"level": "raid10", "layout": str(0x102)}, True),
        (4, {"level": "raid10", "layout": str(0x102), "degraded": "2"}, False),
        (2, {"level": "a new one", "raid_disks": "\xb2"}, False),
    ],
)
def test_an_array(tree: GuestTree, drives: int, facts: dict[str, str], degraded: bool) -> None:
    array(tree, "md0", ["nvme1n1", *(["nvme0n1"] * (drives > 1))], **{"raid_disks": str(drives), **facts})
    assert lost(tree) == [("md", "md0", "nvme1n1", degraded)]


def test_an_array_that_has_let_go_of_a_member(tree: GuestTree) -> None:
    array(tree, "md0", ["nvme0n1"], level="raid1", raid_disks="2", degraded="1")
    assert lost(tree) == [("md", "md0", None, True)]


LEGS = ["vg-lv_rimage_1", "vg-lv_rmeta_1"]


@pytest.mark.parametrize(
    ("mapped", "degraded"),
    [
        (["vg-lv"], False),
        (LEGS, True),
        ([*LEGS, "vg-lv_rimage_0", "vg-lv_rmeta_0"], False),
        (["vg-lv_mimage_0"], True),
        (["vg-striped_rimage_0"], False),
        ([*LEGS, "vg-other_rimage_0", "vg-other_rmeta_0"], True),
    ],
)
def test_volumes_of_lvm(tree: GuestTree, mapped: list[str], degraded: bool) -> None:
    for index, name in enumerate(mapped):
        volume(tree, f"dm-{index}", name, ["nvme1n1"])
    assert lost(tree) == [("lvm", "vg", "nvme1n1", degraded)]


def test_an_encrypted_device(tree: GuestTree) -> None:
    volume(tree, "dm-0", "secret", ["nvme1n1"], uuid="CRYPT-LUKS2-x")
    assert lost(tree) == [("crypt", "secret", "nvme1n1", False)]


@pytest.mark.parametrize(
    ("profiles", "degraded"), [(["raid1"], True), (["raid1", "dup"], False), (["single"], False), ([], False)]
)
def test_a_btrfs_and_what_is_mounted_of_it(tree: GuestTree, profiles: list[str], degraded: bool) -> None:
    for name in ("nvme0n1", "nvme1n1"):
        (tree.root / "sys/fs/btrfs/1234/devices" / name).mkdir(parents=True)
    for name in profiles:
        (tree.root / "sys/fs/btrfs/1234/allocation/data" / name).mkdir(parents=True)
    tree.process("1", "0:40 /pool /dev/nvme1n1", "0:41 /other /dev/nvme0n1")
    assert lost(tree) == [("mount", "/pool", "nvme1n1", False), ("btrfs", "1234", "nvme1n1", degraded)]


def test_without_the_guests_sys_nothing_can_be_said_to_be_gone(tree: GuestTree) -> None:
    tree.process("1", "259:7 /data /dev/nvme1n1")
    (tree.root / "sys").rename(tree.root / "no-sys")
    reader = UsageReader(Sysfs(str(tree.root)), str(tree.root / "proc"), str(tree.root / "dev"))
    assert reader.lost == []
    assert "block devices (/sys does not tell of them: is it the guest's /sys?)" in reader.not_seen


def test_a_guest_whose_only_block_device_is_gone(tree: GuestTree) -> None:
    for folder in ("class/block", "block"):
        shutil.rmtree(tree.root / "sys" / folder)
        (tree.root / "sys" / folder).mkdir()
    tree.process("1", "259:7 /data /dev/nvme1n1", "0:40 /home server:/home")
    assert ("mount", "/data", "nvme1n1", False) in lost(tree)
    assert "/home" not in [name for _kind, name, _device, _degraded in lost(tree)]


def test_a_group_of_which_nothing_is_active(tree: GuestTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "ansible_collections.directpath.nvme.plugins.module_utils._guest.usage.volume_groups",
        lambda not_seen: [("vg", "[unknown]"), ("idle", "[unknown]"), ("idle", "/dev/nvme0n1")],
    )
    volume(tree, "dm-0", "vg-lv", ["nvme1n1"])
    assert lost(tree) == [("lvm", "vg", "nvme1n1", False), ("lvm", "idle", None, False)]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._guest.proc import Mount, Proc, unescape
from guest_tree import GuestTree

ROOT = Mount("8:1", "/dev/sda1", "/")
DATA = Mount("259:1", "/dev/nvme0n1p1", "/data")


def read(tree: GuestTree) -> Proc:
    return Proc(str(tree.root / "proc"))


def same_namespace(tree: GuestTree, *processes: str) -> None:
    for process in processes:
        link = tree.root / "proc" / process / "ns/mnt"
        link.unlink()
        link.symlink_to("mnt:[1]")


def test_a_process_that_ended_leaves_its_namespace_to_the_next(tree: GuestTree) -> None:
    for process in ("self", "12"):
        tree.process(process, "259:1 /data /dev/nvme0n1p1")
    same_namespace(tree, "self", "12")
    (tree.root / "proc/self/mountinfo").unlink()
    assert read(tree).mounts == [ROOT, DATA]


def test_a_process_in_a_chroot_does_not_show_its_whole_namespace(tree: GuestTree) -> None:
    tree.process("self")
    tree.process("12", "259:1 /data /dev/nvme0n1p1")
    same_namespace(tree, "self", "12")
    (tree.root / "proc/self/root").symlink_to("/var/empty")
    (tree.root / "proc/12/root").symlink_to("/")
    assert DATA in read(tree).mounts


def test_in_a_container_the_rest_of_the_guest_is_not_seen(tree: GuestTree) -> None:
    tree.process("self")
    assert read(tree).not_seen == []
    (tree.root / "proc/self/ns/pid").symlink_to("pid:[4026531836]")
    assert read(tree).not_seen == []
    (tree.root / "proc/self/ns/pid").unlink()
    (tree.root / "proc/self/ns/pid").symlink_to("pid:[4026532259]")
    assert read(tree).not_seen == ["programs outside of the container that the module runs in"]


def test_open_files_that_have_a_path(tree: GuestTree) -> None:
    tree.process("9", command="db", opened=["/dev/nvme0n1", "socket:[77]", "anon_inode:[eventpoll]"])
    assert list(read(tree).open_files()) == [("db (pid 9)", str(tree.root / "proc/9/fd/0"))]


def test_files_on_a_server_are_left_alone(tree: GuestTree) -> None:
    tree.process("9", "0:50 /home server:/home", opened=["/home/file", "/dev/nvme0n1"])
    tree.write("proc/9/fdinfo/0", "pos:\t0\nmnt_id:\t101\nino:\t5")
    tree.write("proc/9/fdinfo/1", "pos:\t0\nmnt_id:\t100\nino:\t6")
    assert [path.rpartition("/")[2] for _program, path in read(tree).open_files()] == ["1"]


def test_swaps(tree: GuestTree) -> None:
    tree.write("proc/swaps", "Filename Type Size Used Priority\n/swap\\040file file 1 0 -2")
    assert read(tree).swaps() == ["/swap file"]


def test_escapes() -> None:
    assert unescape(r"/srv/a\040b\134c") == "/srv/a b\\c"

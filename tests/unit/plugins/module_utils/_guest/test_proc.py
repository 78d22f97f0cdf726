# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._guest.proc import Mount, Proc
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
    assert read(tree).not_seen == [
        "programs outside of the container that the module runs in (run in the guest itself)"
    ]


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


POINTS = {
    "plain": "/mnt/data",
    "blanks": "/mnt/my data\tand\nmore\\",
    "carriage return": "/mnt/data\r",
    "form feed": "/mnt/a\x0cb",
    "next line": "/mnt/a\x85b",
    "line separator": "/mnt/a\u2028b",
    "no-break space": "/mnt/my\u00a0disk",
    "ideographic space": "/mnt/新\u3000建",
    "no UTF-8": os.fsdecode(b"/mnt/\xff\xfe"),
    "looks like an escape": "/mnt/\\134",
    "hyphen": "-",
}


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_names_are_taken_as_they_are(tree: GuestTree, point: str) -> None:
    """The kernel writes blank, tab, newline and backslash as octal, and everything else as it is."""
    raw = os.fsencode(point)
    for byte in b"\\ \t\n":
        raw = raw.replace(bytes([byte]), b"\\%03o" % byte)
    line = b"36 1 259:1 / %s rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw\n" % raw
    (tree.root / "proc/1/mountinfo").write_bytes(line)
    (tree.root / "proc/swaps").write_bytes(b"Filename\tType\n%s   partition\t1\t0\t-2\n" % raw)
    proc = read(tree)
    assert proc.mounts == [Mount("259:1", "/dev/nvme0n1p1", point)]
    assert proc.swaps() == [point]
    assert proc.not_seen == []


@pytest.mark.parametrize(
    ("line", "source"),
    [
        (b"36 1 259:1 / /data rw - ext4 /dev/nvme0n1 rw", "/dev/nvme0n1"),
        (b"36 1 259:1 / /data rw shared:1 master:2 propagate_from:3 - ext4 /dev/nvme0n1 rw", "/dev/nvme0n1"),
        (b"36 1 0:5 / /data rw - tmpfs  rw", ""),
        (b"36 1 0:5 / /data rw - tmpfs - rw", "-"),
    ],
)
def test_fields_are_between_single_spaces(tree: GuestTree, line: bytes, source: str) -> None:
    (tree.root / "proc/1/mountinfo").write_bytes(line)
    assert [mount.source for mount in read(tree).mounts] == [source]


@pytest.mark.parametrize(
    "line", [b"36 1 259:1 / /data rw ext4 /dev/nvme0n1", b"36", b"\x00\xff" * 9, b" " * 99, b"- -"]
)
def test_a_mount_in_words_that_are_not_known_is_told(tree: GuestTree, line: bytes) -> None:
    (tree.root / "proc/1/mountinfo").write_bytes(line)
    proc = read(tree)
    assert proc.mounts == []
    assert "a mount that /proc shows in an unknown way" in proc.not_seen[0]


def test_a_guest_without_proc_shows_nothing_and_says_so(tmp_path: Path) -> None:
    proc = Proc(str(tmp_path / "nothing"))
    assert (proc.mounts, list(proc.open_files()), proc.swaps()) == ([], [], [])
    assert [text.split(" ", 1)[0] for text in proc.not_seen] == ["programs", "mounts"]


def test_processes_that_are_hidden_are_told(tree: GuestTree) -> None:
    tree.process("self")
    (tree.root / "proc/1").rename(tree.root / "proc/77")
    assert read(tree).not_seen == ["programs and mounts of the guest, whose process 1 is not in /proc (run as root)"]

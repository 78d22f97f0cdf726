# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import sys

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._guest import command, info, usage
from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs
from guest_tree import GuestTree

ADDRESS = "0000:0b:00.0"


def answer(tree: GuestTree, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the module answers in a guest that has no programs."""
    monkeypatch.setattr(command, "find", lambda program: None)
    root = tree.root
    reader = usage.UsageReader
    monkeypatch.setattr(info, "UsageReader", lambda sysfs: reader(sysfs, str(root / "proc"), str(root / "dev")))
    return info.read_guest(Sysfs(str(root)))


def test_what_is_in_use_and_what_is_there_besides(tree: GuestTree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.drive(ADDRESS, "nvme0", partitions=["nvme0n1p1"])
    tree.process("77", "259:1 /data\\011x /dev/nvme0n1p1")
    (tree.root / "dev/nvme0n1").write_bytes(b"\0" * 510 + b"\0\0EFI PART")
    found = answer(tree, monkeypatch)
    devices = found["devices"]
    assert isinstance(devices, list)
    (device,) = devices
    assert device["in_use_by"] == [{"kind": "mount", "name": "/data\tx", "device": "nvme0n1p1"}]
    assert device["data"] == [{"kind": "gpt", "name": "", "device": "nvme0n1"}]
    assert (found["lspci"], device["lspci"]) == (False, None)
    assert found["not_seen"] == ["the VM's UUID, which only root can read (run as root)"]


def test_any_result_can_be_sent(tree: GuestTree, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that are no UTF-8 are written out; nothing is lost, and no reader of JSON stumbles."""
    tree.drive(ADDRESS, "nvme0")
    line = b"36 1 259:0 / /d\xff\r rw - ext4 /dev/nvme0n1 rw\n"
    (tree.root / "proc/1/mountinfo").write_bytes(line)
    (tree.root / f"sys/bus/pci/devices/{ADDRESS}/nvme/nvme0/serial").write_bytes(b"  S\xfe\xa0 1 \0\n")
    found = json.loads(json.dumps(answer(tree, monkeypatch)))
    (device,) = found["devices"]
    assert device["serial"] == "S\\xfe\\xa0 1"
    assert device["in_use_by"][0]["name"] == "/d\\xff\r"
    json.dumps(found, ensure_ascii=False).encode("utf-8")


def test_a_guest_without_sys_or_proc_says_so(tree: GuestTree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.drive(ADDRESS, "nvme0")
    for folder in ("sys", "proc"):
        (tree.root / folder).rename(tree.root / f"no-{folder}")
    found = answer(tree, monkeypatch)
    assert found["devices"] == []
    not_seen = found["not_seen"]
    assert isinstance(not_seen, list)
    assert [text.split(" (")[0] for text in not_seen] == [
        "PCI devices",
        "block devices",
        "mounts",
        "programs and mounts of the guest, whose process 1 is not in /proc",
        "the VM's UUID, which only root can read",
    ]


@pytest.mark.parametrize(("platform", "supported"), [("linux", True), ("freebsd14", False), ("win32", False)])
def test_only_linux_is_known(monkeypatch: pytest.MonkeyPatch, platform: str, supported: bool) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    reason = info.unsupported()
    assert supported == (reason is None)
    assert supported or f"this is {platform}" in str(reason)

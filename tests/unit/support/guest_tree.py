# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder that looks like the /sys, /proc and /dev of a Linux guest, as far as they are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class GuestTree:
    """Names below are relative to the root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("sys/class/block", "sys/block", "sys/bus/pci/drivers", "proc", "dev"):
            (root / folder).mkdir(parents=True)
        self.write("sys/bus/pci/devices/0000:00:00.0/class", "0x060000")
        self.write("sys/class/block/sda1/dev", "8:1")
        self.process("1")

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
        return path

    def drive(
        self,
        address: str,
        controller: str | None,
        *,
        driver: str | None = "nvme",
        namespace: str | None = "n1",
        partitions: Sequence[str] = (),
    ) -> None:
        """An NVMe PCI device, its controller, and a namespace of 4 MiB below that."""
        device = f"sys/bus/pci/devices/{address}"
        facts = {"class": "0x010802", "vendor": "0x144d", "device": "0xa80a"}
        facts.update({"subsystem_vendor": "0x144d", "subsystem_device": "0xa801"})
        for name, text in facts.items():
            self.write(f"{device}/{name}", text)
        if driver:
            (self.root / "sys/bus/pci/drivers" / driver).mkdir()
            (self.root / device / "driver").symlink_to(self.root / "sys/bus/pci/drivers" / driver)
        if controller:
            folder = f"{device}/nvme/{controller}"
            self.write(f"{folder}/model", "PM9A3   ")
            self.write(f"{folder}/serial", "     S64")
            if namespace:
                self.block(controller + namespace, below=self.root / folder, partitions=partitions)

    def block(self, name: str, *, below: Path | None = None, partitions: Sequence[str] = (), number: int = 0) -> None:
        """A block device; its number is 259:number, and those of its partitions follow. Its nodes are files."""
        for node in (name, *partitions):
            (self.root / "dev" / node).touch()
        folder = self.write(f"sys/block/{name}/size", "8192").parent
        self.write(f"sys/block/{name}/dev", f"259:{number}")
        (self.root / "sys/class/block" / name).symlink_to(folder)
        (folder / "holders").mkdir()
        if below:
            (folder / "device").symlink_to(below)
        for index, partition in enumerate(partitions, 1):
            self.write(f"sys/block/{name}/{partition}/partition", str(index))
            self.write(f"sys/block/{name}/{partition}/dev", f"259:{number + index}")
            (folder / partition / "holders").mkdir()
            (self.root / "sys/class/block" / partition).symlink_to(folder / partition)

    def stack(self, upper: str, lower: str) -> None:
        """One block device on top of another, as device-mapper and md make them."""
        (self.root / "sys/class/block" / lower / "holders" / upper).mkdir()

    def process(self, pid: str, *mounts: str, command: str = "cat", opened: Sequence[str] = ()) -> None:
        """A process in a mount namespace of its own; mounts are `MAJOR:MINOR POINT SOURCE` besides that of /.

        Process 1 is there from the beginning. The ids of mounts are 100, 101 and so on; one whose source is
        not a path is of NFS.
        """
        lines = []
        for identity, mount in enumerate(("8:1 / /dev/sda1", *mounts), 100):
            number, point, source = mount.split(" ")
            kind = "ext4" if source.startswith("/") else "nfs4"
            lines.append(f"{identity} 1 {number} / {point} rw shared:1 - {kind} {source} rw")
        self.write(f"proc/{pid}/mountinfo", "\n".join(lines))
        self.write(f"proc/{pid}/comm", command)
        for folder in ("ns", "fd"):
            (self.root / "proc" / pid / folder).mkdir(exist_ok=True)
        if not (self.root / "proc" / pid / "ns/mnt").is_symlink():
            (self.root / "proc" / pid / "ns/mnt").symlink_to(f"mnt:[{pid}]")
        for index, target in enumerate(opened):
            (self.root / "proc" / pid / "fd" / str(index)).symlink_to(target)

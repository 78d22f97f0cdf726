# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NVMe devices as a Linux guest sees them, from sysfs. Runs in the guest: standard library only."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestDevice, Namespace

NVME_CLASS = "0x0108"

_CONTROLLER = re.compile(r"^nvme\d+$")

_NAMESPACE = re.compile(r"^nvme\d+n\d+$")

SECTOR = 512
"""Bytes; sysfs counts the size of every block device in these."""


class Sysfs:
    """Reads below one root, so that tests can bring a tree of their own."""

    def __init__(self, root: str = "/") -> None:
        self._sys = Path(root) / "sys"

    def devices(self) -> list[GuestDevice]:
        """All NVMe PCI devices, by address. One that vanishes while it is read is left out: it is gone."""
        found = []
        for path in sorted(self._entries("bus/pci/devices")):
            if _text(path / "class")[:6] == NVME_CLASS:
                device = self._device(path)
                if path.exists():
                    found.append(device)
        return found

    def block(self, name: str) -> Path:
        """The folder of a block device or partition."""
        return self._sys / "class" / "block" / name

    def holders(self, name: str) -> list[str]:
        """Kernel names of the devices stacked on a block device: device-mapper, md, bcache."""
        return sorted(path.name for path in _list(self.block(name) / "holders"))

    def attribute(self, name: str, attribute: str) -> str:
        """A file of a block device, empty if it has none."""
        return _text(self.block(name) / attribute)

    def block_names(self) -> list[str]:
        """Every block device and partition."""
        return sorted(path.name for path in self._entries("class/block"))

    def btrfs_members(self) -> dict[str, list[str]]:
        """uuid of each mounted btrfs -> its block devices; mountinfo names only one of them."""
        return {
            path.name: [member.name for member in _list(path / "devices")]
            for path in self._entries("fs/btrfs")
            if (path / "devices").is_dir()
        }

    def exports(self) -> list[tuple[str, str, str]]:
        """(nvmet or lio, name, path) of what this guest exports itself; the kernel claims nothing for most of it."""
        config = self._sys / "kernel" / "config"
        found = []
        for target in _list(config / "nvmet" / "subsystems"):
            items = [*_list(target / "namespaces"), target / "passthru"]
            found += [("nvmet", target.name, path) for item in items if (path := _text(item / "device_path"))]
        for backstore in _list(config / "target" / "core"):
            for item in _list(backstore):
                text = f"{_text(item / 'udev_path')} {_text(item / 'info')}"
                found += [("lio", item.name, path) for path in re.findall(r"(?<!\S)/\S+", text)]
        return found

    def kernel_name(self, path: str) -> str:
        """What the kernel calls the device behind a path, whatever the node is called and wherever it is.

        :return: ``nvme0n1``, ``dm-0``; empty for what is no device; what the text says where nothing is there.
        """
        if not path.startswith("/"):
            return path
        try:
            found = os.stat(path)
        except OSError:
            return Path(os.path.realpath(path)).name
        kind = "block" if stat.S_ISBLK(found.st_mode) else "char" if stat.S_ISCHR(found.st_mode) else None
        if kind is None:
            return ""
        node = self._sys / "dev" / kind / f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"
        return Path(os.path.realpath(node if node.exists() else path)).name

    def slots(self) -> list[str]:
        """Names of the PCI slots; a kernel that can hot plug makes one for each port (Q6)."""
        return sorted(path.name for path in self._entries("bus/pci/slots"))

    def has_pciehp(self) -> bool:
        """Whether the kernel has native PCIe hot plug, and serves a port with it."""
        return (self._sys / "bus" / "pci_express" / "drivers" / "pciehp").is_dir()

    def module_or_builtin(self, name: str) -> bool:
        """Whether a driver is in the kernel, loaded or built in."""
        return (self._sys / "module" / name).is_dir()

    def product_uuid(self) -> str | None:
        """The VM's BIOS UUID as its guest sees it; root only."""
        return _text(self._sys / "class" / "dmi" / "id" / "product_uuid").lower() or None

    def _entries(self, folder: str) -> list[Path]:
        return _list(self._sys / folder)

    def _device(self, path: Path) -> GuestDevice:
        controllers = sorted(item.name for item in _list(path / "nvme") if _CONTROLLER.match(item.name))
        first = path / "nvme" / controllers[0] if controllers else None
        driver = path / "driver"
        return GuestDevice(
            address=path.name,
            vendor_device=f"{_text(path / 'vendor')[2:]}:{_text(path / 'device')[2:]}",
            subsystem=f"{_text(path / 'subsystem_vendor')[2:]}:{_text(path / 'subsystem_device')[2:]}",
            physical_slot=self._slot(path.name),
            driver=Path(os.path.realpath(driver)).name if driver.exists() else None,
            # sysfs pads both with spaces.
            model=(_text(first / "model") if first else "") or None,
            serial=(_text(first / "serial") if first else "") or None,
            controllers=tuple(controllers),
            namespaces=tuple(self._namespaces(controllers)),
        )

    def _slot(self, address: str) -> str | None:
        """The slot whose address is this one without its function."""
        for path in self._entries("bus/pci/slots"):
            if _text(path / "address") == address.rpartition(".")[0]:
                return path.name
        return None

    def _namespaces(self, controllers: list[str]) -> list[Namespace]:
        """With multipath, a namespace hangs below the subsystem and not below its controller; so look from its side."""
        found = []
        for path in sorted(self._entries("block")):
            if not _NAMESPACE.match(path.name):
                continue
            parent = Path(os.path.realpath(path / "device"))
            owners = {parent.name} | {item.name for item in _list(parent) if _CONTROLLER.match(item.name)}
            if owners & set(controllers):
                partitions = sorted(item.name for item in _list(path) if (item / "partition").exists())
                size = int(_text(path / "size") or 0) * SECTOR
                found.append(Namespace(path.name, size, tuple(partitions)))
        return found


def _text(path: Path) -> str:
    """A file's content without white space around it, empty if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _list(path: Path) -> list[Path]:
    try:
        return list(path.iterdir())
    except OSError:
        return []

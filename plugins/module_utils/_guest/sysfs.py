# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NVMe devices as a Linux guest sees them, from sysfs. Runs in the guest: standard library only."""

from __future__ import annotations

import os
import re
import stat

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestDevice, Namespace
from ansible_collections.directpath.nvme.plugins.module_utils._guest.text import NotSeen, value

NVME_CLASS = "0x0108"

_CONTROLLER = re.compile(r"nvme[0-9]+")

_NAMESPACE = re.compile(r"nvme[0-9]+n[0-9]+")

SECTOR = 512
"""Bytes; sysfs counts the size of every block device in these."""


class Sysfs:
    """Reads below one root, so that tests can bring a tree of their own."""

    def __init__(self, root: str = "/", not_seen: NotSeen | None = None) -> None:
        self._root = os.path.join(root, "sys")
        self.not_seen = NotSeen() if not_seen is None else not_seen

    def devices(self) -> list[GuestDevice]:
        """All NVMe PCI devices, by address. One that vanishes while it is read is left out: it is gone."""
        found = []
        addresses = self.names("bus/pci/devices")
        if not addresses:
            self.not_seen.miss("PCI devices (/sys shows none: is it the guest's /sys?)")
        for address in addresses:
            path = f"bus/pci/devices/{address}"
            kind = self.text(f"{path}/class")
            device = self._device(address) if kind.startswith(NVME_CLASS) else None
            if not self.exists(path):
                continue
            if device:
                found.append(device)
            elif not kind:
                self.not_seen.miss(f"what PCI device {address} is (its class cannot be read)")
        return found

    def holders(self, name: str) -> list[str]:
        """Kernel names of the devices stacked on a block device: device-mapper, md, bcache."""
        return self.names(f"class/block/{name}/holders")

    def partitions(self, name: str) -> list[str]:
        """Kernel names of the partitions of a block device."""
        folder = f"class/block/{name}"
        return [entry for entry in self.names(folder) if self.exists(f"{folder}/{entry}/partition")]

    def attribute(self, name: str, attribute: str) -> str:
        """A file of a block device, empty if it has none."""
        return self.text(f"class/block/{name}/{attribute}")

    def is_block(self, name: str) -> bool:
        """Whether the kernel has this block device or partition (now)."""
        return self.exists(f"class/block/{name}")

    def block_names(self) -> list[str]:
        """Every block device and partition."""
        return self.names("class/block")

    def btrfs_members(self) -> dict[str, list[str]]:
        """uuid of each mounted btrfs -> its block devices; mountinfo names only one of them."""
        found = {uuid: self.names(f"fs/btrfs/{uuid}/devices") for uuid in self.names("fs/btrfs")}
        return {uuid: members for uuid, members in found.items() if members}

    def exports(self) -> list[tuple[str, str, str]]:
        """(nvmet or lio, name, path) of what this guest exports itself; the kernel claims nothing for most of it."""
        for module, folder in (("nvmet", "nvmet"), ("target_core_mod", "target")):
            if self.module_or_builtin(module) and not self.exists(f"kernel/config/{folder}"):
                self.not_seen.miss(f"what {module} exports (mount configfs at /sys/kernel/config)")
        found = []
        subsystems = "kernel/config/nvmet/subsystems"
        for target in self.names(subsystems):
            spaces = [f"namespaces/{item}" for item in self.names(f"{subsystems}/{target}/namespaces")]
            paths = [self.text(f"{subsystems}/{target}/{item}/device_path") for item in [*spaces, "passthru"]]
            found += [("nvmet", target, path) for path in paths if path]
        core = "kernel/config/target/core"
        for backstore in self.names(core):
            for item in self.names(f"{core}/{backstore}"):
                text = " ".join(self.text(f"{core}/{backstore}/{item}/{file}") for file in ("udev_path", "info"))
                found += [("lio", item, path) for path in re.findall(r"(?<![^ \t\n])/[^ \t\n]+", text)]
        return found

    def kernel_name(self, path: str) -> str:
        """What the kernel calls the device behind a path, whatever the node is called and wherever it is.

        :return: ``nvme0n1``, ``dm-0``; empty for what is no device; what the text says where nothing is there.
        """
        if not path.startswith("/") or "\0" in path:
            return path
        try:
            found = os.stat(path)
        except OSError:
            return os.path.basename(os.path.realpath(path))
        kind = "block" if stat.S_ISBLK(found.st_mode) else "char" if stat.S_ISCHR(found.st_mode) else None
        if kind is None:
            return ""
        node = self._path(f"dev/{kind}/{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}")
        return os.path.basename(os.path.realpath(node if os.path.exists(node) else path))

    def slots(self) -> list[str]:
        """Names of the PCI slots; a kernel that can hot plug makes one for each port (Q6)."""
        return self.names("bus/pci/slots")

    def has_pciehp(self) -> bool:
        """Whether the kernel has native PCIe hot plug, and serves a port with it."""
        return os.path.isdir(self._path("bus/pci_express/drivers/pciehp"))

    def module_or_builtin(self, name: str) -> bool:
        """Whether a driver is in the kernel, loaded or built in."""
        return os.path.isdir(self._path(f"module/{name}"))

    def product_uuid(self) -> str | None:
        """The VM's BIOS UUID as its guest sees it; root only."""
        try:
            with open(self._path("class/dmi/id/product_uuid"), "rb") as file:
                found = value(file.read()).lower()
        except OSError:
            found = ""
        if not found:
            self.not_seen.miss("the VM's UUID, which only root can read (run as root)")
        return found or None

    def text(self, path: str) -> str:
        """A file's value; empty if there is none."""
        try:
            with open(self._path(path), "rb") as file:
                return value(file.read())
        except OSError as error:
            self.not_seen.denied(f"/sys/{path}", error)
            return ""

    def names(self, folder: str) -> list[str]:
        """What is in a folder, in order."""
        try:
            return sorted(os.listdir(self._path(folder)))
        except OSError as error:
            self.not_seen.denied(f"/sys/{folder}", error)
            return []

    def exists(self, path: str) -> bool:
        return os.path.exists(self._path(path))

    def _path(self, path: str) -> str:
        return os.path.join(self._root, path)

    def _device(self, address: str) -> GuestDevice:
        path = f"bus/pci/devices/{address}"
        ids = {name: self.text(f"{path}/{name}")[2:] for name in _IDS}
        controllers = [name for name in self.names(f"{path}/nvme") if _CONTROLLER.fullmatch(name)]
        first = f"{path}/nvme/{controllers[0]}" if controllers else None
        driver = self._path(f"{path}/driver")
        return GuestDevice(
            address=address,
            vendor_device=f"{ids['vendor']}:{ids['device']}",
            subsystem=f"{ids['subsystem_vendor']}:{ids['subsystem_device']}",
            physical_slot=self._slot(address),
            driver=os.path.basename(os.path.realpath(driver)) if os.path.exists(driver) else None,
            # sysfs pads both with spaces.
            model=(self.text(f"{first}/model") if first else "") or None,
            serial=(self.text(f"{first}/serial") if first else "") or None,
            controllers=tuple(controllers),
            namespaces=tuple(self._namespaces(controllers)),
        )

    def _slot(self, address: str) -> str | None:
        """The slot whose address is this one without its function."""
        for name in self.slots():
            if self.text(f"bus/pci/slots/{name}/address") == address.rpartition(".")[0]:
                return name
        return None

    def _namespaces(self, controllers: list[str]) -> list[Namespace]:
        """With multipath, a namespace hangs below the subsystem and not below its controller; so look from its side."""
        found = []
        for name in (name for name in self.names("block") if _NAMESPACE.fullmatch(name)):
            parent = os.path.realpath(self._path(f"block/{name}/device"))
            owners = {os.path.basename(parent), *filter(_CONTROLLER.fullmatch, self.names(parent))}
            if owners & set(controllers):
                size = self.attribute(name, "size")
                sectors = int(size) if size.isascii() and size.isdigit() else 0
                found.append(Namespace(name, sectors * SECTOR, tuple(self.partitions(name))))
        return found


_IDS = ("vendor", "device", "subsystem_vendor", "subsystem_device")

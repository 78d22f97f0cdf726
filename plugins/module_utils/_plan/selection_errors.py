# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a selector that does not name one drive. No I/O."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import doubts_of
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.pinned import name_some
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle


@dataclass(frozen=True)
class Scene:
    """Where a drive is looked for.

    :param vm: name of the VM that it is about, if it is about one. :param in_vm: the drives that it has are meant.
    """

    view: HostDevices
    vm: str | None = None
    in_vm: bool = False

    def refuse(
        self, found: str, code: str, remedy: str, requirement: str | None, device: str | None
    ) -> DirectPathError:
        """:param found: a sentence. :param device: the address, where it is about one."""
        return DirectPathError(
            f"{found} Nothing was changed.",
            code,
            requirement=requirement,
            host=self.view.name,
            vm=self.vm,
            device=device,
            remedy=remedy,
        )

    @property
    def place(self) -> str:
        """For messages."""
        return f"VM {self.vm} on host {self.view.name}" if self.in_vm else f"host {self.view.name}"


_LISTING = ("ambiguous_device", "device_changed", "device_not_found", "device_unknown")


def lists_drives(obstacles: Iterable[Obstacle]) -> bool:
    """Whether a message lists drives for somebody to find out which of them is meant."""
    return any(obstacle.error.code in _LISTING for obstacle in obstacles)


def ambiguous(selector: Selector, scene: Scene, candidates: Sequence[str]) -> DirectPathError:
    """Several drives fit."""
    text = f"{len(candidates)} devices of {scene.place} match {selector.describe()}: {', '.join(candidates)}."
    remedy = "Select one of them by its serial number, slot or address."
    if selector.serial:
        text += " Serial numbers of different vendors can be alike."
        remedy = "Add what tells them apart: vendor_device, slot or address."
    return scene.refuse(text, "ambiguous_device", remedy, None, selector.address)


def on_several_hosts(selector: Selector, hosts: Sequence[HostDevices]) -> DirectPathError:
    """A drive is a drive of one host, so that these are several with one serial number."""
    drives = [f"{device.describe()} of {host.name}" for host in hosts for device in host.select(selector)]
    return DirectPathError(
        f"Several hosts have a drive with {selector.describe()}: {', '.join(drives)}. Nothing was changed.",
        "ambiguous_device",
        device=selector.address,
        remedy="Name one host, or add what tells them apart: vendor_device or address.",
    )


def device_changed(selector: Selector, scene: Scene, instead: Sequence[str]) -> DirectPathError:
    """A pinned address does not have the drive that it is pinned to."""
    text = (
        f"{selector.describe()} names no drive of {scene.place} any more: addresses move when hardware changes, or a "
        f"drive was swapped. What there is: {', '.join(instead)}."
    )
    remedy = "Find out which drive is meant, then correct the entry; its serial number alone finds it wherever it is."
    return scene.refuse(text, "device_changed", remedy, None, selector.address)


def device_unknown(selector: Selector, scene: Scene, candidates: Sequence[str]) -> DirectPathError:
    """Nobody can tell whether a drive is the one that is meant, so that it is neither absent nor another one."""
    it = "it is" if len(candidates) == 1 else "one of them is"
    text = (
        f"Nobody can tell whether {it} the drive with {selector.describe()}: {name_some(candidates)} of {scene.place}."
    )
    remedies = []
    if selector.serial:
        text += " A host does not tell the serial number of a drive with passthrough."
        text = " ".join([text, *doubts_of(scene.view, selector.serial)])
        remedies.append(
            "Let its serial number be learnt (host_drive_memory, from the guest that has it, or known_drives in the "
            "inventory)"
        )
    if selector.slot:
        reason = f": {scene.view.slots_unread}" if scene.view.slots_unread else ""
        text += f" The host does not tell the slot{reason}."
    remedies.append("select it by its address alone once you have made sure which drive that is")
    remedy = ", or ".join(remedies) + "."
    return scene.refuse(text, "device_unknown", remedy[0].upper() + remedy[1:], None, selector.address)


def not_nvme_device(view: HostDevices, other: HostDevice) -> DirectPathError:
    """A selector names something else than an NVMe device (L5), a mistake worth stopping for."""
    pci = other.pci
    return DirectPathError(
        f"Device {pci.address} ({pci.name}) of host {view.name} is no NVMe device: its PCI class is "
        f"{pci.class_id:04x}, not 0108 (L5). Nothing was changed.",
        "not_nvme",
        requirement="L5",
        host=view.name,
        device=pci.address,
        remedy="Only NVMe devices can be hot-added; correct the selector.",
    )


def not_found(selector: Selector, views: Sequence[HostDevices]) -> DirectPathError:
    """The error for a device that is on none of the hosts, naming those that are closest to it, or all of one host."""
    close = [f"{device.describe()} of {view.name}" for view in views for device in _closest(selector, view)]
    there = [device.describe() for device in views[0].nvme()]
    seen = (
        f"Closest: {name_some(close)}." if close else f"NVMe devices of {views[0].name}: {name_some(there) or 'none'}."
    )
    absent = f"No device with {selector.describe()} is on {', '.join(view.name for view in views)}."
    remembered = [text for view in views for text in doubts_of(view, selector.serial)]
    return DirectPathError(
        " ".join([absent, *remembered, seen, "Nothing was changed."]),
        "device_not_found",
        host=views[0].name if len(views) == 1 else None,
        device=selector.address,
        remedy="Correct the selector.",
    )


def _closest(selector: Selector, view: HostDevices) -> list[HostDevice]:
    """Drives of which something is nearly what was asked for, or is of some drives and other criteria are not."""
    drives = view.nvme()
    found: list[HostDevice] = []
    for criterion, wanted in selector.as_dict().items():
        told = {device.identity[criterion] or "" for device in drives} - {""}
        near = difflib.get_close_matches(wanted, sorted(told), n=_NEAR, cutoff=_LIKENESS)
        # People read the end of a serial number off a label.
        near += [text for text in told if len(wanted) >= _PART and wanted in text]
        found += [device for device in drives if device.identity[criterion] in near and device not in found]
    return found


_NEAR, _LIKENESS, _PART = 3, 0.7, 4
"""How many values are shown, how much of a text has to be the same, and how long a part of one is telling."""

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which drive is to be replaced: one of the VM's, perhaps not to be seen on one of the three sides any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import FROM_HOST, FROM_MEMORY, HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestDrive, GuestLook, VmDrive
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import Drive
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import normal_serial, same_serial
from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import same_uuid
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import pair
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import refused

EXACT = ("slot", "serial")
"""How a guest's drive and a VM's device are paired without a doubt."""


@dataclass(frozen=True)
class Sides:
    """What vSphere, host and guest say.

    :param guest: None where the guest was not asked or did not answer.
    :param remembered: what the host's memory has of drives.
    """

    placement: Placement
    guest: GuestLook | None = None
    remembered: Sequence[Drive] = ()

    @property
    def guest_is_its_own(self) -> bool:
        """Whether what answered is the guest of this VM."""
        return self.guest is not None and same_uuid(self.guest.vm_uuid, self.placement.vm.uuid)


@dataclass(frozen=True)
class Seen:
    """A drive, and who has it: the host, the VM as an entry, the guest."""

    drive: Drive
    device: HostDevice | None = None
    entry: VmPciDevice | None = None
    guest: GuestDrive | None = None

    @property
    def serial_read(self) -> str | None:
        """The serial that host or guest read off the drive; what is remembered may be of one before it."""
        if self.guest:
            return self.guest.serial
        return self.device.serial if self.device and self.device.serial_from == FROM_HOST else None

    def known(self) -> dict[str, str | None]:
        """For selectors."""
        # Of what the host does not have, nobody tells a label.
        label = {"hardware_label": self.device.hardware_label or ""} if self.device else {}
        names = ("address", "name", "vendor_device", "slot")
        told = {name: getattr(self.drive, name) for name in names}
        return {**told, "serial": normal_serial(self.drive.serial), **label}


def drives_seen(sides: Sides) -> list[Seen]:
    """The VM's passthrough devices, then the host's other NVMe drives, then those that are only remembered."""
    placement = sides.placement
    mine = _of_vm(sides)
    taken = {seen.device.pci.address for seen in mine if seen.device}
    free = [device for device in placement.view.nvme() if device.pci.address not in taken]
    found = [*mine, *(Seen(_drive_of(device), device) for device in free)]
    lost = [drive for drive in sides.remembered if not any(_same(drive, seen.drive) for seen in found)]
    return [*found, *(Seen(drive) for drive in lost)]


def named(sides: Sides, selector: Selector | None, path: str | None) -> Seen:
    """The drive that is meant.

    :param path: a block device of the guest, ``/dev/nvme1n1``, instead of a selector.
    :raises DirectPathError: ``device_not_found``, ``ambiguous_device``, ``device_unknown``, ``guest_unchecked``.
    """
    seen = drives_seen(sides)
    if selector is None:
        return _by_path(sides, seen, path or "")
    meant = selector.describe()
    answers = [(item, selector.judge(item.known())) for item in seen]
    fitting = [item for item, answer in answers if answer]
    # What is there comes before what is only remembered: the memory of its address may be older.
    there = [item for item in fitting if item.entry or item.device]
    found = there or fitting
    if len(found) > 1:
        raise _refuse(sides, f"Several drives have {meant}", found, "ambiguous_device", "Name it by its address.")
    if there:
        return there[0]
    unknown = [item for item, answer in answers if answer is None and item.entry]
    if unknown:
        text = f"Whether a drive of VM {sides.placement.vm.name} has {meant} cannot be told of"
        raise _refuse(sides, text, unknown, "device_unknown", "Let its guest be asked, or name the drive by address.")
    if found:
        return found[0]
    text = f"Neither VM {sides.placement.vm.name} nor host {sides.placement.view.host.name} has a drive with {meant}"
    raise _refuse(sides, f"{text}. They have", seen, "device_not_found", "Correct the selector.")


def others_of(sides: Sides, seen: Seen) -> dict[str, str]:
    """Address -> where it is, of the host's NVMe drives but this one."""
    return {item.pci.address: _told(item) for item in sides.placement.view.nvme() if item != seen.device}


def _told(device: HostDevice) -> str:
    slot = f"slot {device.slot}" if device.slot else "slot unknown"
    return f"{slot}, {device.serial}" if device.serial else slot


def _by_path(sides: Sides, seen: Sequence[Seen], path: str) -> Seen:
    if not sides.guest_is_its_own:
        raise refused(
            sides.placement,
            f"The guest of VM {sides.placement.vm.name} was not asked, or gave no answer that is surely its own, so "
            f"nobody knows which drive {path} is.",
            "guest_unchecked",
            "Mend the guest's connection (as root), or name the drive by serial, slot or address.",
            "C3",
        )
    found = [item for item in seen if item.guest and _has_path(item.guest, path)]
    if len(found) == 1:
        return found[0]
    told = ", ".join(f"{item.drive.path} is {item.drive.describe()}" for item in seen if item.guest)
    raise refused(
        sides.placement,
        f"No drive of VM {sides.placement.vm.name} is surely {path} in its guest. Known: {told or 'none'}.",
        "device_not_found",
        "Name the drive by serial, slot or address.",
        "C3",
    )


def _has_path(drive: GuestDrive, path: str) -> bool:
    """A namespace, or the controller of one: ``/dev/nvme1n1``, ``/dev/nvme1``."""
    return any(path in (item, item.rpartition("n")[0]) for item in drive.paths)


def _of_vm(sides: Sides) -> list[Seen]:
    placement = sides.placement
    entries = [(entry, placement.device_of(entry)) for entry in placement.vm.devices if entry.address]
    seen = sides.guest.drives if sides.guest and sides.guest_is_its_own else ()
    read = pair([_of_entry(entry, device, (FROM_HOST,)) for entry, device in entries], seen)
    recalled = pair([_of_entry(entry, device, (FROM_HOST, FROM_MEMORY)) for entry, device in entries], seen)
    found = []
    for (entry, device), first, second in zip(entries, read, recalled):
        # A slot is exact whatever is remembered of the place, where a new drive may be by now.
        pairing = first if first.how in EXACT else second
        guest = pairing.devices[0] if pairing.how in EXACT else None
        drive = _drive_of(device) if device else _drive_of_entry(entry, sides.remembered)
        # With exact pairing, what the guest reads off the drive itself is newer than any memory.
        told = Drive(guest.serial, size=guest.size, path=guest.paths[0] if guest.paths else None) if guest else Drive()
        found.append(Seen(told.adding(drive), device, entry, guest))
    return found


def _of_entry(entry: VmPciDevice, device: HostDevice | None, told_by: Collection[str]) -> VmDrive:
    serial = device.serial if device and device.serial_from in told_by else None
    return VmDrive(entry.vendor_device, entry.pci_slot_number, serial, gone=device is None)


def _drive_of(device: HostDevice) -> Drive:
    spaces = device.controller.namespaces if device.controller else ()
    size = sum(space.size_bytes for space in spaces) or None
    return Drive(device.serial, device.pci.address, device.slot, device.pci.vendor_device, device.pci.name, size)


def _drive_of_entry(entry: VmPciDevice, remembered: Sequence[Drive]) -> Drive:
    """A drive that the host has lost (V3), as the memory of its place tells it."""
    own = Drive(None, entry.address, None, entry.vendor_device, entry.name)
    fits = [item for item in remembered if (item.address, item.vendor_device) == (entry.address, entry.vendor_device)]
    return own.adding(fits[0]) if len(fits) == 1 else own


def _same(one: Drive, other: Drive) -> bool:
    """Whether a remembered drive is one that is seen: by serial, or where that is not known by place and ids."""
    if one.serial and other.serial:
        return same_serial(one.serial, other.serial)
    return (one.address, one.vendor_device) == (other.address, other.vendor_device)


def _refuse(sides: Sides, text: str, seen: Sequence[Seen], code: str, remedy: str) -> DirectPathError:
    listed = ", ".join(f"{item.drive.describe()} in {item.drive.place()}" for item in seen) or "none"
    return refused(sides.placement, f"{text}: {listed}.", code, remedy, "C3")

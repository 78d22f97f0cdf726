# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people do wrong while they replace a drive, and what to do about it: another one pulled, the wrong slot."""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import Drive, Replacement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.serial import same_serial
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import passed_through
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_drive import Seen, Sides, drives_seen
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import in_use, uses_of


def wrong_one_gone(record: Replacement, sides: Sides) -> DirectPathError | None:
    """Another drive that was on the host when the old one left its VM is not there any more."""
    view, vm = sides.placement.view, sides.placement.vm
    gone = [address for address in record.others if address not in view.devices]
    if not gone:
        return None
    lost = {entry.address for entry in vm.devices}
    told = [f"{item} ({record.others[item]}{f', of VM {vm.name}' if item in lost else ''})" for item in gone]
    return _fault(
        record,
        sides,
        f"{' and '.join(told)} of host {view.host.name} is gone as well, while {record.old.describe()} in "
        f"{record.old.place()} was to be pulled: one drive at a time.",
        "wrong_drive_pulled",
        gone[0],
        "Put it back where it was, then run the play again. If it was taken out on purpose, give this replacement up "
        "(nvme_replace_stage: forget) and begin it again.",
    )


def strangers(record: Replacement, sides: Sides) -> list[HostDevice]:
    """Drives that came to the host since the old one left its VM, but are not in its place."""
    known = {*record.others, record.old.address}
    slot = record.old.slot
    return [item for item in sides.placement.view.nvme() if item.pci.address not in known and (item.slot or "") != slot]


def misplaced(record: Replacement, sides: Sides) -> DirectPathError | None:
    """A drive was put in, but elsewhere."""
    found = strangers(record, sides)
    if not found:
        return None
    told = [f"{item.pci.address} ({f'slot {item.slot}' if item.slot else 'slot unknown'})" for item in found]
    return _fault(
        record,
        sides,
        f"A drive was put into host {sides.placement.view.host.name} at {' and '.join(told)}, not into "
        f"{record.old.place()}, where {record.old.describe()} is to be replaced.",
        "wrong_slot",
        found[0].pci.address,
        f"Pull it, if nobody uses it, and put it into {record.old.place()}, then run the play again. If it is meant to "
        "stay there, set nvme_replace_allow_other_slot, once the old drive is out.",
    )


def still_used(old: Seen, sides: Sides) -> DirectPathError | None:
    """The old drive has left this VM, but somebody else has it: nobody may pull it."""
    device, placement = old.device, sides.placement
    uses = uses_of(placement.view, device, placement.owners) if device else []
    return in_use(placement.view, device, uses, "DO NOT PULL IT. See who uses it first.") if device and uses else None


def still_in_guest(record: Replacement, sides: Sides) -> DirectPathError | None:
    """The old drive has left the VM, and its guest still shows it, or one more drive than the VM has (V5)."""
    if sides.guest is None or not sides.guest_is_its_own:
        return None
    vm, drives = sides.placement.vm, passed_through(sides.guest.drives)
    of_entries = [seen.guest.address for seen in drives_seen(sides) if seen.guest]
    old = [item for item in drives if item.address not in of_entries and same_serial(record.old.serial, item.serial)]
    if not old and len(drives) <= len(vm.devices):
        return None
    told = f"it at {old[0].address}" if old else f"{len(drives)} drives, one or more of them not the VM's"
    return _fault(
        record,
        sides,
        f"{record.old.describe()} of host {sides.placement.view.host.name} has left VM {vm.name}, but its guest still "
        f"shows {told}.",
        "still_in_guest",
        record.old.address,
        "DO NOT PULL IT. See in the guest what keeps it there, then run the play again.",
        "N7",
    )


def put_back(record: Replacement, sides: Sides, there: Seen) -> DirectPathError:
    """The old drive is in its place again, perhaps in the VM as well, where only the guest could tell which it is."""
    host = sides.placement.view.host.name
    remedy = "Pull it, and put the new drive there."
    if there.entry:
        remedy = "Run the play again: it takes the drive out of the VM first."
    text = f"The drive in {there.drive.place()} of host {host} is the old one, {record.old.describe()}."
    return _fault(record, sides, text, "old_drive_again", there.drive.address, remedy)


def not_alike(record: Replacement, sides: Sides, allowed: Collection[str]) -> DirectPathError | None:
    """The new drive is of another model, or smaller, and nobody has allowed that."""
    old, new = record.old, record.new
    if new is None:
        return None
    host = sides.placement.view.host.name
    if "other_model" not in allowed and _other_model(old, new):
        return _fault(
            record,
            sides,
            f"The new {new.describe()} in {new.place()} of host {host} is {new.vendor_device} {new.name}, the old one "
            f"was {old.vendor_device} {old.name}.",
            "other_model",
            new.address,
            "Put in a drive of the same model, or set nvme_replace_allow_other_model.",
        )
    if "smaller" not in allowed and old.size and new.size and new.size < old.size:
        return _fault(
            record,
            sides,
            f"The new {new.describe()} in {new.place()} of host {host} has {new.size} bytes, the old one had "
            f"{old.size}: what was on it may not fit.",
            "smaller_drive",
            new.address,
            "Put in a drive that is as large, or set nvme_replace_allow_smaller.",
        )
    return None


def _other_model(old: Drive, new: Drive) -> bool:
    """By what both tell."""
    pairs = [(old.vendor_device, new.vendor_device), (old.name, new.name)]
    return any(before and after and before != after for before, after in pairs)


def _fault(
    record: Replacement,
    sides: Sides,
    text: str,
    code: str,
    address: str | None,
    remedy: str,
    requirement: str = "C2",
) -> DirectPathError:
    return DirectPathError(
        text,
        code,
        requirement=requirement,
        host=sides.placement.view.host.name,
        vm=record.vm_name,
        device=address,
        remedy=remedy,
    )

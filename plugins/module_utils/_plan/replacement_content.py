# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is on a new drive before anybody in the guest is given it: whoever gets it overwrites that.

A slot may have handed its passthrough on to the drive, so that no host could look at it, and only the guest can.
"""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import Replacement
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_drive import Seen, Sides


def others_data(record: Replacement, sides: Sides, there: Seen) -> DirectPathError | None:
    """The guest sees something on the new drive, or uses it by itself, as an array of somebody else's."""
    found = (*there.guest.data, *there.guest.uses) if there.guest else ()
    # A driver of its own hides what is on the drive, and is no data.
    told = dict.fromkeys(f"{use.kind} {use.name}".strip() for use in found if use.kind != "driver")
    if not told:
        return None
    return _refuse(
        record,
        sides,
        there,
        "foreign_data",
        f"is not empty: the guest of VM {record.vm_name} sees {', '.join(told)}",
        "See whose data it is. If it may be lost, erase it in the guest, then run the play again.",
    )


def not_looked_at(record: Replacement, sides: Sides, there: Seen) -> DirectPathError | None:
    """Nobody has seen that the new drive is empty: not seen is not the same as not there."""
    look = sides.guest if sides.guest_is_its_own else None
    if look is None:
        why = "was not asked, or gave no answer that is surely its own"
    elif there.guest is None:
        why = "shows no drive that is surely this one"
    elif not there.guest.paths:
        why = "has no block device of it"
    elif look.not_seen:
        why = f"could not show {'; '.join(look.not_seen)}"
    else:
        return None
    return _refuse(
        record,
        sides,
        there,
        "guest_unchecked",
        f"may hold data: the guest of VM {record.vm_name} {why}",
        "Let the guest be asked, as root.",
    )


def _refuse(record: Replacement, sides: Sides, there: Seen, code: str, why: str, remedy: str) -> DirectPathError:
    host = sides.placement.view.host.name
    return DirectPathError(
        f"The new {there.drive.describe()} in {there.drive.place()} of host {host} {why}. Nobody was given it.",
        code,
        requirement="C2",
        host=host,
        vm=record.vm_name,
        device=there.drive.address,
        remedy=f"{remedy} Or name the address in nvme_replace_allow_foreign_data, and whatever is on it may be lost.",
    )

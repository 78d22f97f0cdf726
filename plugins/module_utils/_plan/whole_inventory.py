# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is the inventory at hand the whole, or may hosts and VMs be missing from it? No I/O.

A job slice of AWX has only its own hosts, in groups with only those, and nothing in it tells: a slice that is started
again is a job like any other. AWX leaves out disabled hosts as well, and any source of an inventory may fail. A host
that is prepared for some of its VMs needs a second reboot for the others, while the first ones run and pin it. So where
nothing vouches for the whole, it is unknown: not seen is not the same as not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._plan.inventory_records import InventoryVm, Variables

COUNT = "hotplug_inventory_vm_count"
"""The variable that says how many VMs of the whole inventory have nvme_hotplug_devices with entries."""

OTHERWISE = "Or give each of these hosts its own host_prepare_devices, which need no VMs to be known."


@dataclass(frozen=True)
class Extent:
    """How much of an inventory is at hand.

    :param partial: whether hosts and VMs are certainly missing.
    :param doubt: why not all that VMs want of hosts may be known; empty if it is.
    :param hint: what to add where a host is missing.
    :param errors: what is wrong with the count.
    """

    partial: bool
    doubt: str
    hint: str
    errors: tuple[str, ...]


def read_extent(variables: Mapping[str, Variables], wanting: Sequence[InventoryVm], in_job: bool) -> Extent:
    """How much of an inventory is at hand.

    :param variables: of all hosts and VMs.
    :param wanting: the VMs that have nvme_hotplug_devices.
    :param in_job: whether this is a job of AWX.
    """
    declared, errors = _declared(variables)
    seen = sum(1 for vm in wanting if vm.drives.entries)
    return Extent(
        partial=declared is not None and seen < declared,
        doubt=_doubt(declared, seen, bool(wanting), in_job),
        hint=f" If this is a job slice, set {COUNT}." if in_job and declared is None else "",
        errors=errors,
    )


def _declared(variables: Mapping[str, Variables]) -> tuple[int | None, tuple[str, ...]]:
    """How many VMs the inventory says that it has; None if it does not say, or not clearly."""
    said = [(name, str(of[COUNT]).strip()) for name, of in variables.items() if of.get(COUNT) not in (None, "")]
    for name, value in said:
        if not value.isdecimal():
            return None, (f"{COUNT} of {name} is {value}. Write how many VMs of the whole inventory want drives.",)
        if value != said[0][1]:
            apart = f"{said[0][1]} for {said[0][0]} and {value} for {name}"
            return None, (f"{COUNT} is {apart}. Set it once, for all hosts.",)
    return (int(said[0][1]) if said else None), ()


def _doubt(declared: int | None, seen: int, any_vm: bool, in_job: bool) -> str:
    if declared is not None and declared != seen:
        return (
            f"the number of VMs that want drives is {seen} in this inventory and {declared} by {COUNT}. Run the play "
            "with the whole inventory: in AWX without job slices and with no VM disabled, elsewhere with all its "
            f"sources. {OTHERWISE} If VMs came or went, correct the number."
        )
    if declared is None and in_job:
        # How many there are here is not told: in a slice it would be the wrong number to write.
        return (
            "this is a job of AWX, where a slice of an inventory looks like the whole. Set "
            f"{COUNT}, for all hosts, to how many VMs of the whole inventory have nvme_hotplug_devices with entries. "
            f"{OTHERWISE}"
        )
    if not any_vm:
        return (
            "no VM of this inventory has nvme_hotplug_devices. Mend that, or give hosts of which no drive is wanted "
            "an empty list as host_prepare_devices."
        )
    return ""

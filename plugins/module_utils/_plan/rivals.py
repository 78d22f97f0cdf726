# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One drive or one object of vSphere for two entries of an inventory, seen once vSphere was asked. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_vm import VmPlan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle


def require_own_names(kind: str, names: Sequence[str]) -> None:
    """Refuse a list that has one inventory name twice.

    :raises DirectPathError: ``invalid_argument``.
    """
    doubled = [name for number, name in enumerate(names) if name in names[:number]]
    if doubled:
        raise DirectPathError(
            f"The {kind} {doubled[0]} is listed twice.", "invalid_argument", remedy="List every inventory name once."
        )


def one_for_two(kind: str, moids: Mapping[str, str]) -> dict[str, DirectPathError]:
    """Names of the inventory that mean one object, however it is spelt: what is said of one does not count for both.

    :param moids: inventory name -> MoID.
    """
    names: dict[str, list[str]] = {}
    for name, moid in sorted(moids.items()):
        names.setdefault(moid, []).append(name)
    found = {}
    for moid, same in names.items():
        error = DirectPathError(
            f"{' and '.join(same)} of the inventory are one {kind} in vSphere ({moid}). Nothing was changed.",
            "named_twice",
            host=same[0] if kind == "host" else None,
            vm=same[0] if kind == "VM" else None,
            remedy="Leave one of them in the inventory.",
        )
        found.update(dict.fromkeys(same if len(same) > 1 else (), error))
    return found


def rivals(plans: Mapping[str, VmPlan], vms: Mapping[str, Vm]) -> dict[str, VmPlan]:
    """The same plans with an obstacle for each drive that two VMs are to get.

    :param vms: by inventory name, those that were found.
    """
    takers: dict[tuple[str | None, str], list[str]] = {}
    for name in sorted(vms):
        # A VM that names a drive twice is a rival of nobody.
        for address in sorted({item.address for item in plans[name].added.items}):
            takers.setdefault((vms[name].host_moid, address), []).append(name)
    hindered = dict(plans)
    for (_home, address), names in takers.items():
        for name in names if len(names) > 1 else ():
            hindered[name] = _hindered(hindered[name], vms[name], address, names)
    return hindered


def _hindered(plan: VmPlan, vm: Vm, address: str, names: Iterable[str]) -> VmPlan:
    error = DirectPathError(
        f"{' and '.join(names)} want one drive, {address} of host {vm.host_name}. A drive goes into one VM. "
        "Nothing was changed.",
        "drive_wanted_twice",
        requirement="C1",
        host=vm.host_name,
        vm=vm.name,
        device=address,
        remedy="Correct nvme_hotplug_devices of one of them.",
    )
    return replace(plan, obstacles=(*plan.obstacles, Obstacle(error)))

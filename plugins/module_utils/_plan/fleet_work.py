# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be known of a host before its steps can be judged. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import POWERED_ON, Vm
from ansible_collections.directpath.nvme.plugins.module_utils._facts.work import Work
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import (
    HOT_ADD,
    HOT_REMOVE,
    PASSTHROUGH,
    REBOOT,
    Change,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_vm import VmPlan


def work_on(devices: HostDevices, steps: Sequence[Change], moves: Sequence[Change]) -> Work | None:
    """None where nothing is to be done.

    :param steps: of the host itself. :param moves: of the VMs on it.
    """
    taken = [step.device for step in steps if step.kind == PASSTHROUGH and step.device]
    moved = [step.device for step in moves if step.kind in (HOT_ADD, HOT_REMOVE) and step.device]
    if devices.host.connection_state != "connected" or not (steps or moved):
        return None
    rebooted = any(step.kind == REBOOT for step in steps)
    pending = [device.pci.address for device in devices.devices.values() if device.pending] if rebooted else []
    users = [address for address in (*taken, *moved, *pending) if address in devices.devices]
    return Work(tuple(dict.fromkeys(users)), tuple(taken), bool(steps), rebooted)


def unsure_of_storage(devices: HostDevices, vm: Vm) -> bool:
    """Whether the host's storage tells which drive an entry of a running VM is for: its passthrough is not in force."""
    behind = [devices.devices.get(entry.address or "") for entry in vm.devices]
    return vm.powered_on and any(device is not None and not device.active for device in behind)


def asks_for_offer(vm: Vm | DirectPathError, plan: VmPlan) -> bool:
    """Whether a VM may have come to its host with entries for drives of another: only while it is off."""
    if not isinstance(vm, Vm) or vm.power_state == POWERED_ON:
        return False
    return any(item.address and not item.step for item in plan.added.items) or bool(plan.removed.steps)

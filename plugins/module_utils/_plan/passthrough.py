# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What forbids to toggle passthrough of the devices that were chosen. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, combined
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import HostToggle
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Note, Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import (
    describe,
    in_use,
    remedy_for,
    uses_by_vms,
    uses_lost_by_reboot,
    uses_of,
)


def plan_passthrough(toggles: Sequence[HostToggle], allow_foreign_data: Collection[str] = ()) -> Plan[HostToggle]:
    """Judge what was chosen, with the users of its devices: the hosts to write are the steps.

    Obstacles: ``device_in_use``, ``foreign_data``; those of all hosts in one.

    :param allow_foreign_data: addresses of drives on which data that ESXi does not use may be lost.
    """
    errors: list[DirectPathError] = []
    notes: list[Note] = []
    for toggle in toggles:
        for address in toggle.judged:
            device = toggle.host.devices[address]
            uses = _uses_in_the_way(toggle, device)
            lost = [use for use in uses if use.kind == "foreign" and (use.device or address) in allow_foreign_data]
            left = [use for use in uses if use not in lost]
            if left:
                errors.append(in_use(toggle.host, device, left, _remedy(toggle, device, left)))
            elif lost:
                notes.append(_will_be_lost(toggle.host, device, lost))
    steps = tuple(toggle for toggle in toggles if toggle.writes)
    judged = [toggle for toggle in toggles if toggle.judged]
    return Plan(steps, tuple(notes), (Obstacle(combined(errors, len(judged))),) if errors else ())


def _uses_in_the_way(toggle: HostToggle, device: HostDevice) -> list[Use]:
    """Who would lose a device. The host's own use is no reason to keep passthrough on."""
    if not toggle.enable:
        return uses_by_vms(toggle.host, device, toggle.owners)
    if device.enabled:
        return uses_lost_by_reboot(toggle.host, device, toggle.owners)
    return uses_of(toggle.host, device, toggle.owners)


def _remedy(toggle: HostToggle, device: HostDevice, uses: Sequence[Use]) -> str:
    if not toggle.enable:
        return remedy_for(uses, "Remove it from the VM first (vm_pci_hotplug).")
    if device.enabled:
        return f"Disable its passthrough before host {toggle.host.name} is rebooted: the reboot takes it from its user."
    return remedy_for(uses)


def _will_be_lost(host: HostDevices, device: HostDevice, uses: Sequence[Use]) -> Note:
    return Note(
        "P5",
        f"Device {device.pci.address} ({device.pci.name}) of host {host.name} is taken WITH THE DATA ON IT "
        f"(allow_foreign_data): {'; '.join(describe(use) for use in uses)}. Whoever gets the drive may overwrite it.",
    )

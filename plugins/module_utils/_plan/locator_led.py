# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which drives of a host have a locator LED that can be turned, and why others have not. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle, Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import choose, drives_of, require_nvme
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection_errors import Scene, not_found

OTHERWISE = "through the server's management controller (BMC)"
"""How the LED of a bay is turned where the host cannot."""


def plan_leds(view: HostDevices, supported: bool, selectors: Sequence[Selector]) -> Plan[HostDevice]:
    """One drive for each selector: a person goes to one bay, so that none may stand for several.

    Obstacles: ``not_nvme`` (L5), ``device_not_found``, ``device_unknown``, ``device_changed``, ``ambiguous_device``,
    ``led_not_supported``, ``led_out_of_reach``.

    :param supported: the host's own word on it.
    """
    drives: dict[str, HostDevice] = {}
    errors: list[DirectPathError] = []
    for selector in selectors:
        try:
            drive = _meant(view, selector)
        except DirectPathError as error:
            errors.append(error)
            continue
        drives[drive.pci.address] = drive
        errors += _in_the_way(view, drive, supported)
    return Plan(tuple(drives.values()), obstacles=tuple(Obstacle(error) for error in errors))


def _meant(view: HostDevices, selector: Selector) -> HostDevice:
    require_nvme(view, selector)
    found = choose(selector, drives_of(view, selector), Scene(view))
    if found is None or found.device is None:
        raise not_found(selector, [view])
    return found.device


def _in_the_way(view: HostDevices, drive: HostDevice, supported: bool) -> list[DirectPathError]:
    if not supported:
        return [led_not_supported(view, [drive])]
    if not drive.active and drive.luns:
        return []
    why = "passthrough has it" if drive.active else "ESXi shows no disk for it"
    return [
        DirectPathError(
            f"Host {view.name} cannot turn the locator LED of {drive.describe()}: {why}, and a host turns those of the "
            "disks that its own driver has. Nothing was changed.",
            "led_out_of_reach",
            host=view.name,
            device=drive.pci.address,
            remedy=f"Turn it {OTHERWISE}, or once the drive has left its VM and its passthrough is off again.",
        )
    ]


def led_not_supported(view: HostDevices, drives: Sequence[HostDevice]) -> DirectPathError:
    """The host has said so, before it was asked or when it was."""
    return DirectPathError(
        f"Host {view.name} cannot turn locator LEDs, as that of {', '.join(drive.describe() for drive in drives)}. "
        "Nothing was changed.",
        "led_not_supported",
        host=view.name,
        device=drives[0].pci.address,
        remedy=f"Turn it {OTHERWISE}.",
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a selector to the NVMe devices of a host that it means. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector


def nvme_matches(view: HostDevices, selector: Selector) -> list[HostDevice]:
    """The NVMe devices that a selector names, none perhaps.

    :raises DirectPathError: ``not_nvme`` (L5).
    """
    error = not_nvme(view, selector)
    if error:
        raise error
    return [device for device in view.select(selector) if device.pci.is_nvme]


def not_nvme(view: HostDevices, selector: Selector) -> DirectPathError | None:
    """The error for a selector that names something else (L5), a mistake worth stopping for; None if it does not."""
    found = view.select(selector)
    if not found or any(device.pci.is_nvme for device in found):
        return None
    other = found[0].pci
    return DirectPathError(
        f"Device {other.address} ({other.name}) of host {view.host.name} is no NVMe device: its PCI class is "
        f"{other.class_id:04x}, not 0108 (L5). Nothing was changed.",
        "not_nvme",
        requirement="L5",
        host=view.host.name,
        device=other.address,
        remedy="Only NVMe devices can be hot-added; correct the selector.",
    )


def not_found(selector: Selector, views: Sequence[HostDevices]) -> DirectPathError:
    """The error for a device that is on none of the hosts, naming the NVMe devices that are."""
    names = ", ".join(view.host.name for view in views)
    devices = [f"{item.pci.address} {item.pci.name}" for item in views[0].nvme()]
    return DirectPathError(
        f"No device with {selector.describe()} is on {names}. "
        f"NVMe devices of {views[0].host.name}: {', '.join(devices) or 'none'}.",
        "device_not_found",
        host=views[0].host.name if len(views) == 1 else None,
        device=selector.address,
        remedy="Correct the selector.",
    )

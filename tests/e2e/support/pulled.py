# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives that are pulled out from under a VM, and the event source that tells of it."""

from __future__ import annotations

from typing import Any

ESXI, SPARE, VM_NAME = "esxi-01.lab", "esxi-02.lab", "db-01"
D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"

NO_GUEST = {"nvme_surprise_removal_guest": False, "nvme_surprise_removal_allow_guest_unchecked": True}
"""The lab's VM has no guest to ask."""


def inventory(*devices: str, **variables: Any) -> dict[str, Any]:
    """The VM that has drives, and one that has none; by other names than vSphere has for them."""
    entries = [{"address": address} for address in devices or (D8, D9)]
    db = {"nvme_hotplug_esxi_host": ESXI, "nvme_hotplug_vm": {"name": VM_NAME}, "nvme_hotplug_devices": entries}
    idle = {"nvme_hotplug_esxi_host": SPARE, "nvme_hotplug_vm": {"name": "idle-01"}, "nvme_hotplug_devices": []}
    return {"vms": {"hosts": {"database": db, "idle": idle}, "vars": {**NO_GUEST, **variables}}}

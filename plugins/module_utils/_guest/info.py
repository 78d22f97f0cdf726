# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What guest_nvme_info reports. Runs in the guest: standard library only; reads and changes nothing."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestDevice, Namespace
from ansible_collections.directpath.nvme.plugins.module_utils._facts.health import DriveHealth
from ansible_collections.directpath.nvme.plugins.module_utils._guest.health import HealthReader
from ansible_collections.directpath.nvme.plugins.module_utils._guest.programs import lspci_lines
from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs
from ansible_collections.directpath.nvme.plugins.module_utils._guest.text import printable
from ansible_collections.directpath.nvme.plugins.module_utils._guest.usage import UsageReader


def unsupported() -> str | None:
    """Why this guest cannot be looked at, if it cannot: everything here is asked of Linux."""
    if sys.platform == "linux":
        return None
    return f"guest_nvme_info knows Linux guests only, and this is {sys.platform}: nothing is known of its drives (Q6)."


def read_guest(sysfs: Sysfs, health: bool = False) -> dict[str, Any]:
    """The NVMe devices of this guest, who uses them, and whether its kernel can hot plug (Q6, Q7).

    :param health: whether the drives themselves are asked how they are.
    """
    # Evidence is only good for minutes, from before the first look on; vm_pci_hotplug looks at this.
    gathered_at = datetime.now(timezone.utc).isoformat(timespec="seconds")
    usage = UsageReader(sysfs)
    lines = lspci_lines()
    devices = sysfs.devices()
    told = HealthReader(sysfs).of(devices) if health else {}
    result = {
        "gathered_at": gathered_at,
        "vm_uuid": sysfs.product_uuid(),
        "root": os.geteuid() == 0,
        "kernel": {
            "release": os.uname().release,
            "nvme": sysfs.module_or_builtin("nvme"),
            "pciehp": sysfs.has_pciehp(),
            "acpiphp": sysfs.module_or_builtin("acpiphp"),
            "hot_plug_slots": sysfs.slots(),
        },
        "lspci": lines is not None,
        "devices": [
            {**_device_result(device, usage, lines), "health": _health_result(told.get(device.address))}
            for device in devices
        ],
        "lost": [asdict(use) for use in usage.lost],
    }
    return dict(printable({**result, "not_seen": sorted(usage.not_seen)}))


def _device_result(device: GuestDevice, usage: UsageReader, lines: dict[str, str] | None) -> dict[str, Any]:
    return {
        **asdict(device),
        "controllers": list(device.controllers),
        "namespaces": [_namespace_result(item) for item in device.namespaces],
        "lspci": (lines or {}).get(device.address),
        "in_use_by": [asdict(item) for item in usage.of(device)],
        "data": [asdict(item) for item in usage.data(device)],
    }


def _health_result(health: DriveHealth | None) -> dict[str, Any] | None:
    return asdict(health) if health else None


def _namespace_result(namespace: Namespace) -> dict[str, Any]:
    return {
        "name": namespace.name,
        "path": f"/dev/{namespace.name}",
        "size": namespace.size,
        "partitions": list(namespace.partitions),
    }

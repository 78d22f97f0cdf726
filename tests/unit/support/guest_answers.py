# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What guest_nvme_info may have answered."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=timezone.utc)
UUID = "42200102-0304-0506-0708-090a0b0c0d0e"
MOUNT = {"kind": "mount", "name": "/data", "device": "nvme0n1"}


def drive(address: str = "0000:0b:00.0", slot: str | None = "64", **changes: Any) -> dict[str, Any]:
    """A drive as guest_nvme_info shows it."""
    facts = {
        "address": address,
        "vendor_device": "144d:a80a",
        "physical_slot": slot,
        "namespaces": [{"name": "nvme0n1", "path": "/dev/nvme0n1"}],
        "lspci": f"{address} NVMe",
        "in_use_by": [],
    }
    return {**facts, **changes}


def evidence(*devices: dict[str, Any], **changes: Any) -> dict[str, Any]:
    facts = {"gathered_at": NOW.isoformat(), "vm_uuid": UUID, "not_seen": [], "devices": list(devices)}
    return {**facts, **changes}

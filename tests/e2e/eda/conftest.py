# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labs whose VMs have drives that somebody pulls."""

from __future__ import annotations

from typing import Any

import pytest
from pulled import D8, D9, ESXI, SPARE, VM_NAME


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    prepared = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
    host = {"name": ESXI, "version": "9.0.1", "passthrough_enabled": [D8, D9]}
    return {
        "vcenter_version": "9.0.1",
        "hosts": [host, {"name": SPARE, "version": "8.0.3"}],
        "vms": [
            {"name": VM_NAME, "host": ESXI, "power": "poweredOn", "passthrough": [D8, D9], **prepared},
            {"name": "idle-01", "host": SPARE, "power": "poweredOn", **prepared},
        ],
    }

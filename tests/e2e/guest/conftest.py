# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for tests with a real Linux guest. What is missing for one fails the tests; they are never skipped."""

from __future__ import annotations

from typing import Any

import guestimage
import pytest
from ansible_run import REPO
from guest_rig import HOST, NAME, ConfigOf


@pytest.fixture(scope="session")
def guest_image() -> guestimage.Image:
    lacking = guestimage.missing()
    if lacking:
        pytest.fail(f"no guest can run without {' and '.join(lacking)}: see tests/lab/guestimage/README.md")
    try:
        return guestimage.build(REPO / ".cache" / "guest")
    except guestimage.GuestImageError as error:
        pytest.fail(f"no guest image: {error}")


@pytest.fixture(scope="session")
def guest_config(guest_image: guestimage.Image) -> ConfigOf:
    """Makes a configuration of a lab: one host, and one VM with a guest that is ready for hot plug and powered on."""

    def config(*, passthrough: list[str] | None = None, **guest: Any) -> dict[str, Any]:
        drives = [f"0000:{bus:02x}:00.0" for bus in range(0xD8, 0xDE)]
        host = {"name": HOST, "version": "8.0.3", "rebind_without_reboot": True, "passthrough_enabled": drives}
        prepared = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
        vm = {"name": NAME, "power": "poweredOn", "tools_running": True, "passthrough": passthrough or []}
        return {"hosts": [host], "vms": [{**vm, **prepared, "guest": guest_image.config(**guest)}]}

    return config

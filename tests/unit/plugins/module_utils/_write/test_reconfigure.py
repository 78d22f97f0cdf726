# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._write.reconfigure import hot_add_spec, hot_remove_spec
from pyVmomi import vim

MakeDevice = Callable[..., HostDevice]

ADDRESS = "0000:d9:00.0"


def set_fields(item: Any) -> set[str]:
    return {field.name for field in item._GetPropertyList() if getattr(item, field.name) not in (None, [])}


@pytest.mark.parametrize(
    ("ids", "vendor_id", "device_id"),
    [
        ("144d:a80a", 0x144D, "a80a"),
        ("8086:0a54", -32634, "a54"),
        ("1e0f:0011", 0x1E0F, "11"),
        ("ffff:ffff", -1, "ffff"),
    ],
)
def test_a_hot_add_has_one_device_and_nothing_else(
    make_device: MakeDevice, ids: str, vendor_id: int, device_id: str
) -> None:
    spec = hot_add_spec(make_device(ADDRESS, ids, name="PM9A3").pci, "uuid-of-the-host")
    assert set_fields(spec) == {"deviceChange"}
    (change,) = spec.deviceChange
    assert (set_fields(change), change.operation) == ({"operation", "device"}, "add")
    assert set_fields(change.device) == {"key", "backing"}
    assert change.device.key < 0
    backing = change.device.backing
    assert (backing.vendorId, backing.deviceId) == (vendor_id, device_id)
    assert (backing.id, backing.systemId, backing.deviceName) == (ADDRESS, "uuid-of-the-host", "PM9A3")


def test_a_hot_remove_sends_the_device_back_as_read() -> None:
    raw = vim.vm.device.VirtualPCIPassthrough(key=13000)
    spec = hot_remove_spec(raw)
    assert set_fields(spec) == {"deviceChange"}
    (change,) = spec.deviceChange
    assert (change.operation, change.device) == ("remove", raw)

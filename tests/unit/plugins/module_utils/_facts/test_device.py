# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import FROM_MEMORY, HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import CRITERIA

MakeDevice = Callable[..., HostDevice]


def test_what_is_known_by_criterion(make_device: MakeDevice) -> None:
    device = make_device(serial=" s4x1 ", slot="5", hardware_label="cache")
    known = ("0000:d9:00.0", "NVMe SSD", "144d:a80a", "S4X1", "5", "cache")
    assert device.identity == dict(zip(CRITERIA, known))


def test_serial_and_slot_that_nobody_tells_are_unknown_but_no_label_is_none(make_device: MakeDevice) -> None:
    identity = make_device().identity
    assert (identity["serial"], identity["slot"], identity["hardware_label"]) == (None, None, "")


def test_for_messages(make_device: MakeDevice) -> None:
    assert make_device().describe() == "0000:d9:00.0 (NVMe SSD)"
    device = make_device(serial="S4X1", slot="5", hardware_label="cache")
    assert device.describe() == "0000:d9:00.0 (NVMe SSD, serial S4X1, slot 5, cache)"


def test_a_serial_from_memory_does_not_say_that_esxi_has_the_drive(make_device: MakeDevice) -> None:
    assert make_device(serial="S4X1").claimed
    assert not make_device(serial="S4X1", serial_from=FROM_MEMORY).claimed

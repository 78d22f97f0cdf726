# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection import not_found, nvme_matches

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]


def test_all_that_match(make_device: MakeDevice, make_view: MakeView) -> None:
    first, second = make_device("0000:d9:00.0"), make_device("0000:da:00.0")
    view = make_view(first, second, make_device("0000:db:00.0", name="another"))
    assert nvme_matches(view, Selector(name="NVMe SSD")) == [first, second]
    assert nvme_matches(view, Selector(name="unheard of")) == []


def test_what_shares_a_name_with_a_drive_is_left_out(make_device: MakeDevice, make_view: MakeView) -> None:
    drive = make_device("0000:d9:00.0", name="Controller")
    view = make_view(make_device("0000:00:17.0", name="Controller", class_id=0x0106), drive)
    assert nvme_matches(view, Selector(name="Controller")) == [drive]


def test_something_else_than_a_drive_is_a_mistake(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device("0000:3b:00.0", name="X710", class_id=0x0200))
    with pytest.raises(DirectPathError) as caught:
        nvme_matches(view, Selector(address="0000:3b:00.0"))
    error = caught.value
    assert (error.code, error.requirement, error.host, error.device) == ("not_nvme", "L5", "esxi-01", "0000:3b:00.0")
    assert "Device 0000:3b:00.0 (X710) of host esxi-01 is no NVMe device: its PCI class is 0200, not 0108" in error.msg


def test_what_is_nowhere_is_told_with_what_there_is(make_device: MakeDevice, make_view: MakeView) -> None:
    views = [make_view(make_device("0000:d9:00.0", name="PM9A3")), make_view(name="esxi-02")]
    error = not_found(Selector(address="0000:aa:00.0"), views)
    assert (error.code, error.host, error.device) == ("device_not_found", None, "0000:aa:00.0")
    assert "No device with address=0000:aa:00.0 is on esxi-01, esxi-02." in error.msg
    assert "NVMe devices of esxi-01: 0000:d9:00.0 PM9A3." in error.msg
    assert not_found(Selector(name="x"), views[1:]).host == "esxi-02"
    assert "NVMe devices of esxi-02: none." in not_found(Selector(name="x"), views[1:]).msg

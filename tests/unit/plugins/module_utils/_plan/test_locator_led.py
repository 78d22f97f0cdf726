# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices, Lun
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.locator_led import plan_leds

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D9, DA = "0000:d9:00.0", "0000:da:00.0"
DISK = (Lun("eui.1", "0301", "/vmfs/devices/disks/eui.1"),)


def test_drives_of_the_driver_are_lit_each_once(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D9, luns=DISK, serial="S1", slot="8"), make_device(DA, luns=DISK, serial="S2"))
    plan = plan_leds(view, True, [Selector(serial="S1"), Selector(slot="8", address=D9)])
    assert ([drive.pci.address for drive in plan.steps], plan.obstacles) == ([D9], ())


def test_what_is_in_the_way_is_told_of_every_drive(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(
        make_device(D9, luns=DISK, enabled=True, active=True, serial="S1", slot="8"), make_device(DA, serial="S2")
    )
    selectors = [Selector(address=D9), Selector(address=DA), Selector(address="0000:db:00.0")]
    plan = plan_leds(view, True, selectors)
    assert [(item.error.code, item.error.device) for item in plan.obstacles] == [
        ("led_out_of_reach", D9),
        ("led_out_of_reach", DA),
        ("device_not_found", "0000:db:00.0"),
    ]
    assert "serial S1, slot 8): passthrough has it" in str(plan.obstacles[0].error)
    assert "ESXi shows no disk for it" in str(plan.obstacles[1].error)
    assert not any(item.mendable for item in plan.obstacles)
    assert {item.error.code for item in plan_leds(view, False, selectors[:2]).obstacles} == {"led_not_supported"}


def test_an_entry_that_names_several_drives_lights_none(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D9, luns=DISK), make_device(DA, luns=DISK))
    plan = plan_leds(view, True, [Selector(name=view.devices[D9].pci.name)])
    assert ([item.error.code for item in plan.obstacles], plan.steps) == (["ambiguous_device"], ())

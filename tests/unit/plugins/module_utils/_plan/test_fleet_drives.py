# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import Change
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_drives import hindrances, of_strangers
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan, Item
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Obstacle, Plan

MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]
MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
POWER = Change("power_on", "vm-01", "poweredOff", "poweredOn", "P6")
SETTING = Change("setting", "firmware", "bios", "efi", "P6")


@pytest.fixture
def placement(make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView) -> Placement:
    return Placement(make_vm(), make_view(make_device(D8), make_device(D9)), Owners())


def error(code: str, device: str | None = D9) -> DirectPathError:
    return DirectPathError("It is so.", code, device=device, remedy="Mend it.")


def hindered(
    placement: Placement, prepared: Plan[Change], obstacle: Obstacle, coming: tuple[str, ...] = ()
) -> list[bool]:
    """Whether the plan mends the obstacle of a hot-add; nothing, if it is not said again."""
    added = HotplugPlan(obstacles=(obstacle,))
    return [item.mendable for item in hindrances(placement, prepared, added, HotplugPlan(), coming)]


@pytest.mark.parametrize(
    ("code", "steps", "mended"),
    [
        ("vm_power_state", (POWER,), True),
        ("vm_power_state", (SETTING,), False),
        ("vm_rule_broken", (SETTING,), True),
        ("vm_rule_broken", (POWER,), False),
        ("device_in_use", (POWER, SETTING), False),
    ],
)
def test_what_the_preparation_provides_is_mendable(
    placement: Placement, code: str, steps: tuple[Change, ...], mended: bool
) -> None:
    assert hindered(placement, Plan(steps), Obstacle(error(code), mendable=True)) == [mended]
    # The planner of the hot-add knows what no preparation provides: a VM that is suspended, a rule without correction.
    assert hindered(placement, Plan(steps), Obstacle(error(code))) == [False]


def test_settings_that_may_not_be_changed_provide_nothing(placement: Placement) -> None:
    refused = Plan((SETTING,), (), (Obstacle(error("power_off_not_allowed")),))
    assert hindered(placement, refused, Obstacle(error("vm_rule_broken"), mendable=True)) == [False]


def test_what_the_preparation_is_refused_for_is_not_said_again(placement: Placement) -> None:
    refused = Plan((SETTING,), (), (Obstacle(error("vm_rule_broken")),))
    assert hindered(placement, refused, Obstacle(error("vm_rule_broken"), mendable=True)) == []


@pytest.mark.parametrize(("coming", "mended"), [((D9,), True), ((D8,), False), ((), False)])
def test_passthrough_is_provided_for_the_drive_that_is_enabled(
    placement: Placement, coming: tuple[str, ...], mended: bool
) -> None:
    obstacle = Obstacle(error("passthrough_not_active"), mendable=True)
    assert hindered(placement, Plan(), obstacle, coming) == [mended]


def test_only_the_guest_s_word_is_still_to_come_of_a_removal(placement: Placement) -> None:
    obstacles = (Obstacle(error("guest_unchecked")), Obstacle(error("dynamic_device"), mendable=True))
    found = hindrances(placement, Plan(), HotplugPlan(), HotplugPlan(obstacles=obstacles), ())
    assert [(item.error.code, item.mendable) for item in found] == [
        ("guest_unchecked", True),
        ("dynamic_device", False),
    ]


@pytest.mark.parametrize(
    ("selector", "contradicts"),
    [
        (Selector(address=D9), True),
        (Selector(vendor_device="144d:a80a"), True),
        (Selector(name="NVMe SSD", address=D9), True),
        (Selector(address=D8), False),
        (Selector(vendor_device="8086:0a54"), False),
    ],
)
def test_a_drive_is_wanted_in_or_out(placement: Placement, selector: Selector, contradicts: bool) -> None:
    device = placement.view.devices[D9]
    added = HotplugPlan(items=(Item(Selector(address=D9), D9, device, step=True),))
    removed = HotplugPlan(items=(Item(selector, "", None, step=False),))
    found = hindrances(placement, Plan(), added, removed, ())
    assert [(item.error.code, item.error.vm, item.error.device, item.mendable) for item in found] == (
        [("ambiguous_device", "vm-01", D9, False)] if contradicts else []
    )


def test_entries_of_strangers_are_looked_for_where_the_host_was_asked(
    make_vm: MakeVm, make_vm_device: MakeVmDevice, placement: Placement
) -> None:
    mine = Placement(make_vm(devices=(make_vm_device(),)), placement.view, Owners())
    item = Item(Selector(address=D9), D9, placement.view.devices[D9], step=False)
    there, leaving = HotplugPlan(items=(item,)), HotplugPlan(steps=(item,))
    other = {D9: "00000000-0000-0000-0000-000000000002"}
    assert of_strangers(mine, None, there, leaving) == []
    assert [found.error.code for found in of_strangers(mine, other, there, HotplugPlan())] == ["wrong_host"]
    assert [found.error.code for found in of_strangers(mine, other, HotplugPlan(), leaving)] == ["wrong_host"]
    assert of_strangers(mine, other, HotplugPlan(), HotplugPlan()) == []
    assert [found.error.code for found in of_strangers(mine, error("no_permission"), there, leaving)] == [
        "no_permission"
    ]

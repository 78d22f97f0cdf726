# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._facts.work import Work
from ansible_collections.directpath.nvme.plugins.module_utils._plan.change import Change
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_vm import VmPlan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_work import asks_for_offer, work_on
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import HotplugPlan, Item, plan_of

MakeVm = Callable[..., Vm]
MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D8, D9, DA, GONE = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:ff:00.0"
ENABLE = Change("passthrough", "SSD", "disabled", "enabled", "P5", device=D8)
PARAMETER = Change("boot_param", "maxIntrCookies", "1024", "4096", "P2")
REBOOT = Change("reboot", "esxi-01", None, "", "P3")
ADD = Change("hot_add", "SSD", "not in the VM", "in it", "C1", device=D9)
REMOVE = Change("hot_remove", "SSD", "in the VM", "not in it", "C3", device=DA)
SETTING = Change("setting", "firmware", "bios", "efi", "P6")


@pytest.fixture
def view(make_device: MakeDevice, make_view: MakeView) -> HostDevices:
    return make_view(make_device(D8), make_device(D9, enabled=True), make_device(DA, enabled=True, active=True))


@pytest.mark.parametrize(
    ("steps", "moves", "work"),
    [
        ((), (), None),
        ((), (SETTING,), None),
        ((PARAMETER,), (), Work((), (), prepared=True, rebooted=False)),
        ((ENABLE,), (), Work((D8,), (D8,), prepared=True, rebooted=False)),
        ((), (SETTING, ADD, REMOVE), Work((D9, DA), (), prepared=False, rebooted=False)),
        ((ENABLE,), (ADD,), Work((D8, D9), (D8,), prepared=True, rebooted=False)),
        # A reboot brings into force what others left pending, too.
        ((REBOOT,), (), Work((D9,), (), prepared=True, rebooted=True)),
        ((ENABLE, REBOOT), (ADD,), Work((D8, D9), (D8,), prepared=True, rebooted=True)),
    ],
)
def test_only_what_is_to_be_done_is_looked_into(
    view: HostDevices, steps: tuple[Change, ...], moves: tuple[Change, ...], work: Work | None
) -> None:
    assert work_on(view, steps, moves) == work


def test_a_device_that_the_host_does_not_have_has_no_users(view: HostDevices) -> None:
    assert work_on(view, (), (replace(REMOVE, device=GONE),)) == Work((), (), prepared=False, rebooted=False)


def test_a_host_that_does_not_answer_is_not_asked(view: HostDevices) -> None:
    away = replace(view, host=replace(view.host, connection_state="disconnected"))
    assert work_on(away, (ENABLE, REBOOT), (ADD,)) is None


def item(address: str, step: bool) -> Item:
    return Item(Selector(address=D9), address, None, step)


@pytest.mark.parametrize(
    ("plan", "asked"),
    [
        (VmPlan(), False),
        (VmPlan(added=plan_of([item(D9, step=True)], [])), False),
        (VmPlan(added=plan_of([item(D9, step=False)], [])), True),
        (VmPlan(removed=plan_of([item(D9, step=True)], [])), True),
        (VmPlan(removed=plan_of([item("", step=False)], [])), False),
    ],
)
def test_whose_entries_they_are_is_asked_of_a_vm_that_is_off_and_has_some(
    make_vm: MakeVm, plan: VmPlan, asked: bool
) -> None:
    assert asks_for_offer(make_vm(), plan) is asked
    assert not asks_for_offer(make_vm(power_state="poweredOn"), plan)
    assert not asks_for_offer(DirectPathError("Not there.", "not_found"), plan)
    assert HotplugPlan() == VmPlan().added

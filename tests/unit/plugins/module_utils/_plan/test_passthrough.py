# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough import HostPlan, plan_passthrough

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"
SAMSUNG = Selector(vendor_device="144d:a80a")
ON = {"enabled": True, "active": True}
PENDING_ON = {"enabled": True, "active": False}
PENDING_OFF = {"enabled": False, "active": True}


def at(address: str) -> Selector:
    return Selector(address=address)


def planned(view: HostDevices, *selectors: Selector, enable: bool = True, expect_count: int | None = None) -> HostPlan:
    (plan,) = plan_passthrough([view], selectors, enable, expect_count)
    return plan


def refused(views: list[HostDevices], *selectors: Selector, **options: Any) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        plan_passthrough(views, selectors, **{"enable": True, "expect_count": None, **options})
    return caught.value


def test_a_selector_takes_all_that_match_in_the_order_of_the_host(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D8, "8086:0a54"), make_device(D9), make_device(DA))
    plan = planned(view, SAMSUNG)
    assert (plan.matches, plan.writes, plan.missing, plan.awaited) == ((D9, DA), (D9, DA), (), ())


def test_selectors_may_overlap(make_device: MakeDevice, make_view: MakeView) -> None:
    plan = planned(make_view(make_device(D9), make_device(DA)), at(DA), SAMSUNG)
    assert plan.matches == (DA, D9)


@pytest.mark.parametrize(
    ("state", "enable", "written", "awaited"),
    [
        ({}, True, True, False),
        (ON, True, False, False),
        (PENDING_ON, True, False, True),
        (PENDING_OFF, True, True, False),
        ({}, False, False, False),
        (ON, False, True, False),
        (PENDING_ON, False, True, False),
        (PENDING_OFF, False, False, False),
    ],
)
def test_only_what_differs_is_written(
    make_device: MakeDevice, make_view: MakeView, state: dict[str, bool], enable: bool, written: bool, awaited: bool
) -> None:
    plan = planned(make_view(make_device(D9, **state)), at(D9), enable=enable)
    assert (plan.writes, plan.awaited) == ((D9,) if written else (), (D9,) if awaited else ())


@pytest.mark.parametrize(
    ("rebinds", "apply_now", "enable", "active"),
    [
        (False, None, True, False),
        (False, True, True, False),
        (True, None, True, True),
        (True, True, True, True),
        (True, False, True, False),
        (False, None, False, True),
        (True, None, False, False),
    ],
)
def test_the_prediction(
    make_device: MakeDevice, make_view: MakeView, rebinds: bool, apply_now: bool | None, enable: bool, active: bool
) -> None:
    start = {} if enable else ON
    other = make_device(DA)
    view = make_view(make_device(D9, **start), other, rebinds_without_reboot=rebinds)
    after = planned(view, at(D9), enable=enable).predict(enable, apply_now)
    assert (after.devices[D9].enabled, after.devices[D9].active) == (enable, active)
    assert after.devices[DA] == other


def test_a_host_that_lacks_a_device_does_not_stop_the_others(make_device: MakeDevice, make_view: MakeView) -> None:
    views = [make_view(make_device(D9)), make_view(make_device(DA), name="esxi-02")]
    first, second = plan_passthrough(views, [at(D9)], True, None)
    assert (first.writes, first.missing) == ((D9,), ())
    assert (second.writes, second.missing) == ((), (at(D9),))


def test_a_device_that_no_host_has(make_device: MakeDevice, make_view: MakeView) -> None:
    error = refused([make_view(make_device(D9)), make_view(name="esxi-02")], at(D9), at(DA))
    assert (error.code, error.device) == ("device_not_found", DA)


def test_something_else_than_a_drive(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D9), make_device("0000:3b:00.0", class_id=0x0200))
    assert refused([view], at(D9), at("0000:3b:00.0")).code == "not_nvme"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_an_unexpected_count(make_device: MakeDevice, make_view: MakeView, count: int) -> None:
    view = make_view(make_device(D9), make_device(DA))
    assert planned(view, SAMSUNG, expect_count=2).matches == (D9, DA)
    error = refused([view], SAMSUNG, expect_count=count)
    assert (error.code, error.host) == ("unexpected_count", "esxi-01")
    assert f"2 devices of host esxi-01 match, but expect_count is {count}: {D9}, {DA}." in error.msg


def test_the_count_holds_for_hosts_that_lack_the_device(make_device: MakeDevice, make_view: MakeView) -> None:
    views = [make_view(make_device(D9)), make_view(name="esxi-02")]
    error = refused(views, at(D9), expect_count=1)
    assert (error.code, error.host) == ("unexpected_count", "esxi-02")
    assert "none" in error.msg


def test_a_device_that_cannot_be_passed_through(make_device: MakeDevice, make_view: MakeView) -> None:
    error = refused([make_view(make_device(D9, capable=False))], at(D9))
    assert (error.code, error.requirement, error.device) == ("not_capable", "Q3", D9)
    # It may still be turned off.
    assert planned(make_view(make_device(D9, capable=False, **ON)), at(D9), enable=False).writes == (D9,)


def test_drives_that_come_along_are_named(make_device: MakeDevice, make_view: MakeView) -> None:
    bridge = "0000:5d:00.0"
    view = make_view(
        make_device(bridge, class_id=0x0604), make_device(D8, dependent=bridge), make_device(D9, dependent=bridge)
    )
    assert planned(view, at(D8)).companions == (D9,)
    assert planned(view, at(D8), at(D9)).companions == ()
    assert planned(view, at(D8), enable=False).companions == ()

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Doubt, Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough import plan_passthrough
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import HostToggle, choose_devices

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"
SAMSUNG = Selector(vendor_device="144d:a80a")
ON = {"enabled": True, "active": True}
PENDING_ON = {"enabled": True, "active": False}
PENDING_OFF = {"enabled": False, "active": True}
NOBODY = Owners()
HIDDEN = Owners(doubts=(Doubt("VM db-02 is inaccessible"),))


def at(address: str) -> Selector:
    return Selector(address=address)


def chosen(view: HostDevices, *selectors: Selector, enable: bool = True, **options: Any) -> HostToggle:
    plan = choose_devices([view], selectors, enable, **options)
    assert plan.obstacles == ()
    (toggle,) = plan.steps
    return toggle


def refused(views: list[HostDevices], *selectors: Selector, **options: Any) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        choose_devices(views, selectors, **{"enable": True, **options}).admit(check_mode=True)
    return caught.value


def judged(
    view: HostDevices, owners: Owners = NOBODY, enable: bool = True, allowed: tuple[str, ...] = ()
) -> DirectPathError | None:
    """What stands in the way of toggling D9."""
    plan = plan_passthrough([replace(chosen(view, at(D9), enable=enable), owners=owners)], allowed)
    return plan.obstacles[0].error if plan.obstacles else None


def test_a_selector_takes_all_that_match_in_the_order_of_the_host(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D8, "8086:0a54"), make_device(D9), make_device(DA))
    plan = chosen(view, SAMSUNG)
    assert (plan.matches, plan.writes, plan.missing, plan.awaited) == ((D9, DA), (D9, DA), (), ())


def test_selectors_may_overlap(make_device: MakeDevice, make_view: MakeView) -> None:
    plan = chosen(make_view(make_device(D9), make_device(DA)), at(DA), SAMSUNG)
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
    plan = chosen(make_view(make_device(D9, **state)), at(D9), enable=enable)
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
    after = chosen(view, at(D9), enable=enable).predict(apply_now)
    assert (after.devices[D9].enabled, after.devices[D9].active) == (enable, active)
    assert after.devices[DA] == other


def test_a_host_that_lacks_a_device_does_not_stop_the_others(make_device: MakeDevice, make_view: MakeView) -> None:
    views = [make_view(make_device(D9)), make_view(make_device(DA), name="esxi-02")]
    plan = choose_devices(views, [at(D9)], enable=True)
    first, second = plan.steps
    assert [note.message for note in plan.notes] == [
        "Some hosts lack a device that was asked for: esxi-02: address=0000:d9:00.0."
    ]
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
    assert chosen(view, SAMSUNG, expect_count=2).matches == (D9, DA)
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
    assert chosen(make_view(make_device(D9, capable=False, **ON)), at(D9), enable=False).writes == (D9,)


def test_drives_that_come_along_are_named(make_device: MakeDevice, make_view: MakeView) -> None:
    bridge = "0000:5d:00.0"
    view = make_view(
        make_device(bridge, class_id=0x0604), make_device(D8, dependent=bridge), make_device(D9, dependent=bridge)
    )
    assert chosen(view, at(D8)).companions == (D9,)
    (note,) = choose_devices([view], [at(D8)], enable=True).notes
    assert note.message == f"On host esxi-01, {D9} changes hands with the devices that were asked for."
    assert chosen(view, at(D8), at(D9)).companions == ()
    assert chosen(view, at(D8), enable=False).companions == ()


def test_a_missing_device_is_an_obstacle_where_that_is_asked_for(make_device: MakeDevice, make_view: MakeView) -> None:
    views = [make_view(make_device(D9)), make_view(make_device(DA), name="esxi-02")]
    error = refused(views, at(D9), fail_on_missing=True)
    assert (error.code, error.host, error.device) == ("device_not_found", "esxi-02", D9)
    assert "esxi-02 lacks address=0000:d9:00.0" in error.msg


VMFS, FOREIGN = Use("vmfs", "local"), Use("foreign", "partition 1 (linuxNative)")


@pytest.mark.parametrize(
    ("device", "owners", "enable", "says", "remedy"),
    [
        ({}, NOBODY, True, None, ""),
        ({"uses": (VMFS,)}, NOBODY, True, "it holds the VMFS datastore local", "Free it in vSphere"),
        ({}, Owners({D9: ["off"]}), True, "VM off has it", "Free it in vSphere"),
        ({}, HIDDEN, True, "it cannot be judged: VM db-02 is inaccessible", "Make readable"),
        ({"uses": (FOREIGN,)}, NOBODY, True, "it has data that this host does not use", "Find out whose data"),
        # Somebody else configured it: the reboot takes it.
        ({**PENDING_ON, "uses": (VMFS,)}, NOBODY, True, "it holds the VMFS datastore local", "Disable its passthrough"),
        ({**PENDING_ON}, HIDDEN, True, "VM db-02 is inaccessible", "Disable its passthrough"),
        (PENDING_ON, Owners({D9: ["to-get-it"]}), True, None, ""),
        # To give it back to the host takes it from VMs only.
        ({**ON, "uses": (VMFS,)}, NOBODY, False, None, ""),
        (ON, Owners({D9: ["running"]}), False, "VM running has it", "Remove it from the VM first"),
        (ON, HIDDEN, False, "VM db-02 is inaccessible", "Make readable"),
        # Nothing is to be done, so nothing is judged.
        ({**ON, "uses": (VMFS,)}, HIDDEN, True, None, ""),
        ({"uses": (VMFS,)}, HIDDEN, False, None, ""),
    ],
)
def test_who_stands_in_the_way(
    make_device: MakeDevice,
    make_view: MakeView,
    device: dict[str, Any],
    owners: Owners,
    enable: bool,
    says: str | None,
    remedy: str,
) -> None:
    error = judged(make_view(make_device(D9, **device)), owners, enable)
    assert (error is None) is (says is None)
    if error and says:
        assert says in error.msg
        assert str(error.remedy).startswith(remedy)
        assert (error.requirement, error.host, error.device) == ("P5", "esxi-01", D9)


def test_foreign_data_is_taken_on_the_operators_word_only(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D9, uses=(FOREIGN,)))
    for allowed in ((), (DA,)):
        error = judged(view, allowed=allowed)
        assert error is not None
        assert error.code == "foreign_data"
    plan = plan_passthrough([chosen(view, at(D9))], (D9,))
    assert (len(plan.steps), plan.obstacles) == (1, ())
    (note,) = plan.notes
    assert "WITH THE DATA ON IT" in note.message
    assert "partition 1 (linuxNative)" in note.message


@pytest.mark.parametrize("use", [VMFS, Use("unknown", "?"), Use("boot", "t10.x")])
def test_the_word_for_foreign_data_covers_nothing_else(make_device: MakeDevice, make_view: MakeView, use: Use) -> None:
    error = judged(make_view(make_device(D9, uses=(FOREIGN, use))), allowed=(D9,))
    assert error is not None
    assert error.code == "device_in_use"
    assert "partition 1" not in error.msg


def test_a_neighbour_with_foreign_data_needs_a_word_of_its_own(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D9), make_device(DA, dependent=D9, uses=(FOREIGN,)))
    assert judged(view, allowed=(D9,)) is not None
    assert judged(view, allowed=(DA,)) is None


def test_all_hosts_are_told_in_one(make_device: MakeDevice, make_view: MakeView) -> None:
    views = [make_view(make_device(D9, uses=(VMFS,)), name=f"esxi-0{number}") for number in (1, 2)]
    plan = plan_passthrough(choose_devices([*views, make_view(make_device(D9, **ON), name="on")], [at(D9)], True).steps)
    (obstacle,) = plan.obstacles
    assert not obstacle.mendable
    assert obstacle.error.msg.startswith("2 of 2 hosts failed. Device 0000:d9:00.0 (NVMe SSD) of host esxi-01 is")


def test_hosts_that_are_as_wanted_are_no_steps(make_device: MakeDevice, make_view: MakeView) -> None:
    views = [make_view(make_device(D9, **ON)), make_view(make_device(D9), name="esxi-02")]
    assert [toggle.host.name for toggle in plan_passthrough(choose_devices(views, [at(D9)], True).steps).steps] == [
        "esxi-02"
    ]

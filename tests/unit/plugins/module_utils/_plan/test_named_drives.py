# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each planner, each way to name a drive, and who knows its serial number: the host, memory, nobody, or a doubt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestProof
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Memory, Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import recalled
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_add import plan_hot_add
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hot_remove import plan_hot_remove
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug_rows import describe_item
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import choose_devices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Plan

MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]
MakeVm = Callable[..., Vm]
MakeVmDevice = Callable[..., VmPciDevice]

D8, D9, DA = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0"
ON = {"enabled": True, "active": True}

HOST, MEMORY, NOBODY, DOUBTED = "host", "memory", "nobody", "doubted"

CRITERIA: Mapping[str, Selector] = {
    "address": Selector(address=D9),
    "serial": Selector(serial="S9"),
    "slot": Selector(slot="6"),
    "label": Selector(hardware_label="mine"),
    "pinned by serial": Selector(address=D9, serial="S9"),
    "pinned by ids": Selector(address=D9, vendor_device="144d:a80a"),
}

BY_SERIAL = ("serial", "pinned by serial")


def the_host(make_device: MakeDevice, make_view: MakeView, told: str) -> HostDevices:
    """D9 is meant: S9 in slot 6, labelled; D8 is another drive that the host has, DA one that passthrough has."""
    known: dict[str, Any] = {"slot": "6", "hardware_label": "mine"}
    d9 = make_device(D9, **known, **({"serial": "S9"} if told == HOST else ON))
    da = make_device(DA, slot="7", **ON)
    view = make_view(make_device(D8, slot="5", serial="S8"), d9, da)
    slot = {MEMORY: "6", DOUBTED: "12"}.get(told)
    entries = (Remembered("S9", D9, "144d:a80a", slot), Remembered("S10", DA, "144d:a80a")) if slot else ()
    return recalled(replace(view, memory=Memory(entries)))


def outcome(plan: Plan[Any]) -> Any:
    """The code of the first obstacle that concerns which drive it is, or the addresses of what is to be done."""
    about = [obstacle.error.code for obstacle in plan.obstacles if obstacle.error.code != "passthrough_not_active"]
    if about:
        return about[0]
    steps = [getattr(step, "address", None) or getattr(step, "matches", None) for step in plan.steps]
    return [address for step in steps for address in ([step] if isinstance(step, str) else step or ())]


def expected(criterion: str, told: str) -> str | list[str]:
    unknown = criterion in BY_SERIAL and told in (NOBODY, DOUBTED)
    return "device_unknown" if unknown else [D9]


@pytest.mark.parametrize("told", [HOST, MEMORY, NOBODY, DOUBTED])
@pytest.mark.parametrize("criterion", CRITERIA)
class TestEachWay:
    def test_is_added(
        self, make_device: MakeDevice, make_view: MakeView, make_vm: MakeVm, criterion: str, told: str
    ) -> None:
        placement = Placement(make_vm(power_state="poweredOn"), the_host(make_device, make_view, told), Owners())
        assert outcome(plan_hot_add(placement, [CRITERIA[criterion]])) == expected(criterion, told)

    @pytest.mark.parametrize("enable", [True, False])
    def test_is_toggled(
        self, make_device: MakeDevice, make_view: MakeView, criterion: str, told: str, enable: bool
    ) -> None:
        view = the_host(make_device, make_view, told)
        assert outcome(choose_devices([view], [CRITERIA[criterion]], enable)) == expected(criterion, told)

    def test_is_removed(
        self,
        make_device: MakeDevice,
        make_view: MakeView,
        make_vm: MakeVm,
        make_vm_device: MakeVmDevice,
        criterion: str,
        told: str,
    ) -> None:
        entries = (make_vm_device(key=1, address=D9), make_vm_device(key=2, address=DA))
        # A drive that ESXi's own driver has is in no running VM.
        vm = make_vm(power_state="poweredOff" if told == HOST else "poweredOn", devices=entries)
        placement = Placement(vm, the_host(make_device, make_view, told), Owners())
        assert outcome(removal(placement, CRITERIA[criterion])) == expected(criterion, told)

    def test_is_not_said_to_be_absent_unless_it_is(
        self,
        make_device: MakeDevice,
        make_view: MakeView,
        make_vm: MakeVm,
        make_vm_device: MakeVmDevice,
        criterion: str,
        told: str,
    ) -> None:
        """The VM has DA only. Of that, the host tells no serial number; memory does, where there is one."""
        vm = make_vm(power_state="poweredOn", devices=(make_vm_device(address=DA),))
        placement = Placement(vm, the_host(make_device, make_view, told), Owners())
        # The host has S9 elsewhere, or DA is known to be S10.
        sure = criterion != "serial" or told != NOBODY
        assert outcome(removal(placement, CRITERIA[criterion])) == ([] if sure else "device_unknown")


UNCHECKED = GuestProof(None, True, datetime.now(timezone.utc), 300)


def removal(placement: Placement, selector: Selector) -> Plan[Any]:
    return plan_hot_remove(placement, [selector], UNCHECKED)


class TestGone:
    """A drive that the host has no more is known by what the VM's entry says, and by memory (V3)."""

    @pytest.mark.parametrize(
        ("entries", "found"),
        [
            ((Remembered("S9", D9, "144d:a80a"),), [D9]),
            ((Remembered("S9", D9, "8086:0a54"),), "device_unknown"),
            ((), "device_unknown"),
        ],
    )
    def test_is_taken_out_by_its_serial_number(
        self,
        make_view: MakeView,
        make_vm: MakeVm,
        make_vm_device: MakeVmDevice,
        entries: tuple[Remembered, ...],
        found: Any,
    ) -> None:
        vm = make_vm(power_state="poweredOn", devices=(make_vm_device(address=D9),))
        placement = Placement(vm, make_view(memory=Memory(entries)), Owners())
        assert outcome(removal(placement, Selector(serial="S9"))) == found

    def test_is_not_the_new_drive_at_its_address(
        self, make_device: MakeDevice, make_view: MakeView, make_vm: MakeVm, make_vm_device: MakeVmDevice
    ) -> None:
        """Of the same model; the host's own driver has it, so that it is in no running VM."""
        vm = make_vm(power_state="poweredOn", devices=(make_vm_device(address=D9),))
        known = Memory((Remembered("NEW", D9, "144d:a80a", learnt_from="host"),))
        placement = Placement(vm, recalled(make_view(make_device(D9, serial="NEW"), memory=known)), Owners())
        assert outcome(removal(placement, Selector(serial="NEW"))) == []
        assert outcome(removal(placement, Selector(serial="S9"))) == "device_unknown"
        assert outcome(removal(placement, Selector(address=D9))) == [D9]

    def test_is_not_shown_as_the_absent_drive_that_is_asked_for(
        self, make_view: MakeView, make_vm: MakeVm, make_vm_device: MakeVmDevice
    ) -> None:
        vm = make_vm(power_state="poweredOn", devices=(make_vm_device(address=D9),))
        placement = Placement(vm, make_view(memory=Memory((Remembered("S9", D9, "144d:a80a"),))), Owners())
        (item,) = plan_hot_remove(placement, [Selector(address=D9, serial="S1")], UNCHECKED).items
        facts = describe_item(item, placement)
        assert {name: facts[name] for name in ("address", "serial", "name", "key", "on_host")} == {
            "address": D9,
            "serial": "S1",
            "name": None,
            "key": None,
            "on_host": False,
        }

    def test_is_taken_out_by_its_slot_which_has_a_new_drive(
        self, make_device: MakeDevice, make_view: MakeView, make_vm: MakeVm, make_vm_device: MakeVmDevice
    ) -> None:
        vm = make_vm(power_state="poweredOn", devices=(make_vm_device(address=D9),))
        placement = Placement(vm, make_view(make_device(D9, "8086:0a54", slot="6", serial="NEW")), Owners())
        plan = removal(placement, Selector(slot="6"))
        assert outcome(plan) == [D9]
        assert plan.steps[0].device is None


class TestDynamic:
    """A device that the server picked is in the VM all the same (N4)."""

    @pytest.mark.parametrize(
        "selector", [Selector(serial="S9"), Selector(slot="6"), Selector(vendor_device="144d:a80a")]
    )
    def test_is_not_said_to_be_absent(
        self,
        make_device: MakeDevice,
        make_view: MakeView,
        make_vm: MakeVm,
        make_vm_device: MakeVmDevice,
        selector: Selector,
    ) -> None:
        vm = make_vm(power_state="poweredOn", devices=(make_vm_device(address=D9, dynamic=True),))
        placement = Placement(
            vm, make_view(make_device(D9, slot="6", serial="S9", serial_from="memory", **ON)), Owners()
        )
        assert outcome(removal(placement, selector)) == "dynamic_device"

    @pytest.mark.parametrize("selector", [Selector(address=D9), Selector(serial="S9")])
    def test_that_does_not_say_which_it_is_may_be_any(
        self,
        make_device: MakeDevice,
        make_view: MakeView,
        make_vm: MakeVm,
        make_vm_device: MakeVmDevice,
        selector: Selector,
    ) -> None:
        vm = make_vm(power_state="poweredOn", devices=(make_vm_device(address=None, dynamic=True),))
        placement = Placement(vm, make_view(make_device(D8, **ON)), Owners())
        assert outcome(removal(placement, selector)) == "entry_not_readable"


class TestSeveralHosts:
    def views(self, make_device: MakeDevice, make_view: MakeView, *told: dict[str, Any]) -> list[HostDevices]:
        return [make_view(make_device(D9, **facts), name=f"esxi-0{number}") for number, facts in enumerate(told, 1)]

    def test_a_serial_number_is_of_one_host(self, make_device: MakeDevice, make_view: MakeView) -> None:
        """Whatever another host does not tell: the drive is here."""
        plan = choose_devices(self.views(make_device, make_view, ON, {"serial": "S9"}), [Selector(serial="S9")], True)
        assert plan.obstacles == ()
        assert [toggle.writes for toggle in plan.steps] == [(), (D9,)]

    def test_two_hosts_with_one_serial_number(self, make_device: MakeDevice, make_view: MakeView) -> None:
        plan = choose_devices(
            self.views(make_device, make_view, {"serial": "S9"}, {"serial": "S9"}), [Selector(serial="S9")], True
        )
        (error,) = [obstacle.error for obstacle in plan.obstacles]
        assert error.code == "ambiguous_device"
        assert f"{D9} (NVMe SSD, serial S9) of esxi-01, {D9} (NVMe SSD, serial S9) of esxi-02" in error.msg

    def test_a_slot_that_one_of_them_does_not_tell(self, make_device: MakeDevice, make_view: MakeView) -> None:
        views = self.views(make_device, make_view, {"slot": "6"}, {})
        (error,) = [obstacle.error for obstacle in choose_devices(views, [Selector(slot="6")], True).obstacles]
        assert (error.code, error.host) == ("device_unknown", "esxi-02")

    def test_a_pinned_address_that_another_host_has_otherwise(
        self, make_device: MakeDevice, make_view: MakeView
    ) -> None:
        views = [make_view(make_device(D9)), make_view(make_device(D9, "8086:0a54"), name="esxi-02")]
        pinned = Selector(address=D9, vendor_device="144d:a80a")
        assert choose_devices(views, [pinned], True).obstacles == ()
        (error,) = [obstacle.error for obstacle in choose_devices(views[1:], [pinned], True).obstacles]
        assert (error.code, error.host, error.device) == ("device_changed", "esxi-02", D9)

    def test_drives_in_one_slot_are_not_taken_together(self, make_device: MakeDevice, make_view: MakeView) -> None:
        view = make_view(make_device(D8, slot="6"), make_device(D9, slot="6"))
        assert outcome(choose_devices([view], [Selector(slot="6")], True)) == "ambiguous_device"
        assert outcome(choose_devices([view], [Selector(slot="6", address=D9)], True)) == [D9]

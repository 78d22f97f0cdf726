# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.fleet_vm import VmPlan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.hotplug import Item, plan_of
from ansible_collections.directpath.nvme.plugins.module_utils._plan.rivals import one_for_two, require_own_names, rivals

MakeVm = Callable[..., Vm]

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"


def wanting(*addresses: str, step: bool = True) -> VmPlan:
    items = [Item(Selector(address=address), address, None, step) for address in addresses]
    return VmPlan(added=plan_of(items, []))


@pytest.fixture
def vms(make_vm: MakeVm) -> dict[str, Vm]:
    """Three VMs on one host and one on another, by inventory name."""
    homes = {"a": "host-1", "b": "host-1", "c": "host-1", "elsewhere": "host-2"}
    return {
        name: make_vm(name=f"{name}.lab", moid=f"vm-{name}", host_moid=home, host_name=f"esxi-{home}")
        for name, home in homes.items()
    }


def errors(plan: VmPlan) -> list[DirectPathError]:
    assert not any(obstacle.mendable for obstacle in plan.obstacles)
    return [obstacle.error for obstacle in plan.obstacles]


class TestRivals:
    def test_two_vms_that_want_one_drive_are_both_told(self, vms: dict[str, Vm]) -> None:
        plans = {"b": wanting(D9, step=False), "a": wanting(D9, D8), "c": wanting(), "elsewhere": wanting(D9)}
        found = rivals(plans, vms)
        for name in ("a", "b"):
            (error,) = errors(found[name])
            assert (error.code, error.requirement) == ("drive_wanted_twice", "C1")
            assert (error.host, error.vm, error.device) == ("esxi-host-1", f"{name}.lab", D9)
            assert error.msg.startswith(f"a and b want one drive, {D9} of host esxi-host-1.")
            assert error.remedy
        assert (found["c"], found["elsewhere"]) == (plans["c"], plans["elsewhere"])

    def test_three_are_named(self, vms: dict[str, Vm]) -> None:
        found = rivals({name: wanting(D9) for name in vms}, vms)
        assert "a and b and c want one drive" in str(errors(found["c"])[0])
        assert errors(found["elsewhere"]) == []

    def test_each_drive_is_told(self, vms: dict[str, Vm]) -> None:
        found = rivals({"a": wanting(D9, D8), "b": wanting(D8, D9)}, {name: vms[name] for name in "ab"})
        assert [error.device for error in errors(found["a"])] == [D8, D9]

    def test_a_vm_that_names_a_drive_twice_is_nobody_s_rival(self, vms: dict[str, Vm]) -> None:
        plans = {"a": wanting(D9, D9)}
        assert rivals(plans, {"a": vms["a"]}) == plans

    def test_a_vm_that_was_not_found_wants_nothing_yet(self, vms: dict[str, Vm]) -> None:
        plans = {"a": wanting(D9), "lost": VmPlan()}
        assert rivals(plans, {"a": vms["a"]}) == plans

    def test_the_order_of_the_inventory_makes_no_other_plan(self, vms: dict[str, Vm]) -> None:
        def said(names: list[str]) -> dict[str, list[str]]:
            found = rivals({name: wanting(D9) for name in names}, {name: vms[name] for name in names})
            return {name: [str(error) for error in errors(plan)] for name, plan in found.items()}

        names = list(vms)
        assert said(names) == said(names[::-1]) == said([*names[2:], *names[:2]])


class TestOneForTwo:
    @pytest.mark.parametrize("kind", ["host", "VM"])
    def test_two_names_of_one_object_are_both_told(self, kind: str) -> None:
        found = one_for_two(kind, {"z": "moid-1", "a": "moid-1", "b": "moid-2"})
        assert list(found) == ["a", "z"]
        assert found["a"] is found["z"]
        error = found["a"]
        assert error.code == "named_twice"
        assert error.msg == f"a and z of the inventory are one {kind} in vSphere (moid-1). Nothing was changed."
        assert (error.host, error.vm) == (("a", None) if kind == "host" else (None, "a"))
        assert error.remedy

    def test_each_its_own_is_no_error(self) -> None:
        assert one_for_two("host", {"a": "moid-1", "b": "moid-2"}) == {}
        assert one_for_two("host", {}) == {}


def test_an_inventory_name_is_listed_once() -> None:
    require_own_names("host", ["a", "b"])
    with pytest.raises(DirectPathError, match="The host a is listed twice") as caught:
        require_own_names("host", ["a", "b", "a"])
    assert caught.value.code == "invalid_argument"

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attestation
from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredHost, DesiredVm, of_entry
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector

D8, D9 = Selector(address="0000:d8:00.0"), Selector(address="0000:d9:00.0")

HOST: dict[str, Any] = {
    "inventory_name": "one",
    "esxi_host_name": "esxi-01",
    "datacenter": None,
    "devices": [],
    "one_drive_each": False,
    "allow_foreign_data": [],
    "attested": None,
    "shutdown_vms": False,
    "leave_maintenance": False,
}

VM: dict[str, Any] = {
    "inventory_name": "db",
    "name": "db-01",
    "moid": None,
    "uuid": None,
    "use_instance_uuid": False,
    "folder": None,
    "datacenter": None,
    "esxi_host_name": None,
    "devices": [],
    "prepare": True,
    "whole": True,
    "exact": False,
    "allow_power_off": False,
    "allow_firmware_change": False,
    "correct_unsupported": False,
    "deploy": False,
}


def test_a_host_is_wanted_as_the_argument_says() -> None:
    host = DesiredHost.from_dict(
        {
            **HOST,
            "devices": [{"address": "d8:00.0"}],
            "allow_foreign_data": ["D9:00.0"],
            "attested": {"P1": {"by": "J. Doe", "date": "2026-01-31"}, "Q1": None},
        }
    )
    assert (host.inventory_name, host.esxi_host_name, host.devices) == ("one", "esxi-01", (D8,))
    assert (host.allow_foreign_data, host.attested) == (
        frozenset({"0000:d9:00.0"}),
        {"P1": Attestation("J. Doe", "2026-01-31")},
    )


def test_the_drives_of_a_vm_are_told_by_their_state() -> None:
    devices = [{"address": "d9:00.0", "state": "absent"}, {"address": "d8:00.0", "state": "present"}]
    vm = DesiredVm.from_dict({**VM, "devices": devices, "correct_unsupported": True, "allow_power_off": True})
    assert (vm.present, vm.absent, vm.drives) == ((D8,), (D9,), (D8, D9))
    assert (vm.permissions, vm.allow_power_off) == (("correct_unsupported",), True)
    search = ("name", "moid", "uuid", "use_instance_uuid", "folder", "datacenter")
    assert vm.search == {name: VM[name] for name in search}


@pytest.mark.parametrize(
    ("changes", "moves"),
    [
        ({}, False),
        ({"exact": True}, True),
        ({"exact": True, "whole": False}, False),
        ({"devices": [{"address": "d8:00.0", "state": "absent"}]}, True),
        ({"devices": [{"address": "d8:00.0", "state": "present"}]}, True),
    ],
)
def test_which_drives_it_has_matters_only_where_some_may_move(changes: dict[str, Any], moves: bool) -> None:
    assert DesiredVm.from_dict({**VM, **changes}).moves_drives is moves


@pytest.mark.parametrize("given", [None, []])
def test_lists_may_be_empty_or_null(given: Any) -> None:
    host = DesiredHost.from_dict({**HOST, "devices": given, "allow_foreign_data": given, "attested": given})
    assert (host.devices, host.allow_foreign_data, host.attested) == ((), frozenset(), {})
    assert DesiredVm.from_dict({**VM, "devices": given}).drives == ()


@pytest.mark.parametrize(
    ("kind", "values", "code"),
    [
        (DesiredHost, {**HOST, "devices": [{"address": "nonsense"}]}, "invalid_selector"),
        (DesiredHost, {**HOST, "allow_foreign_data": ["nonsense"]}, "invalid_selector"),
        (DesiredVm, {**VM, "devices": [{"vendor_device": "nvme", "state": "present"}]}, "invalid_selector"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_name_of_the_entry(kind: Any, values: Any, code: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        of_entry(kind, values)
    assert caught.value.code == code
    assert str(caught.value).startswith(f"{values['inventory_name']}: '")
    assert caught.value.remedy


def test_a_right_entry_is_taken_as_it_is() -> None:
    assert of_entry(DesiredVm, VM) == DesiredVm.from_dict(VM)

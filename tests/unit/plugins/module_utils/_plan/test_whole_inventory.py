# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether hosts and VMs may be missing from an inventory, as in a slice of it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.inventory import judge_inventory

D8 = {"address": "0000:d8:00.0"}
COUNT = "hotplug_inventory_vm_count"
OWN = {"host_prepare_devices": [D8]}
A = {"nvme_hotplug_esxi_host": "esxi-01.lab", "nvme_hotplug_devices": [D8]}
B = {"nvme_hotplug_esxi_host": "esxi-02.lab", "nvme_hotplug_devices": [D8]}
NO_DRIVES: dict[str, Any] = {"nvme_hotplug_devices": []}


def judge(hosts: dict[str, Any], vms: dict[str, Any], in_job: bool = False, **everywhere: Any) -> dict[str, Any]:
    """The judgement of an inventory whose group_vars/all are everywhere."""
    full_hosts = {name: {**everywhere, **variables} for name, variables in hosts.items()}
    return judge_inventory(full_hosts, {name: {**everywhere, **of} for name, of in vms.items()}, in_job)


@pytest.mark.parametrize(
    ("vms", "in_job", "everywhere"),
    [
        pytest.param({"a": A}, False, {}, id="Ansible has the whole inventory whatever the limit"),
        pytest.param({"a": A, "b": NO_DRIVES}, False, {COUNT: 1}, id="the count, of VMs with drives"),
        pytest.param({"a": A}, True, {COUNT: "1"}, id="the count in a job, as text"),
        pytest.param({"a": NO_DRIVES}, False, {}, id="an inventory that wants no drives and says so"),
    ],
)
def test_the_whole(vms: dict[str, Any], in_job: bool, everywhere: dict[str, Any]) -> None:
    judged = judge({"esxi-01.lab": {}}, vms, in_job, **everywhere)
    assert judged["errors"] == []
    assert judged["incomplete"] == {"hosts": [], "reason": ""}


@pytest.mark.parametrize(
    ("vms", "in_job", "everywhere", "reason"),
    [
        pytest.param(
            {"a": A},
            True,
            {COUNT: 2},
            "the number of VMs that want drives is 1 in this inventory and 2 by hotplug_inventory_vm_count.",
            id="a slice",
        ),
        pytest.param(
            {"a": A, "b": A},
            False,
            {COUNT: 1},
            "the number of VMs that want drives is 2 in this inventory and 1 by hotplug_inventory_vm_count.",
            id="a count that is too low is worth nothing",
        ),
        pytest.param({"a": A}, True, {}, "this is a job of AWX, where a slice of an inventory looks", id="a job"),
        pytest.param({}, False, {}, "no VM of this inventory has nvme_hotplug_devices.", id="no VM with drives"),
    ],
)
def test_a_part(vms: dict[str, Any], in_job: bool, everywhere: dict[str, Any], reason: str) -> None:
    """A host with a list of its own needs no VMs to be known."""
    judged = judge({"esxi-01.lab": {}, "esxi-02.lab": OWN}, vms, in_job, **everywhere)
    assert judged["incomplete"]["hosts"] == ["esxi-01.lab"]
    assert judged["incomplete"]["reason"].startswith(reason)
    assert not any("No drive is wanted of esxi-01.lab" in note for note in judged["notes"])


def test_a_job_is_not_told_how_many_vms_it_has() -> None:
    """Whoever wrote that number down in a slice would vouch for the slice."""
    vms = {f"vm-{number}": A for number in range(40)}
    assert not any(character.isdigit() for character in judge({"h": {}}, vms, True)["incomplete"]["reason"])


def test_a_host_of_another_slice_is_called_as_in_vsphere() -> None:
    hosts: dict[str, Any] = {"esxi-01.lab": {}}
    assert judge(hosts, {"b": B}, True, **{COUNT: 2})["errors"] == []
    (error,) = judge(hosts, {"b": B}, True)["errors"]
    assert error.startswith("nvme_hotplug_esxi_host of b is esxi-02.lab, which is no host of the group esxi_hosts.")
    assert error.endswith("If this is a job slice, set hotplug_inventory_vm_count.")
    (error,) = judge(hosts, {"b": {**B, "nvme_hotplug_esxi_host": "ESXI-01"}}, True, **{COUNT: 2})["errors"]
    assert error.endswith("Write esxi-01.lab.")


def test_two_vms_that_want_one_drive_of_a_host_of_another_slice() -> None:
    (error,) = judge({"esxi-01.lab": {}}, {"b": B, "c": B}, True, **{COUNT: 4})["errors"]
    assert error.startswith("b and c both want one drive of esxi-02.lab")
    spelt_otherwise = {**B, "nvme_hotplug_esxi_host": "esxi-02"}
    (error,) = judge({"esxi-01.lab": {}}, {"b": B, "c": spelt_otherwise}, True, **{COUNT: 4})["errors"]
    assert "Write a host in one way only." in error


@pytest.mark.parametrize(
    ("host", "vm", "error"),
    [
        ("twelve", "twelve", "hotplug_inventory_vm_count of esxi-01.lab is twelve. Write how many VMs"),
        (-1, -1, "hotplug_inventory_vm_count of esxi-01.lab is -1. Write how many VMs"),
        (1, 2, "hotplug_inventory_vm_count is 1 for esxi-01.lab and 2 for a. Set it once, for all hosts."),
    ],
)
def test_a_count_that_is_none(host: Any, vm: Any, error: str) -> None:
    judged = judge_inventory({"esxi-01.lab": {COUNT: host}}, {"a": {**A, COUNT: vm}})
    (told,) = judged["errors"]
    assert told.startswith(error)

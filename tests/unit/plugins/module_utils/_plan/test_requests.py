# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan is asked for, from an inventory's variables."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.inventory import judge_inventory
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requests import requests

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"

EVERYTHING = ("hosts", "vms", "add", "remove")

HOSTS: dict[str, dict[str, Any]] = {
    "esxi-01": {"host_prepare_esxi_host_name": "esxi-01.lab"},
    "esxi-02": {"host_prepare_devices": [{"address": D9}]},
}

VMS: dict[str, dict[str, Any]] = {
    "db-01": {
        "nvme_hotplug_esxi_host": "esxi-01",
        "nvme_hotplug_devices": [{"address": D8}, {"address": D9, "state": "absent"}],
    },
    "db-02": {"nvme_hotplug_esxi_host": "esxi-02", "nvme_hotplug_devices": [], "nvme_hotplug_vm": {"moid": "vm-7"}},
}


def asked(parts: tuple[str, ...] = EVERYTHING, **changes: dict[str, Any]) -> dict[str, Any]:
    """The one request, with changed variables of some hosts or VMs (their names with _ for -)."""
    named = {name.replace("_", "-"): values for name, values in changes.items()}
    hosts = {name: {**values, **named.get(name, {})} for name, values in HOSTS.items()}
    vms = {name: {**values, **named.get(name, {})} for name, values in VMS.items()}
    (request,) = requests(hosts, vms, judge_inventory(hosts, vms), parts)
    return request


def of_vm(request: dict[str, Any], name: str = "db-01") -> dict[str, Any]:
    (found,) = (item for item in request["vms"] if item["inventory_name"] == name)
    return dict(found)


def test_a_host_gets_what_vms_want_of_it_or_its_own_list() -> None:
    first, second = asked()["hosts"]
    assert (first["esxi_host_name"], first["devices"], first["one_drive_each"]) == (
        "esxi-01.lab",
        [{"address": D8}],
        True,
    )
    assert (second["esxi_host_name"], second["devices"], second["one_drive_each"]) == (
        "esxi-02",
        [{"address": D9}],
        False,
    )


def test_what_is_vouched_for_goes_with_whose_word_it_is() -> None:
    word = {"by": "J. Doe", "date": "2026-01-31"}
    # YAML makes a date of what is not in quotes; a word without one is for judge_inventory() to complain of.
    given = {
        "Q1": {"by": "J. Doe", "date": date(2026, 1, 31)},
        "P1": {**word, "reference": 4711},
        "Q2": None,
        "Q3": True,
    }
    request = asked(esxi_01={"nvme_hotplug_attested": given}, db_01={"nvme_hotplug_attested": {"Q6": word, "Q1": word}})
    assert request["hosts"][0]["attested"] == {"Q1": word, "P1": {**word, "reference": "4711"}}
    assert request["hosts"][1]["attested"] == {}
    assert of_vm(request)["attested"] == {"Q6": word}


def test_the_roles_own_variable_goes_before_the_inventorys() -> None:
    word, other = {"by": "J. Doe", "date": "2026-01-31"}, {"by": "M. Roe", "date": "2026-02-01"}
    both = {"nvme_hotplug_attested": {"P1": word, "Q1": word}, "host_prepare_attested": {"P1": other}}
    assert asked(esxi_01=both)["hosts"][0]["attested"] == {"P1": other}


def test_a_vm_is_named_as_vsphere_knows_it_and_so_is_its_host() -> None:
    request = asked()
    assert of_vm(request)["name"] == "db-01"
    assert of_vm(request)["esxi_host_name"] == "esxi-01.lab"
    assert of_vm(request, "db-02")["moid"] == "vm-7"
    assert "name" not in of_vm(request, "db-02")


@pytest.mark.parametrize(
    ("parts", "devices"),
    [
        (("add",), [{"address": D8, "state": "present"}]),
        (("remove",), [{"address": D9, "state": "absent"}]),
        (("add", "remove"), [{"address": D8, "state": "present"}, {"address": D9, "state": "absent"}]),
        (("vms",), []),
    ],
)
def test_a_plan_has_the_parts_that_it_is_asked_for(parts: tuple[str, ...], devices: list[dict[str, str]]) -> None:
    request = asked(parts)
    assert request["hosts"] == []
    assert of_vm(request)["devices"] == devices
    assert of_vm(request)["prepare"] is ("vms" in parts)


def test_a_plan_for_hosts_asks_for_no_vm() -> None:
    request = asked(("hosts",))
    assert (len(request["hosts"]), request["vms"]) == (2, [])


def test_a_list_of_removals_counts_whatever_state_its_entries_have() -> None:
    request = asked(("remove",), db_01={"nvme_hot_remove_devices": [{"address": D8}]})
    assert of_vm(request)["devices"] == [{"address": D8, "state": "absent"}]


@pytest.mark.parametrize(
    ("parts", "own", "whole"),
    [
        (EVERYTHING, {}, True),
        (("add", "remove"), {}, True),
        (("remove",), {}, False),
        (("add",), {}, False),
        (("vms",), {}, False),
        (EVERYTHING, {"nvme_hot_add_devices": []}, False),
        (EVERYTHING, {"nvme_hot_remove_devices": [{"address": D8}]}, False),
    ],
)
def test_nothing_leaves_as_unnamed_where_the_wanted_entries_are_no_part_of_the_plan(
    parts: tuple[str, ...], own: dict[str, Any], whole: bool
) -> None:
    found = of_vm(asked(parts, db_01={**own, "nvme_hotplug_exact": True}))
    assert (found["whole"], found["exact"]) == (whole, True)


def test_what_may_be_done_to_a_vm_matters_only_where_it_is_prepared() -> None:
    allowed = {"vm_prepare_allow_power_off": True, "vm_prepare_deploy": True}
    assert of_vm(asked(db_01=allowed))["allow_power_off"] is True
    assert of_vm(asked(db_01=allowed))["deploy"] is True
    assert of_vm(asked(("add",), db_01=allowed))["allow_power_off"] is False


def test_guests_are_asked_in_each_run_unless_told_otherwise() -> None:
    assert asked()["guests"] == ["db-01", "db-02"]
    silent = asked(db_01={"hotplug_verify_guest": False}, db_02={"hotplug_verify_guest_when": "changed"})
    assert silent["guests"] == []


def test_each_vcenter_has_a_request_and_somebody_who_asks() -> None:
    hosts = {"a": {"vcenter_hostname": "one"}, "b": {"vcenter_hostname": "two"}}
    vms = {
        "v": {"vcenter_hostname": "two", "nvme_hotplug_esxi_host": "b", "nvme_hotplug_devices": [{"address": D8}]},
    }
    found = requests(hosts, vms, judge_inventory(hosts, vms), EVERYTHING)
    assert [item["asker"] for item in found] == ["a", "b"]
    assert [[vm["inventory_name"] for vm in item["vms"]] for item in found] == [[], ["v"]]


def test_a_drive_that_is_wanted_twice_is_asked_for_once() -> None:
    twice = [{"address": D8}, {"address": D8}]
    placed = {"nvme_hotplug_esxi_host": "esxi-01", "nvme_hotplug_devices": [{"address": D8}]}
    request = asked(db_01={"nvme_hotplug_devices": twice}, db_02=placed)
    assert request["hosts"][0]["devices"] == [{"address": D8}]
    assert of_vm(request)["devices"] == [{"address": D8, "state": "present"}]


def test_a_vm_without_a_name_that_vsphere_could_know_is_not_asked_for() -> None:
    request = asked(db_01={"nvme_hotplug_vm": "a text"})
    assert [item["inventory_name"] for item in request["vms"]] == ["db-02"]
    (refused,) = request["refused"]
    assert refused["inventory_name"] == "db-01"
    assert refused["reason"].startswith("nvme_hotplug_vm of db-01 is a text.")

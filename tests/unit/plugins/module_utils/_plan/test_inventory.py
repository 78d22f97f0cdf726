# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole inventory, judged before the first change."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.inventory import judge_inventory

D8 = {"address": "0000:d8:00.0"}
D9 = {"address": "0000:d9:00.0"}
HOSTS: dict[str, dict[str, Any]] = {"esxi-01.lab": {}, "esxi-02.lab": {}}


def vm(*drives: dict[str, Any], host: Any = "esxi-01.lab", **more: Any) -> dict[str, Any]:
    return {"nvme_hotplug_esxi_host": host, "nvme_hotplug_devices": list(drives), **more}


def test_what_vms_want_of_each_host() -> None:
    absent = {**D9, "state": "absent"}
    vms = {"a": vm(D8, absent), "b": vm(D8, host="esxi-02.lab"), "c": {}, "d": vm(D9)}
    judged = judge_inventory(HOSTS, vms)
    assert judged == {
        "errors": [],
        "notes": [],
        "esxi_hosts": {
            "esxi-01.lab": {"esxi_host_name": "esxi-01.lab", "placed": [D8, D9]},
            "esxi-02.lab": {"esxi_host_name": "esxi-02.lab", "placed": [D8]},
        },
        "vms": ["a", "b", "d"],
        "names": {"esxi-01.lab": "esxi-01.lab", "esxi-02.lab": "esxi-02.lab"},
        "known_drives": {},
        "incomplete": {"hosts": [], "reason": ""},
    }


def test_what_the_inventory_knows_of_the_drives_of_a_host_goes_by_all_its_names() -> None:
    known = [{"serial": "S-9", "address": "D9:00.0", "slot": 5}]
    alpha = {"host_prepare_esxi_host_name": "esxi-01.lab", "nvme_hotplug_known_drives": known}
    found = judge_inventory({"alpha": alpha, "beta": {}}, {})
    drives = [{"serial": "S-9", "address": "0000:d9:00.0", "slot": "5"}]
    assert (found["errors"], found["known_drives"]) == ([], {"esxi-01.lab": drives, "alpha": drives})


def test_a_name_that_may_mean_two_hosts_names_the_drives_of_neither() -> None:
    known = [{"serial": "S-9", "address": "d9:00.0"}]
    elsewhere = {"host_prepare_esxi_host_name": "esxi-01.lab", "vcenter_hostname": "other"}
    found = judge_inventory({"esxi-01.lab": {}, "beta": {**elsewhere, "nvme_hotplug_known_drives": known}}, {})
    assert list(found["known_drives"]) == ["beta"]
    twice = {name: {**elsewhere, "nvme_hotplug_known_drives": known} for name in ("alpha", "beta")}
    assert list(judge_inventory(twice, {})["known_drives"]) == ["alpha", "beta"]


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ("S-9", "it is no list of drives"),
        (["S-9"], "it is no list of drives"),
        ([{"serial": "S-9", "adress": "d9:00.0"}], "adress is none of"),
        ([{"serial": "S-9"}], "S-9 has no address"),
        ([{"serial": None, "address": "d9:00.0"}], "has no serial number"),
        # 0123 without quotes is 83: with a wrong name, a drive is taken for another.
        ([{"serial": 83, "address": "d9:00.0"}], "put it in quotes"),
        ([{"serial": "S-9", "address": "d9:00.0", "slot": True}], "put it in quotes"),
        ([{"serial": "S-9", "address": "bay 5"}], "'bay 5' is not a PCI address"),
        ([{"serial": "S-9", "address": "d9:00.0"}, {"serial": "s-9", "address": "d8:00.0"}], "contradicts"),
    ],
)
def test_known_drives_that_cannot_be_true(known: Any, words: str) -> None:
    (error,) = judge_inventory({"alpha": {"nvme_hotplug_known_drives": known}}, {})["errors"]
    assert error.startswith("nvme_hotplug_known_drives of alpha: ")
    assert words in error


@pytest.mark.parametrize(
    ("variable", "given", "words"),
    [
        ("nvme_hotplug_attested", {"P1": True}, "P1 is True, which does not say whose word it is"),
        ("host_prepare_attested", {"P1": "yes"}, "P1: {by: who vouches for it, date: 2026-01-31"),
        ("nvme_hotplug_attested", ["P1"], "no mapping from the ids of requirements"),
        (
            "nvme_hotplug_attested",
            {"Q9": {"by": "J. Doe", "date": "2026-01-31"}},
            "has Q9, which cannot be vouched for",
        ),
        (
            "nvme_hotplug_attested",
            {"Q6": {"by": "J. Doe", "date": "2026-01-31"}},
            "has Q6, which cannot be vouched for",
        ),
        ("nvme_hotplug_attested", {"Q1": {"by": "J. Doe", "when": "2026-01-31"}}, "Q1 has the key 'when'"),
        ("nvme_hotplug_attested", {"Q1": {"date": "2026-01-31"}}, "does not say who vouches for it"),
        ("nvme_hotplug_attested", {"Q1": {"by": " ", "date": "2026-01-31"}}, "does not say who vouches for it"),
        ("nvme_hotplug_attested", {"Q1": {"by": "J. Doe"}}, "has the date '', which is none"),
        ("nvme_hotplug_attested", {"Q1": {"by": "J. Doe", "date": "2026-02-30"}}, "has the date '2026-02-30'"),
    ],
)
def test_a_word_that_is_nobodys_or_of_no_day_is_refused(variable: str, given: Any, words: str) -> None:
    (error,) = judge_inventory({"alpha": {variable: given}}, {})["errors"]
    assert error.startswith(f"{variable} of alpha")
    assert words in error


def test_a_vm_is_vouched_for_its_guest_alone() -> None:
    word = {"by": "J. Doe", "date": date(2026, 1, 31)}
    assert judge_inventory({}, {"a": vm(nvme_hotplug_attested={"Q6": word, "Q7": word})})["errors"] == []
    (error,) = judge_inventory({}, {"a": vm(nvme_hotplug_attested={"Q1": word})})["errors"]
    assert error == "nvme_hotplug_attested of a has Q1, which cannot be vouched for there. It may have Q6, Q7."


def test_what_is_not_vouched_for_is_no_error() -> None:
    word = {"by": "J. Doe", "date": "2026-01-31"}
    given = {"P1": word, "Q1": None, "Q3": False, "Q4": {}}
    assert (
        judge_inventory({"alpha": {"nvme_hotplug_attested": given}, "beta": {"nvme_hotplug_attested": None}}, {})[
            "errors"
        ]
        == []
    )


@pytest.mark.parametrize("placement", ["alpha", "esxi-01.lab"])
def test_a_host_with_another_name_in_vsphere_is_found_by_both(placement: str) -> None:
    hosts = {"alpha": {"host_prepare_esxi_host_name": "esxi-01.lab"}}
    judged = judge_inventory(hosts, {"a": vm(D8, host=placement)})
    assert judged["errors"] == judged["notes"] == []
    assert judged["esxi_hosts"] == {"alpha": {"esxi_host_name": "esxi-01.lab", "placed": [D8]}}


ALPHA = {"alpha": {"host_prepare_esxi_host_name": "esxi-01.lab"}}


@pytest.mark.parametrize(
    ("hosts", "vms", "error"),
    [
        pytest.param(
            HOSTS,
            {"a": vm(D8), "b": vm(D8)},
            "a and b both want one drive of esxi-01.lab (address=0000:d8:00.0). A drive goes into one VM.",
            id="two VMs, one drive",
        ),
        pytest.param(
            HOSTS,
            {"a": vm({"name": "PM9A3"}), "b": vm({"name": "PM9A3", "vendor_device": "144d:a80a"})},
            "a and b both want one drive of esxi-01.lab (name=PM9A3 and name=PM9A3, vendor_device=144d:a80a). "
            "A drive goes into one VM.",
            id="two VMs, one drive by its name",
        ),
        pytest.param(
            HOSTS,
            {"a": vm({"serial": "S1"}), "b": vm({"serial": " s1", "slot": 5})},
            "a and b both want one drive of esxi-01.lab (serial=S1 and serial=S1, slot=5). A drive goes into one VM.",
            id="two VMs, one drive by its serial number",
        ),
        pytest.param(
            HOSTS,
            {"a": vm({"serial": "S1"}), "b": vm({"serial": "S1"}, host="esxi-02.lab")},
            "a and b both want one drive of esxi-01.lab and of esxi-02.lab (serial=S1). A drive goes into one VM.",
            id="one drive of two hosts",
        ),
        pytest.param(
            ALPHA,
            {"a": vm(D8, host="alpha"), "b": vm(D8, host="esxi-01.lab")},
            "a and b both want one drive of alpha (address=0000:d8:00.0). A drive goes into one VM.",
            id="two VMs, one drive of a host with two names",
        ),
        pytest.param(
            {"esxi-01.lab": {"vcenter_hostname": "vc-b"}},
            {"a": vm(D8, vcenter_hostname="vc-a")},
            "a is placed on esxi-01.lab, but the VM is in vCenter vc-a and the host in vc-b. A drive of a host goes "
            "into a VM on it.",
            id="a host of another vCenter",
        ),
        pytest.param(
            {"esxi-01.lab": {"vcenter_datacenter": "DC1"}},
            {"a": vm(D8, vcenter_datacenter="DC0")},
            "a is placed on esxi-01.lab, but the VM is in datacenter DC0 and the host in DC1. A drive of a host goes "
            "into a VM on it.",
            id="a host of another datacenter",
        ),
        pytest.param(
            HOSTS,
            {"a": vm(D8, nvme_hotplug_vm={"uuid": "4C4C"}), "b": vm(D9, nvme_hotplug_vm={"uuid": "4c4c"})},
            "a and b are one VM in vSphere, by their nvme_hotplug_vm. Leave one in the inventory.",
            id="one VM by a UUID in capitals and not",
        ),
        pytest.param(
            HOSTS,
            {"a": vm(D8, nvme_hotplug_vm={"name": " "})},
            "nvme_hotplug_vm of a has a name without a value.",
            id="a VM without a name",
        ),
        pytest.param(
            {},
            {"a": vm(D8), "b": vm(D8)},
            "a and b both want one drive of esxi-01.lab (address=0000:d8:00.0). A drive goes into one VM.",
            id="no hosts in the inventory",
        ),
        pytest.param(
            {},
            {"a": vm(D8), "b": vm(D8, host="ESXi-01")},
            "nvme_hotplug_esxi_host is esxi-01.lab for some VMs and ESXi-01 for others. Write a host in one way only.",
            id="no hosts in the inventory, and one host spelt in two ways",
        ),
        pytest.param(
            HOSTS,
            {"a": vm(D8, host="esxi-01")},
            "nvme_hotplug_esxi_host of a is esxi-01, which is no host of the group esxi_hosts. Write esxi-01.lab.",
            id="a host that the inventory does not have",
        ),
        pytest.param(
            HOSTS,
            {"a": vm(host="esxi-03.lab")},
            "nvme_hotplug_esxi_host of a is esxi-03.lab, which is no host of the group esxi_hosts. "
            "Similar names: esxi-02.lab, esxi-01.lab.",
            id="such a host, and no drives",
        ),
        *(
            pytest.param(
                hosts,
                {"a": vm(D8, host=placement)},
                "a wants drives, but not of which host. Set nvme_hotplug_esxi_host to the host it runs on.",
                id=f"drives of no host: {placement!r}, {len(hosts)} hosts",
            )
            for hosts in (HOSTS, {})
            for placement in (None, "")
        ),
        pytest.param(
            HOSTS,
            {"a": {"nvme_hotplug_devices": [D8]}},
            "a wants drives, but not of which host. Set nvme_hotplug_esxi_host to the host it runs on.",
            id="drives, and a host that is not even mentioned",
        ),
        pytest.param(
            HOSTS,
            {"a": vm(D8, {**D8, "state": "absent"})},
            "nvme_hotplug_devices of a: one drive is wanted present and absent at once (address=0000:d8:00.0).",
            id="present and absent",
        ),
        pytest.param(
            {"esxi-01.lab": {"host_prepare_devices": ["0000:d8:00.0"]}},
            {},
            "host_prepare_devices of esxi-01.lab, entry 1: it is the text '0000:d8:00.0', which says not what it is. "
            'Write address: "0000:d8:00.0".',
            id="a host's own list",
        ),
        pytest.param(
            {**ALPHA, "esxi-01.lab": {}},
            {},
            "alpha and esxi-01.lab are both esxi-01.lab in vSphere. Leave one in the inventory.",
            id="two names for a host",
        ),
        pytest.param(
            HOSTS,
            {"a": vm(D8, nvme_hotplug_vm={"name": "b"}), "b": vm(D9)},
            "a and b are one VM in vSphere, by their nvme_hotplug_vm. Leave one in the inventory.",
            id="two names for a VM",
        ),
        pytest.param(
            HOSTS,
            {"a": vm(D8, nvme_hotplug_vm="storage-vm")},
            "nvme_hotplug_vm of a is storage-vm. Write a key and a value, such as name: a, or leave it out.",
            id="a VM that vSphere knows by text",
        ),
        pytest.param(
            HOSTS,
            {"a": vm(D8, nvme_hotplug_vm={"Name": "storage-vm"})},
            "nvme_hotplug_vm of a has the key 'Name', which is none of name, moid, uuid, use_instance_uuid, folder.",
            id="a VM with an unknown key",
        ),
        pytest.param(
            HOSTS,
            {"a": vm(D8, nvme_hotplug_vm={"name": "storage-vm", "moid": "vm-1"})},
            "nvme_hotplug_vm of a has to have one of name, moid, uuid, and no more.",
            id="a VM known in two ways",
        ),
        pytest.param(
            {"esxi-01.lab": {"host_prepare_devices": None}},
            {},
            "host_prepare_devices of esxi-01.lab has no value. Write [] if no drive is wanted, or list the drives.",
            id="a host's list without a value",
        ),
    ],
)
def test_contradictions(hosts: dict[str, Any], vms: dict[str, Any], error: str) -> None:
    assert error in judge_inventory(hosts, vms)["errors"]


@pytest.mark.parametrize(
    ("hosts", "vms"),
    [
        pytest.param(HOSTS, {"a": vm(D8), "b": vm(D8, host="esxi-02.lab")}, id="one address on two hosts"),
        pytest.param(HOSTS, {"a": vm(D8), "b": vm({**D8, "state": "absent"})}, id="a drive that changes its VM"),
        pytest.param(HOSTS, {"a": vm(host=None), "b": {"nvme_hotplug_devices": []}}, id="no drives, no host"),
        pytest.param(HOSTS, {"a": {"nvme_hotplug_esxi_host": "nowhere"}}, id="a VM that is left alone"),
        pytest.param(
            {
                "east": {"host_prepare_esxi_host_name": "esxi-01.lab", "vcenter_hostname": "vc-east"},
                "west": {"host_prepare_esxi_host_name": "esxi-01.lab", "vcenter_hostname": "vc-west"},
            },
            {
                "a": vm(D8, host="east", vcenter_hostname="vc-east", nvme_hotplug_vm={"moid": "vm-1"}),
                "b": vm(D8, host="west", vcenter_hostname="vc-west", nvme_hotplug_vm={"moid": "vm-1"}),
            },
            id="two vCenters",
        ),
        pytest.param(
            {},
            {
                "a": vm(D8, vcenter_hostname="vc-east", nvme_hotplug_vm={"moid": "vm-1"}),
                "b": vm(D8, vcenter_hostname="vc-west", nvme_hotplug_vm={"moid": "vm-1"}),
            },
            id="two vCenters, no hosts in the inventory",
        ),
        pytest.param(
            HOSTS,
            {"a": vm({"slot": 5}), "b": vm({"slot": 5}, host="esxi-02.lab")},
            id="one slot of two hosts",
        ),
        pytest.param(
            HOSTS,
            {
                "a": vm({"serial": "S1", "vendor_device": "144d:a80a"}),
                "b": vm({"serial": "S1", "vendor_device": "8086:0a54"}),
            },
            id="one serial number of two vendors",
        ),
    ],
)
def test_no_contradictions(hosts: dict[str, Any], vms: dict[str, Any]) -> None:
    assert judge_inventory(hosts, vms)["errors"] == []


@pytest.mark.parametrize(
    ("hosts", "vms", "notes"),
    [
        (
            HOSTS,
            {"a": vm({**D8, "state": "absent"})},
            ["No drive is wanted of esxi-01.lab, esxi-02.lab: prepare_hosts enables passthrough on none there."],
        ),
        (
            {"esxi-01.lab": {"host_prepare_devices": []}},
            {"a": vm(D8)},
            [
                "No drive is wanted of esxi-01.lab: prepare_hosts enables passthrough on none there.",
                "A VM wants address=0000:d8:00.0 of esxi-01.lab, which its own host_prepare_devices does not list.",
            ],
        ),
        ({"esxi-01.lab": {"host_prepare_devices": [D8]}}, {"a": vm(D8)}, []),
        # Only the host can tell whether it is the one that is listed.
        ({"esxi-01.lab": {"host_prepare_devices": [D8]}}, {"a": vm({"serial": "S1"})}, []),
    ],
)
def test_what_is_perhaps_not_meant_is_told(hosts: dict[str, Any], vms: dict[str, Any], notes: list[str]) -> None:
    assert judge_inventory(hosts, vms)["notes"] == notes

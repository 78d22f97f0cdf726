# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""host_boot_param against a lab: what it sets, refuses, reports and leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from labclient import Lab
from module_steps import Answer, error_of, run_steps

MODULE = "directpath.nvme.host_boot_param"

CONFIG = {
    "datacenters": ["DC0", "DC1"],
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.1", "cluster": "cluster-a"},
        {"name": "esxi-02.lab", "version": "8.0.3", "cluster": "cluster-a"},
        {"name": "esxi-03.lab", "version": "8.0.2", "cluster": "cluster-a"},
        {"name": "old.lab", "version": "7.0.3"},
        {"name": "gone.lab", "version": "8.0.1", "connected": False},
        {"name": "twin.lab", "version": "8.0.1", "datacenter": "DC0"},
        {"name": "twin.lab", "version": "8.0.1", "datacenter": "DC1"},
    ],
    "vms": [],
}

KERNEL_SET = "ExecuteSoap:vim.EsxCLI.system.settings.kernel.set"
KERNEL_LIST = "ExecuteSoap:vim.EsxCLI.system.settings.kernel.list"
COOKIES = {"name": "maxIntrCookies", "value": "4096"}
ONE = {"esxi_host_name": "esxi-01.lab", **COOKIES}
CLUSTER = {"cluster": "cluster-a", **COOKIES}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def kernel(lab: Lab, host: str, name: str = "maxIntrCookies") -> dict[str, str]:
    (state,) = (item for item in lab.state()["hosts"] if item["name"] == host)
    setting: dict[str, str] = state["settings"][name]
    return setting


def by_host(answer: Answer) -> dict[str, tuple[bool, bool]]:
    """Host name -> changed and reboot_required."""
    return {item["host"]["name"]: (item["changed"], item["reboot_required"]) for item in answer["hosts"]}


def writes(lab: Lab) -> int:
    return lab.mutating_calls().get(KERNEL_SET, 0)


def test_a_cluster_changes_only_where_the_release_needs_it(lab: Lab) -> None:
    done, again = run_steps(lab, MODULE, {**CLUSTER, "comparison": "at_least"}, CLUSTER)
    assert by_host(done) == {"esxi-01.lab": (True, True), "esxi-02.lab": (False, False), "esxi-03.lab": (True, True)}
    assert by_host(again) == {"esxi-01.lab": (False, True), "esxi-02.lab": (False, False), "esxi-03.lab": (False, True)}
    assert lab.mutating_calls() == {KERNEL_SET: 2}


def test_at_least_leaves_more_alone_and_default_goes_back(lab: Lab) -> None:
    low = {**ONE, "value": "0x200", "comparison": "at_least"}
    left, lowered, default, again = run_steps(
        lab,
        MODULE,
        low,
        {**low, "comparison": "exact"},
        {"esxi_host_name": "esxi-01.lab", "name": "maxIntrCookies", "state": "default"},
        {"esxi_host_name": "esxi-01.lab", "name": "maxIntrCookies", "state": "default"},
    )
    assert [item["changed"] for item in (left, lowered, default, again)] == [False, True, True, False]
    assert lowered["hosts"][0]["parameter"]["configured"] == "512"
    assert default["hosts"][0]["parameter"]["configured"] == "1024"
    assert default["reboot_required"] is False


def test_settings_of_every_type(lab: Lab) -> None:
    def one(name: str, value: str) -> dict[str, str]:
        return {"esxi_host_name": "esxi-01.lab", "name": name, "value": value}

    answers = run_steps(
        lab,
        MODULE,
        one("enablePCIEHotplug", "false"),
        one("enablePCIEHotplug", "False"),
        one("intrFirstMsixVector", "112"),
        one("vtdRecordMapsForPciVidDid", "8086:0a54"),
    )
    assert [item["failed"] for item in answers] == [False] * 4
    assert [item["changed"] for item in answers] == [True, False, False, True]
    assert kernel(lab, "esxi-01.lab", "enablePCIEHotplug")["configured"] == "FALSE"


def test_a_host_is_found_by_name_path_moid_and_datacenter(lab: Lab) -> None:
    moid = next(item["moid"] for item in lab.state()["hosts"] if item["name"] == "esxi-01.lab")
    path = "/DC1/host/twin.lab/twin.lab"
    answers = run_steps(
        lab,
        MODULE,
        {**COOKIES, "esxi_host_name": moid, "check": True},
        {**COOKIES, "esxi_host_name": path, "check": True},
        {**COOKIES, "esxi_host_name": "twin.lab", "datacenter": "DC1", "check": True},
        {**COOKIES, "esxi_host_names": ["esxi-01.lab", moid, "twin.lab"], "datacenter": "DC0", "check": True},
    )
    names = [[host["host"]["name"] for host in answer["hosts"]] for answer in answers]
    assert names == [["esxi-01.lab"], ["twin.lab"], ["twin.lab"], ["esxi-01.lab", "twin.lab"]]
    assert answers[1]["hosts"][0]["host"] == answers[2]["hosts"][0]["host"]
    assert answers[3]["hosts"][1]["host"] != answers[2]["hosts"][0]["host"]


def test_what_cannot_be_is_refused_before_anything_is_sent(lab: Lab) -> None:
    cases: list[tuple[dict[str, Any], str, list[str]]] = [
        ({"name": "maxIntrCookie"}, "unknown_setting", ["maxIntrCookies", "esxi-01.lab"]),
        ({"name": "MAXINTRCOOKIES"}, "unknown_setting", ["maxIntrCookies", "case matters"]),
        ({"value": "4097"}, "invalid_value", ["4097", "from 0 to 4096", "uint32"]),
        ({"value": "many"}, "invalid_value", ["'many'", "from 0 to 4096"]),
        ({"name": "enablePCIEHotplug", "value": "1"}, "invalid_value", ["TRUE or FALSE"]),
        (
            {"name": "enablePCIEHotplug", "value": "TRUE", "comparison": "at_least"},
            "invalid_argument",
            ["needs a number", "comparison=exact"],
        ),
        ({"esxi_host_name": "esxi-1.lab"}, "not_found", ["esxi-1.lab", "esxi-01.lab"]),
        ({"esxi_host_name": ""}, "invalid_argument", ["No host is named"]),
        ({"esxi_host_name": "twin.lab"}, "ambiguous_name", ["DC0/host/twin.lab", "DC1/host/twin.lab", "datacenter"]),
        ({"esxi_host_name": "gone.lab"}, "host_not_connected", ["gone.lab is disconnected"]),
        ({"esxi_host_name": "old.lab"}, "host_too_old", ["ESXi 7.0.3", "8.0 Update 1"]),
        (
            {"esxi_host_name": None, "esxi_host_names": ["esxi-01.lab", "old.lab"]},
            "host_too_old",
            ["old.lab"],
        ),
        ({"esxi_host_name": None, "cluster": "cluster-b"}, "not_found", ["cluster-b", "cluster-a"]),
        ({"datacenter": "DC7"}, "not_found", ["DC7"]),
    ]
    steps = [{**ONE, **item[0]} for item in cases]
    answers = run_steps(lab, MODULE, *[{name: step[name] for name in step if step[name] is not None} for step in steps])
    for answer, (case, code, words) in zip(answers, cases, strict=True):
        assert error_of(answer)["code"] == code, case
        assert [word for word in words if word not in answer["msg"]] == [], answer["msg"]
    assert error_of(answers[10])["requirement"] == "Q8"
    assert lab.mutating_calls() == {}


def test_arguments_that_do_not_fit_together(lab: Lab) -> None:
    both, none, no_value = run_steps(
        lab,
        MODULE,
        {**ONE, "cluster": "cluster-a"},
        COOKIES,
        {"esxi_host_name": "esxi-01.lab", "name": "maxIntrCookies"},
    )
    assert "mutually exclusive" in both["msg"]
    assert "one of the following is required" in none["msg"]
    assert "value" in no_value["msg"]
    assert lab.stats()["total"] == 0


def test_one_failing_host_does_not_hide_what_the_others_did(lab: Lab) -> None:
    lab.fault(KERNEL_SET, fault_type="HostConfigFault", message="The boot bank is read-only.")
    failed, again = run_steps(lab, MODULE, CLUSTER, CLUSTER)
    error = error_of(failed)
    assert (error["code"], error["fault"]) == ("vsphere_fault", "HostConfigFault")
    assert failed["msg"].startswith("1 of 3 hosts failed.")
    assert "The boot bank is read-only." in failed["msg"]
    assert failed["changed"]
    assert sorted(by_host(failed).values()) == [(False, False), (False, False), (True, True)]
    assert not again["failed"]
    assert sorted(item["changed"] for item in again["hosts"]) == [False, False, True]
    assert {kernel(lab, name)["configured"] for name in ("esxi-01.lab", "esxi-03.lab")} == {"4096"}


def test_reading_costs_the_same_however_many_hosts(lab: Lab) -> None:
    run_steps(lab, MODULE, CLUSTER)
    calls = lab.stats()["calls"]
    # One list and one set for each host that needs it, one list for the host that does not, one list to read back.
    assert calls[KERNEL_LIST] == 3 + 2
    assert calls["RetrievePropertiesEx"] == 2
    assert writes(lab) == 2

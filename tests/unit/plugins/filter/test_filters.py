# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters as a template calls them: their names, what they refuse, and that they pass on what the plan says."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.directpath.nvme.plugins.filter import hotplug_requests, readiness_report, selectors

DRIVES = [
    {"address": "0000:d9:00.0", "vendor_device": "144d:a80a"},
    {"address": "0000:da:00.0", "state": "present"},
    {"address": "0000:db:00.0", "state": "absent"},
]


def call(module: Any, name: str, *args: Any) -> Any:
    return module.FilterModule().filters()[name](*args)


@pytest.mark.parametrize(
    ("state", "found"),
    [("present", [*DRIVES[:1], {"address": "0000:da:00.0"}]), ("absent", [{"address": "0000:db:00.0"}])],
)
def test_selectors_of_one_state_come_without_it(state: str, found: list[dict[str, str]]) -> None:
    answer = call(selectors, "selectors", DRIVES, state)
    assert [{name: value for name, value in item.items() if value} for item in answer] == found


def test_all_selectors_whatever_their_state() -> None:
    assert len(call(selectors, "selectors", DRIVES)) == 3
    assert call(selectors, "selectors", []) == []


@pytest.mark.parametrize(
    "drives",
    [
        None,
        "0000:d9:00.0",
        ["0000:d9:00.0"],
        [{"address": "0000:d9:00.0", "state": "Absent"}],
        [{"address": "0000:d9:00.0", "state": "removed"}],
        [{"adress": "0000:d9:00.0"}],
        [{"address": "0000:d9:00.0"}, {"address": "0000:d9:00.0", "state": "absent"}],
        [{"address": "nowhere"}],
        [{}],
    ],
)
def test_nothing_that_is_wrong_is_left_out_silently(drives: Any) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        call(selectors, "selectors", drives, "absent")
    assert "Traceback" not in str(caught.value)
    assert "\n" not in str(caught.value)


NOTHING_JUDGED: dict[str, Any] = {"esxi_hosts": {}, "names": {}, "known_drives": {}}


class TestRequests:
    def requests(self, vms: dict[str, dict[str, Any]], *parts: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = call(
            hotplug_requests, "hotplug_requests", vms, NOTHING_JUDGED, [], list(vms), parts
        )
        return found

    @pytest.mark.parametrize(("part", "key"), [("add", "nvme_hot_add_devices"), ("remove", "nvme_hot_remove_devices")])
    def test_a_list_for_nobody_is_not_nothing_to_do(self, part: str, key: str) -> None:
        with pytest.raises(AnsibleFilterError, match=f"Nothing was changed.*{key}.*db-01"):
            self.requests({"db-01": {key: DRIVES}}, part)

    def test_a_list_of_another_part_does_not_matter(self) -> None:
        assert self.requests({"db-01": {"nvme_hot_add_devices": DRIVES}}, "remove") == []

    def test_vms_that_are_left_alone_are_not_even_read(self) -> None:
        class Template(dict[str, Any]):
            def __getitem__(self, key: str) -> Any:
                raise AssertionError(key)

        vms = {"db-01": {"nvme_hotplug_devices": []}, "other": Template(nvme_hot_remove_devices="{{ undefined }}")}
        (request,) = self.requests(vms, "remove")
        assert [item["inventory_name"] for item in request["vms"]] == ["db-01"]

    def test_what_cannot_be_read_says_whose_it_is(self) -> None:
        class Lazy(dict[str, Any]):
            def items(self) -> Any:
                raise RuntimeError("'nope' is\nundefined")

        for key, value, told in (
            ("nvme_hotplug_attested", {"Q6": Lazy(by="x")}, "cannot be evaluated: 'nope' is undefined"),
            ("hotplug_verify_guest", "perhaps", "'perhaps'"),
        ):
            with pytest.raises(AnsibleFilterError, match=f"^Nobody was asked. {key} of db-01.*{told}"):
                self.requests({"db-01": {"nvme_hotplug_devices": [], key: value}}, "remove")

    @pytest.mark.parametrize("key", ["vcenter_hostname", "vcenter_port", "vcenter_username"])
    def test_each_connection_is_asked_for_its_own(self, key: str) -> None:
        vms = {name: {"nvme_hotplug_devices": [], key: f"of {name}"} for name in ("db-01", "db-02")}
        asked = self.requests(vms, "add")
        assert [[item["inventory_name"] for item in request["vms"]] for request in asked] == [["db-01"], ["db-02"]]


ASKED: dict[str, Any] = {"hosts": [{"inventory_name": "esxi-01", "esxi_host_name": "esxi-01.lab"}], "vms": []}


def reported(plan: Any = None, **variables: Any) -> dict[str, Any]:
    """The report of a host that asked, and got no answer."""
    hostvars = {"esxi-01": {"hotplug_readiness_request": ASKED, **variables}}
    judgement: dict[str, Any] = {"esxi_hosts": {"esxi-01": {}, "esxi-02": {}}, "vms": [], "errors": ["Mend it."]}
    report = readiness_report.FilterModule().filters()["readiness_report"]
    when = "2026-11-26T12:00:00Z"
    return dict(report(hostvars, ["esxi-01"], judgement=judgement, generated_at=when, server="vc", plan=plan))


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, "vc"),
        ({"vcenter_hostname": ""}, "vc"),
        ({"vcenter_hostname": "other", "vcenter_port": 443}, "other"),
        ({"vcenter_hostname": "other", "vcenter_port": "8443"}, "other:8443"),
    ],
)
def test_a_report_calls_a_vcenter_as_the_connection_does(variables: dict[str, Any], name: str) -> None:
    assert reported(**variables)["vcenters"] == [name]


def test_a_report_has_what_was_asked_for_though_nobody_answered() -> None:
    report = reported()
    assert [(host["inventory_name"], host["ready"]) for host in report["hosts"]] == [("esxi-01", "unknown")]
    assert (report["scope"]["hosts"], report["inventory"]) == ({"judged": 1, "inventory": 2}, ["Mend it."])


def test_there_is_no_report_with_what_is_no_plan() -> None:
    with pytest.raises(AnsibleFilterError, match=r"There is no report\. The plan file is no JSON"):
        reported(plan="<html>")

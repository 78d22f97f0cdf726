# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_hotplug_config against a lab: what it changes, refuses, reports and leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from labclient import Lab
from module_steps import error_of
from preparation_calls import CONFIG, NEVER_CORRECTED, UNSUPPORTED, is_prepared, prepare, prepare_each, vm_object


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def test_the_whole_preparation(lab: Lab) -> None:
    plan = prepare(lab, "factory", allow_firmware_change=True, check=True, diff=True)
    assert lab.mutating_calls() == {}
    done = prepare(lab, "factory", allow_firmware_change=True, diff=True)
    assert lab.mutating_calls() == {"ReconfigVM_Task": 2}
    assert is_prepared(lab, "factory")
    # Check mode had said just this.
    for key in ("changed", "settings", "findings", "diff", "power_state", "power_cycled"):
        assert plan[key] == done[key]
    assert done["changed"]
    assert [(item["id"], item["name"], item["after"]) for item in done["settings"]] == [
        ("P6", "firmware", "efi"),
        ("P7", "motherboardLayout", "acpiHostBridges"),
        ("P7", "memoryReservationLockedToMax", True),
        ("P7", "fixedPassthruHotPlugEnabled", True),
    ]
    assert all(item["needs_power_off"] for item in done["settings"])
    assert done["diff"]["before"]["firmware"] == "bios"
    assert done["diff"]["after"]["firmware"] == "efi"
    assert any("does not boot" in warning for warning in done["warnings"])

    lab.stats(reset=True)
    again = prepare(lab, "factory", allow_firmware_change=True, diff=True)
    assert not again["changed"]
    assert again["settings"] == again["findings"] == []
    assert again["diff"]["before"] == again["diff"]["after"]
    assert lab.mutating_calls() == {}
    # 7 to log in and out, a view with its names, and the VM.
    assert lab.stats()["total"] <= 10


def test_firmware_and_layout_need_permission(lab: Lab) -> None:
    answer = prepare(lab, "factory")
    error = error_of(answer)
    assert (error["code"], error["requirement"], error["vm"]) == ("vm_rule_broken", "P6", "factory")
    assert "its firmware is bios, not efi (P6)" in answer["msg"]
    assert "its motherboard layout is i440bxHostBridge, not acpiHostBridges (P7)" in answer["msg"]
    assert "allow_firmware_change: true" in error["remedy"]
    assert lab.mutating_calls() == {}


def test_what_is_not_supported_is_refused(lab: Lab) -> None:
    names = [*UNSUPPORTED, *NEVER_CORRECTED]
    for name, task in zip(names, prepare_each(lab, *({"name": name} for name in names)), strict=True):
        error = error_of({"failed": task.status == "failed", **task.result})
        assert (error["code"], error["requirement"]) == ("vm_rule_broken", name.upper())
    assert lab.mutating_calls() == {}


def test_what_has_a_switch_is_corrected_on_demand(lab: Lab) -> None:
    tasks = prepare_each(lab, *({"name": name, "correct_unsupported": True} for name in UNSUPPORTED))
    for name, task in zip(UNSUPPORTED, tasks, strict=True):
        assert task.status == "ok", task.result
        assert [item["id"] for item in task.result["settings"]] == [name.upper()]
        assert is_prepared(lab, name)
    assert lab.mutating_calls() == {"ReconfigVM_Task": len(UNSUPPORTED)}


def test_what_has_no_switch_is_refused_all_the_same(lab: Lab) -> None:
    allowed = {"correct_unsupported": True, "allow_firmware_change": True, "allow_power_off": True}
    tasks = prepare_each(lab, *({"name": name, **allowed} for name in NEVER_CORRECTED))
    assert [task.result["error"]["requirement"] for task in tasks] == ["N4", "N5", "P7"]
    assert "virtual hardware version is 17, below 18" in tasks[-1].result["msg"]
    assert lab.mutating_calls() == {}


def test_snapshots_come_with_a_warning(lab: Lab) -> None:
    with vm_object(lab, "DC0/vm/n2") as vm:
        vm.CreateSnapshot_Task("before", "", False, False)
    answer = prepare(lab, "n2", correct_unsupported=True)
    assert not answer["failed"], answer
    (finding,) = answer["findings"]
    assert (finding["id"], finding["status"]) == ("N9", "warning")
    assert answer["warnings"] == [finding["message"]]
    assert is_prepared(lab, "n2")


def test_ways_to_name_a_vm(lab: Lab) -> None:
    with vm_object(lab, "DC0/vm/storage/twin") as vm:
        moid, uuid, instance_uuid = vm._moId, vm.config.uuid, vm.config.instanceUuid
    with vm_object(lab, "DC1/vm/abroad") as vm:
        abroad = vm._moId
    *twins, other = prepare_each(
        lab,
        {"name": "DC0/vm/storage/twin"},
        {"moid": moid},
        {"uuid": uuid},
        {"uuid": instance_uuid, "use_instance_uuid": True},
        {"name": "twin", "folder": "DC0/vm/storage"},
        {"name": "twin", "folder": "storage", "datacenter": "DC0"},
        {"name": "abroad", "datacenter": "DC1"},
    )
    assert [(task.status, task.result.get("vm")) for task in twins] == [
        ("ok", {"name": "twin", "moid": moid, "uuid": uuid})
    ] * 6
    assert other.result["vm"]["moid"] == abroad


def test_vms_that_are_not_meant(lab: Lab) -> None:
    args: list[dict[str, Any]] = [
        {"name": "twin"},
        {"name": "abroad"},
        {"name": "factry"},
        {"name": "twin", "folder": "nowhere"},
        {"moid": "vm-999999"},
        {"uuid": "00000000-0000-0000-0000-00000000dead"},
        {"name": "template", "allow_firmware_change": True},
    ]
    twin, abroad, typo, folder, moid, uuid, template = (
        {"failed": task.status == "failed", **task.result} for task in prepare_each(lab, *args)
    )
    assert error_of(twin)["code"] == "ambiguous_name"
    assert "DC0/vm/storage/twin (vm-" in twin["msg"]
    assert "DC0/vm/test/twin (vm-" in twin["msg"]
    assert error_of(abroad)["code"] == "ambiguous_name"
    assert "DC1/vm/abroad (vm-" in abroad["msg"]
    assert error_of(typo) == {**error_of(typo), "code": "not_found", "vm": "factry"}
    assert "Similar names: factory" in typo["msg"]
    for answer, words in ((folder, "folder nowhere"), (moid, "MoID vm-999999"), (uuid, "UUID 0000")):
        assert error_of(answer)["code"] == "not_found"
        assert words in answer["msg"]
    assert error_of(template)["code"] == "vm_is_template"
    assert lab.mutating_calls() == {}


def test_check_mode_expects_a_vm_that_is_yet_to_be_deployed(lab: Lab) -> None:
    to_come, by_moid, no_folder = prepare_each(
        lab, {"name": "to-come"}, {"moid": "vm-999999"}, {"name": "x", "folder": "nowhere"}, check=True
    )
    assert to_come.status == "ok"
    assert to_come.result["changed"]
    assert to_come.result["vm"] == {"name": "to-come", "moid": None, "uuid": None}
    (finding,) = to_come.result["findings"]
    assert finding["status"] == "deferred"
    assert to_come.result["warnings"] == [finding["message"]]
    assert "to-come" in finding["message"]
    for task in (by_moid, no_folder):
        assert task.result["error"]["code"] == "not_found"
    assert lab.mutating_calls() == {}


def test_a_server_that_is_too_old_is_not_written_to(start_lab: Callable[..., Lab]) -> None:
    host = {"name": "esxi-01.lab", "version": "7.0.3"}
    old = start_lab({"vcenter_version": "7.0.3", "hosts": [host], "vms": [{"name": "factory"}]})
    error = error_of(prepare(old, "factory", allow_firmware_change=True))
    assert (error["code"], error["requirement"]) == ("api_too_old", "Q8")
    assert old.mutating_calls() == {}

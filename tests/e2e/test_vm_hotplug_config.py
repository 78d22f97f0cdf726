# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_hotplug_config against a lab: what it changes, refuses, reports and leaves alone."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_run import Task, run_module, run_playbook
from labclient import Lab
from pyVim.connect import Disconnect, SmartConnect

MODULE = "directpath.nvme.vm_hotplug_config"

FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
EFI = {"firmware": "efi", "layout": "acpiHostBridges"}
"""Lacks the reservation and the hot-plug flag."""

UNSUPPORTED: dict[str, dict[str, Any]] = {
    "n1": {"iommu": True},
    "n2": {"cpu_hot_add": True},
    "n3": {"memory_hot_add": True},
    "n9": {"nested_hv": True},
}
NEVER_CORRECTED: dict[str, dict[str, Any]] = {
    "n4": {"dynamic_directpath": True},
    "n5": {"num_cpu": 130},
    "p7": {"hw_version": "vmx-17"},
}

CONFIG = {
    "datacenters": ["DC0", "DC1"],
    "hosts": [{"name": "esxi-01.lab", "datacenter": "DC0"}, {"name": "esxi-02.lab", "datacenter": "DC1"}],
    "vms": [
        {"name": "factory"},
        {"name": "fit", "power": "poweredOn", **FIT},
        {"name": "running", "power": "poweredOn", **EFI},
        {"name": "tools", "power": "poweredOn", "tools_running": True},
        {"name": "template", "template": True},
        *({"name": name, **FIT, **broken} for name, broken in {**UNSUPPORTED, **NEVER_CORRECTED}.items()),
        {"name": "twin", "folder": "storage", **FIT},
        {"name": "twin", "folder": "test", **FIT},
        {"name": "abroad", "host": "esxi-01.lab", **FIT},
        {"name": "abroad", "host": "esxi-02.lab", **FIT},
    ],
}

PREPARED = {
    "firmware": "efi",
    "layout": "acpiHostBridges",
    "mem_locked": True,
    "fpt_hotplug": True,
    "cpu_hot_add": False,
    "cpu_hot_remove": False,
    "memory_hot_add": False,
    "iommu": False,
    "nested_hv": False,
}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def prepare(lab: Lab, name: str, *, check: bool = False, diff: bool = False, **args: Any) -> dict[str, Any]:
    return run_module(MODULE, {"name": name, **args}, lab, check=check, diff=diff)


def prepare_each(lab: Lab, *tasks: dict[str, Any], check: bool = False) -> list[Task]:
    """Several calls of the module in one run of Ansible; their failures are answers, too."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [{"name": "prepare", MODULE: args, "ignore_errors": True} for args in tasks],
    }
    run = run_playbook([play], lab, check=check)
    assert len(run.tasks) == len(tasks), run.output
    return list(run.tasks)


def vm_state(lab: Lab, name: str) -> dict[str, Any]:
    (vm,) = (vm for vm in lab.state()["vms"] if vm["name"] == name)
    return dict(vm)


def is_prepared(lab: Lab, name: str) -> bool:
    config = vm_state(lab, name)["config"]
    return {key: config[key] for key in PREPARED} == PREPARED


@contextmanager
def vm_object(lab: Lab, path: str) -> Iterator[Any]:
    """A VM as pyVmomi sees it, for what the lab's own commands do not offer."""
    trusted = ssl.create_default_context(cafile=lab.ca_file)
    connection = SmartConnect(host=lab.host, port=lab.port, user=lab.username, pwd=lab.password, sslContext=trusted)
    try:
        yield connection.content.searchIndex.FindByInventoryPath(path)
    finally:
        Disconnect(connection)


def error_of(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer["failed"], answer
    assert "\n" not in answer["msg"]
    return dict(answer["error"])


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


def test_a_running_vm_is_not_powered_off_without_permission(lab: Lab) -> None:
    for check in (False, True):
        answer = prepare(lab, "running", check=check)
        error = error_of(answer)
        assert error["code"] == "power_off_not_allowed"
        assert "memoryReservationLockedToMax (P7), fixedPassthruHotPlugEnabled (P7)" in answer["msg"]
        assert "allow_power_off: true" in error["remedy"]
    assert lab.mutating_calls() == {}


def test_a_running_vm_that_is_fit_is_left_alone(lab: Lab) -> None:
    answer = prepare(lab, "fit")
    assert not answer["failed"]
    assert (answer["changed"], answer["power_state"], answer["power_cycled"]) == (False, "poweredOn", False)
    assert lab.mutating_calls() == {}


def test_without_tools_the_power_is_cut_and_given_back(lab: Lab) -> None:
    answer = prepare(lab, "running", allow_power_off=True)
    assert (answer["changed"], answer["power_state"], answer["power_cycled"]) == (True, "poweredOn", True)
    assert lab.mutating_calls() == {"PowerOffVM_Task": 1, "ReconfigVM_Task": 1, "PowerOnVM_Task": 1}
    assert is_prepared(lab, "running")
    assert vm_state(lab, "running")["power"] == "poweredOn"


def test_with_tools_the_guest_is_shut_down(lab: Lab) -> None:
    answer = prepare(lab, "tools", allow_power_off=True, allow_firmware_change=True)
    assert (answer["changed"], answer["power_state"], answer["power_cycled"]) == (True, "poweredOn", True)
    assert lab.mutating_calls() == {"ShutdownGuest": 1, "ReconfigVM_Task": 2, "PowerOnVM_Task": 1}
    assert is_prepared(lab, "tools")
    assert vm_state(lab, "tools")["power"] == "poweredOn"


def test_a_guest_that_does_not_shut_down_is_left_running(start_lab: Callable[..., Lab]) -> None:
    slow = start_lab(CONFIG, settings={"task_seconds": 60})
    answer = prepare(slow, "tools", allow_power_off=True, allow_firmware_change=True, shutdown_timeout=1)
    assert error_of(answer)["code"] == "shutdown_timeout"
    assert "still runs after 1 s" in answer["msg"]
    assert "Applied: nothing." in answer["msg"]
    assert (answer["changed"], answer["power_state"], answer["power_cycled"]) == (False, "poweredOn", False)
    assert slow.mutating_calls() == {"ShutdownGuest": 1}


def test_a_failure_between_the_two_changes(lab: Lab) -> None:
    lab.fault("ReconfigVM_Task", skip=1, fault_type="GenericVmConfigFault", message="Out of luck.")
    allowed = {"allow_power_off": True, "allow_firmware_change": True}
    answer = prepare(lab, "tools", **allowed)
    error = error_of(answer)
    assert (error["code"], error["fault"], error["vm"]) == ("reconfigure_failed", "GenericVmConfigFault", "tools")
    assert "Out of luck." in answer["msg"]
    assert "Applied: firmware, motherboardLayout." in answer["msg"]
    assert "Not applied: memoryReservationLockedToMax, fixedPassthruHotPlugEnabled." in answer["msg"]
    assert "is now poweredOn" in answer["msg"]
    assert (answer["changed"], answer["power_state"], answer["power_cycled"]) == (True, "poweredOn", True)
    assert [item["after"] for item in answer["settings"]] == ["efi", "acpiHostBridges", False, False]
    assert vm_state(lab, "tools")["power"] == "poweredOn"

    lab.stats(reset=True)
    assert prepare(lab, "tools", **allowed)["changed"]
    assert lab.mutating_calls() == {"ShutdownGuest": 1, "ReconfigVM_Task": 1, "PowerOnVM_Task": 1}
    assert is_prepared(lab, "tools")


def test_a_vm_that_cannot_be_started_again(lab: Lab) -> None:
    lab.fault("PowerOnVM_Task", fault_type="GenericVmConfigFault", message="No memory left.")
    answer = prepare(lab, "running", allow_power_off=True)
    assert error_of(answer)["code"] == "power_on_failed"
    assert "No memory left." in answer["msg"]
    assert "Not applied: nothing." in answer["msg"]
    assert "is now poweredOff" in answer["msg"]
    assert (answer["changed"], answer["power_state"], answer["power_cycled"]) == (True, "poweredOff", True)
    assert is_prepared(lab, "running")


def test_a_lost_connection_leaves_the_vm_running(lab: Lab) -> None:
    lab.fault("ReconfigVM_Task", drop_connection="before", count=2)
    answer = prepare(lab, "running", allow_power_off=True)
    error = error_of(answer)
    assert (error["code"], error["vm"]) == ("connection_lost", "running")
    assert "Applied: nothing." in answer["msg"]
    assert vm_state(lab, "running")["power"] == "poweredOn"


def test_answers_that_are_lost_do_not_matter_where_a_look_shows_all_in_force(lab: Lab) -> None:
    lab.fault("ReconfigVM_Task", drop_connection="before")
    lab.fault("PowerOffVM_Task", drop_connection="after")
    lab.fault("PowerOnVM_Task", drop_connection="after")
    answer = prepare(lab, "running", allow_power_off=True)
    assert not answer["failed"], answer
    assert (answer["changed"], answer["power_state"], answer["power_cycled"]) == (True, "poweredOn", True)
    assert is_prepared(lab, "running")
    # Only the call that the server had not heard of was repeated.
    assert lab.mutating_calls() == {"PowerOffVM_Task": 1, "ReconfigVM_Task": 2, "PowerOnVM_Task": 1}


def test_a_session_that_ends_on_the_way_is_renewed(lab: Lab) -> None:
    lab.fault("WaitForUpdatesEx", expire_session=True)
    answer = prepare(lab, "tools", allow_power_off=True, allow_firmware_change=True)
    assert not answer["failed"], answer
    assert is_prepared(lab, "tools")
    assert lab.mutating_calls() == {"ShutdownGuest": 1, "ReconfigVM_Task": 2, "PowerOnVM_Task": 1}


def test_snapshots_come_with_a_warning(lab: Lab) -> None:
    with vm_object(lab, "DC0/vm/n2") as vm:
        vm.CreateSnapshot_Task("before", "", False, False)
    answer = prepare(lab, "n2", correct_unsupported=True)
    assert not answer["failed"], answer
    (finding,) = answer["findings"]
    assert (finding["id"], finding["status"]) == ("N9", "warning")
    assert answer["warnings"] == [finding["message"]]
    assert is_prepared(lab, "n2")


def test_a_suspended_vm_is_refused(lab: Lab) -> None:
    with vm_object(lab, "DC0/vm/running") as vm:
        vm.SuspendVM_Task()
    lab.stats(reset=True)
    error = error_of(prepare(lab, "running", allow_power_off=True))
    assert (error["code"], error["requirement"]) == ("vm_suspended", "N9")
    assert lab.mutating_calls() == {}


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


def test_on_esxi_directly(start_lab: Callable[..., Lab]) -> None:
    esxi = start_lab(
        {"hosts": [{"name": "esxi-01.lab"}], "vms": [{"name": "running", "power": "poweredOn", **EFI}]}, mode="esxi"
    )
    answer = prepare(esxi, "running", allow_power_off=True)
    assert (answer["changed"], answer["power_state"], answer["power_cycled"]) == (True, "poweredOn", True)
    assert is_prepared(esxi, "running")


def test_left_running_on_the_host_that_is_named(start_lab: Callable[..., Lab]) -> None:
    hosts = [{"name": f"esxi-0{number}.lab", "cluster": "cluster-a"} for number in (1, 2)]
    vms = [{"name": "off", "host": "esxi-01.lab", **FIT}, {"name": "raw", **EFI}]
    lab = start_lab({"hosts": hosts, "vms": vms}, settings={"drs_moves_at_power_on": True})
    wrong = prepare(lab, "off", esxi_host_name="esxi-02.lab", power_state="powered_on")
    assert (wrong["error"]["code"], wrong["error"]["host"], wrong["error"]["vm"]) == (
        "wrong_host",
        "esxi-01.lab",
        "off",
    )
    foretold = prepare(lab, "off", esxi_host_name="esxi-01.lab", power_state="powered_on", check=True, diff=True)
    assert (foretold["changed"], foretold["power_state"]) == (True, "poweredOn")
    assert (foretold["diff"]["before"]["powerState"], foretold["diff"]["after"]["powerState"]) == (
        "poweredOff",
        "poweredOn",
    )
    assert lab.mutating_calls() == {}

    # The fault meets only a call that names a host: it tells that ours does.
    lab.fault("PowerOnVM_Task", fault_type="NoPermission", when_request_contains="<host", count=1)
    refused = prepare(lab, "raw", power_state="powered_on")
    assert (refused["error"]["code"], refused["changed"], refused["power_state"]) == (
        "no_permission",
        True,
        "poweredOff",
    )
    lab.stats(reset=True)
    first = prepare(lab, "off", esxi_host_name="esxi-01.lab", power_state="powered_on")
    assert (first["changed"], first["power_state"], first["host"]["name"]) == (True, "poweredOn", "esxi-01.lab")
    assert lab.mutating_calls() == {"PowerOnVM_Task": 1}
    second = prepare(lab, "off", esxi_host_name="esxi-01.lab", power_state="powered_on")
    assert (second["changed"], second["power_state"]) == (False, "poweredOn")

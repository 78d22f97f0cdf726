# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_hotplug_config against a lab: VMs that run, and power that is cut, given back, or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from labclient import Lab
from module_steps import error_of
from preparation_calls import CONFIG, EFI, FIT, is_prepared, prepare, vm_object, vm_state


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


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
    slow = start_lab(CONFIG, settings={"task_seconds": 3600})
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


def test_a_suspended_vm_is_refused(lab: Lab) -> None:
    with vm_object(lab, "DC0/vm/running") as vm:
        vm.SuspendVM_Task()
    lab.stats(reset=True)
    error = error_of(prepare(lab, "running", allow_power_off=True))
    assert (error["code"], error["requirement"]) == ("vm_suspended", "N9")
    assert lab.mutating_calls() == {}


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

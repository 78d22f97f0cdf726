# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nvme_locator_led against a lab: which bays are lit, what is refused, and what a task that succeeds has not done."""

from __future__ import annotations

from typing import Any

import pytest
from labclient import Lab
from module_steps import error_of, run_steps

MODULE = "directpath.nvme.nvme_locator_led"
ON, OFF = "TurnDiskLocatorLedOn_Task", "TurnDiskLocatorLedOff_Task"

D8, D9, DA, DB = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:db:00.0"


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    lit = {
        "name": "esxi-01.lab",
        "version": "8.0.1",
        "passthrough_enabled": [D8],
        "devices": [{"address": DB, "led": False}],
    }
    return {"hosts": [lit, {"name": "dark.lab", "version": "8.0.3", "locator_led": False}], "vms": []}


def drives(*selectors: dict[str, str], host: str = "esxi-01.lab", **options: Any) -> dict[str, Any]:
    return {"esxi_host_name": host, "devices": list(selectors), **options}


def lit(lab: Lab) -> list[str]:
    return [device["address"] for host in lab.state()["hosts"] for device in host["devices"] if device["led"]]


def test_the_bay_of_a_drive_is_lit_and_dark_again(lab: Lab) -> None:
    wanted = drives({"serial": " s01d9"}, {"slot": "9"})
    # Nothing tells whether a light is on, so that it is lit again; a YAML boolean is taken for what it looks like.
    planned, done, again, off = run_steps(
        lab,
        MODULE,
        {**wanted, "check": True},
        wanted,
        drives({"address": D9}, state=True),
        drives({"address": D9}, state="off"),
    )
    assert (planned["failed"], planned["changed"], done["changed"]) == (False, True, True), (planned, done)
    assert (planned["hosts"], planned["diff"]) == (done["hosts"], done["diff"])
    assert done["diff"]["before"] == {D9: {"led": "unknown"}, DA: {"led": "unknown"}}
    assert done["hosts"][0]["host"]["name"] == "esxi-01.lab"
    assert [(d["address"], d["serial"], d["slot"], d["led"]) for d in done["hosts"][0]["devices"]] == [
        (D9, "S01D9", "8", "on"),
        (DA, "S01DA", "9", "on"),
    ]
    assert (again["changed"], off["changed"], off["diff"]["after"]) == (True, True, {D9: {"led": "off"}}), (again, off)
    assert lit(lab) == [DA]
    assert lab.mutating_calls() == {ON: 2, OFF: 1}


def test_what_a_host_cannot_light_is_refused(lab: Lab) -> None:
    known = [{"serial": "S01D8", "address": D8}]
    taken, dark, card, several, unknown, absent, there = run_steps(
        lab,
        MODULE,
        drives({"address": D9}, {"address": D8}),
        drives({"address": D9}, host="dark.lab", check=True),
        drives({"address": "0000:3b:00.0"}),
        drives({"name": "NVMe SSD Controller PM9A3"}),
        drives({"serial": "S01D7"}),
        drives({"serial": "S01D7"}, known_drives=known),
        drives({"serial": "S01D8"}, known_drives=known),
    )
    assert (error_of(taken)["code"], taken["error"]["device"]) == ("led_out_of_reach", D8)
    assert "passthrough has it" in taken["msg"]
    assert error_of(dark)["code"] == "led_not_supported"
    assert error_of(card)["code"] == "not_nvme"
    assert error_of(several)["code"] == "ambiguous_device"
    # The drive with passthrough may be the one that is meant, as long as nobody knows its serial number.
    assert error_of(unknown)["code"] == "device_unknown"
    assert error_of(absent)["code"] == "device_not_found"
    assert (error_of(there)["code"], there["error"]["device"]) == ("led_out_of_reach", D8)
    assert lab.mutating_calls() == {}
    assert lit(lab) == []


def test_what_fails_is_told_and_a_lost_answer_is_not_a_failure(lab: Lab) -> None:
    lab.fault(ON, fault_type="HostConfigFault", message="no enclosure")
    lab.fault(ON, fault_type="NotSupported", immediate=True)
    lab.fault(ON, fault_type="NoPermission", immediate=True)
    lab.fault(ON, drop_connection="after")
    one = drives({"address": D9})
    failed, unsupported, forbidden, lost, partly = run_steps(
        lab, MODULE, one, one, one, one, drives({"address": DB}, {"address": DA})
    )
    assert (error_of(failed)["code"], failed["error"]["fault"]) == ("led_refused", "HostConfigFault")
    assert "no enclosure" in failed["msg"]
    assert error_of(unsupported)["code"] == "led_not_supported"
    assert error_of(forbidden)["code"] == "no_permission"
    assert (lost["failed"], lost["changed"]) == (False, True), lost
    # Its task succeeds: what failed is in the result.
    error = error_of(partly)
    assert (error["code"], error["device"], error["fault"]) == ("led_refused", DB, "HostConfigFault")
    assert (partly["changed"], [device["address"] for device in partly["hosts"][0]["devices"]]) == (True, [DA])
    assert lit(lab) == [D9, DA]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_power_on against a lab whose DRS moves what it may."""

from __future__ import annotations

from typing import Any

import pytest
from labclient import Lab
from module_steps import error_of, run_steps

MODULE = "directpath.nvme.vm_power_on"

CONFIG: dict[str, Any] = {
    "settings": {"drs_moves_at_power_on": True},
    "hosts": [{"name": f"esxi-0{number}.lab", "version": "8.0.3", "cluster": "cluster-a"} for number in (1, 2)],
    "vms": [{"name": "off", "host": "esxi-01.lab"}, {"name": "on", "host": "esxi-02.lab", "power": "poweredOn"}],
}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def test_a_vm_is_started_where_it_is(lab: Lab) -> None:
    wrong, foretold, started, again = run_steps(
        lab,
        MODULE,
        {"name": "off", "esxi_host_name": "esxi-02.lab"},
        {"name": "off", "check": True},
        {"name": "off", "esxi_host_name": "esxi-01.lab"},
        {"name": "off"},
    )
    error = error_of(wrong)
    assert (error["code"], error["host"], error["vm"]) == ("wrong_host", "esxi-01.lab", "off")
    assert [item["changed"] for item in (foretold, started, again)] == [True, True, False]
    assert started["diff"] == {"before": {"powerState": "poweredOff"}, "after": {"powerState": "poweredOn"}}
    assert foretold["diff"] == started["diff"]
    assert [item["host"]["name"] for item in (started, again)] == ["esxi-01.lab"] * 2
    assert lab.mutating_calls() == {"PowerOnVM_Task": 1}


def test_what_keeps_it_from_starting_is_told(lab: Lab) -> None:
    lab.fault("PowerOnVM_Task", fault_type="InsufficientResourcesFault", message="No memory is left.")
    refused, running, unknown = run_steps(lab, MODULE, {"name": "off"}, {"name": "on"}, {"name": "none"})
    assert error_of(refused)["code"] == "power_on_failed"
    assert "No memory is left" in refused["msg"]
    assert (refused["changed"], running["changed"]) == (False, False)
    assert error_of(unknown)["code"] == "not_found"

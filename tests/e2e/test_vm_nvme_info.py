# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vm_nvme_info against a lab: which drives VMs have, and whether those that are asked for are among them."""

from __future__ import annotations

from typing import Any

import pytest
from labclient import Lab
from module_steps import Answer, error_of, run_calls, run_steps

MODULE = "directpath.nvme.vm_nvme_info"

D8, D9, DA, DB = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:db:00.0"

FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
ON = {"power": "poweredOn", **FIT}
LEFT = {"pciPassthru26.present": "FALSE", "pciPassthru26.pciSlotNumber": "-1", "tools.upgrade.policy": "manual"}

CONFIG = {
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.1", "cluster": "cluster-a", "passthrough_enabled": [D8, D9, DA]},
        {"name": "esxi-02.lab", "version": "8.0.3", "cluster": "cluster-a", "passthrough_enabled": [D8]},
    ],
    "vms": [
        {"name": "db", "host": "esxi-01.lab", **ON, "passthrough": [D8, D9], "extra_config": LEFT},
        {"name": "other", "host": "esxi-01.lab", **ON, "passthrough": [DA]},
        {"name": "empty", "host": "esxi-02.lab", **FIT},
        {"name": "unread", "host": "esxi-02.lab", **FIT, "visibility": "no_config"},
        {"name": "golden", "host": "esxi-02.lab", "template": True, **FIT},
    ],
}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def by_name(answer: Answer) -> dict[str, dict[str, Any]]:
    assert not answer["failed"], answer
    return {item["vm"]["name"]: item for item in answer["vms"]}


def statuses(row: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(item["status"], item["as_wanted"]) for item in row["selected"]]


def asked(*entries: tuple[dict[str, str], str]) -> list[dict[str, str]]:
    return [{**selector, "state": state} for selector, state in entries]


def test_the_drives_of_a_vm_and_what_is_asked_for(lab: Lab) -> None:
    devices = asked(
        ({"address": D9}, "present"),
        ({"slot": "8"}, "present"),
        ({"address": DA}, "absent"),
        ({"serial": "s01 db"}, "present"),
        ({"serial": "S01DB"}, "absent"),
        ({"serial": "S01D9"}, "present"),
    )
    (answer,) = run_steps(lab, MODULE, {"name": "db", "esxi_host_name": "esxi-01.lab", "devices": devices})
    assert lab.mutating_calls() == {}
    # 7 to log in and out, a view with its names, VM and host in one, and 2 for esxcli: 8.0 tells slots there only.
    assert lab.stats()["total"] <= 12
    assert answer["changed"] is False
    row = by_name(answer)["db"]
    assert (row["host"]["name"], row["power_state"]) == ("esxi-01.lab", "poweredOn")
    assert (row["orphans"], row["twins"]) == ([], None)
    assert [device["address"] for device in row["devices"]] == [D8, D9]
    names = ("key", "label", "pci_slot_number", "slot", "on_host", "serial")
    assert {name: row["devices"][1][name] for name in names} == {
        "key": 13001,
        "label": "PCI device 1",
        "pci_slot_number": 65,
        "slot": "8",
        "on_host": True,
        # Passthrough has it, so that the host does not tell.
        "serial": None,
    }
    assert statuses(row) == [
        ("present", True),
        ("present", True),
        ("absent", True),
        # No drive is known by that name, and those of the VM may have any serial number.
        ("unknown", False),
        ("absent", True),
        ("unknown", False),
    ]
    assert row["selected"][4]["drive"]["address"] == DB
    assert [item["address"] for item in row["selected"][5]["candidates"]] == [D8, D9, DA]
    assert row["selected"][5]["drive"] is None
    left = {key: value for key, value in LEFT.items() if key.startswith("pciPassthru26")}
    assert row["residue"] == [{"entry": "pciPassthru26", "options": left}]


def test_many_vms_are_read_at_once_and_one_that_cannot_be_keeps_no_other(lab: Lab) -> None:
    lab.stats(reset=True)
    (named,) = run_steps(lab, MODULE, {"names": ["other", "unread", "db"]})
    assert lab.stats()["calls"]["RetrievePropertiesEx"] <= 3
    assert list(by_name(named)) == ["other", "unread", "db"]
    assert by_name(named)["unread"]["error"]["code"] == "vm_not_readable"
    assert by_name(named)["unread"]["devices"] is None
    assert [len(by_name(named)[name]["devices"]) for name in ("other", "db")] == [1, 2]

    (cluster,) = run_steps(lab, MODULE, {"cluster": "cluster-a", "devices": asked(({"address": D8}, "present"))})
    found = by_name(cluster)
    assert set(found) == {"db", "other", "empty", "unread"}
    # The same address, and another drive.
    assert {name: row["selected"][0]["status"] for name, row in found.items() if not row["error"]} == {
        "db": "present",
        "other": "absent",
        "empty": "absent",
    }
    assert cluster["unseen"] == []
    moid = found["db"]["vm"]["moid"]
    elsewhere, ids, nobody, to_come = run_steps(
        lab,
        MODULE,
        {"name": "db", "esxi_host_name": "esxi-02.lab"},
        {"moids": [moid, "vm-9999"], "look_for_twins": True},
        {"name": "nobody"},
        {"name": "nobody", "devices": asked(({"address": D8}, "present")), "check": True},
    )
    assert (error_of(elsewhere)["code"], error_of(elsewhere)["host"]) == ("wrong_host", "esxi-01.lab")
    assert [row["error"] and row["error"]["code"] for row in ids["vms"]] == [None, "not_found"]
    assert ids["vms"][0]["twins"] == {"names": [], "doubts": []}
    assert error_of(nobody)["code"] == "not_found"
    assert statuses(by_name(to_come)["nobody"]) == [("absent", False)]
    assert lab.mutating_calls() == {}


def test_what_pulled_drives_leave(lab: Lab) -> None:
    lab.pull("esxi-01.lab", D8, keep_vm_entry=True)
    lab.pull("esxi-01.lab", DA, keep_vm_entry=False)
    devices = asked(({"address": D8}, "present"), ({"address": D8, "vendor_device": "8086:0a54"}, "absent"))
    (answer,) = run_steps(lab, MODULE, {"esxi_host_names": ["esxi-01.lab"], "devices": devices})
    found = by_name(answer)
    assert statuses(found["db"]) == [("gone", False), ("gone", False)]
    assert [(item["address"], item["on_host"]) for item in found["db"]["orphans"]] == [(D8, False)]
    assert [item["address"] for item in found["db"]["devices"]] == [D9]
    assert (found["other"]["devices"], found["other"]["orphans"]) == ([], [])


def test_what_was_left_is_cleaned_and_nothing_else(lab: Lab) -> None:
    config = "directpath.nvme.vm_hotplug_config"
    before, plan, clean, again, after = run_calls(
        lab,
        (MODULE, {"name": "db"}),
        (config, {"name": "db", "clean_residue": True, "check": True}),
        (config, {"name": "db", "clean_residue": True}),
        (config, {"name": "db", "clean_residue": True}),
        (MODULE, {"name": "db"}),
    )
    assert len(by_name(before)["db"]["residue"]) == 1
    assert (plan["changed"], clean["changed"], again["changed"]) == (True, True, False)
    assert plan["residue"] == clean["residue"] == by_name(before)["db"]["residue"]
    assert by_name(after)["db"]["residue"] == again["residue"] == []
    assert by_name(after)["db"]["devices"] == by_name(before)["db"]["devices"]
    assert lab.mutating_calls() == {"ReconfigVM_Task": 1}

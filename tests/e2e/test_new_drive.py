# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""add_new_drive against a lab: a drive that is put into a running host is in its VM after a run, or nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_run import Result, run_module, run_playbook
from labclient import Lab
from people import once_awaited

HOST, REBOOTS = "esxi-01.lab", "esxi-02.lab"
SLOT_13 = "0000:de:00.0"
FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True, "power": "poweredOn"}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return {
        "hosts": [
            {"name": HOST, "version": "8.0.3", "rebind_without_reboot": True},
            {"name": REBOOTS, "version": "8.0.1"},
        ],
        "vms": [{"name": "vm-01", "host": HOST, **FIT}, {"name": "vm-02", "host": REBOOTS, **FIT}],
    }


def play(lab: Lab, vm: str = "vm-01", *, check: bool = False, **variables: Any) -> Result:
    placed = {"vm-01": HOST, "vm-02": REBOOTS}
    vms = {name: {"nvme_hotplug_esxi_host": host} for name, host in placed.items()}
    inventory = {"vms": {"hosts": vms, "vars": {"nvme_new_drive_guest": False, "nvme_new_drive_timeout": 120}}}
    return run_playbook(
        "directpath.nvme.add_new_drive", lab, inventory=inventory, limit=vm, extra_vars=variables, check=check
    )


def in_vm(lab: Lab, vm: str = "vm-01") -> list[str]:
    (found,) = (item for item in lab.state()["vms"] if item["name"] == vm)
    return [device["address"] for device in found["pci_devices"]]


def result(run: Result) -> dict[str, Any]:
    """The fact that the role leaves."""
    (facts,) = (
        task.result["ansible_facts"]
        for task in run.of("set_fact")
        if "nvme_new_drive_result" in task.result["ansible_facts"]
    )
    return dict(facts["nvme_new_drive_result"])


def test_one_run_takes_the_drive_into_the_vm_and_the_next_changes_nothing(lab: Lab) -> None:
    with once_awaited(lab, lambda: lab.insert(HOST, slot=13, serial="NEW1", vendor_device="1e0f:0011")):
        run = play(lab)
    assert run.rc == 0, run.output
    assert in_vm(lab) == [SLOT_13]
    entry = {"address": SLOT_13, "vendor_device": "1e0f:0011", "serial": "NEW1", "slot": "13"}
    assert result(run)["entry"] == entry
    assert [row["status"] for row in result(run)["verified"]] == ["present"]
    shown = "0000:de:00.0 (NVMe SSD Controller CD6, 1e0f:0011, serial number NEW1, slot 13"
    assert shown in run.output
    assert "nobody uses it, and its host sees no data on it" in run.output
    assert lab.mutating_calls()["UpdatePassthruConfig"] == lab.mutating_calls()["ReconfigVM_Task"] == 1

    # As after a run that was killed: the slot says which drive it was about.
    before = lab.mutating_calls()
    again = play(lab, nvme_new_drive_slot=13)
    assert (again.rc, again.changed) == (0, []), again.output
    # Passthrough hides the serial number by now, and it is remembered.
    assert result(again)["entry"] == entry
    assert lab.mutating_calls() == before


def test_a_slot_hands_its_passthrough_on(start_lab: Callable[..., Lab], lab_config: dict[str, Any]) -> None:
    address = "0000:dd:00.0"
    host, other = lab_config["hosts"]
    config = {**lab_config, "hosts": [{**host, "passthrough_enabled": [address]}, other]}
    own = start_lab(config, settings={"slot_keeps_passthrough": True})
    old = {"esxi_host_name": HOST, "drives": [{"serial": "OLD", "address": address}]}
    assert not run_module("directpath.nvme.host_drive_memory", old, own)["failed"]
    own.pull(HOST, address)
    own.stats(reset=True)
    # Of the same model, so that nothing but having seen it come speaks against what is remembered of its place.
    with once_awaited(own, lambda: own.insert(HOST, slot=12, serial="NEW", vendor_device="8086:0a54")):
        refused = play(own, nvme_new_drive_slot="12", nvme_new_drive_allow_unseen=False)
    assert refused.rc != 0
    assert "as its slot has handed it on" in refused.output
    assert "does not see what is on it. It was left as it is." in refused.failed[-1].result["msg"]
    assert own.mutating_calls() == {"SetField": 1}

    taken = play(own, nvme_new_drive_slot="12")
    assert (taken.rc, in_vm(own)) == (0, [address]), taken.output
    assert own.mutating_calls() == {"SetField": 1, "ReconfigVM_Task": 1}
    # Nobody has read its serial number, and that of the drive before it is forgotten.
    assert result(taken)["entry"] == {"address": address, "vendor_device": "8086:0a54", "slot": "12"}
    memory = run_module("directpath.nvme.host_drive_memory", {"esxi_host_name": HOST}, own, check=True)
    assert address not in [entry["address"] for entry in memory["hosts"][0]["memory"]]


def test_what_a_drive_brings_along_is_refused_until_it_is_named(lab: Lab) -> None:
    lab.insert(HOST, slot=13, use="partitions")
    refused = play(lab, nvme_new_drive_slot="13")
    assert refused.failed[-1].result["error"]["code"] == "foreign_data"
    assert lab.mutating_calls() == {}
    taken = play(lab, nvme_new_drive_slot="13", nvme_new_drive_allow_foreign_data=[SLOT_13])
    assert (taken.rc, in_vm(lab)) == (0, [SLOT_13]), taken.output


def test_several_drives_are_not_chosen_between(lab: Lab) -> None:
    before = [device["address"] for device in lab.state()["hosts"][0]["devices"]]
    for slot in (13, 14):
        lab.insert(HOST, slot=slot)
    run = play(lab, nvme_new_drive_before=before)
    assert "nothing says which one is meant" in run.failed[-1].result["msg"]
    assert lab.mutating_calls() == {}


def test_a_reboot_is_said_and_not_made(lab: Lab) -> None:
    lab.insert(REBOOTS, slot=13, serial="NEW2")
    run = play(lab, "vm-02", nvme_new_drive_slot="13")
    text = run.failed[-1].result["msg"]
    assert "is configured, not in force: the host has to be rebooted for it." in text
    assert '"serial": "NEW2"' in text
    assert lab.mutating_calls()["UpdatePassthruConfig"] == 1
    assert in_vm(lab, "vm-02") == []


def test_vms_without_slots_do_not_wait_for_one_drive(lab: Lab) -> None:
    run = play(lab, "all")
    assert "2 VMs wait for a drive, and no slot says whose it is." in run.failed[0].result["msg"]
    assert lab.stats()["calls"] == {}

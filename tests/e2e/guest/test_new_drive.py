# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drive that its host never saw, as its slot had passthrough on: its guest tells its serial number and how it is."""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.drive import DRIVE_REQUIREMENTS
from ansible_run import Result, Task, run_module, run_playbook
from guest_rig import HOST, NAME, PIPELINING, ConfigOf, Rig, refusal, rig

SLOT, ADDRESS, MODEL = 12, "0000:dd:00.0", "8086:0a54"

SPARE = "The drive has enough spare blocks"

READ_ONLY = 1 << 3
"""A bit of the critical warning."""


def result(run: Result) -> dict[str, Any]:
    """What the role leaves."""
    (done,) = (task for task in run.of("set_fact") if "nvme_new_drive_result" in str(task.result))
    return dict(done.result["ansible_facts"]["nvme_new_drive_result"])


def answered(task: Task) -> Any:
    """What the guest was told by its drive."""
    (device,) = task.result["devices"]
    return device["health"]


def reported(own: Rig, **variables: Any) -> dict[str, Any]:
    """The VM as the playbook readiness reports it."""
    inventory = {**own.inventory(), "esxi_hosts": {"hosts": {HOST: {}}}}
    run = run_playbook("directpath.nvme.readiness", own.lab, inventory=inventory, extra_vars=variables, env=PIPELINING)
    assert (run.rc, run.changed) == (0, []), run.output
    (done,) = (task for task in run.of("set_fact") if "hotplug_readiness_report" in str(task.result))
    (vm,) = done.result["ansible_facts"]["hotplug_readiness_report"]["vms"]
    return dict(vm)


def test_a_new_drive_is_in_the_guest_and_its_serial_number_is_learnt_there(guest_config: ConfigOf) -> None:
    with rig(guest_config(hotplug="native"), slot_keeps_passthrough=True) as own:
        old = {"esxi_host_name": HOST, "drives": [{"serial": "OLD", "address": ADDRESS}]}
        assert run_module("directpath.nvme.host_drive_memory", old, own.lab)["changed"]
        own.lab.pull(HOST, ADDRESS)
        own.lab.insert(HOST, slot=SLOT, serial="NEW1", vendor_device=MODEL)
        order = {"nvme_new_drive_slot": str(SLOT), "nvme_hotplug_health": "warn"}
        run = own.play("add_new_drive", **order)
        assert run.rc == 0, run.output
        assert own.in_vm() == [ADDRESS]
        # What was remembered of the slot is not what the inventory is told.
        done = result(run)
        assert done["entry"]["serial"] == "NEW1"
        memory = run_module("directpath.nvme.host_drive_memory", {"esxi_host_name": HOST}, own.lab, check=True)
        known = {item["serial"]: item["state"] for item in memory["hosts"][0]["memory"] if item["address"] == ADDRESS}
        assert known["NEW1"] == "known", known
        assert known.get("OLD") != "known"

        # It answers, and warns of nothing; but QEMU's drives do not tell how many spare blocks they have.
        health = done["health"]
        assert {row["title"]: row["status"] for row in health["rows"]} == {
            **{requirement.title: "pass" for requirement in DRIVE_REQUIREMENTS},
            SPARE: "unknown",
        }
        assert (health["status"], health["serial"], bool(health["firmware"])) == ("unknown", "NEW1", True)
        assert f"WARNING: {health['text']}" in " ".join(run.output.split())

        # The host cannot see what is on it, and the guest can.
        assert "IS NOT EMPTY" not in run.output
        (drive,) = own.look()["devices"]
        own.guest.ssh(f"mke2fs -q -t ext4 -L theirs {drive['namespaces'][0]['path']}; sync")
        full = own.play("add_new_drive", nvme_new_drive_slot=str(SLOT), nvme_hotplug_health="off")
        assert (full.rc, full.changed) == (0, []), full.output
        (told,) = (task.result["msg"] for task in full.of("debug") if "IS NOT EMPTY" in str(task.result))
        assert "sees ext theirs on nvme" in told
        assert (result(full)["health"], [answered(task) for task in full.of("guest_nvme_info")]) == ({}, [None])

        # By now it is failing: nobody is told that it is taken, and it stays for somebody to take out.
        own.lab.warn(NAME, "NEW1", READ_ONLY)
        failing = own.play("add_new_drive", **order)
        told = refusal(failing).result["msg"]
        assert "serial NEW1" in told
        assert "is failing: It warns that it can only be read" in told
        assert "take it out (role nvme_hot_remove), return it" in told
        assert "nvme_new_drive_result" not in str([task.result for task in failing.of("set_fact")])
        assert own.in_vm() == [ADDRESS]

        # And whoever approves a change reads it, beside what the guest says of itself.
        vm = reported(own, hotplug_readiness_health=True)
        guest = vm["guest"]
        assert (guest["asked"], guest["answered"], guest["reason"]) == (True, True, None)
        assert [(row["serial"], row["status"]) for row in guest["health"]] == [("NEW1", "fail")]
        statuses = {row["id"]: row["status"] for row in vm["requirements"]}
        assert {id_: statuses[id_] for id_ in ("Q6", "Q7", "V4", "V6")} == dict.fromkeys(
            ("Q6", "Q7", "V4", "V6"), "pass"
        )
        assert vm["ready"] == "no"

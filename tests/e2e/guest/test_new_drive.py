# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drive whose serial number its host never saw, as its slot had passthrough on: the guest reads it."""

from __future__ import annotations

from ansible_run import run_module
from guest_rig import HOST, ConfigOf, rig

SLOT, ADDRESS, MODEL = 12, "0000:dd:00.0", "8086:0a54"


def test_a_new_drive_is_in_the_guest_and_its_serial_number_is_learnt_there(guest_config: ConfigOf) -> None:
    with rig(guest_config(hotplug="native"), slot_keeps_passthrough=True) as own:
        old = {"esxi_host_name": HOST, "drives": [{"serial": "OLD", "address": ADDRESS}]}
        assert run_module("directpath.nvme.host_drive_memory", old, own.lab)["changed"]
        own.lab.pull(HOST, ADDRESS)
        own.lab.insert(HOST, slot=SLOT, serial="NEW1", vendor_device=MODEL)
        run = own.play("add_new_drive", nvme_new_drive_slot=str(SLOT))
        assert run.rc == 0, run.output
        assert own.in_vm() == [ADDRESS]
        # What was remembered of the slot is not what the inventory is told.
        (done,) = (task for task in run.of("set_fact") if "nvme_new_drive_result" in str(task.result))
        assert done.result["ansible_facts"]["nvme_new_drive_result"]["entry"]["serial"] == "NEW1"
        memory = run_module("directpath.nvme.host_drive_memory", {"esxi_host_name": HOST}, own.lab, check=True)
        known = {item["serial"]: item["state"] for item in memory["hosts"][0]["memory"] if item["address"] == ADDRESS}
        assert known["NEW1"] == "known", known
        assert known.get("OLD") != "known"

        # The host cannot see what is on it, and the guest can.
        assert "IS NOT EMPTY" not in run.output
        (drive,) = own.look()["devices"]
        own.guest.ssh(f"mke2fs -q -t ext4 -L theirs {drive['namespaces'][0]['path']}; sync")
        full = own.play("add_new_drive", nvme_new_drive_slot=str(SLOT))
        assert (full.rc, full.changed) == (0, []), full.output
        (told,) = (task.result["msg"] for task in full.of("debug") if "IS NOT EMPTY" in str(task.result))
        assert "sees ext theirs on nvme" in told

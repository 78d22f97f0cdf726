# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives that are pulled out from under a real guest, one while it is read and one while it is mounted (C4, V3, V6)."""

from __future__ import annotations

from pathlib import Path

from background import until
from event_source import rulebook
from guest_rig import FIRST, HOST, NAME, PIPELINING, SECOND, ConfigOf, rig


def test_pulled_while_it_is_read_and_while_it_is_mounted(guest_config: ConfigOf, tmp_path: Path) -> None:
    with rig(guest_config(hotplug="native", passthrough=[FIRST, SECOND])) as own:
        disks = {device["physical_slot"]: device["namespaces"][0]["path"] for device in own.look()["devices"]}
        with own.machine() as machine:
            slots = machine.slots()
        read, mounted = (disks[str(slots[address])] for address in (FIRST, SECOND))
        own.guest.ssh(f"mke2fs -q -t ext4 {mounted} && mkdir -p /data && mount {mounted} /data")

        # The rulebook sees it, and its run verifies that neither VM, host nor guest has the drive any more.
        devices = [{"address": address} for address in (FIRST, SECOND)]
        inventory = own.inventory(nvme_hotplug_devices=devices)
        with rulebook(own.lab, tmp_path, inventory, env=PIPELINING) as engine:
            # The whole drive takes an emulated processor several seconds. Not before it is at it.
            own.guest.ssh(f"(dd if={read} of=/dev/null bs=512 iflag=direct 2>&1 | cat >/dd.log) >/dev/null 2>&1 &")
            own.guest.ssh(f"until read n rest </sys/block/{read[5:]}/stat && [ $n -gt 2000 ]; do sleep 0.1; done")
            own.lab.pull(HOST, FIRST, keep_vm_entry=True)
            until(lambda: own.in_vm() == [SECOND], "the entry is cleaned up")
            until(lambda: "Guest: verified (V6)." in engine.output, "and the guest agrees")
            engine.stop()
        assert f"VM {NAME} has lost {FIRST}" in engine.output
        assert "131072+0 records in" not in own.guest.ssh("cat /dd.log")
        assert [device["namespaces"][0]["path"] for device in own.look()["devices"]] == [mounted]

        # A file system is still mounted, and it was the guest's only drive: the entry goes all the same, and the run
        # fails and says so.
        own.lab.pull(HOST, SECOND, keep_vm_entry=True)
        run = own.play("clean_pulled_drives", nvme_hotplug_devices=devices)
        assert own.in_vm() == []
        assert "mount /data" in run.failed[-1].result["msg"]
        assert run.rc != 0

        # The guest's administrator lets go of it, and nothing is left to be done.
        own.guest.ssh("umount -l /data")
        again = own.play("clean_pulled_drives", nvme_hotplug_devices=devices)
        assert (again.rc, again.changed, own.look()["lost"]) == (0, [], [])

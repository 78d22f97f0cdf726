# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drive is pulled out of its running VM while its guest works with it (C4): what the guest says, and who is told."""

from __future__ import annotations

from guest_rig import FIRST, HOST, SECOND, ConfigOf, refusal, rig

READ = """
(while dd if={disk} of=/dev/null bs=512 iflag=direct 2>/tmp/dd; do :; done; echo over >> /tmp/dd) >/dev/null 2>&1 &
"""


def test_a_drive_that_is_pulled_while_it_is_read_and_mounted(guest_config: ConfigOf) -> None:
    with rig(guest_config(hotplug="native", passthrough=[FIRST, SECOND])) as own:
        disks = {device["serial"]: device["namespaces"][0]["path"] for device in own.look()["devices"]}
        first, second = disks["S01D8"], disks["S01D9"]
        own.guest.ssh(f"modprobe raid1; mdadm -q --create /dev/md0 --run --level=1 --raid-devices=2 {first} missing")
        own.guest.ssh(f"mke2fs -q -t ext4 {second} && mkdir /data && mount {second} /data && echo x > /data/file; sync")
        assert own.look()["lost"] == [{"kind": "md", "name": "md0", "device": None, "degraded": True}]

        own.guest.ssh(READ.format(disk=second))
        own.lab.pull(HOST, SECOND, keep_vm_entry=True)
        own.guest.ssh("until grep -q over /tmp/dd; do sleep 0.1; done; grep -q 'error\\|open' /tmp/dd")
        seen = own.look()
        assert [device["serial"] for device in seen["devices"]] == ["S01D8"]
        mount = {"kind": "mount", "name": "/data", "device": second[5:], "degraded": False}
        assert mount in seen["lost"]

        # The entry goes, and it is said loudly that the guest has not let go.
        cleaned = own.play("clean_pulled_drives")
        assert own.in_vm() == [FIRST]
        assert f"The guest still uses what is gone: mount /data ({second[5:]}) (V6)." in refusal(cleaned).result["msg"]

        # What goes on without a drive is only told.
        own.guest.ssh("umount /data")
        verified = own.play("verify_hotplug", "absent")
        assert verified.rc == 0, verified.output
        assert "md md0 (of a drive that is not known any more) is degraded" in " ".join(verified.output.split())

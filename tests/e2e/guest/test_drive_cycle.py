# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a drive in a real guest, by the collection's own playbooks: in, used, refused, out, and pulled."""

from __future__ import annotations

import pytest
from ansible_run import run_module
from guest_rig import HOST, SECOND, ConfigOf, refusal, rig, table


@pytest.mark.parametrize("hotplug", ["native", "acpi"])
def test_in_used_refused_out_and_pulled(hotplug: str, guest_config: ConfigOf) -> None:
    with rig(guest_config(hotplug=hotplug)) as own:
        # In: vSphere and the guest agree, and the guest's own line names the drive (V1, V4).
        assert own.play("hot_add_nvme").rc == 0
        verified = own.play("verify_hotplug")
        assert verified.rc == 0, verified.output
        row = table(verified)
        assert (row["status"], row["guest"], row["vendor_device"]) == ("present", "verified", "144d:a80a")
        (disk,) = row["guest_paths"]
        assert row["guest_address"] in row["guest_lspci"]
        assert "Non-Volatile memory controller" in row["guest_lspci"]

        # Used: a file system is on it and mounted, so it stays, and the message says where (C3).
        own.guest.ssh(f"mke2fs -q -t ext4 {disk} && mkdir -p /data && mount {disk} /data && echo kept > /data/file")
        (device,) = own.look()["devices"]
        assert {"kind": "mount", "name": "/data", "device": disk[5:]} in device["in_use_by"]
        refused = own.play("hot_remove_nvme", "absent")
        error = refusal(refused).result["error"]
        assert (error["code"], error["device"]) == ("device_in_use_by_guest", SECOND)
        assert "mount /data" in refusal(refused).result["msg"]
        assert own.in_vm() == [SECOND]
        assert own.guest.ssh("cat /data/file").strip() == "kept"

        # Out: unmounted, it leaves, and neither side has it any more (V2, V5).
        own.guest.ssh("umount /data")
        removed = own.play("hot_remove_nvme", "absent")
        assert removed.rc == 0, removed.output
        assert (own.in_vm(), own.look()["devices"]) == ([], [])
        assert table(removed)["guest"] == "verified"

        # In again with its data, and pulled out of the host: gone from the guest, and the entry is cleaned up (V3, V6).
        assert own.play("hot_add_nvme").rc == 0
        own.guest.ssh(f"until [ -b {disk} ]; do sleep 0.2; done; mount {disk} /data && cat /data/file && umount /data")
        own.lab.pull(HOST, SECOND, keep_vm_entry=True)
        info = run_module("directpath.nvme.nvme_device_info", {"esxi_host_name": HOST}, own.lab)
        assert [orphan["address"] for orphan in info["hosts"][0]["orphans"]] == [SECOND]
        cleaned = own.play("hot_remove_nvme", "absent")
        assert cleaned.rc == 0, cleaned.output
        assert (own.in_vm(), own.look()["devices"]) == ([], [])


USERS = {
    "swap": "mkswap {disk} >/dev/null && swapon {disk}",
    "open": "(exec 9<{disk}; exec sleep 600) >/dev/null 2>&1 &",
    "lvm data-vg": "vgcreate -qq data-vg {disk} && lvcreate -qq -y -l 1 -n lv data-vg",
    "lvm idle-vg": "vgcreate -qq idle-vg {disk}",
    "md": "modprobe raid1 && mdadm -q --create /dev/md7 --run --level=1 --raid-devices=2 {disk} missing </dev/null",
}
"""What makes each of them, on a drive of its own."""


def test_every_kind_of_user_is_seen(guest_config: ConfigOf) -> None:
    drives = [f"0000:{bus:02x}:00.0" for bus in range(0xD8, 0xD8 + len(USERS))]
    with rig(guest_config(hotplug="native", passthrough=drives)) as own:
        unused = own.look()["devices"]
        assert [device["in_use_by"] for device in unused] == [[]] * len(USERS)
        for device, command in zip(unused, USERS.values(), strict=True):
            own.guest.ssh(command.format(disk=device["namespaces"][0]["path"]))
        seen = own.look()
        assert (seen["root"], seen["not_seen"]) == (True, [])
        assert seen["kernel"]["pciehp"]
        assert seen["vm_uuid"]
        for device, user in zip(seen["devices"], USERS, strict=True):
            uses = [(use["kind"], f"{use['kind']} {use['name']}") for use in device["in_use_by"]]
            assert any(user in names for names in uses), (user, uses)

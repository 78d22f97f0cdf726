# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real guest does not show by itself: groups behind LVM's filters, odd names, data that nobody uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from guest_rig import SECOND, ConfigOf, Rig, refusal, rig

FILTERS = {
    "global_filter": """devices { use_devicesfile=0 global_filter=[ "r|^/dev/nvme.*|" ] }""",
    "filter": """devices { use_devicesfile=0 filter=[ "r|.*|" ] }""",
    "devices file": "devices { use_devicesfile=1 }",
}


@pytest.fixture(scope="module")
def own(guest_config: ConfigOf) -> Iterator[Rig]:
    """A guest with one drive, which each test leaves empty."""
    with rig(guest_config(hotplug="native", passthrough=[SECOND])) as found:
        yield found


def disk(own: Rig) -> dict[str, Any]:
    answer = own.look()
    assert answer["not_seen"] == []
    (device,) = answer["devices"]
    return dict(device)


def clean(own: Rig) -> str:
    """The path of the drive, which is empty now."""
    own.guest.ssh("dd if=/dev/zero of=/dev/nvme0n1 bs=1M 2>/dev/null; sync")
    return "/dev/nvme0n1"


def test_an_inactive_group_is_seen_past_every_filter(own: Rig) -> None:
    path = clean(own)
    name = path[5:]
    own.guest.ssh(f"cp -r /etc/lvm /tmp/lvm && pvcreate -qq {path}")
    free = disk(own)
    assert free["in_use_by"] == []
    assert free["data"] == [{"kind": "lvm", "name": "a physical volume of no group", "device": name}]
    own.guest.ssh(f"vgcreate -qq idle-vg {path} && mkdir -p /etc/lvm/devices")
    group = {"kind": "lvm", "name": "idle-vg", "device": name}
    try:
        for settings in FILTERS.values():
            own.guest.ssh(
                f"printf 'VERSION=1.1.1\\n' > /etc/lvm/devices/system.devices; echo '{settings}' > /etc/lvm/lvm.conf"
            )
            assert "nvme" not in own.guest.ssh("pvs 2>/dev/null; true"), settings
            assert disk(own)["in_use_by"] == [group], settings
        # Nor does it take LVM at all.
        own.guest.ssh("mv /usr/sbin/pvs /usr/sbin/pvs.gone")
        assert disk(own)["in_use_by"] == [group]
        error = refusal(own.play("hot_remove_nvme", "absent")).result["error"]
        assert error["code"] == "device_in_use_by_guest"
    finally:
        own.guest.ssh("mv /usr/sbin/pvs.gone /usr/sbin/pvs; rm -r /etc/lvm && mv /tmp/lvm /etc/lvm")
    own.guest.ssh("lvm vgremove -qq -y idle-vg")
    assert disk(own)["in_use_by"] == []


def test_a_carriage_return_in_a_mount_point(own: Rig) -> None:
    """As an fstab makes it that was edited on Windows."""
    path = clean(own)
    own.guest.ssh(f"mke2fs -q -t ext4 {path} && mkdir -p \"/d$(printf '\\r')\" && mount {path} \"/d$(printf '\\r')\"")
    try:
        assert disk(own)["in_use_by"] == [{"kind": "mount", "name": "/d\r", "device": path[5:]}]
        refused = refusal(own.play("hot_remove_nvme", "absent")).result
        assert refused["error"]["code"] == "device_in_use_by_guest"
        assert "for mount /d\\x0d. Nothing was changed." in refused["msg"]
    finally:
        own.guest.ssh(f"umount {path}")


DATA = {
    ("ext", "backup"): "mke2fs -q -t ext4 -L backup {disk}",
    ("md", ""): "modprobe raid1 && mdadm -q --create /dev/md7 --run --metadata=1.0 --level=1 --raid-devices=2 {disk} "
    "missing </dev/null && mdadm -q --stop /dev/md7",
    ("other", ""): "echo something > {disk}",
}


def test_data_that_nobody_uses_is_named_and_leaves_with_the_drive(own: Rig) -> None:
    for (kind, name), command in DATA.items():
        path = clean(own)
        own.guest.ssh(f"({command.format(disk=path)}) >/dev/null 2>&1")
        device = disk(own)
        assert device["in_use_by"] == []
        assert device["data"] == [{"kind": kind, "name": name, "device": path[5:]}]
    removed = own.module("absent", guest_evidence=own.look())
    (warning,) = removed["warnings"]
    assert f"{SECOND} ({path}) holds data that the guest does not use now: other ({path[5:]})" in warning
    assert own.in_vm() == []

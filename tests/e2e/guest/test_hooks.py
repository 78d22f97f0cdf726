# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives of an md array, an LVM group and a ZFS pool are replaced in a real guest, and what they hold survives.

The array's drive goes the whole way of replace_drive. For the others, only the hooks run, and vSphere's side is done by
hand; they share a guest, as its processor is emulated.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_run import REPO, playbook_command, run_playbook
from background import LONGEST, running
from guest_rig import FIRST, HOST, PIPELINING, SECOND, ConfigOf, Rig, rig
from people import once_awaited
from replacement_runs import result

HOOKS = REPO / "roles/nvme_replace/tasks/hooks"
KINDS = {"lvm": "da", "zfs": "dc"}
"""What each hook works on, and the bus of the drive that is replaced."""

DRIVE = """
drive() { echo /dev/$(basename $(dirname $(dirname $(grep -l "^$1 " /sys/block/nvme*/device/serial)))); }
"""
ARRAY = f"""{DRIVE}
modprobe raid1
mdadm -q --create /dev/md0 --run --level=1 --raid-devices=2 $(drive S01D8) $(drive S01D9) </dev/null
mke2fs -q -t ext4 /dev/md0 && mkdir -p /data/md0 && mount /dev/md0 /data/md0
dd if=/dev/urandom of=/data/md0/file bs=1M count=2
"""
VOLUMES = f"""{DRIVE}
cd / && modprobe -a dm-raid dm-mirror fuse && zfs-fuse
vgcreate -qq vg $(drive S01DA) $(drive S01DB)
lvcreate -qq -y --type raid1 -m1 -L 20M -n mirrored vg && mke2fs -q -t ext4 /dev/vg/mirrored
lvcreate -qq -y -L 12M -n plain vg $(drive S01DA) && mke2fs -q -t ext4 /dev/vg/plain
until zpool list >/dev/null 2>&1; do sleep 0.2; done
zpool create tank mirror $(drive S01DC) $(drive S01DD)
for at in mirrored plain; do mkdir -p /data/$at && mount /dev/vg/$at /data/$at; done
for at in /data/mirrored /data/plain /tank; do dd if=/dev/urandom of=$at/file bs=1M count=2; done
"""
CHECKSUMS = "sync; echo 3 > /proc/sys/vm/drop_caches; sha256sum $(ls /data/*/file /tank/file 2>/dev/null)"


def run_hooks(own: Rig, when: str, drives: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Look into the guest, and run the hook of each kind for a drive, by its serial number.

    :return: the guest's devices before that, by serial number.
    """
    shared = {
        "serial": "{{ drives[kind] }}",
        "nvme_replace_hook_guest": "{{ guest }}",
        "nvme_replace_hook_drive": "{{ guest.devices | selectattr('serial', 'eq', serial) | first | default({}) }}",
        "nvme_replace_hook_timeout": 60,
    }
    hooks = [
        {
            "name": f"hook {kind}",
            "ansible.builtin.include_tasks": {"file": str(HOOKS / f"{when}_{kind}.yml")},
            "vars": {"kind": kind},
        }
        for kind in drives
    ]
    look = {"name": "look", "directpath.nvme.guest_nvme_info": {}, "register": "guest"}
    play = {"hosts": "vms", "gather_facts": False, "vars": {**shared, "drives": drives}, "tasks": [look, *hooks]}
    run = run_playbook([play], None, inventory=own.inventory(), env=PIPELINING)
    assert run.rc == 0, run.output
    (answer,) = (task.result for task in run.of("guest_nvme_info"))
    return {device["serial"]: device for device in answer["devices"]}


def insert(own: Rig, generation: str, kinds: Mapping[str, str]) -> dict[str, str]:
    """New drives in the places of those that were pulled; kind -> serial number."""
    with own.machine() as vm:
        for bus in kinds.values():
            own.lab.insert(HOST, address=f"0000:{bus}:00.0", serial=f"{generation}-{bus}")
            vm.enable_passthrough(f"0000:{bus}:00.0")
            vm.hot_add(f"0000:{bus}:00.0")
    return {kind: f"{generation}-{bus}" for kind, bus in kinds.items()}


def addresses(*buses: str) -> list[str]:
    return [f"0000:{bus}:00.0" for bus in buses]


MIRROR: dict[str, Any] = {
    "nvme_replace_before_removal": "hooks/before_removal_mdadm.yml",
    "nvme_replace_after_add": "hooks/after_add_mdadm.yml",
    "nvme_replace_pace_seconds": 0,
    "hotplug_verify_guest_timeout": 120,
}


def until(condition: str) -> str:
    """What waits in the guest: to log in again and again would take the processor from those that work there."""
    return f"until {condition}; do sleep 0.2; done"


def degraded(own: Rig) -> str:
    """How many drives the array lacks, one that is being rebuilt among them."""
    return own.guest.ssh("cat /sys/block/md0/md/degraded").strip()


def test_members_of_an_array_are_replaced_by_the_playbook(guest_config: ConfigOf, tmp_path: Path) -> None:
    with rig(guest_config(hotplug="native", passthrough=addresses("d8", "d9"))) as own:
        own.guest.ssh(ARRAY)
        before = own.guest.ssh(CHECKSUMS)
        serial_file = own.guest.ssh("grep -l S01D8 /sys/block/nvme*/device/serial").strip()

        def swap() -> None:
            assert own.in_vm() == addresses("d9")
            own.lab.pull(HOST, FIRST)
            own.lab.insert(HOST, address=FIRST, serial="new-d8", vendor_device="8086:0a54")

        # Its record has been written when it began, and when the drive had left.
        with once_awaited(own.lab, swap, after=lambda: own.lab.stats()["calls"].get("SetField", 0) == 2):
            replaced = own.play(
                "replace_drive", nvme_replace_guest_device=f"/dev/{Path(serial_file).parts[3]}", **MIRROR
            )
        assert replaced.rc == 0, replaced.output
        told = result(replaced)
        assert (told["stage"], told["old"]["serial"], told["new"]["serial"]) == ("finished", "S01D8", "new-d8")
        assert (degraded(own), own.guest.ssh(CHECKSUMS)) == ("0", before)
        the_other_one_with_kills(own, tmp_path)
        assert (degraded(own), own.guest.ssh(CHECKSUMS)) == ("0", before)


def the_other_one_with_kills(own: Rig, folder: Path) -> None:
    """The first drive holds the data by now. The run is killed while the guest gives up a drive, and takes one."""
    order = {"nvme_replace_drive": {"slot": "8"}, **MIRROR}
    inventory = own.inventory(**order)
    command = playbook_command("directpath.nvme.replace_drive", own.lab, folder, inventory=inventory, env=PIPELINING)
    with running(command):
        own.guest.ssh(until("grep -q 1 /sys/block/md0/md/degraded"), timeout=LONGEST)
    removed = own.play("replace_drive", **{**order, "nvme_replace_stage": "remove"})
    assert (removed.rc, own.in_vm()) == (0, addresses("d8")), removed.output
    own.lab.pull(HOST, SECOND)
    own.lab.insert(HOST, address=SECOND, serial="new-d9")
    with running(command):
        own.guest.ssh(until("test $(ls /sys/block/md0/slaves | wc -l) = 2"), timeout=LONGEST)
    added = own.play("replace_drive", **{**order, "nvme_replace_stage": "insert"})
    assert added.rc == 0, added.output
    assert (result(added)["stage"], result(added)["new"]["serial"]) == ("finished", "new-d9")


def test_hooks_of_groups_and_pools(guest_config: ConfigOf) -> None:
    with rig(guest_config(hotplug="native", passthrough=addresses("da", "db", "dc", "dd"))) as own:
        own.guest.ssh(VOLUMES)
        before = own.guest.ssh(CHECKSUMS)
        assert len(before.splitlines()) == 3

        # In order: the hooks take drives out, nobody uses them then, and new ones take their places.
        old = {kind: f"S01{bus.upper()}" for kind, bus in KINDS.items()}
        used = run_hooks(own, "before_removal", old)
        assert all(used[serial]["in_use_by"] for serial in old.values())
        answer = own.look()
        free = [device["in_use_by"] for device in answer["devices"] if device["serial"] in old.values()]
        assert (free, answer["not_seen"], answer["lost"]) == ([[], []], [], [])
        for address in addresses(*KINDS.values()):
            own.lab.pull(HOST, address, keep_vm_entry=False)
        run_hooks(own, "after_add", insert(own, "new", KINDS))
        assert own.guest.ssh(CHECKSUMS) == before

        # Without a warning: the mirror of LVM lacks a leg, and the new drive makes up for it.
        own.lab.pull(HOST, *addresses(KINDS["lvm"]), keep_vm_entry=False)
        assert [(item["kind"], item["name"], item["degraded"]) for item in own.look()["lost"]] == [("lvm", "vg", True)]
        run_hooks(own, "after_add", insert(own, "newer", {"lvm": KINDS["lvm"]}))
        whole = own.look()
        assert whole["lost"] == []
        assert all(device["in_use_by"] for device in whole["devices"])
        assert own.guest.ssh(CHECKSUMS) == before

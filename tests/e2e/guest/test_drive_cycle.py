# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of a drive in a real guest, by the collection's own playbooks: in, used, refused, out, and pulled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_run import Result, Task, run_module, run_playbook
from labclient import GuestAccess, Lab

HOST = "esxi-01.lab"
NAME = "vm-01"
FIRST, SECOND = "0000:d8:00.0", "0000:d9:00.0"

ConfigOf = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Rig:
    """A lab with one running VM whose guest is up and has no drive yet."""

    lab: Lab
    guest: GuestAccess
    hotplug: str

    def inventory(self, state: str = "present", **changes: Any) -> dict[str, Any]:
        variables = {
            **self.guest.inventory_vars(),
            "nvme_hotplug_esxi_host": HOST,
            "nvme_hotplug_devices": [{"address": SECOND, "state": state}],
            **changes,
        }
        return {"vms": {"hosts": {NAME: variables}}}

    def play(self, playbook: str, state: str = "present", **changes: Any) -> Result:
        return run_playbook(f"directpath.nvme.{playbook}", self.lab, inventory=self.inventory(state, **changes))

    def in_vm(self) -> list[str]:
        (vm,) = self.lab.state()["vms"]
        return sorted(device["address"] for device in vm["pci_devices"])

    def look(self) -> dict[str, Any]:
        """What guest_nvme_info says."""
        play = {
            "hosts": "vms",
            "gather_facts": False,
            "tasks": [{"name": "look", "directpath.nvme.guest_nvme_info": {}}],
        }
        (task,) = run_playbook([play], None, inventory=self.inventory()).tasks
        return task.result


@pytest.fixture(params=["native", "acpi"])
def rig(request: pytest.FixtureRequest, guest_config: ConfigOf) -> Iterator[Rig]:
    with Lab.start(guest_config(hotplug=request.param)) as lab:
        yield Rig(lab, lab.guest(NAME, wait=90), request.param)


def table(result: Result) -> dict[str, Any]:
    """The row of the drive in the result of hotplug_verify."""
    facts = [task.result["ansible_facts"] for task in result.tasks if "hotplug_verify_table" in str(task.result)]
    (row,) = facts[-1]["hotplug_verify_table"]
    return dict(row)


def refusal(result: Result) -> Task:
    (task,) = result.failed
    return task


def test_in_used_refused_out_and_pulled(rig: Rig) -> None:
    # In: vSphere and the guest agree, and the guest's own line names the drive (V1, V4).
    assert rig.play("hot_add_nvme").rc == 0
    verified = rig.play("verify_hotplug")
    assert verified.rc == 0, verified.output
    row = table(verified)
    assert (row["status"], row["guest"], row["vendor_device"]) == ("present", "verified", "144d:a80a")
    (disk,) = row["guest_paths"]
    assert row["guest_address"] in row["guest_lspci"]
    assert "Non-Volatile memory controller" in row["guest_lspci"]

    # Used: a file system is on it and mounted, so it stays, and the message says where (C3).
    rig.guest.ssh(f"mke2fs -q -t ext4 {disk} && mkdir -p /data && mount {disk} /data && echo kept > /data/file")
    (device,) = rig.look()["devices"]
    assert {"kind": "mount", "name": "/data", "device": disk[5:]} in device["in_use_by"]
    refused = rig.play("hot_remove_nvme", "absent")
    error = refusal(refused).result["error"]
    assert (error["code"], error["device"]) == ("device_in_use_by_guest", SECOND)
    assert "mount /data" in refusal(refused).result["msg"]
    assert rig.in_vm() == [SECOND]
    assert rig.guest.ssh("cat /data/file").strip() == "kept"

    # Out: unmounted, it leaves, and neither side has it any more (V2, V5).
    rig.guest.ssh("umount /data")
    removed = rig.play("hot_remove_nvme", "absent")
    assert removed.rc == 0, removed.output
    assert (rig.in_vm(), rig.look()["devices"]) == ([], [])
    assert table(removed)["guest"] == "verified"

    # In again with its data, and pulled out of the host: gone from the guest, and the entry is cleaned up (V3, V6).
    assert rig.play("hot_add_nvme").rc == 0
    rig.guest.ssh(f"until [ -b {disk} ]; do sleep 0.2; done; mount {disk} /data && cat /data/file && umount /data")
    rig.lab.pull(HOST, SECOND, keep_vm_entry=True)
    info = run_module("directpath.nvme.nvme_device_info", {"esxi_host_name": HOST}, rig.lab)
    assert [orphan["address"] for orphan in info["hosts"][0]["orphans"]] == [SECOND]
    cleaned = rig.play("hot_remove_nvme", "absent")
    assert cleaned.rc == 0, cleaned.output
    assert (rig.in_vm(), rig.look()["devices"]) == ([], [])


def test_a_guest_that_cannot_be_asked_keeps_its_drive_and_is_not_verified(guest_config: ConfigOf) -> None:
    with Lab.start(guest_config(hotplug="native", passthrough=[SECOND])) as lab:
        rig = Rig(lab, lab.guest(NAME, wait=90), "native")
        deaf = {"ansible_ssh_private_key_file": "/dev/null", "hotplug_verify_guest_timeout": 5}
        unverified = rig.play("verify_hotplug", **deaf)
        assert unverified.rc != 0
        assert table(unverified)["guest"] == "not verified"
        refused = rig.play("hot_remove_nvme", "absent", **deaf)
        assert refusal(refused).result["error"]["code"] == "guest_unchecked"
        assert rig.in_vm() == [SECOND]

        # Without Python, lspci alone still shows that the drive is there; it is no evidence that nobody uses it.
        rig.guest.ssh("mv /usr/bin/python3.11 /usr/bin/python3.gone")
        present = rig.play("verify_hotplug", hotplug_verify_guest_timeout=5)
        assert present.rc == 0, present.output
        assert table(present)["guest"] == "verified"
        refused = rig.play("hot_remove_nvme", "absent")
        assert refusal(refused).result["error"]["code"] == "guest_unchecked"
        assert "could not be asked" in refused.output

        # The operator may vouch for the guest, and is told what that means.
        override = rig.play(
            "hot_remove_nvme",
            "absent",
            nvme_hot_remove_allow_guest_unchecked=True,
            **{"hotplug_verify_guest_timeout": 5},
        )
        assert override.rc == 0, override.output
        assert "WITHOUT evidence" in override.output
        assert rig.in_vm() == []


USERS = {
    "swap": "mkswap {disk} >/dev/null && swapon {disk}",
    "open": "(exec 9<{disk}; exec sleep 600) >/dev/null 2>&1 &",
}


def test_every_kind_of_user_is_seen(guest_config: ConfigOf) -> None:
    with Lab.start(guest_config(hotplug="native", passthrough=[FIRST, SECOND])) as lab:
        rig = Rig(lab, lab.guest(NAME, wait=90), "native")
        for device, (kind, command) in zip(rig.look()["devices"], USERS.items(), strict=True):
            rig.guest.ssh(command.format(disk=device["namespaces"][0]["path"]))
            assert device["in_use_by"] == [], kind
        seen = rig.look()
        assert [[use["kind"] for use in device["in_use_by"]] for device in seen["devices"]] == [["swap"], ["open"]]
        assert (seen["root"], seen["not_seen"]) == (True, [])
        assert seen["kernel"]["pciehp"]
        assert seen["vm_uuid"]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found by a name, a path or a UUID, where datacenters are in folders and names repeat."""

from __future__ import annotations

from typing import Any

import pytest
from labclient import Lab
from module_steps import error_of, run_steps
from pyVim.task import WaitForTask
from pyVmomi import vim
from vsphere import content

VM, HOST = "directpath.nvme.vm_pci_hotplug", "directpath.nvme.nvme_device_info"
DRIVE = "0000:d8:00.0"
FIT = {"power": "poweredOn", "firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
FULL = "EU/DC0/vm/storage"


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return {
        "hosts": [{"name": "esxi-01.lab", "version": "8.0.3", "passthrough_enabled": [DRIVE]}],
        "vms": [{"name": name, "host": "esxi-01.lab", "folder": "storage", **FIT} for name in ("db-01", "db-02")],
    }


def grouped(lab: Lab) -> str:
    """Put the datacenter into a folder, as large sites have it, and give both VMs one UUID, as a replica has it."""
    with content(lab) as found:
        folder = found.rootFolder.CreateFolder("EU")
        WaitForTask(folder.MoveIntoFolder_Task([found.searchIndex.FindByInventoryPath("DC0")]))
        first, second = (found.searchIndex.FindByInventoryPath(f"{FULL}/db-0{number}") for number in (1, 2))
        uuid: str = first.config.uuid
        WaitForTask(second.ReconfigVM_Task(vim.vm.ConfigSpec(uuid=uuid)))
        return uuid


def test_a_datacenter_in_a_folder(lab: Lab) -> None:
    uuid = grouped(lab)
    meant: list[dict[str, str]] = [
        {},
        {"datacenter": "DC0"},
        {"datacenter": "EU/DC0"},
        {"datacenter": "DC0", "folder": "storage"},
        {"datacenter": "DC0", "folder": "vm/storage"},
        {"datacenter": "DC0", "folder": FULL},
        {"datacenter": "EU/DC0", "folder": "storage"},
        {"datacenter": "EU/DC0", "folder": f"/{FULL}/"},
        {"folder": FULL},
    ]
    wrong: list[dict[str, str]] = [{"name": "db-01", "datacenter": "DC0", "folder": "elsewhere"}, {"uuid": uuid}]
    device = {"devices": [{"address": DRIVE}], "check": True}
    answers = run_steps(lab, VM, *({**way, **device} for way in [*({"name": "db-01", **way} for way in meant), *wrong]))
    assert [answer["msg"] for answer in answers[: len(meant)] if answer["failed"]] == []
    assert {answer["vm"]["name"] for answer in answers[: len(meant)]} == {"db-01"}
    no_folder, twins = answers[len(meant) :]
    assert (error_of(no_folder)["code"], error_of(twins)["code"]) == ("not_found", "ambiguous_name")
    assert f"2 VMs have the UUID {uuid}:" in twins["msg"]
    for name in ("db-01", "db-02"):
        assert f"{FULL}/{name} (vm-" in twins["msg"]


def test_ways_to_name_a_host(lab: Lab) -> None:
    moid = lab.state()["hosts"][0]["moid"]
    *found, short, upper, other = run_steps(
        lab,
        HOST,
        *({"esxi_host_name": name} for name in ("esxi-01.lab", moid, "DC0/host/esxi-01.lab/esxi-01.lab")),
        *({"esxi_host_name": name} for name in ("esxi-01", "ESXI-01.LAB", "web-07")),
    )
    assert [answer["hosts"][0]["host"]["moid"] for answer in found] == [moid] * 3
    # A name that is nearly right is no name, but it is told what there is.
    for answer in (short, upper):
        assert error_of(answer)["code"] == "not_found"
        assert "Similar names: esxi-01.lab." in answer["msg"]
    assert error_of(other)["host"] == "web-07"
    assert "Similar names" not in other["msg"]

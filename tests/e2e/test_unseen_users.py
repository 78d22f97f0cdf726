# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users of drives that are hard to see, against a lab: not seen is not the same as not there."""

from __future__ import annotations

from typing import Any

import pytest
from labclient import Lab
from module_steps import error_of, run_steps

TOGGLE, INFO, HOT_PLUG = (
    f"directpath.nvme.{name}" for name in ("nvme_passthrough_toggle", "nvme_device_info", "vm_pci_hotplug")
)
D8, D9, DA, DB, DC = (f"0000:{bus}:00.0" for bus in ("d8", "d9", "da", "db", "dc"))
BOOT, OSDATA = "0000:17:00.0", D9
FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}

UNSEEN: dict[str, dict[str, str]] = {
    "inaccessible": {"connection_state": "inaccessible", "visibility": "no_config"},
    "orphaned": {"connection_state": "orphaned"},
    "hidden": {"visibility": "hidden"},
    "no-config": {"visibility": "no_config"},
    "no-permission": {"visibility": "no_permission"},
}
"""Name of a VM that has a drive, and how it is kept from being seen."""


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    on = {"version": "8.0.3", "rebind_without_reboot": True, "passthrough_enabled": [D8]}
    return {
        "hosts": [
            *({"name": f"{name}.lab", **on} for name in UNSEEN),
            {
                "name": "disks.lab",
                "version": "8.0.3",
                "rebind_without_reboot": True,
                "devices": [
                    {"address": OSDATA, "use": "osdata"},
                    {"address": DA, "use": "vmfs_copy"},
                    {"address": DB, "use": "partitions"},
                    {"address": DC, "detached": True},
                    {"address": "0000:dd:00.0", "adapter": False},
                ],
            },
        ],
        "vms": [
            {"name": name, "host": f"{name}.lab", "passthrough": [D8], **FIT, **unseen}
            for name, unseen in UNSEEN.items()
        ]
        + [{"name": f"{name}-other", "host": f"{name}.lab", "power": "poweredOn", **FIT} for name in UNSEEN],
    }


def drives(lab: Lab, vm: str) -> list[str]:
    (found,) = (item for item in lab.state()["vms"] if item["name"] == vm)
    return [device["address"] for device in found["pci_devices"]]


def test_a_vm_that_cannot_be_read_may_have_any_drive(lab: Lab) -> None:
    names = list(UNSEEN)
    hosts = [{"esxi_host_name": f"{name}.lab"} for name in names]
    device = {"devices": [{"address": D8}]}
    off = run_steps(lab, TOGGLE, *({**host, **device, "state": "disabled"} for host in hosts))
    on = run_steps(lab, TOGGLE, *({**host, "devices": [{"address": D9}]} for host in hosts))
    into_another = run_steps(lab, HOT_PLUG, *({"name": f"{name}-other", **device} for name in names))
    shown = run_steps(lab, INFO, *({**host, **device} for host in hosts))
    moids = {vm["name"]: vm["moid"] for vm in lab.state()["vms"]}
    for at, name in enumerate(names):
        for answer in (off[at], on[at], into_another[at]):
            assert error_of(answer)["code"] == "device_in_use"
            assert "cannot be judged" in answer["msg"]
            assert name in answer["msg"] or moids[name] in answer["msg"]
        (drive,) = shown[at]["hosts"][0]["devices"]
        assert len(drive["objections"]) >= 1
        assert drives(lab, f"{name}-other") == []
    assert lab.mutating_calls() == {}


def test_boot_disk_boot_banks_and_osdata_are_three_questions(lab: Lab) -> None:
    both = {"esxi_host_name": "disks.lab", "devices": [{"address": BOOT}, {"address": OSDATA}]}
    (refused,) = run_steps(lab, TOGGLE, both)
    assert error_of(refused)["code"] == "device_in_use"
    assert f"Device {BOOT} (" in refused["msg"]
    assert "it holds the boot partitions of ESXi on " in refused["msg"]
    assert "it holds the ESXi system volume OSDATA" in refused["msg"]
    assert lab.mutating_calls() == {}


def test_data_that_nobody_mounted_is_taken_on_a_word_of_its_own_only(lab: Lab) -> None:
    host = {"esxi_host_name": "disks.lab"}
    found = {DA: "VMFS datastore", DB: "linuxNative", DC: "detached"}
    *refused, no_adapter, another, taken = run_steps(
        lab,
        TOGGLE,
        *({**host, "devices": [{"address": address}]} for address in found),
        {**host, "devices": [{"address": "0000:dd:00.0"}], "allow_foreign_data": ["0000:dd:00.0"]},
        {**host, "devices": [{"address": DA}], "allow_foreign_data": [DB]},
        {**host, "devices": [{"address": address} for address in (DA, DB)], "allow_foreign_data": [DA, "db:00.0"]},
    )
    for answer, (address, words) in zip([*refused, another], [*found.items(), (DA, "VMFS datastore")], strict=True):
        assert (error_of(answer)["code"], error_of(answer)["device"]) == ("foreign_data", address)
        assert words in answer["msg"]
    assert error_of(no_adapter)["code"] == "device_in_use"
    assert "There is nothing to free" in no_adapter["msg"]
    assert taken["changed"], taken
    assert sum("WITH THE DATA ON IT" in warning for warning in taken["warnings"]) == 2
    assert lab.mutating_calls()["UpdatePassthruConfig"] == 1

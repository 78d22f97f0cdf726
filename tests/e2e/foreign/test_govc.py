# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""govc lists PCI devices and hot-plugs one, and meets the lab's faults."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from clients import Client

# govc asks for the devices of the whole cluster, so that with several hosts it cannot tell whose device it adds.
HOST = "esxi-01.lab"
INTEL, SAMSUNG = "0000:d8:00.0", "0000:d9:00.0"


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    ready = {
        "host": HOST,
        "power": "poweredOn",
        "firmware": "efi",
        "layout": "acpiHostBridges",
        "mem_locked": True,
        "fpt_hotplug": True,
    }
    active = [INTEL, SAMSUNG, "0000:dd:00.0", "0000:3b:00.0"]
    return {
        "hosts": [{"name": HOST, "version": "8.0.3", "cluster": "cluster-a", "passthrough_enabled": active}],
        "vms": [{**ready, "name": "vm-01"}, {**ready, "name": "vm-02", "fpt_hotplug": False}],
    }


def ok(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0, done.stdout
    return done.stderr


def devices(govc: Client, vm: str) -> list[dict[str, Any]]:
    listed = json.loads(ok(govc("device.info", "-json", "-vm", vm)))["devices"]
    return [device for device in listed if device["type"] == "VirtualPCIPassthrough"]


def test_host_info(govc: Client) -> None:
    (host,) = json.loads(ok(govc("host.info", "-json", HOST)))["hostSystems"]
    addresses = {device["id"]: device for device in host["hardware"]["pciDevice"]}
    assert addresses[INTEL]["classId"] == 0x0108
    assert addresses[SAMSUNG]["deviceId"] & 0xFFFF == 0xA80A


def test_devices_for_a_vm_are_those_with_passthrough_in_force(govc: Client) -> None:
    listed = ok(govc("device.pci.ls", "-vm", "vm-01"))
    assert INTEL in listed
    assert "0000:da:00.0" not in listed


def test_hot_add_and_hot_remove(govc: Client) -> None:
    ok(govc("device.pci.add", "-vm", "vm-01", INTEL))
    (device,) = devices(govc, "vm-01")
    assert device["key"] == 13000
    assert device["backing"]["id"] == INTEL
    assert device["slotInfo"]["pciSlotNumber"] == 64
    ok(govc("device.pci.remove", "-vm", "vm-01", device["name"]))
    assert devices(govc, "vm-01") == []


def test_two_devices_in_one_call(govc: Client) -> None:
    message = refused(govc("device.pci.add", "-vm", "vm-01", INTEL, "0000:dd:00.0"))
    assert "Cannot add multiple devices using the same device key." in message  # L1
    assert devices(govc, "vm-01") == []


def test_a_device_that_is_not_nvme(govc: Client) -> None:
    assert "not an NVMe device" in refused(govc("device.pci.add", "-vm", "vm-01", "0000:3b:00.0"))  # L5


def test_a_vm_without_hot_plug(govc: Client) -> None:
    assert "not enabled" in refused(govc("device.pci.add", "-vm", "vm-02", INTEL))  # P7


def test_a_negative_device_id(govc: Client) -> None:
    """govc sends a80a as the negative number that the API delivers, which servers do not take."""
    assert "hot-plug operation failed" in refused(govc("device.pci.add", "-vm", "vm-01", SAMSUNG))


def test_a_field_that_needs_the_vm_off(govc: Client) -> None:
    message = refused(govc("vm.change", "-vm", "vm-01", "-cpu-hot-add-enabled=true"))
    assert "current state (Powered on)" in message


def test_esxcli(govc: Client) -> None:
    ok(govc("host.esxcli", "-host", HOST, "system", "settings", "kernel", "set", "-s", "maxIntrCookies", "-v", "2048"))
    listed = ok(govc("host.esxcli", "-host", HOST, "system", "settings", "kernel", "list", "-o", "maxIntrCookies"))
    assert "2048" in listed

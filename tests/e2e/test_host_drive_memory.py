# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of drives, against a lab: whom it is learnt from, when it counts, and what if it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from labclient import Lab
from module_steps import Answer, error_of, run_calls, run_steps
from vsphere import custom_attribute, write_attribute

MEMORY = "directpath.nvme.host_drive_memory"
TOGGLE = "directpath.nvme.nvme_passthrough_toggle"
HOTPLUG = "directpath.nvme.vm_pci_hotplug"
ATTRIBUTE = "directpath.nvme.drives"

D8, D9, DA, DB = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:db:00.0"
HOST = {"esxi_host_name": "esxi-01.lab"}
FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
DRIVES = [{"address": address, "serial": f"SN {address[5:7].upper()}-1"} for address in (D8, D9, DA, DB)]

CONFIG: dict[str, Any] = {
    "settings": {"slot_keeps_passthrough": True},
    "hosts": [{"name": "esxi-01.lab", "version": "8.0.3", "rebind_without_reboot": True, "devices": DRIVES}],
    "vms": [{"name": "db-01", "host": "esxi-01.lab", "power": "poweredOn", **FIT}],
}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def at(*addresses: str) -> dict[str, Any]:
    return {**HOST, "devices": [{"address": address} for address in addresses]}


def memory(answer: Answer) -> dict[str, tuple[str, str]]:
    """Address -> serial number and state of what is remembered."""
    return {row["address"]: (row["serial"], row["state"]) for row in answer["hosts"][0]["memory"]}


def test_a_drive_is_named_by_its_serial_number_all_the_way(lab: Lab) -> None:
    """Taken, added, removed and added again by nothing but its serial number, as people write it."""
    serial = {"devices": [{"serial": " sn  d9-1 "}]}
    vm = {"name": "db-01", **HOST, **serial}
    taken, added, removed, again, known = run_calls(
        lab,
        (TOGGLE, {**HOST, **serial}),
        (HOTPLUG, vm),
        (HOTPLUG, {**vm, "state": "absent", "allow_guest_unchecked": True}),
        (HOTPLUG, vm),
        (MEMORY, {**HOST, "check": True, "drives": [{"serial": "SN D9-1", "address": D9}]}),
    )
    assert [answer["failed"] for answer in (taken, added, removed, again)] == [False] * 4, (
        taken,
        added,
        removed,
        again,
    )
    assert taken["hosts"][0]["devices"][0]["serial"] == "SN D9-1"
    assert [answer["devices"][0]["address"] for answer in (added, removed, again)] == [D9] * 3
    (row,) = known["hosts"][0]["memory"]
    assert (row["serial"], row["learnt_from"], row["state"], row["slot"] is not None) == (
        "SN D9-1",
        "host",
        "known",
        True,
    )
    assert not known["changed"]


def test_another_drive_in_the_same_slot_is_not_taken_for_the_first(lab: Lab) -> None:
    vm = {"name": "db-01", **HOST, "devices": [{"serial": "SN D8-1"}]}
    run_calls(lab, (TOGGLE, at(D8)))
    lab.pull("esxi-01.lab", D8)
    (gone,) = run_steps(lab, MEMORY, HOST)
    assert memory(gone)[D8] == ("SN D8-1", "absent")
    # Of the same make, in the same slot, with the passthrough of its forerunner: nothing tells it from that.
    lab.insert("esxi-01.lab", address=D8, serial="OTHER-8")
    unknown, learnt, right = run_calls(
        lab,
        (HOTPLUG, vm),
        (MEMORY, {**HOST, "drives": [{"serial": "OTHER-8", "address": D8}], "learnt_from": "guest"}),
        (HOTPLUG, {**vm, "devices": [{"serial": "OTHER-8"}]}),
    )
    assert error_of(unknown)["code"] == "device_unknown"
    assert f"SN D8-1 at {D8} of host esxi-01.lab is remembered, but the drive was seen to be gone" in unknown["msg"]
    assert memory(learnt)[D8] == ("OTHER-8", "known")
    assert (right["failed"], right["devices"][0]["address"]) == (False, D8)


def test_what_an_inventory_knows_counts_until_something_contradicts_it(lab: Lab) -> None:
    run_calls(lab, (TOGGLE, at(DA, DB)), (MEMORY, {**HOST, "state": "absent", "drives": [{"address": DA}]}))
    vm = {"name": "db-01", **HOST, "devices": [{"serial": "SN DA-1"}], "check": True}
    nobody, right, moved, clash, unnamed = run_steps(
        lab,
        HOTPLUG,
        vm,
        {**vm, "known_drives": [{"serial": "SN DA-1", "address": DA}]},
        {**vm, "known_drives": [{"serial": "SN DA-1", "address": DA, "vendor_device": "8086:0a54"}]},
        # vCenter remembers another drive there.
        {**vm, "known_drives": [{"serial": "SN DA-1", "address": DB}]},
        {"name": "db-01", "devices": vm["devices"], "known_drives": [{"serial": "SN DA-1", "address": DA}]},
    )
    assert [error_of(answer)["code"] for answer in (nobody, moved, clash)] == ["device_unknown"] * 3
    assert (right["failed"], right["devices"][0]["address"]) == (False, DA)
    # A drive is a drive of one host, which has to be named.
    assert "esxi_host_name" in unnamed["msg"]


def test_a_drive_is_taken_all_the_same_where_it_cannot_be_remembered(lab: Lab, start_lab: Callable[..., Lab]) -> None:
    write_attribute(lab, "esxi-01.lab", ATTRIBUTE, "decommission in May")
    (unreadable,) = run_steps(lab, TOGGLE, at(D8))
    (refused,) = run_steps(lab, MEMORY, HOST)
    assert error_of(refused)["code"] == "memory_unreadable"
    assert custom_attribute(lab, "esxi-01.lab", ATTRIBUTE) == "decommission in May"
    small = start_lab({**CONFIG, "settings": {"custom_value_limit": 60}})
    (too_long,) = run_steps(small, TOGGLE, at(D8))
    alone = start_lab({"hosts": CONFIG["hosts"], "vms": []}, mode="esxi")
    direct, unsupported = run_calls(alone, (TOGGLE, at(D8)), (MEMORY, HOST))
    for answer, words in ((unreadable, "decommission in May"), (too_long, ATTRIBUTE), (direct, "ESXi itself")):
        assert (answer["failed"], answer["changed"]) == (False, True), answer
        (warning,) = answer["warnings"]
        assert f"SN D8-1 at {D8}" in warning
        assert words in warning
    assert (unsupported["changed"], unsupported["hosts"][0]["supported"]) == (False, False)

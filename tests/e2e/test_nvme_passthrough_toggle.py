# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nvme_passthrough_toggle against a lab: what it sets, refuses, reports and leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from background import until
from labclient import Lab
from module_steps import Answer, error_of, run_steps
from vsphere import host_moid

MODULE = "directpath.nvme.nvme_passthrough_toggle"
UPDATE = "UpdatePassthruConfig"

D8, D9, DA, DB = "0000:d8:00.0", "0000:d9:00.0", "0000:da:00.0", "0000:db:00.0"

FIT = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}

CONFIG = {
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.1", "cluster": "cluster-a"},
        {"name": "esxi-02.lab", "version": "8.0.3", "cluster": "cluster-a", "rebind_without_reboot": True},
        {"name": "small.lab", "version": "8.0.1", "free_nvme": 2},
        {"name": "vms.lab", "version": "8.0.1", "passthrough_enabled": [D8, D9]},
        {"name": "old.lab", "version": "7.0.3"},
        {"name": "gone.lab", "version": "8.0.1", "connected": False},
    ],
    "vms": [
        {"name": "off", "host": "vms.lab", "passthrough": [D8], **FIT},
        {"name": "running", "host": "vms.lab", "power": "poweredOn", "passthrough": [D9], **FIT},
    ],
    "extra_hosts": 40,
}

READING = 14
"""Requests of a run that writes, whatever the number of hosts: connecting, finding, reading, judging, reading back."""

LOOK, WRITE = 4, 1
"""Requests for each host on which a drive is about to be taken: two for the boot disk (esxcli), two for data that
nobody has mounted; then the write. A drive that waits for a reboot costs the two for the boot disk."""

REMEMBER, DEFINE = 5, 10
"""Requests for each host to remember the drives that it gives away: two for their slots (esxcli), reading, writing and
reading back; once in the life of a vCenter, all that write at the same moment may try to define the attribute."""

PCI_BYTES, OTHER_BYTES = 15_000, 60_000
"""Answers of a run with nothing to do, for each host and beside: the PCI devices alone. Storage is three times that."""

CONNECTION_GET = 1
"""Connecting asks for the list of API versions, which is no SOAP call, and so is not among the lab's counters."""


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def at(*addresses: str) -> list[dict[str, str]]:
    return [{"address": address} for address in addresses]


CLUSTER = {"cluster": "cluster-a", "devices": at(DA)}


def by_host(answer: Answer, key: str) -> dict[str, Any]:
    return {item["host"]["name"]: item[key] for item in answer["hosts"]}


def passthrough(lab: Lab, host: str, address: str) -> tuple[bool, bool]:
    """Whether passthrough of a device is configured, and whether it is in force."""
    (state,) = (item for item in lab.state()["hosts"] if item["name"] == host)
    (device,) = (item for item in state["devices"] if item["address"] == address)
    return device["passthrough_enabled"], device["passthrough_active"]


def writes(lab: Lab) -> int:
    """How many hosts were written to; nothing else may have been changed but what is remembered of them."""
    calls = lab.mutating_calls()
    assert set(calls) <= {UPDATE, "AddCustomFieldDef", "SetField"}
    return calls.get(UPDATE, 0)


def requests(lab: Lab) -> int:
    """All requests of a run since the last reset of the counters, connecting and logging out included."""
    return int(lab.stats(reset=True)["total"]) + CONNECTION_GET


def test_check_mode_a_first_and_a_second_run(lab: Lab) -> None:
    (planned,) = run_steps(lab, MODULE, CLUSTER, check=True)
    assert lab.mutating_calls() == {}
    lab.stats(reset=True)
    (done,) = run_steps(lab, MODULE, CLUSTER)
    assert writes(lab) == 2
    assert requests(lab) <= 2 * (LOOK + REMEMBER + WRITE) + READING + DEFINE
    (again,) = run_steps(lab, MODULE, CLUSTER)
    assert writes(lab) == 0
    # One of both waits for its reboot.
    assert requests(lab) <= 12 + 2
    for key in ("changed", "hosts", "reboot_required", "diff"):
        assert planned[key] == done[key]

    # One host needs a reboot for it, and says so until it has had one.
    assert (done["changed"], done["reboot_required"]) == (True, True)
    assert (again["changed"], again["reboot_required"]) == (False, True)
    assert by_host(again, "changed") == {"esxi-01.lab": False, "esxi-02.lab": False}
    assert by_host(again, "reboot_required") == {"esxi-01.lab": True, "esxi-02.lab": False}
    (pending,), (active,) = by_host(done, "devices").values()
    assert pending == {
        "address": DA,
        "name": "NVMe SSD Controller PM9A3",
        "vendor_device": "144d:a80a",
        "class_id": "0108",
        "serial": "S01DA",
        "enabled": True,
        "active": False,
        "pending": True,
        "changed": True,
    }
    assert active == {**pending, "serial": "S02DA", "active": True, "pending": False}
    assert by_host(again, "devices")["esxi-01.lab"] == [{**pending, "changed": False}]
    assert passthrough(lab, "esxi-01.lab", DA) == (True, False)
    assert passthrough(lab, "esxi-02.lab", DA) == (True, True)

    off, on = ({"passthruEnabled": state, "passthruActive": state} for state in (False, True))
    assert done["diff"]["before"] == {"esxi-01.lab": {DA: off}, "esxi-02.lab": {DA: off}}
    assert done["diff"]["after"] == {"esxi-01.lab": {DA: {**on, "passthruActive": False}}, "esxi-02.lab": {DA: on}}
    assert again["diff"]["before"] == again["diff"]["after"] == done["diff"]["after"]


def test_there_and_back(lab: Lab) -> None:
    first = {"esxi_host_name": "esxi-01.lab", "devices": at(DA, DB)}
    second = {"esxi_host_name": "esxi-02.lab", "devices": at(DA, DB)}
    on, off, later, back = run_steps(
        lab,
        MODULE,
        first,
        {**first, "state": "disabled"},
        {**second, "apply_now": False},
        {**second, "state": "disabled"},
    )
    # All devices of a host in one call.
    assert writes(lab) == 4
    assert [item["changed"] for item in (on, off, later, back)] == [True] * 4
    # What was not yet in force needs no reboot to be taken back.
    assert [item["reboot_required"] for item in (on, off, later, back)] == [True, False, True, False]
    for host in ("esxi-01.lab", "esxi-02.lab"):
        assert passthrough(lab, host, DA) == passthrough(lab, host, DB) == (False, False)


def test_all_that_match_are_taken_and_counted(lab: Lab) -> None:
    # Of the three drives of this model, one is of unknown use.
    lab.pull("esxi-01.lab", "0000:1a:00.0")
    model = {"esxi_host_name": "esxi-01.lab", "devices": [{"vendor_device": "144D:A80A"}]}
    narrow = {"devices": [{"vendor_device": "144d:a80a", "name": "NVMe SSD Controller PM9A3", "address": "d9:00.0"}]}
    more, one, both = run_steps(
        lab, MODULE, {**model, "expect_count": 3}, {**model, **narrow, "expect_count": 1, "check": True}, model
    )
    error = error_of(more)
    assert (error["code"], error["host"]) == ("unexpected_count", "esxi-01.lab")
    assert f"2 devices of host esxi-01.lab match, but expect_count is 3: {D9}, {DA}." in more["msg"]
    assert [device["address"] for device in one["hosts"][0]["devices"]] == [D9]
    assert both["hosts"][0]["count"] == 2
    assert [device["address"] for device in both["hosts"][0]["devices"]] == [D9, DA]
    assert writes(lab) == 1


def test_hosts_that_lack_a_device(lab: Lab) -> None:
    both = {"esxi_host_names": ["small.lab", "esxi-01.lab"], "devices": at(D8, DA)}
    everywhere, exact, nowhere, done = run_steps(
        lab,
        MODULE,
        {**both, "fail_on_missing": True},
        {**both, "expect_count": 2},
        {**both, "devices": at(D8, "0000:ee:00.0")},
        both,
    )
    for answer, code in ((everywhere, "device_not_found"), (exact, "unexpected_count"), (nowhere, "device_not_found")):
        assert error_of(answer)["code"] == code
    assert f"small.lab lacks address={DA}" in everywhere["msg"]
    assert "No device with address=0000:ee:00.0 is on small.lab, esxi-01.lab." in nowhere["msg"]
    assert "Closest: 0000:5e:00.0 (NVMe SSD Controller CD6, serial S035E, slot 5) of small.lab, " in nowhere["msg"]
    # The refusals came before any write, and the other host is not held up.
    assert writes(lab) == 2
    assert by_host(done, "missing") == {"small.lab": [{"address": DA}], "esxi-01.lab": []}
    assert by_host(done, "count") == {"small.lab": 1, "esxi-01.lab": 2}
    assert done["warnings"] == [f"Some hosts lack a device that was asked for: small.lab: address={DA}."]


def test_a_device_that_somebody_uses_is_never_taken(lab: Lab) -> None:
    held = {
        "0000:17:00.0": "it holds the ESXi system volume OSDATA-",
        "0000:18:00.0": "it holds the VMFS datastore esxi-01-local",
        "0000:19:00.0": "it holds vSAN disk ",
        "0000:1a:00.0": "it cannot be judged: its disk ",
        "0000:5e:00.0": "0000:5f:00.0, which changes hands with it, holds the VMFS datastore esxi-01-local-2",
        "0000:5f:00.0": "it holds the VMFS datastore esxi-01-local-2",
    }
    everything = {"esxi_host_name": "esxi-01.lab", "devices": at(D8, *held)}
    real, check, by_name, not_nvme, in_vms = run_steps(
        lab,
        MODULE,
        everything,
        {**everything, "check": True},
        {"cluster": "cluster-a", "devices": [{"name": "NVMe SSD Controller PM9A3"}]},
        {"esxi_host_name": "esxi-01.lab", "devices": at("0000:3b:00.0")},
        {"esxi_host_name": "vms.lab", "devices": at(D8, D9), "state": "disabled"},
    )
    assert lab.mutating_calls() == {}
    for answer in (real, check):
        error = error_of(answer)
        assert (error["code"], error["requirement"], error["host"]) == ("device_in_use", "P5", "esxi-01.lab")
        for address, reason in held.items():
            assert f"Device {address} (" in answer["msg"]
            assert reason in answer["msg"]
        assert "the coredump partition" in answer["msg"]
        assert D8 not in answer["msg"]
    assert by_name["msg"].startswith("2 of 2 hosts failed. Device 0000:1a:00.0")
    error = error_of(not_nvme)
    assert (error["code"], error["requirement"], error["device"]) == ("not_nvme", "L5", "0000:3b:00.0")
    assert error_of(in_vms)["code"] == "device_in_use"
    assert "VM off has it" in in_vms["msg"]
    assert "VM running has it" in in_vms["msg"]


def test_hosts_that_cannot_be_written_to(lab: Lab) -> None:
    da = {"devices": at(DA)}
    answers = run_steps(
        lab,
        MODULE,
        {"esxi_host_names": ["esxi-01.lab", "old.lab"], **da},
        {"esxi_host_names": ["esxi-01.lab", "gone.lab"], **da},
        {"esxi_host_names": ["esxi-01.lab", "esxi-00.lab"], **da},
        {"esxi_host_name": "esxi-01.lab", "devices": at("00000:217:00.0")},
    )
    codes = ["host_too_old", "host_not_connected", "not_found", "invalid_selector"]
    assert [error_of(answer)["code"] for answer in answers] == codes
    assert answers[0]["error"]["requirement"] == "Q8"
    assert "Similar names: " in answers[2]["msg"]
    assert lab.mutating_calls() == {}


def test_one_host_that_fails_does_not_hide_the_others(lab: Lab) -> None:
    system = f"pciPassthruSystem-{host_moid(lab, 'esxi-01.lab')}"
    lab.fault(UPDATE, when_request_contains=system, fault_type="HostConfigFault", message="Unable to\nconfigure.")
    failed, rest = run_steps(lab, MODULE, CLUSTER, CLUSTER)
    error = error_of(failed)
    assert (error["code"], error["fault"], error["host"]) == ("passthrough_refused", "HostConfigFault", "esxi-01.lab")
    assert error["device"] == DA
    assert failed["msg"].startswith(
        "1 of 2 hosts failed. Host esxi-01.lab refused to enable passthrough of 0000:da:00.0"
    )
    assert "HostConfigFault: Unable to configure." in failed["msg"]
    assert failed["changed"]
    assert by_host(failed, "changed") == {"esxi-01.lab": False, "esxi-02.lab": True}
    assert by_host(rest, "changed") == {"esxi-01.lab": True, "esxi-02.lab": False}


def passthrough_systems(lab: Lab) -> list[str]:
    """What a request to one host contains, and one to the other does not."""
    return [f"pciPassthruSystem-{host_moid(lab, f'esxi-0{number}.lab')}" for number in (1, 2)]


# The session is the same for all hosts, and its end may hit any of their calls: so lost connections, which are counted
# by call, are another test's.
def test_a_session_that_ends_is_renewed_for_all_hosts(lab: Lab) -> None:
    for system in passthrough_systems(lab):
        lab.fault(UPDATE, when_request_contains=system, expire_session=True)
    (renewed,) = run_steps(lab, MODULE, CLUSTER)
    assert not renewed["failed"], renewed
    assert by_host(renewed, "changed") == {"esxi-01.lab": True, "esxi-02.lab": True}


def test_lost_connections(lab: Lab) -> None:
    first, second = passthrough_systems(lab)
    lab.fault(UPDATE, when_request_contains=first, drop_connection="after")
    lab.fault(UPDATE, when_request_contains=second, drop_connection="before")
    (repeated,) = run_steps(lab, MODULE, CLUSTER)
    assert not repeated["failed"], repeated
    assert by_host(repeated, "changed") == {"esxi-01.lab": True, "esxi-02.lab": True}

    lab.fault(UPDATE, when_request_contains=first, drop_connection="after", count=2)
    lab.fault(UPDATE, when_request_contains=second, drop_connection="before", count=2)
    (half,) = run_steps(lab, MODULE, {**CLUSTER, "state": "disabled"})
    # One host did it although nobody heard of it, the other never got to know of it.
    error = error_of(half)
    assert (error["code"], error["host"]) == ("connection_lost", "esxi-02.lab")
    assert by_host(half, "changed") == {"esxi-01.lab": True, "esxi-02.lab": False}
    assert passthrough(lab, "esxi-01.lab", DA) == (False, False)
    assert passthrough(lab, "esxi-02.lab", DA) == (True, True)


def test_hosts_are_written_at_the_same_time(lab: Lab) -> None:
    names = [f"esxi-x{number:04d}.lab" for number in range(1, 6)]
    # None is answered before all have been called.
    lab.hold(UPDATE)
    with ThreadPoolExecutor() as pool:
        run = pool.submit(run_steps, lab, MODULE, {"esxi_host_names": names, "devices": at(DA)})
        try:
            until(lambda: writes(lab) == len(names), "a call for every host")
        finally:
            lab.release()
        (answer,) = run.result()
    assert answer["changed"], answer
    assert writes(lab) == len(names)


def test_requests_do_not_grow_with_the_hosts_but_for_those_that_are_worked_on(lab: Lab) -> None:
    fleet = {"cluster": "cluster-x", "devices": at(DA)}
    (done,) = run_steps(lab, MODULE, fleet)
    assert writes(lab) == len(done["hosts"]) == 40
    assert requests(lab) <= 40 * (LOOK + REMEMBER + WRITE) + READING + DEFINE
    (again,) = run_steps(lab, MODULE, fleet)
    assert writes(lab) == 0
    # All wait for their reboot.
    assert requests(lab) <= 40 * 2 + 12
    assert (done["changed"], again["changed"], again["reboot_required"]) == (True, False, True)
    (back,) = run_steps(lab, MODULE, {**fleet, "state": "disabled"})
    assert writes(lab) == 40
    # Nothing of the host stands against it, so that no storage is read, neither before nor after.
    assert lab.stats()["bytes"]["sent"] <= 40 * 2 * PCI_BYTES + OTHER_BYTES
    assert requests(lab) <= 40 * WRITE + READING
    (nothing,) = run_steps(lab, MODULE, {**fleet, "state": "disabled"})
    assert lab.stats()["bytes"]["sent"] <= 40 * PCI_BYTES + OTHER_BYTES
    assert requests(lab) <= 11
    assert (back["changed"], nothing["changed"]) == (True, False)


def test_an_old_vcenter_is_not_written_to(start_lab: Callable[..., Lab]) -> None:
    old = start_lab({"vcenter_version": "7.0.3", "hosts": [{"name": "esxi-01.lab", "version": "7.0.3"}], "vms": []})
    (answer,) = run_steps(old, MODULE, {"esxi_host_name": "esxi-01.lab", "devices": at(DA)})
    error = error_of(answer)
    assert (error["code"], error["requirement"]) == ("api_too_old", "Q8")
    assert old.mutating_calls() == {}


def test_on_esxi_directly(start_lab: Callable[..., Lab]) -> None:
    esxi = start_lab({"hosts": [{"name": "esxi-01.lab", "rebind_without_reboot": True}], "vms": []}, mode="esxi")
    one = {"esxi_host_name": "esxi-01.lab", "devices": at(DA)}
    done, again = run_steps(esxi, MODULE, one, one)
    assert (done["changed"], done["reboot_required"], again["changed"]) == (True, False, False)
    assert passthrough(esxi, "esxi-01.lab", DA) == (True, True)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each requirement in each state that it can have: hosts and VMs of a lab, and what guests answer.

A row names a requirement by its id and, where several share it, by the beginning of its title.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import readiness_situations as situations
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import (
    OF_HOSTS,
    OF_VMS,
    Attestation,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest_seen import GuestSeen, GuestSilence
from ansible_collections.directpath.nvme.plugins.module_utils._facts.lspci import lspci_answer
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    ATTESTED,
    FAIL,
    NOT_APPLICABLE,
    NOT_ATTESTED,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import (
    GUEST_REQUIREMENTS,
    judge_guest,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import HOST_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.place import PLACE_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import VM_REQUIREMENTS
from in_process import modules
from labclient import Lab

Row = dict[str, Any]
Judged = Mapping[str, Mapping[str, Row]]

OF_A_HOST: list[tuple[str, str, str, str]] = [
    ("connection", "good", PASS, "connected"),
    ("connection", "gone", FAIL, "disconnected"),
    ("connection", "no-state", UNKNOWN, "System.Read"),
    ("P1", "good", PASS, "boots from disk"),
    ("P1", "wrong", FAIL, "is stateless"),
    ("P1", "unattested", UNKNOWN, "Unable to read the boot device"),
    ("P1", "refuses", UNKNOWN, "Unable to connect"),
    ("P1", "attested", ATTESTED, "Unable to read the boot device"),
    ("P2", "good", PASS, "4096"),
    ("P2", "wrong", FAIL, "1024"),
    ("P2", "refuses", UNKNOWN, "Unable to connect"),
    ("P2", "hangs", UNKNOWN, "within 1 s"),
    ("P3", "good", PASS, "4096"),
    ("P3", "not-rebooted", FAIL, "1024 in force, 4096 configured"),
    ("P3", "gone", UNKNOWN, "disconnected"),
    ("P4", "good", PASS, "DC0"),
    ("P4", "no-folder", UNKNOWN, "System.View"),
    ("P5", "good", PASS, "2 of 2"),
    ("P5", "not-rebooted", FAIL, "not yet in force"),
    ("P5", "wrong", FAIL, "0 of 6"),
    ("P5", "no-devices", UNKNOWN, "System.Read"),
    ("P5", "no-drives", NOT_APPLICABLE, "no NVMe drives"),
    ("Q1", "good", NOT_ATTESTED, "No API tells"),
    ("Q1", "attested", ATTESTED, "No API tells"),
    ("Q2", "good", PASS, "UEFI"),
    ("Q2", "wrong", FAIL, "BIOS"),
    ("Q2", "unattested", UNKNOWN, "8.0 Update 2"),
    ("Q2", "attested", ATTESTED, "8.0 Update 2"),
    ("Q3", "good", NOT_ATTESTED, "no API tells the rest"),
    ("Q3", "attested", ATTESTED, "no API tells the rest"),
    ("Q3", "wrong", FAIL, "none of its 6 NVMe drives"),
    ("Q4", "good", NOT_ATTESTED, "No API tells"),
    ("Q4", "attested", ATTESTED, "No API tells"),
    ("Q5", "good", NOT_ATTESTED, "No API tells"),
    ("Q5", "attested", ATTESTED, "No API tells"),
    ("Q5_surprise", "good", NOT_ATTESTED, "No API tells"),
    ("Q5_surprise", "attested", ATTESTED, "No API tells"),
    ("Q8", "good", PASS, "8.0.3"),
    ("Q8", "old", FAIL, "7.0.3"),
    ("Q8", "not-rebooted", FAIL, "fptHotplugSupported=false"),
    ("Q8", "no-state", UNKNOWN, "System.View"),
    ("Q8", "no-devices", UNKNOWN, "System.View"),
    ("L5", "good", PASS, "12 NVMe drives"),
    ("L5", "no-devices", UNKNOWN, "System.Read"),
    ("L5", "no-drives", NOT_APPLICABLE, "no NVMe drives"),
    ("enablePCIEHotplug", "good", PASS, "TRUE"),
    ("enablePCIEHotplug", "wrong", FAIL, "TRUE > FALSE"),
    ("enablePCIEHotplug", "refuses", UNKNOWN, "Unable to connect"),
    ("disablePciPassthrough", "good", PASS, "FALSE"),
    ("disablePciPassthrough", "wrong", FAIL, "TRUE"),
    ("disablePciPassthrough", "hangs", UNKNOWN, "within 1 s"),
    ("N6", "good", PASS, "FALSE"),
    ("N6", "neighbour", WARN, "TRUE"),
    ("N6", "refuses", UNKNOWN, "Unable to connect"),
    ("drift", "good", PASS, "Neither"),
    ("drift", "wrong", WARN, "Host profile"),
    ("drift", "no-devices", UNKNOWN, "System.View"),
    ("builds", "good", PASS, situations.U3G),
    ("builds", "attested", WARN, "8.0 Update 3g"),
    ("builds", "wrong", WARN, "ACS"),
    ("builds", "no-state", UNKNOWN, "System.View"),
    ("vmd", "good", PASS, "no controller of Intel VMD"),
    ("vmd", "wrong", WARN, situations.VMD),
    ("vmd", "no-devices", UNKNOWN, "System.Read"),
    ("reset_method", "good", PASS, "Function reset"),
    ("reset_method", "neighbour", WARN, "Bridge reset"),
    ("reset_method", "refuses", UNKNOWN, "Unable to connect"),
    ("reset_method", "no-drives", NOT_APPLICABLE, "no NVMe drives"),
    ("dependents", "good", PASS, "alone"),
    ("dependents", "neighbour", WARN, " + ".join(situations.NEIGHBOURS)),
    ("dependents", "no-devices", UNKNOWN, "System.Read"),
    ("dependents", "no-drives", NOT_APPLICABLE, "no NVMe drives"),
    ("maintenance", "good", PASS, "false"),
    ("maintenance", "wrong", WARN, "true"),
    ("maintenance", "no-state", UNKNOWN, "System.Read"),
    ("tasks", "good", PASS, "No task"),
    ("tasks", "wrong", WARN, "HostSystem.reconfigureHostForDAS"),
    ("tasks", "no-devices", UNKNOWN, "Task.Read"),
]
"""The requirement, the host of ``situations``, what is seen of it, and a word of the value or the evidence."""

OF_A_VM: list[tuple[str, str, str, str]] = [
    ("connection", "fit", PASS, "connected"),
    ("connection", "inaccessible", FAIL, "inaccessible"),
    ("connection", "no-runtime", UNKNOWN, "System.Read"),
    ("template", "fit", PASS, "no template"),
    ("template", "a-template", FAIL, "never runs"),
    ("template", "no-config", UNKNOWN, "System.Read"),
    ("P7 Virtual hardware", "fit", PASS, "vmx-20"),
    ("P7 Virtual hardware", "unfit", FAIL, "vmx-17"),
    ("P7 Virtual hardware", "no-config", UNKNOWN, "System.Read"),
    ("P7 Virtual hardware", "inaccessible", UNKNOWN, "not set"),
    ("P6", "fit", PASS, "efi"),
    ("P6", "unfit", FAIL, "bios"),
    ("P6", "no-config", UNKNOWN, "System.Read"),
    ("P7 ACPI", "fit", PASS, "acpiHostBridges"),
    ("P7 ACPI", "unfit", FAIL, "i440bxHostBridge"),
    ("P7 ACPI", "no-config", UNKNOWN, "System.Read"),
    ("P7 All guest memory", "fit", PASS, "memoryReservationLockedToMax"),
    ("P7 All guest memory", "unfit", FAIL, "0 of 4096 MB"),
    ("P7 All guest memory", "no-config", UNKNOWN, "System.Read"),
    ("P7 Hot plug", "fit", PASS, "true"),
    ("P7 Hot plug", "unfit", FAIL, "false"),
    ("P7 Hot plug", "no-config", UNKNOWN, "System.Read"),
    ("N1", "fit", PASS, "no IOMMU"),
    ("N1", "unfit", FAIL, "vvtdEnabled"),
    ("N1", "no-config", UNKNOWN, "System.Read"),
    ("N2", "fit", PASS, "disabled"),
    ("N2", "unfit", FAIL, "cpuHotAddEnabled"),
    ("N2", "no-config", UNKNOWN, "System.Read"),
    ("N3", "fit", PASS, "disabled"),
    ("N3", "unfit", FAIL, "memoryHotAddEnabled"),
    ("N3", "no-config", UNKNOWN, "System.Read"),
    ("N4", "fit", PASS, "no Dynamic"),
    ("N4", "unfit", FAIL, "Dynamic DirectPath I/O devices: PCI device"),
    ("N4", "inaccessible", UNKNOWN, "not set"),
    ("N5", "fit", PASS, "2"),
    ("N5", "unfit", FAIL, "129"),
    ("N5", "no-config", UNKNOWN, "System.Read"),
    ("N9 No nested", "fit", PASS, "not exposed"),
    ("N9 No nested", "unfit", FAIL, "nestedHVEnabled"),
    ("N9 No nested", "no-config", UNKNOWN, "System.Read"),
    ("N9 No Fault", "fit", PASS, "false"),
    ("N9 No Fault", "unfit", FAIL, "true"),
    ("N9 No Fault", "no-runtime", UNKNOWN, "System.Read"),
    ("N9 No snapshots", "fit", PASS, "no snapshots"),
    ("N9 No snapshots", "unfit", WARN, "has snapshots"),
    ("N9 No snapshots", "no-runtime", UNKNOWN, "System.Read"),
    ("question", "fit", PASS, "no question"),
    ("question", "unfit", FAIL, "Retry?"),
    ("question", "no-runtime", UNKNOWN, "VirtualMachine.Interact.AnswerQuestion"),
    ("N9 Not suspended", "fit", PASS, "poweredOff"),
    ("N9 Not suspended", "asleep", FAIL, "suspended"),
    ("N9 Not suspended", "no-runtime", UNKNOWN, "System.Read"),
    ("wrong_host", "fit", PASS, "good.lab"),
    ("wrong_host", "unfit", FAIL, "good.lab, not on neighbour.lab"),
    ("wrong_host", "no-host", UNKNOWN, "System.View"),
    ("wrong_host", "anywhere", NOT_APPLICABLE, "names no host"),
    ("guest_id", "fit", PASS, "rhel9_64Guest"),
    ("guest_id", "unfit", WARN, "otherGuest"),
    ("guest_id", "newer", UNKNOWN, "vmx-22"),
    ("tasks", "fit", PASS, "no task"),
    ("tasks", "unfit", WARN, "VirtualMachine.createSnapshot"),
    ("tasks", "no-runtime", UNKNOWN, "Task.Read"),
    ("L4", "fit", PASS, "1 of 32"),
    ("L4", "full", FAIL, "33 of 32"),
    ("L4", "nearly-full", WARN, "30 of 32"),
    ("L4", "on-closed-host", UNKNOWN, "System.Read"),
    ("max_devices", "fit", PASS, "1 of 64"),
    ("max_devices", "full", FAIL, "33 of 31"),
    ("max_devices", "nearly-full", WARN, "30 of 31"),
    ("max_devices", "on-closed-host", UNKNOWN, "System.Read"),
    ("L5", "fit", PASS, "NVMe drives"),
    ("L5", "has-a-card", WARN, situations.NIC),
    ("L5", "on-closed-host", UNKNOWN, "System.Read"),
    ("V3", "fit", PASS, "all drives"),
    ("V3", "has-a-card", FAIL, situations.DA),
    ("V3", "on-closed-host", UNKNOWN, "System.Read"),
    ("drs", "by-hand", PASS, "manual"),
    ("drs", "fit", PASS, "stay"),
    ("drs", "unfit", WARN, "fullyAutomated"),
    ("drs", "on-closed-host", UNKNOWN, "System.Read"),
    ("drs", "anywhere", NOT_APPLICABLE, "no cluster"),
    ("ha", "by-hand", PASS, "does not restart"),
    ("ha", "fit", PASS, "stay"),
    ("ha", "unfit", WARN, "where its drives are not"),
    ("ha", "on-closed-host", UNKNOWN, "System.Read"),
    ("ha", "anywhere", NOT_APPLICABLE, "no cluster"),
]

OF_A_GUEST: list[tuple[str, str, str, str]] = [
    ("Q6", "native", PASS, "pciehp yes"),
    ("Q6", "acpi", WARN, "pciehp no, acpiphp yes"),
    ("Q6", "no-hot-plug", FAIL, "acpiphp no"),
    ("Q6", "no-driver", FAIL, "NVMe driver no"),
    ("Q6", "no-python", UNKNOWN, "Only lspci"),
    ("Q6", "silent", UNKNOWN, "Connection timed out"),
    ("Q6", "silent, attested", ATTESTED, "Connection timed out"),
    ("Q7", "native", PASS, "pciehp yes"),
    ("Q7", "acpi", WARN, "pciehp no"),
    ("Q7", "silent", UNKNOWN, "Connection timed out"),
    ("Q7", "silent, attested", ATTESTED, "Connection timed out"),
    ("V4", "native", PASS, "All its drives"),
    ("V4", "lacks-a-drive", FAIL, "shows 0"),
    ("V4", "not-root", WARN, "root"),
    ("V4", "hides", WARN, "processes of 2 other users"),
    ("V4", "no-python", WARN, "Only lspci"),
    ("V4", "silent", UNKNOWN, "Connection timed out"),
    ("V6", "native", PASS, "Nothing"),
    ("V6", "lost-a-mount", FAIL, "/data"),
    ("V6", "lost-a-mirror", WARN, "md0"),
    ("V6", "no-python", UNKNOWN, "Only lspci"),
]

WORD = Attestation(**situations.WORD)


def find(rows: list[Row], requirement: str) -> Row:
    """The row of a requirement."""
    id_, _space, title = requirement.partition(" ")
    (row,) = (row for row in rows if row["id"] == id_ and row["title"].startswith(title))
    return row


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return situations.config()


@pytest.fixture(scope="module")
def judged(lab_server: Lab) -> Judged:
    """Every host and VM by its name in the inventory, as one call of the module has them."""
    situations.befall(lab_server)
    with pytest.MonkeyPatch.context() as monkeypatch, modules(lab_server, monkeypatch) as called:
        answer = called.readiness(hosts=situations.wanted_hosts(), vms=situations.wanted_vms(), esxcli_timeout=1)
    return {kind: {item["inventory_name"]: item for item in answer[kind]} for kind in ("hosts", "vms")}


@pytest.mark.parametrize(("requirement", "host", "status", "word"), OF_A_HOST)
def test_of_a_host(judged: Judged, requirement: str, host: str, status: str, word: str) -> None:
    require(find(judged["hosts"][host]["requirements"], requirement), status, word)


@pytest.mark.parametrize(("requirement", "vm", "status", "word"), OF_A_VM)
def test_of_a_vm(judged: Judged, requirement: str, vm: str, status: str, word: str) -> None:
    require(find(judged["vms"][vm]["requirements"], requirement), status, word)


@pytest.mark.parametrize(("requirement", "guest", "status", "word"), OF_A_GUEST)
def test_of_a_guest(requirement: str, guest: str, status: str, word: str) -> None:
    require(find(rows_of_guest(guest), requirement), status, word)


def rows_of_guest(situation: str) -> list[Row]:
    name, _comma, attested = situation.partition(", ")
    answer = situations.GUESTS[name]
    facts = lspci_answer(answer) if isinstance(answer, str) else answer
    guest = GuestSeen.from_dict(facts) if facts else GuestSilence("Connection timed out")
    if isinstance(guest, GuestSeen):
        guest = replace(guest, given=situations.GIVEN.get(name))
    return [row.as_dict() for row in judge_guest(guest, dict.fromkeys(OF_VMS, WORD) if attested else {})]


def require(row: Row, status: str, word: str) -> None:
    """A row says what was seen, in figures or in words; what is to be done where something is; and whose word it is."""
    assert row["status"] == status, row
    assert word in f"{row['value']} {row['evidence']}", row
    assert row["evidence"] == row["evidence_template"].format(**row["evidence_values"])
    assert row["attested"] == (situations.WORD if status == ATTESTED else None)
    if status in (PASS, ATTESTED, NOT_APPLICABLE):
        assert row["remedy"] == ""
    if status in (FAIL, NOT_ATTESTED):
        assert row["remedy"], row
    assert row["source"]


NEVER = {"P4": {FAIL}}
"""What no lab can show, as vCenter keeps no host outside of a datacenter; unit tests have it."""


def states_of(requirement: Requirement[Any], attestable: tuple[str, ...]) -> set[str]:
    """All that the requirement can be said to be in."""
    states = set(requirement.states) - NEVER.get(requirement.id, set())
    return states | {ATTESTED} if requirement.id in attestable and states & {UNKNOWN, NOT_ATTESTED} else states


@pytest.mark.parametrize(
    ("table", "rows", "attestable"),
    [
        (HOST_REQUIREMENTS, OF_A_HOST, OF_HOSTS),
        ((*VM_REQUIREMENTS, *PLACE_REQUIREMENTS), OF_A_VM, ()),
        (GUEST_REQUIREMENTS, OF_A_GUEST, OF_VMS),
    ],
    ids=["host", "vm", "guest"],
)
def test_each_requirement_is_seen_in_each_of_its_states(
    table: tuple[Requirement[Any], ...], rows: list[tuple[str, str, str, str]], attestable: tuple[str, ...]
) -> None:
    """And in no other; and nothing is expected of a requirement that there is not."""
    seen: dict[str, set[str]] = {requirement.title: set() for requirement in table}
    as_rows = [{"id": requirement.id, "title": requirement.title} for requirement in table]
    for named, _who, status, _word in rows:
        seen[find(as_rows, named)["title"]].add(status)
    assert seen == {requirement.title: states_of(requirement, attestable) for requirement in table}


def titles(*tables: tuple[Requirement[Any], ...]) -> list[str]:
    return [requirement.title for table in tables for requirement in table]


def test_all_have_all_rows_in_the_order_of_the_tables(judged: Judged) -> None:
    """Those that are not there, or could not be read, too."""
    for kind, wanted in (("hosts", titles(HOST_REQUIREMENTS)), ("vms", titles(VM_REQUIREMENTS, PLACE_REQUIREMENTS))):
        for name, item in judged[kind].items():
            assert [row["title"] for row in item["requirements"]] == wanted, name


def test_what_is_not_there_is_an_error_of_its_own(judged: Judged) -> None:
    for items in judged.values():
        errors = {name: item["error"]["code"] for name, item in items.items() if item["error"]}
        assert errors == {situations.NOWHERE: "not_found"}
        rows = items[situations.NOWHERE]["requirements"]
        assert {row["status"] for row in rows} == {UNKNOWN}
        assert all(situations.NOWHERE in row["evidence"] for row in rows), rows


def test_names_are_told_as_they_are(judged: Judged) -> None:
    vm, host = judged["vms"][situations.MARKUP], judged["hosts"][situations.STRANGE]
    assert (vm["vm"]["name"], vm["host"]["name"]) == (situations.MARKUP, f"{situations.STRANGE}.lab")
    assert host["host"]["name"] == f"{situations.STRANGE}.lab"
    assert find(vm["requirements"], "wrong_host")["status"] == PASS


def test_what_cannot_be_read_is_null_outside_of_the_rows_too(judged: Judged) -> None:
    told = {name: judged["hosts"][name]["in_maintenance_mode"] for name in ("good", "wrong", "no-state")}
    assert told == {"good": False, "wrong": True, "no-state": None}


def in_state(item: Row, status: str) -> list[str]:
    """Ids of the requirements of a host or VM that are in this state."""
    return [row["id"] for row in item["requirements"] if row["status"] == status]


@pytest.mark.parametrize(
    ("mode", "version", "of_host", "of_vm"),
    [
        ("vcenter", "7.0.3", {FAIL: ["P5", "Q8"], UNKNOWN: ["Q2"]}, {FAIL: ["P7"], UNKNOWN: []}),
        ("esxi", "8.0.3", {FAIL: ["P5"], UNKNOWN: []}, {FAIL: [], UNKNOWN: []}),
    ],
    ids=["an older vCenter", "a host by itself"],
)
def test_other_servers_are_asked_what_they_know(
    start_lab: Callable[..., Lab],
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    version: str,
    of_host: dict[str, list[str]],
    of_vm: dict[str, list[str]],
) -> None:
    """Nothing is unknown but what they do not tell, and what only a cluster has is nothing to them."""
    vm = {**situations.FIT, "name": "vm", "hw_version": "vmx-19"}
    enough = {"maxIntrCookies": {"configured": "4096", "runtime": "4096"}}
    host = {"name": "a.lab", "version": version, "kernel": enough}
    lab = start_lab({"vcenter_version": version, "hosts": [host], "vms": [vm]}, mode=mode)
    with modules(lab, monkeypatch) as called:
        answer = called.readiness(
            hosts=[{"inventory_name": "a", "esxi_host_name": "a.lab"}],
            vms=[{"inventory_name": "vm", "name": "vm", "esxi_host_name": "a.lab"}],
            esxcli_timeout=5,
        )
    (a_host,), (a_vm,) = answer["hosts"], answer["vms"]
    assert {status: in_state(a_host, status) for status in of_host} == of_host
    assert {status: in_state(a_vm, status) for status in of_vm} == of_vm
    assert in_state(a_vm, NOT_APPLICABLE) == ["drs", "ha"]


def test_profiles_that_cannot_be_read_are_not_none(
    start_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = start_lab({"hosts": [{"name": "a.lab", "managed_by_profile": True}], "vms": []})
    lab.deny(object_type="HostProfile", path="entity", privilege="Profile.View")
    with modules(lab, monkeypatch) as called:
        answer = called.readiness(hosts=[{"inventory_name": "a", "esxi_host_name": "a.lab"}], esxcli_timeout=5)
    require(find(answer["hosts"][0]["requirements"], "drift"), UNKNOWN, "Profile.View")

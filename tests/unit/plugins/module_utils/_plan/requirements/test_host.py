# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import OF_HOSTS, Attestation
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Boot, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import ATTESTED, Verdict, unread_rows
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import HOST_REQUIREMENTS, judge
from readiness_facts import D8, D9, READY, but, device, listing, settings, view
from requirement_cases import Case, closed, held

HIDDEN = Unreadable("NoPermission, the account lacks Host.Config.Settings")
NO_SETTINGS = {"settings": HIDDEN}
OFF: dict[str, Any] = {"enabled": False, "active": False}
VMD = device("0000:b2:05.5", "8086:28c0", 0x0104)
DATASTORE = Use("vmfs", "local")
BRIDGE = device("0000:c0:00.0", "8086:2030", 0x0604)

CASES: list[Case] = [
    ("connection", {}, "pass", "connected", "is connected"),
    ("connection", {"connection_state": "notResponding"}, "fail", "notResponding", "nothing can be done on it"),
    ("connection", {"connection_state": "disconnected"}, "fail", "disconnected", "nothing can be done on it"),
    ("connection", {"connection_state": "unknown"}, "unknown", None, "it is not set"),
    (
        "connection",
        {"connection_state": "unknown", "unreadable": {"runtime.connectionState": "the account lacks System.Read"}},
        "unknown",
        None,
        "could not be read: the account lacks System.Read",
    ),
    ("P1", {}, "pass", "189b6dad", "boots from disk (BootFilesystemUUID 189b6dad)"),
    ("P1", {"boot": Boot({"BootNIC": "ab"}, "stateless")}, "fail", "BootNIC ab, stateless", "is stateless"),
    ("P1", {"boot": Boot({}, from_stateless_cache=True)}, "fail", "bootedFromStatelessCache=true", "stateless cache"),
    ("P1", {"unreadable": {"config.deploymentInfo": "the account lacks System.Read"}}, "unknown", None, "lacks System"),
    ("P1", {"boot": Boot(HIDDEN)}, "unknown", None, "lacks Host.Config.Settings"),
    ("P1", {"boot": Boot({"BootNIC": "ab"}, HIDDEN)}, "unknown", "BootNIC ab", "UserVars.ImageCachedSystem cannot be"),
    ("P2", {}, "pass", "4096", "maxIntrCookies is configured to 4096 (default 4096)."),
    ("P2", {"settings": settings(maxIntrCookies=("0x1000", "1024"))}, "pass", "0x1000", "configured to 0x1000"),
    ("P2", {"settings": settings(maxIntrCookies=("1024", "4096"))}, "fail", "1024", "configured to 1024"),
    ("P2", {"settings": settings(maxIntrCookies=("", "4096"))}, "fail", "", "configured to "),
    ("P2", NO_SETTINGS, "unknown", None, "the account lacks Host.Config.Settings"),
    ("P2", {"settings": {}}, "unknown", None, "has no VMkernel setting maxIntrCookies"),
    ("P3", {}, "pass", "4096", "4096 in force, 4096 configured"),
    ("P3", {"settings": settings(maxIntrCookies=("4096", "1024"))}, "fail", "1024", "1024 in force, 4096 configured"),
    ("P2", {"settings": settings(maxIntrCookies=("many", "4096"))}, "unknown", None, "what maxIntrCookies is"),
    ("P3", {"settings": settings(maxIntrCookies=("4096", ""))}, "unknown", None, "'' in force, '4096' configured"),
    ("P3", NO_SETTINGS, "unknown", None, "the account lacks"),
    ("P4", {}, "pass", "DC0", "is in DC0"),
    ("P4", {"is_vcenter": False, "datacenter": "ha-datacenter"}, "pass", "ha-datacenter", "Asked directly"),
    ("P4", {"datacenter": None}, "fail", None, "in no datacenter"),
    ("P4", {"datacenter": Unreadable("the account lacks System.Read")}, "unknown", None, "lacks System.Read"),
    ("P5", {}, "pass", "1 of 1", f"in force: {D9}"),
    ("P5", {"devices": view(device(), device(D8, **OFF))}, "pass", "1 of 2", f"in force: {D9}."),
    ("P5", {"devices": view(device(**OFF), device(D8, **OFF))}, "fail", "0 of 2", "none of 2 NVMe drives is passed"),
    ("P5", {"devices": view(device(**OFF)), "wanted": (Selector(address=D9),)}, "fail", "0 of 1", f"enabled: {D9}."),
    (
        "P5",
        {"devices": view(device(**OFF, uses=(DATASTORE,))), "wanted": (Selector(address=D8), Selector(address=D9))},
        "fail",
        "0 of 1",
        f"not enabled, and the host uses these drives: {D9}.",
    ),
    (
        "P5",
        {"devices": view(device(active=False, uses=(DATASTORE,)), device(D8))},
        "fail",
        "1 of 2",
        f"reboot would take these drives from the host that uses them: {D9}.",
    ),
    ("P5", {"devices": view(device(active=False))}, "fail", "0 of 1", "enabled, but not yet in force"),
    ("P5", {"devices": view(device(enabled=False))}, "fail", "1 of 1", "disabled, but still in force"),
    ("P5", {"wanted": (Selector(address=D8),)}, "fail", "0 of 0", f"no such NVMe drive: address={D8}"),
    (
        "P5",
        {"devices": view(device(), device(D8, **OFF)), "wanted": (Selector(address=D9), Selector(address=D8))},
        "fail",
        "1 of 2",
        f"not enabled: {D8}.",
    ),
    (
        "P5",
        {"devices": view(device(), device(D8, **OFF)), "wanted": (Selector(vendor_device="144d:a80a"),)},
        "fail",
        "1 of 2",
        f"not enabled: {D8}.",
    ),
    (
        "P5",
        {
            "devices": view(device(), device(D8, **OFF)),
            "wanted": (Selector(vendor_device="144d:a80a"),),
            "one_drive_each": True,
        },
        "pass",
        "1 of 2",
        f"in force: {D9}.",
    ),
    ("P5", {"wanted": (Selector(serial="S1"),)}, "unknown", "0 of 0", "which drive is meant: serial=S1"),
    ("P5", {"devices": HIDDEN}, "unknown", None, "the account lacks"),
    ("P5", {"devices": view(unreadable=("hardware.pciDevice",))}, "unknown", None, "hardware.pciDevice"),
    ("P5", {"devices": view(BRIDGE)}, "not_applicable", "0", "no NVMe drives"),
    ("Q1", {}, "not_attested", None, "No API tells."),
    ("Q2", {}, "pass", "UEFI", "firmware type is UEFI"),
    ("Q2", {"firmware": "BIOS"}, "fail", "BIOS", "firmware type is BIOS"),
    ("Q2", {"firmware": None}, "unknown", None, "does not tell its firmware type"),
    ("Q2", {"firmware": Unreadable("the account lacks System.Read")}, "unknown", None, "lacks System.Read"),
    ("Q3", {}, "not_attested", "1 of 1", "can pass 1 of its 1 NVMe drives through; no API tells the rest"),
    ("Q3", {"devices": HIDDEN}, "not_attested", None, "No API tells."),
    ("Q3", {"devices": view(device(capable=False))}, "fail", "0 of 1", "none of its 1 NVMe drives"),
    (
        "Q3",
        {"devices": view(device(), device(D8, capable=False)), "wanted": (Selector(address=D8),)},
        "fail",
        "1 of 2",
        f"cannot pass drives through that the inventory names: {D8}.",
    ),
    ("Q4", {}, "not_attested", None, "No API tells."),
    ("Q5", {}, "not_attested", None, "No API tells."),
    ("Q5_surprise", {}, "not_attested", None, "No API tells."),
    ("Q8", {}, "pass", "8.0.3, API 8.0.3.0, fptHotplugSupported=true", "fptHotplugSupported=true"),
    ("Q8", {"server_supported": False, "server_api": "7.0.3.0"}, "fail", "8.0.3, API 7.0.3.0", "8.0.1.0 is needed"),
    ("Q8", {"version_supported": False, "version": "7.0.3"}, "fail", "7.0.3, API 8.0.3.0", "8.0.1.0 is needed"),
    (
        "Q8",
        {"hot_plug_supported": False},
        "fail",
        "8.0.3, API 8.0.3.0, fptHotplugSupported=false",
        "fptHotplugSupported=false",
    ),
    ("Q8", {"hot_plug_supported": Unreadable("no answer")}, "unknown", None, "no answer"),
    ("Q8", {"hot_plug_supported": None}, "unknown", "8.0.3, API 8.0.3.0", "does not tell fptHotplugSupported"),
    ("Q8", {"version": None, "version_supported": False}, "unknown", None, "it is not set"),
    ("L5", {}, "pass", "1", "has 1 NVMe drives"),
    ("L5", {"devices": view()}, "not_applicable", "0", "no NVMe drives"),
    ("L5", {"devices": HIDDEN}, "unknown", None, "the account lacks"),
    ("enablePCIEHotplug", {}, "pass", "TRUE", "TRUE in force, TRUE configured"),
    ("enablePCIEHotplug", {"settings": settings(enablePCIEHotplug=("FALSE", "FALSE"))}, "fail", "FALSE", "FALSE in"),
    ("enablePCIEHotplug", {"settings": settings(enablePCIEHotplug=("FALSE", "TRUE"))}, "fail", "TRUE > FALSE", ""),
    ("enablePCIEHotplug", {"settings": settings(enablePCIEHotplug=("TRUE", "FALSE"))}, "fail", "FALSE > TRUE", ""),
    ("enablePCIEHotplug", {"settings": settings(enablePCIEHotplug=("", "maybe"))}, "unknown", None, "'maybe' in"),
    ("enablePCIEHotplug", NO_SETTINGS, "unknown", None, "the account lacks"),
    ("disablePciPassthrough", {}, "pass", "FALSE", "FALSE in force, FALSE configured"),
    (
        "disablePciPassthrough",
        {"settings": settings(disablePciPassthrough=("TRUE", "FALSE"))},
        "fail",
        "FALSE > TRUE",
        "TRUE configured",
    ),
    ("disablePciPassthrough", NO_SETTINGS, "unknown", None, "the account lacks"),
    ("N6", {}, "warn", "TRUE", "A VM with hot plug may run without it"),
    ("N6", {"settings": settings(iovEnablePostedIntr=("FALSE", "FALSE"))}, "pass", "FALSE", "does not use posted"),
    ("N6", {"settings": settings(iovEnablePostedIntr=("", ""))}, "unknown", None, "what iovEnablePostedIntr is"),
    ("N6", NO_SETTINGS, "unknown", None, "the account lacks"),
    ("drift", {}, "pass", "0", "Neither Configuration Profiles nor a host profile"),
    ("drift", {"managers": ("Host profile gold",)}, "warn", "Host profile gold", "profile gold"),
    ("drift", {"managers": HIDDEN}, "unknown", None, "the account lacks"),
    ("builds", {}, "pass", "8.0.3 build 24859861", "Nothing is known to bite"),
    ("builds", {"version": "9.0.1", "build": "24957456"}, "pass", "9.0.1 build 24957456", "Nothing is known"),
    ("builds", {"build": "24674464"}, "warn", "8.0.3 build 24674464", "before 8.0 Update 3g"),
    ("builds", {"version": "8.0.2", "build": "29999999"}, "warn", "8.0.2 build 29999999", "before 8.0 Update 3g"),
    ("builds", {"devices": view(device(capable=False))}, "warn", "8.0.3 build 24859861", "ACS check may be why 1 NVMe"),
    ("builds", {"devices": HIDDEN}, "unknown", None, "the account lacks"),
    ("builds", {"build": None}, "unknown", None, "it is not set"),
    ("builds", {"build": None, "connection_state": "disconnected"}, "unknown", None, "The host is disconnected."),
    ("vmd", {}, "pass", "0", "no controller of Intel VMD"),
    ("vmd", {"devices": view(device(), VMD)}, "warn", "0000:b2:05.5", "Intel VMD is at work: 0000:b2:05.5."),
    ("vmd", {"devices": view(device("10000:e1:00.0"))}, "warn", "10000:e1:00.0", "Intel VMD is at work"),
    ("vmd", {"devices": HIDDEN}, "unknown", None, "the account lacks"),
    ("reset_method", {}, "pass", "Function reset", "reset alone"),
    ("reset_method", {"listing": listing(d9="Bridge reset")}, "warn", "Bridge reset", f"{D9} (Bridge reset)"),
    ("reset_method", {"listing": listing(d9=None)}, "unknown", None, f"does not tell how these drives are reset: {D9}"),
    ("reset_method", {"listing": {}}, "unknown", None, D9),
    ("reset_method", {"listing": HIDDEN}, "unknown", None, "the account lacks"),
    ("reset_method", {"devices": view()}, "not_applicable", "0", "no NVMe drives"),
    ("dependents", {}, "pass", "0", "changes hands alone"),
    ("dependents", {"devices": view(BRIDGE, device(dependent=BRIDGE.pci.address))}, "pass", "0", "alone"),
    ("dependents", {"devices": view(device(), device(D8, dependent=D9))}, "warn", f"{D9} + {D8}", f"{D9} + {D8}"),
    ("dependents", {"devices": view()}, "not_applicable", "0", "no NVMe drives"),
    ("dependents", {"devices": HIDDEN}, "unknown", None, "the account lacks"),
    ("maintenance", {}, "pass", "false", "not in maintenance mode"),
    ("maintenance", {"in_maintenance_mode": True}, "warn", "true", "no VM starts there"),
    ("maintenance", {"in_maintenance_mode": Unreadable("no answer")}, "unknown", None, "no answer"),
    ("maintenance", {"in_maintenance_mode": None}, "unknown", None, "could not be read"),
    ("tasks", {}, "pass", "0", "No task is running"),
    ("tasks", {"tasks": ("host.enterMaintenanceMode",)}, "warn", "host.enterMaintenanceMode", "Tasks are running"),
    ("tasks", {"tasks": HIDDEN}, "unknown", None, "the account lacks"),
]

JANE = Attestation("J. Doe", "2026-11-20", "HCL 4711")


def verdict(name: str, *attested: str, **facts: Any) -> Verdict:
    word = dict.fromkeys(attested, JANE)
    return next(item for item in judge(but(**facts), word) if item.id == name)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[2]}")
def test_each_requirement_in_each_of_its_states(case: Case) -> None:
    held(verdict(case[0], **case[1]), case)


def test_no_state_of_no_requirement_is_left_out() -> None:
    closed(HOST_REQUIREMENTS, CASES, lambda row: row.id)


def test_every_requirement_is_judged_once_in_the_order_of_the_table() -> None:
    assert [item.id for item in judge(READY, {})] == [row.id for row in HOST_REQUIREMENTS]


def test_a_ready_host_lacks_only_the_operators_word() -> None:
    assert {item.id: item.status for item in judge(READY, {}) if item.status != "pass"} == {
        "Q1": "not_attested",
        "Q3": "not_attested",
        "Q4": "not_attested",
        "Q5": "not_attested",
        "Q5_surprise": "not_attested",
        "N6": "warn",
    }


def test_what_is_attested_never_reads_as_pass_and_says_who_and_when() -> None:
    unread = but(boot=Boot({}), firmware=None, settings=Unreadable("no answer"))
    found = {item.id: item for item in judge(unread, dict.fromkeys(OF_HOSTS, JANE))}
    assert {name for name, item in found.items() if item.status == ATTESTED} == set(OF_HOSTS)
    assert all(found[name].as_dict()["attested"] == JANE.as_dict() for name in OF_HOSTS)
    assert {found[name].remedy for name in OF_HOSTS} == {""}
    # No word stands in for a setting that could not be read.
    assert verdict("P2", "P2", settings=Unreadable("no answer")).status == "unknown"


def test_the_operators_word_counts_only_where_the_host_says_nothing() -> None:
    assert verdict("P1", "P1", boot=Boot(Unreadable("no such command"))).status == "attested"
    for facts in ({"boot": Boot({"StatelessBootNIC": "00:50:56:00:00:01"})}, {"firmware": "BIOS"}):
        name = "P1" if "boot" in facts else "Q2"
        found = verdict(name, name, **facts)
        assert (found.status, found.attestation) == ("fail", None)
    assert verdict("Q3", "Q3", devices=view(device(capable=False))).status == "fail"
    one_is_not = {"devices": view(device(), device(D8, capable=False)), "wanted": (Selector(address=D8),)}
    assert verdict("Q3", "Q3", **one_is_not).status == "fail"


@pytest.mark.parametrize("name", ["P1", "P2", "P3", "enablePCIEHotplug", "N6", "drift", "P5", "reset_method", "tasks"])
def test_a_host_out_of_reach_says_so_rather_than_how_each_question_failed(name: str) -> None:
    lost = Unreadable("no answer")
    found = verdict(
        name,
        connection_state="notResponding",
        boot=Boot(lost),
        settings=lost,
        managers=lost,
        devices=lost,
        tasks=lost,
    )
    assert (found.status, str(found.evidence)) == ("unknown", "The host is notResponding.")
    assert found.remedy.startswith("Reconnect the host")


def test_passthrough_that_waits_names_the_way_out_of_a_known_fault() -> None:
    pending = view(device(active=False))
    assert "off and on again" in verdict("P5", devices=pending, version="8.0.1").remedy
    assert "off and on again" not in verdict("P5", devices=pending, version="8.0.3").remedy


def test_nobody_is_told_to_take_a_drive_that_somebody_may_use() -> None:
    drives = view(device(**OFF, uses=(DATASTORE,)), device(D8, **OFF))
    nobody_chose = verdict("P5", devices=drives)
    assert D8 not in str(nobody_chose.evidence)
    assert D9 not in str(nobody_chose.evidence)
    assert nobody_chose.remedy.startswith("Choose drives that nobody uses")
    assert verdict("P5", devices=drives, wanted=(Selector(address=D9),)).remedy.startswith("Name another drive")
    assert verdict("P5", devices=view(device(active=False, uses=(DATASTORE,)))).remedy.startswith("Do not reboot")
    assert "refuse where that would take" in verdict("P5", devices=view(device(enabled=False))).remedy


def test_the_boot_parameter_is_configured_before_a_reboot() -> None:
    for configured, remedy in (("4096", "Reboot the host"), ("1024", "Configure maxIntrCookies first")):
        table = settings(maxIntrCookies=(configured, "1024"))
        assert verdict("P3", settings=table).remedy.startswith(remedy)


def test_a_host_that_could_not_be_read_has_all_rows_unknown() -> None:
    rows = unread_rows(HOST_REQUIREMENTS, "it was not found")
    assert [row.id for row in rows] == [row.id for row in HOST_REQUIREMENTS]
    assert {(row.status, row.value, row.remedy, str(row.evidence)) for row in rows} == {
        ("unknown", None, "", "it could not be read: it was not found")
    }

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Boot, HostFacts, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Verdict
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import ATTESTABLE, judge


def settings(**values: tuple[str, str]) -> dict[str, KernelSetting]:
    """The settings of a host that meets everything, with other (configured, runtime) values for some."""
    table = {
        "maxIntrCookies": ("uint32", "4096"),
        "enablePCIEHotplug": ("Bool", "TRUE"),
        "disablePciPassthrough": ("Bool", "FALSE"),
        "iovEnablePostedIntr": ("Bool", "TRUE"),
    }
    return {
        name: KernelSetting(name, kind, *values.get(name, (default, default)), default)
        for name, (kind, default) in table.items()
    }


READY = HostFacts(
    is_vcenter=True,
    server_api="8.0.3.0",
    server_supported=True,
    version="8.0.3",
    version_supported=True,
    datacenter="DC0",
    boot=Boot({"BootFilesystemUUID": "189b6dad", "BootNIC": "", "StatelessBootNIC": ""}),
    settings=settings(),
    firmware="UEFI",
    hot_plug_supported=True,
    managers=(),
)


def verdict(name: str, attested: Collection[str] = (), **facts: Any) -> Verdict:
    return next(item for item in judge(replace(READY, **facts), attested) if item.id == name)


def test_every_requirement_is_judged_once_in_the_order_of_the_documentation() -> None:
    assert [item.id for item in judge(READY, ())] == [
        "P1",
        "P2",
        "P3",
        "P4",
        "Q1",
        "Q2",
        "Q3",
        "Q4",
        "Q5",
        "Q5_surprise",
        "Q8",
        "enablePCIEHotplug",
        "disablePciPassthrough",
        "N6",
        "drift",
    ]


def test_a_ready_host_lacks_only_the_operators_word() -> None:
    assert {item.id: item.status for item in judge(READY, ()) if item.status != "pass"} == {
        "Q1": "not_attested",
        "Q3": "not_attested",
        "Q4": "not_attested",
        "Q5": "not_attested",
        "Q5_surprise": "not_attested",
        "N6": "warn",
    }


def test_what_is_attested_never_reads_as_pass() -> None:
    unread = replace(READY, boot=Boot({}), firmware=None, settings=Unreadable("no answer"))
    found = {item.id: item for item in judge(unread, ATTESTABLE)}
    assert {name for name, item in found.items() if item.status == "attested"} == set(ATTESTABLE)
    assert found["Q1"].evidence == "No API tells. The operator attests it."
    assert {found[name].remedy for name in ATTESTABLE} == {""}
    # No word stands in for a setting that could not be read.
    assert verdict("P2", ["P2"], settings=Unreadable("no answer")).status == "unknown"


def test_what_is_not_attested_comes_with_what_to_do() -> None:
    found = verdict("Q4")
    assert (found.status, found.evidence) == ("not_attested", "No API tells.")
    assert found.remedy.endswith("then attest Q4.")


def test_the_operators_word_counts_only_where_the_host_says_nothing() -> None:
    word = ("P1", "Q2")
    assert verdict("P1", word, boot=Boot(Unreadable("no such command"))).status == "attested"
    assert verdict("P1", word, boot=Boot({"StatelessBootNIC": "00:50:56:00:00:01"})).status == "fail"
    assert verdict("Q2", word, firmware="BIOS").status == "fail"


@pytest.mark.parametrize(
    ("configured", "runtime", "p2", "p3", "remedy"),
    [
        ("4096", "4096", "pass", "pass", ""),
        ("0x1000", "4096", "pass", "pass", ""),
        ("4096", "1024", "pass", "fail", "Reboot"),
        ("1024", "1024", "fail", "fail", "Configure it first"),
        ("1024", "4096", "fail", "pass", ""),
    ],
)
def test_the_boot_parameter_and_whether_it_is_in_force(
    configured: str, runtime: str, p2: str, p3: str, remedy: str
) -> None:
    table = settings(maxIntrCookies=(configured, runtime))
    assert verdict("P2", settings=table).status == p2
    found = verdict("P3", settings=table)
    assert found.status == p3
    assert found.remedy.startswith(remedy)
    assert runtime in found.evidence


@pytest.mark.parametrize("name", ["P2", "P3", "enablePCIEHotplug", "disablePciPassthrough", "N6"])
def test_settings_that_cannot_be_read_are_unknown(name: str) -> None:
    found = verdict(name, settings=Unreadable("the host is notResponding"))
    assert (found.status, "notResponding" in found.evidence) == ("unknown", True)
    assert verdict(name, settings={}).status == "unknown"


def test_a_datacenter_is_needed() -> None:
    assert verdict("P4", datacenter=None).status == "fail"
    direct = verdict("P4", is_vcenter=False, datacenter="ha-datacenter")
    assert (direct.status, "Asked directly" in direct.evidence) == ("pass", True)


def test_firmware() -> None:
    assert verdict("Q2").status == "pass"
    assert verdict("Q2", firmware="BIOS").status == "fail"
    assert verdict("Q2", firmware=None).status == "unknown"


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ({}, "pass"),
        ({"server_supported": False, "server_api": "7.0.3.0"}, "fail"),
        ({"version_supported": False, "version": "7.0.3"}, "fail"),
        ({"hot_plug_supported": False}, "fail"),
        ({"hot_plug_supported": None}, "unknown"),
        ({"version": None, "version_supported": False}, "unknown"),
    ],
)
def test_versions_and_the_hosts_own_word(facts: dict[str, Any], status: str) -> None:
    assert verdict("Q8", **facts).status == status


@pytest.mark.parametrize(
    ("name", "values", "status"),
    [
        ("enablePCIEHotplug", ("TRUE", "TRUE"), "pass"),
        ("enablePCIEHotplug", ("FALSE", "FALSE"), "fail"),
        ("enablePCIEHotplug", ("FALSE", "TRUE"), "fail"),
        ("enablePCIEHotplug", ("TRUE", "FALSE"), "fail"),
        ("disablePciPassthrough", ("FALSE", "FALSE"), "pass"),
        ("disablePciPassthrough", ("TRUE", "FALSE"), "fail"),
        ("N6", ("TRUE", "TRUE"), "warn"),
        ("N6", ("FALSE", "FALSE"), "pass"),
    ],
)
def test_switches(name: str, values: tuple[str, str], status: str) -> None:
    setting = {"N6": "iovEnablePostedIntr"}.get(name, name)
    assert verdict(name, settings=settings(**{setting: values})).status == status


def test_drift_is_a_warning_that_names_who_may_cause_it() -> None:
    found = verdict("drift", managers=("vSphere Configuration Profiles", "Host profile gold"))
    assert found.status == "warn"
    assert found.evidence.startswith("vSphere Configuration Profiles and Host profile gold can set")
    assert verdict("drift", managers=Unreadable("NoPermission")).status == "unknown"

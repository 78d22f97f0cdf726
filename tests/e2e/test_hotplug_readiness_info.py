# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hotplug_readiness_info against a lab: what it says of hosts of every kind, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from in_process import Modules, modules
from labclient import Lab
from module_steps import error_of, run_steps
from pyVim.task import WaitForTask
from pyVmomi import vim
from vsphere import content, enter_maintenance_mode, host

MODULE = "directpath.nvme.hotplug_readiness_info"

EFI = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
TAKEN = "0000:d9:00.0"
CONFIG: dict[str, Any] = {
    "hosts": [
        {"name": "factory.lab", "version": "8.0.1", "cluster": "cluster-a"},
        {"name": "waiting.lab", "version": "8.0.2", "kernel": {"maxIntrCookies": {"configured": "4096"}}},
        {"name": "ready.lab", "version": "8.0.3", "cluster": "cluster-a", "passthrough_enabled": [TAKEN]},
        {"name": "stateless.lab", "version": "8.0.3", "boot": "stateless", "firmware": "bios", "fpt_hotplug": False},
        {"name": "silent.lab", "version": "8.0.2", "boot": "unreadable"},
        {"name": "deployed.lab", "version": "8.0.3", "boot": "stateful_install"},
        {"name": "cached.lab", "version": "8.0.3", "boot": "stateless_caching"},
        {"name": "profiled.lab", "version": "8.0.3", "managed_by_profile": True},
        {"name": "old.lab", "version": "7.0.3"},
        {"name": "gone.lab", "version": "8.0.3", "connected": False},
    ],
    "vms": [
        {"name": "storage-vm", "host": "ready.lab", "power": "poweredOn", "passthrough": [TAKEN], **EFI},
        {"name": "web-vm", "host": "ready.lab", "power": "poweredOn"},
        {"name": "off-vm", "host": "ready.lab"},
    ],
}
NETWORK_BOOT = ("stateless.lab", "deployed.lab", "cached.lab")
NAMES = [item["name"] for item in CONFIG["hosts"]]


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


@pytest.fixture
def ask(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Modules]:
    with modules(lab, monkeypatch) as found:
        lab.stats(reset=True)
        yield found


def judged(answer: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Host name -> requirement -> verdict."""
    return {
        item["host"]["name"]: {verdict["id"]: verdict for verdict in item["requirements"]} for item in answer["hosts"]
    }


def statuses(verdicts: dict[str, dict[str, Any]], *names: str) -> list[Any]:
    return [verdicts[name]["status"] for name in names]


def test_hosts_of_every_kind(ask: Modules) -> None:
    answer = ask.readiness(esxi_host_names=NAMES)
    assert answer["changed"] is False
    assert [item["host"]["name"] for item in answer["hosts"]] == NAMES
    found = judged(answer)
    assert statuses(found["factory.lab"], "P1", "P2", "P3", "P4", "Q2", "Q8") == [
        "pass",
        "fail",
        "fail",
        "pass",
        "unknown",
        "pass",
    ]
    assert statuses(found["waiting.lab"], "P2", "P3") == ["pass", "fail"]
    assert statuses(found["ready.lab"], "P1", "P2", "P3", "P4", "Q2", "Q8") == ["pass"] * 6
    assert statuses(found["stateless.lab"], "P1", "Q2", "Q8") == ["fail"] * 3
    assert found["silent.lab"]["P1"]["status"] == "unknown"
    assert "Unable to read the boot device" in found["silent.lab"]["P1"]["evidence"]
    assert found["old.lab"]["Q8"]["status"] == "fail"
    assert statuses(found["ready.lab"], "Q1", "Q3", "Q4", "Q5", "Q5_surprise") == ["not_attested"] * 5
    assert statuses(found["ready.lab"], "enablePCIEHotplug", "disablePciPassthrough", "N6", "drift") == [
        "pass",
        "pass",
        "warn",
        "pass",
    ]
    assert found["profiled.lab"]["drift"]["status"] == "warn"
    # Whatever is not met comes with what to do.
    assert [
        verdict
        for item in found.values()
        for verdict in item.values()
        if verdict["status"] == "fail" and not verdict["remedy"]
    ] == []


def test_how_a_host_was_installed(ask: Modules, lab: Lab) -> None:
    answer = ask.readiness(esxi_host_names=["ready.lab", *NETWORK_BOOT])
    found = {name: verdicts["P1"] for name, verdicts in judged(answer).items()}
    assert {name: verdict["status"] for name, verdict in found.items()} == {
        "ready.lab": "pass",
        "deployed.lab": "pass",
        "stateless.lab": "fail",
        "cached.lab": "fail",
    }
    assert "UserVars.ImageCachedSystem is stateful" in found["deployed.lab"]["evidence"]
    assert "it has no UserVars.ImageCachedSystem" in found["stateless.lab"]["evidence"]
    assert "bootedFromStatelessCache" in found["cached.lab"]["evidence"]
    # Hosts that boot from disk are not asked.
    assert lab.stats()["calls"]["QueryOptions"] == len(NETWORK_BOOT)


def test_a_host_that_does_not_answer_is_reported_with_what_vcenter_knows(ask: Modules, lab: Lab) -> None:
    answer = ask.readiness(esxi_host_name="gone.lab")
    (gone,) = answer["hosts"]
    assert (gone["connection_state"], gone["version"], gone["datacenter"]) == ("disconnected", "8.0.3", "DC0")
    verdicts = judged(answer)["gone.lab"]
    assert statuses(verdicts, "P1", "P2", "P3", "P4") == ["unknown", "unknown", "unknown", "pass"]
    assert verdicts["P2"]["evidence"] == "The host is disconnected."
    assert not any(name.startswith("ExecuteSoap") for name in lab.stats()["calls"])


def test_the_operators_word(ask: Modules) -> None:
    word = {"by": "J. Doe", "date": "2026-01-31", "reference": None}
    attested = dict.fromkeys(("P1", "Q1", "Q2", "Q3", "Q4", "Q5"), word)
    found = judged(ask.readiness(esxi_host_names=["silent.lab", "stateless.lab", "factory.lab"], attested=attested))
    assert statuses(found["silent.lab"], "P1", "Q1", "Q3", "Q4", "Q5") == ["attested"] * 5
    assert found["silent.lab"]["Q1"]["attested"] == word
    assert found["silent.lab"]["Q5_surprise"]["status"] == "not_attested"
    assert found["factory.lab"]["Q2"]["status"] == "attested"
    # What a host says itself is never overruled.
    assert statuses(found["stateless.lab"], "P1", "Q2") == ["fail", "fail"]
    assert found["factory.lab"]["P1"]["status"] == "pass"


def test_who_pins_a_host(ask: Modules, lab: Lab) -> None:
    before = ask.readiness(cluster="cluster-a")
    pinned = {item["host"]["name"]: item["pinned_by"] for item in before["hosts"]}
    assert pinned["factory.lab"] == []
    assert {item["name"]: item["reason"] for item in pinned["ready.lab"]} == {
        "storage-vm": "has a passthrough device, so DRS does not move it",
        "web-vm": "no fully automated DRS moves it",
    }
    with content(lab) as server:
        cluster = server.searchIndex.FindByInventoryPath("DC0/host/cluster-a")
        drs = vim.cluster.DrsConfigInfo(enabled=True, defaultVmBehavior="fullyAutomated")
        WaitForTask(cluster.ReconfigureComputeResource_Task(vim.cluster.ConfigSpecEx(drsConfig=drs), True))
    after = ask.readiness(esxi_host_name="ready.lab")
    assert [item["name"] for item in after["hosts"][0]["pinned_by"]] == ["storage-vm"]


def test_vspheres_own_agents_pin_no_host(ask: Modules, lab: Lab) -> None:
    for owner, kind in (("com.vmware.vim.eam", "cluster-agent"), ("VirtualCenter", "vcls-entity")):
        with content(lab) as server:
            vm = server.searchIndex.FindByInventoryPath("DC0/vm/web-vm")
            managed = vim.ext.ManagedByInfo(extensionKey=owner, type=kind)
            WaitForTask(vm.ReconfigVM_Task(vim.vm.ConfigSpec(managedBy=managed)))
        answer = ask.readiness(esxi_host_name="ready.lab")
        assert [item["name"] for item in answer["hosts"][0]["pinned_by"]] == ["storage-vm"]


def test_maintenance_mode_and_whose_it_is(ask: Modules, lab: Lab) -> None:
    vm = {"name": "storage-vm", "moid": "vm-1"}
    enter_maintenance_mode(lab, "waiting.lab")
    enter_maintenance_mode(lab, "silent.lab")
    run_steps(lab, "directpath.nvme.host_maintenance_claim", {"esxi_host_name": "waiting.lab", "vms": [vm]})
    with content(lab) as server, host(lab, "silent.lab") as found:
        (field,) = server.customFieldsManager.field
        server.customFieldsManager.SetField(found, field.key, "Bob works here until Friday")
    answer = ask.readiness(esxi_host_names=["waiting.lab", "silent.lab", "ready.lab"])
    ours, theirs, none = answer["hosts"]
    assert [item["in_maintenance_mode"] for item in (ours, theirs, none)] == [True, True, False]
    assert ours["maintenance_claim"] == {"claimed": True, "found": False, "vms": [vm], "run": None}
    unmarked = {"claimed": False, "found": False, "vms": [], "run": None}
    assert (theirs["maintenance_claim"], none["maintenance_claim"]) == (None, unmarked)
    (warning,) = ask.warnings
    assert "silent.lab" in warning
    assert "Bob works here until Friday" in warning


def test_one_retrieval_for_all_hosts(ask: Modules, lab: Lab) -> None:
    ask.readiness(esxi_host_names=NAMES)
    calls = lab.stats()["calls"]
    # The hosts' names, the hosts with all that is around them, the host profiles.
    assert calls["RetrievePropertiesEx"] == 3
    assert calls["ExecuteSoap"] == 3 * (len(NAMES) - 1)


def test_the_module_changes_nothing_and_says_what_it_cannot_take(lab: Lab) -> None:
    fleet = {"hosts": [{"inventory_name": "a", "esxi_host_name": "ready.lab"}]}
    word = {"attested": {"Q1": {"by": "J. Doe", "date": "2026-01-31"}}}
    good: list[dict[str, Any]] = [
        {"esxi_host_names": NAMES, "check": True},
        {"cluster": "cluster-a", "datacenter": "DC0", **word},
        {**fleet, "vms": [{"inventory_name": "b", "name": "web-vm"}], "check": True},
        {"hosts": [], "vms": []},
    ]
    unknown: list[dict[str, Any]] = [{"esxi_host_name": "ready.la"}, {"cluster": "cluster-b"}]
    bad: list[tuple[dict[str, Any], str]] = [
        ({"attested": {}}, "one of the following is required"),
        ({**fleet, "cluster": "cluster-a"}, "mutually exclusive"),
        ({**fleet, **word}, "mutually exclusive"),
        ({**fleet, "datacenter": "DC0"}, "mutually exclusive"),
        ({"esxi_host_name": "ready.lab", "attested": {"Q9": {}}}, "Q9"),
        ({"esxi_host_name": "ready.lab", "attested": {"Q1": {"by": "J. Doe"}}}, "the date '', which is none"),
        (
            {"esxi_host_name": "ready.lab", "attested": {"Q1": True}},
            "Write Q1: {by: who vouches for it, date: 2026-01-31",
        ),
        ({"hosts": [{**fleet["hosts"][0], "attested": {"Q1": True}}]}, "Write Q1: {by: who vouches for it"),
        ({"hosts": [{**fleet["hosts"][0], "attested": {"Q1": {"who": "me"}}}]}, "the key who"),
        ({"vms": [{"inventory_name": "b"}]}, "name, moid, uuid"),
    ]
    answers = run_steps(lab, MODULE, *good, *unknown, *(step for step, _said in bad))
    assert [answer["failed"] for answer in answers] == [False] * len(good) + [True] * (len(unknown) + len(bad))
    assert not any(answer["changed"] for answer in answers[: len(good)])
    everyone, cluster, of_inventory, nobody = answers[: len(good)]
    assert [item["host"]["name"] for item in everyone["hosts"]] == NAMES
    assert {judged(cluster)[name]["Q1"]["status"] for name in judged(cluster)} == {"attested"}
    assert (len(of_inventory["hosts"]), len(of_inventory["vms"])) == (1, 1)
    assert nobody["hosts"] == nobody["vms"] == []
    not_found = answers[len(good) :][: len(unknown)]
    assert [error_of(answer)["code"] for answer in not_found] == ["not_found"] * 2
    assert "ready.lab" in not_found[0]["msg"]
    refused = answers[len(good) + len(unknown) :]
    assert [said for answer, (_step, said) in zip(refused, bad, strict=True) if said not in answer["msg"]] == []
    assert lab.stats()["mutating"]["total"] == 0


def test_on_esxi_directly(start_lab: Callable[..., Lab], monkeypatch: pytest.MonkeyPatch) -> None:
    vm = {"name": "web-vm", "power": "poweredOn"}
    lab = start_lab({"hosts": [{"name": "esxi-01.lab", "version": "8.0.3"}], "vms": [vm]}, mode="esxi")
    with modules(lab, monkeypatch) as ask:
        answer = ask.readiness(esxi_host_name="esxi-01.lab")
    verdicts = judged(answer)["esxi-01.lab"]
    assert statuses(verdicts, "P1", "P2", "P3", "P4", "Q2", "Q8", "drift") == ["pass"] * 7
    (direct,) = answer["hosts"]
    assert direct["datacenter"] == "ha-datacenter"
    assert direct["maintenance_claim"] == {"claimed": False, "found": False, "vms": [], "run": None}
    assert [item["name"] for item in direct["pinned_by"]] == ["web-vm"]

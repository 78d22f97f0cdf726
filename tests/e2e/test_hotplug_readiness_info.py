# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hotplug_readiness_info against a lab: what it says of hosts of every kind, and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from labclient import Lab
from module_steps import Answer, error_of, run_steps
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


def judged(answer: Answer) -> dict[str, dict[str, dict[str, str]]]:
    """Host name -> requirement -> verdict."""
    assert not answer["failed"], answer
    return {
        item["host"]["name"]: {verdict["id"]: verdict for verdict in item["requirements"]} for item in answer["hosts"]
    }


def statuses(verdicts: dict[str, dict[str, str]], *names: str) -> list[str]:
    return [verdicts[name]["status"] for name in names]


def test_hosts_of_every_kind(lab: Lab) -> None:
    (answer,) = run_steps(lab, MODULE, {"esxi_host_names": NAMES})
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


def test_how_a_host_was_installed(lab: Lab) -> None:
    (answer,) = run_steps(lab, MODULE, {"esxi_host_names": ["ready.lab", *NETWORK_BOOT]})
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


def test_a_host_that_does_not_answer_is_reported_with_what_vcenter_knows(lab: Lab) -> None:
    (answer,) = run_steps(lab, MODULE, {"esxi_host_name": "gone.lab"})
    (gone,) = answer["hosts"]
    assert (gone["connection_state"], gone["version"], gone["datacenter"]) == ("disconnected", "8.0.3", "DC0")
    verdicts = judged(answer)["gone.lab"]
    assert statuses(verdicts, "P1", "P2", "P3", "P4") == ["unknown", "unknown", "unknown", "pass"]
    assert verdicts["P2"]["evidence"] == "The host is disconnected."
    assert not any(name.startswith("ExecuteSoap") for name in lab.stats()["calls"])


def test_the_operators_word(lab: Lab) -> None:
    word = {name: {"by": "J. Doe", "date": "2026-01-31"} for name in ("P1", "Q1", "Q2", "Q3", "Q4", "Q5")}
    (answer, misspelt) = run_steps(
        lab,
        MODULE,
        {"esxi_host_names": ["silent.lab", "stateless.lab", "factory.lab"], "attested": word},
        {"esxi_host_name": "silent.lab", "attested": {"Q9": True}},
    )
    found = judged(answer)
    assert statuses(found["silent.lab"], "P1", "Q1", "Q3", "Q4", "Q5") == ["attested"] * 5
    assert found["silent.lab"]["Q5_surprise"]["status"] == "not_attested"
    assert found["factory.lab"]["Q2"]["status"] == "attested"
    # What a host says itself is never overruled.
    assert statuses(found["stateless.lab"], "P1", "Q2") == ["fail", "fail"]
    assert found["factory.lab"]["P1"]["status"] == "pass"
    assert "Q9" in misspelt["msg"]


def test_who_pins_a_host(lab: Lab) -> None:
    (before,) = run_steps(lab, MODULE, {"cluster": "cluster-a"})
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
    (after,) = run_steps(lab, MODULE, {"esxi_host_name": "ready.lab"})
    assert [item["name"] for item in after["hosts"][0]["pinned_by"]] == ["storage-vm"]


def test_vspheres_own_agents_pin_no_host(lab: Lab) -> None:
    for owner, kind in (("com.vmware.vim.eam", "cluster-agent"), ("VirtualCenter", "vcls-entity")):
        with content(lab) as server:
            vm = server.searchIndex.FindByInventoryPath("DC0/vm/web-vm")
            managed = vim.ext.ManagedByInfo(extensionKey=owner, type=kind)
            WaitForTask(vm.ReconfigVM_Task(vim.vm.ConfigSpec(managedBy=managed)))
        (answer,) = run_steps(lab, MODULE, {"esxi_host_name": "ready.lab"})
        assert [item["name"] for item in answer["hosts"][0]["pinned_by"]] == ["storage-vm"]


def test_maintenance_mode_and_whose_it_is(lab: Lab) -> None:
    vm = {"name": "storage-vm", "moid": "vm-1"}
    enter_maintenance_mode(lab, "waiting.lab")
    enter_maintenance_mode(lab, "silent.lab")
    run_steps(lab, "directpath.nvme.host_maintenance_claim", {"esxi_host_name": "waiting.lab", "vms": [vm]})
    with content(lab) as server, host(lab, "silent.lab") as found:
        (field,) = server.customFieldsManager.field
        server.customFieldsManager.SetField(found, field.key, "Bob works here until Friday")
    (answer,) = run_steps(lab, MODULE, {"esxi_host_names": ["waiting.lab", "silent.lab", "ready.lab"]})
    ours, theirs, none = answer["hosts"]
    assert [item["in_maintenance_mode"] for item in (ours, theirs, none)] == [True, True, False]
    assert ours["maintenance_claim"] == {"claimed": True, "found": False, "vms": [vm], "run": None}
    unmarked = {"claimed": False, "found": False, "vms": [], "run": None}
    assert theirs["maintenance_claim"] == none["maintenance_claim"] == unmarked
    (warning,) = answer["warnings"]
    assert "silent.lab" in warning
    assert "Bob works here until Friday" in warning


def test_the_settings_that_ruin_passthrough(start_lab: Callable[..., Lab]) -> None:
    off = {"configured": "FALSE", "runtime": "FALSE"}
    kernel = {
        "enablePCIEHotplug": off,
        "disablePciPassthrough": {"configured": "TRUE", "runtime": "TRUE"},
        "iovEnablePostedIntr": off,
    }
    lab = start_lab({"hosts": [{"name": "esxi-01.lab", "version": "8.0.3", "kernel": kernel}], "vms": []})
    (answer,) = run_steps(lab, MODULE, {"esxi_host_name": "esxi-01.lab"})
    verdicts = judged(answer)["esxi-01.lab"]
    assert statuses(verdicts, "enablePCIEHotplug", "disablePciPassthrough", "N6") == ["fail", "fail", "pass"]


def test_one_retrieval_for_all_hosts_and_nothing_is_written(lab: Lab) -> None:
    run_steps(lab, MODULE, {"esxi_host_names": NAMES}, check=True)
    stats = lab.stats()
    assert stats["mutating"]["total"] == 0
    # The hosts' names, the hosts with all that is around them, the host profiles.
    assert stats["calls"]["RetrievePropertiesEx"] == 3
    assert stats["calls"]["ExecuteSoap"] == 3 * (len(NAMES) - 1)


def test_bad_input(lab: Lab) -> None:
    unknown, cluster, none = run_steps(
        lab, MODULE, {"esxi_host_name": "ready.la"}, {"cluster": "cluster-b"}, {"attested": {}}
    )
    assert error_of(unknown)["code"] == error_of(cluster)["code"] == "not_found"
    assert "ready.lab" in unknown["msg"]
    assert "one of the following is required" in none["msg"]


def test_a_vcenter_that_is_too_old_is_a_finding(start_lab: Callable[..., Lab]) -> None:
    hosts = [{"name": "old.lab", "version": "7.0.3"}]
    lab = start_lab({"vcenter_version": "7.0.3", "hosts": hosts, "vms": []})
    (answer,) = run_steps(lab, MODULE, {"esxi_host_name": "old.lab"})
    verdict = judged(answer)["old.lab"]["Q8"]
    assert verdict["status"] == "fail"
    assert "7.0.3.0" in verdict["evidence"]


def test_on_esxi_directly(start_lab: Callable[..., Lab]) -> None:
    vm = {"name": "web-vm", "power": "poweredOn"}
    lab = start_lab({"hosts": [{"name": "esxi-01.lab", "version": "8.0.3"}], "vms": [vm]}, mode="esxi")
    (answer,) = run_steps(lab, MODULE, {"esxi_host_name": "esxi-01.lab"})
    verdicts = judged(answer)["esxi-01.lab"]
    assert statuses(verdicts, "P1", "P2", "P3", "P4", "Q2", "Q8", "drift") == ["pass"] * 7
    (direct,) = answer["hosts"]
    assert direct["datacenter"] == "ha-datacenter"
    assert direct["maintenance_claim"] == {"claimed": False, "found": False, "vms": [], "run": None}
    assert [item["name"] for item in direct["pinned_by"]] == ["web-vm"]

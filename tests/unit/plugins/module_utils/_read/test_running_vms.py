# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import RunningVm
from ansible_collections.directpath.nvme.plugins.module_utils._read import running_vms as module
from ansible_collections.directpath.nvme.plugins.module_utils._read.running_vms import running_vms
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from pyVmomi import vim

HOST = vim.HostSystem("host-1")
CLUSTER = vim.ClusterComputeResource("domain-c1")
VM_1, VM_2, VM_3 = (vim.VirtualMachine(f"vm-{number}") for number in (1, 2, 3))


def vm(ref: Any, power: str = "poweredOn", owner: str | None = None, kind: str = "") -> ObjectProperties:
    values: dict[str, Any] = {"name": f"name of {ref._moId}", "runtime.powerState": power, "runtime.host": HOST}
    if owner:
        values["config.managedBy"] = SimpleNamespace(extensionKey=owner, type=kind)
    return ObjectProperties(ref, values, {})


def cluster(automation: str = "fullyAutomated", **changes: Any) -> ObjectProperties:
    drs = {"enabled": True, "defaultVmBehavior": automation, "enableVmBehaviorOverrides": True, **changes}
    overrides = drs.pop("overrides", [])
    config = vim.cluster.ConfigInfoEx(drsConfig=vim.cluster.DrsConfigInfo(**drs), drsVmConfig=overrides)
    return ObjectProperties(CLUSTER, {"host": [HOST], "configurationEx": config}, {})


def override(ref: Any, behavior: str | None, enabled: bool | None = None) -> Any:
    return vim.cluster.DrsVmConfigInfo(key=ref, behavior=behavior, enabled=enabled)


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> dict[Any, list[Any]]:
    """The devices of VMs by reference. Its key ``asked`` lists the VMs whose devices were read."""
    table: dict[Any, list[Any]] = {"asked": []}

    def retrieve(session: Any, refs: Any, paths: Any) -> list[ObjectProperties]:
        table["asked"] += refs
        return [ObjectProperties(ref, {"config.hardware.device": table.get(ref, [])}, {}) for ref in refs]

    monkeypatch.setattr(module, "retrieve", retrieve)
    return table


def read(*found: ObjectProperties) -> list[RunningVm]:
    session: Any = None
    return running_vms(session, found).get(HOST, [])


def test_only_running_vms_count_and_only_their_devices_are_read(devices: dict[Any, list[Any]]) -> None:
    found = read(vm(VM_1), vm(VM_2, "poweredOff"), vm(VM_3, "suspended"))
    assert [item.moid for item in found] == ["vm-1"]
    assert devices["asked"] == [VM_1]


def test_vcenter_takes_care_of_its_own_agents(devices: dict[Any, list[Any]]) -> None:
    found = read(vm(VM_1, owner="com.vmware.vim.eam"), vm(VM_2, owner="com.example.backup"))
    assert [item.moid for item in found] == ["vm-2"]


def test_hosts_take_care_of_their_own_agents(devices: dict[Any, list[Any]]) -> None:
    """vCLS since 8.0 U3; other VMs that vCenter itself manages count."""
    found = read(vm(VM_1, owner="VirtualCenter", kind="vcls-entity"), vm(VM_2, owner="VirtualCenter", kind="wcp"))
    assert [item.moid for item in found] == ["vm-2"]


def test_no_vms_need_no_second_retrieval(devices: dict[Any, list[Any]]) -> None:
    assert read(cluster()) == []
    assert devices["asked"] == []


def test_passthrough_devices_are_seen(devices: dict[Any, list[Any]]) -> None:
    devices[VM_1] = [vim.vm.device.VirtualDisk(), vim.vm.device.VirtualPCIPassthrough()]
    devices[VM_2] = [vim.vm.device.VirtualDisk()]
    assert [item.has_passthrough for item in read(vm(VM_1), vm(VM_2))] == [True, False]


def test_devices_that_cannot_be_read_are_not_none(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = [ObjectProperties(VM_1, {}, {"config.hardware.device": "the account lacks System.Read"})]
    monkeypatch.setattr(module, "retrieve", lambda *_args: hidden)
    (found,) = read(vm(VM_1), cluster())
    assert (found.has_passthrough, found.moved_by_drs) == (None, True)


@pytest.mark.parametrize(
    ("found", "moved"),
    [
        ([], False),
        ([ObjectProperties(CLUSTER, {"host": [HOST]}, {"configurationEx": "NoPermission"})], False),
        ([ObjectProperties(CLUSTER, {"host": [HOST], "configurationEx": vim.ComputeResource.ConfigInfo()}, {})], False),
        ([cluster()], True),
        ([cluster(enabled=False)], False),
        ([cluster("partiallyAutomated")], False),
        ([cluster("manual")], False),
        ([cluster(overrides=[override(VM_1, "manual")])], False),
        ([cluster(overrides=[override(VM_1, None, enabled=False)])], False),
        ([cluster(overrides=[override(VM_2, "manual")])], True),
        ([cluster("manual", overrides=[override(VM_1, "fullyAutomated", enabled=True)])], True),
        ([cluster(overrides=[override(VM_1, "manual")], enableVmBehaviorOverrides=False)], True),
    ],
)
def test_drs_has_to_be_fully_automated_for_the_vm(
    devices: dict[Any, list[Any]], found: list[ObjectProperties], moved: bool
) -> None:
    assert [item.moved_by_drs for item in read(vm(VM_1), *found)] == [moved]


def test_vms_that_cannot_be_read_may_run(devices: dict[Any, list[Any]]) -> None:
    host = ObjectProperties(HOST, {"vm": [VM_1, VM_2, vim.VirtualMachine("vm-9")]}, {})
    silent = ObjectProperties(VM_2, {"name": "silent"}, {"runtime.powerState": "NoPermission"})
    found = read(host, vm(VM_1), silent)
    assert [(item.name, item.seen) for item in found] == [("name of vm-1", True), ("silent", False), ("vm-9", False)]
    assert not any(item.moved_by_drs for item in found)


def test_vms_that_cannot_be_listed_may_run(devices: dict[Any, list[Any]]) -> None:
    (found,) = read(ObjectProperties(HOST, {}, {"vm": "the account lacks System.Read"}))
    assert (found.seen, found.moved_by_drs) == (False, False)

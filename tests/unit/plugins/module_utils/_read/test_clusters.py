# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a cluster's configuration is about one VM."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import ClusterFacts
from ansible_collections.directpath.nvme.plugins.module_utils._read.clusters import cluster_facts
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from pyVmomi import vim

VM, OTHER_VM = vim.VirtualMachine("vm-1"), vim.VirtualMachine("vm-2")
HOST, OTHER_HOST = vim.HostSystem("host-1"), vim.HostSystem("host-2")
CLUSTER = vim.ClusterComputeResource("domain-c1")

SOME = vim.cluster.DrsConfigInfo(enabled=True, defaultVmBehavior="partiallyAutomated")
ON = vim.cluster.DrsConfigInfo(enabled=True, defaultVmBehavior="fullyAutomated", enableVmBehaviorOverrides=True)
MANUAL = vim.cluster.DrsVmConfigInfo(key=VM, behavior="manual")
DISABLED = vim.cluster.DrsVmConfigInfo(key=VM, enabled=False)


def config(**changes: Any) -> Any:
    return SimpleNamespace(**{**dict.fromkeys(("drsConfig", "drsVmConfig", "dasConfig", "dasVmConfig")), **changes})


def facts(**changes: Any) -> ClusterFacts:
    found = {"rule": [], "group": [], **changes}
    read = ObjectProperties(CLUSTER, {"name": "cluster%2fa", "configurationEx": config(**found)}, {})
    answer = cluster_facts(read, VM, HOST)
    assert isinstance(answer, ClusterFacts)
    return answer


def test_a_cluster_that_does_nothing() -> None:
    assert facts() == ClusterFacts("cluster/a", drs=None, ha_restarts=False, rule=None)


@pytest.mark.parametrize(
    ("drs", "overrides", "behavior"),
    [
        (vim.cluster.DrsConfigInfo(enabled=False, defaultVmBehavior="fullyAutomated"), [], None),
        (ON, [], "fullyAutomated"),
        (ON, [MANUAL], "manual"),
        (ON, [DISABLED], None),
        (ON, [vim.cluster.DrsVmConfigInfo(key=OTHER_VM, behavior="manual")], "fullyAutomated"),
        (vim.cluster.DrsConfigInfo(enabled=True, defaultVmBehavior="manual"), [], "manual"),
        # The cluster does not let VMs differ.
        (
            vim.cluster.DrsConfigInfo(enabled=True, defaultVmBehavior="partiallyAutomated"),
            [MANUAL],
            "partiallyAutomated",
        ),
    ],
)
def test_how_drs_treats_a_vm(drs: Any, overrides: list[Any], behavior: str | None) -> None:
    assert facts(drsConfig=drs, drsVmConfig=overrides).drs == behavior


def priority(value: str) -> Any:
    return vim.cluster.DasVmSettings(restartPriority=value)


@pytest.mark.parametrize(
    ("enabled", "default", "own", "restarts"),
    [
        (False, None, None, False),
        (True, None, None, True),
        (True, "medium", None, True),
        (True, "disabled", None, False),
        (True, "medium", "disabled", False),
        (True, "disabled", "high", True),
        (True, "disabled", "clusterRestartPriority", False),
    ],
)
def test_whether_ha_restarts_a_vm(enabled: bool, default: str | None, own: str | None, restarts: bool) -> None:
    ha = vim.cluster.DasConfigInfo(enabled=enabled, defaultVmSettings=priority(default) if default else None)
    others = [vim.cluster.DasVmConfigInfo(key=OTHER_VM, dasSettings=priority("disabled"))]
    mine = [vim.cluster.DasVmConfigInfo(key=VM, dasSettings=priority(own))] if own else []
    assert facts(dasConfig=ha, dasVmConfig=[*others, *mine]).ha_restarts is restarts


GROUPS = [
    vim.cluster.VmGroup(name="mine", vm=[VM]),
    vim.cluster.VmGroup(name="others", vm=[OTHER_VM]),
    vim.cluster.HostGroup(name="here", host=[HOST]),
    vim.cluster.HostGroup(name="there", host=[OTHER_HOST]),
    vim.cluster.HostGroup(name="both", host=[HOST, OTHER_HOST]),
]


@pytest.mark.parametrize(
    ("changes", "binds"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"mandatory": False}, False),
        ({"vmGroupName": "others"}, False),
        ({"affineHostGroupName": "there"}, False),
        ({"affineHostGroupName": "both"}, False),
        ({"affineHostGroupName": "gone"}, False),
        ({"affineHostGroupName": None, "antiAffineHostGroupName": "there"}, False),
    ],
)
def test_a_rule_that_binds_a_vm_to_its_host(changes: dict[str, Any], binds: bool) -> None:
    usual = {"enabled": True, "mandatory": True, "vmGroupName": "mine", "affineHostGroupName": "here"}
    apart = vim.cluster.AntiAffinityRuleSpec(name="apart", enabled=True, mandatory=True, vm=[VM, OTHER_VM])
    rule = vim.cluster.VmHostRuleInfo(name="stay", **{**usual, **changes})
    assert facts(group=GROUPS, rule=[apart, rule]).rule == ("stay" if binds else None)


def test_a_host_that_stands_alone_is_in_no_cluster() -> None:
    alone = ObjectProperties(vim.ComputeResource("domain-s1"), {"name": "esxi-01"}, {})
    assert cluster_facts(alone, VM, HOST) is None


def test_a_cluster_that_cannot_be_read_is_unknown() -> None:
    hidden = ObjectProperties(CLUSTER, {}, {"configurationEx": "NoPermission, the account lacks System.Read"})
    answer = cluster_facts(hidden, VM, HOST)
    assert isinstance(answer, Unreadable)
    assert "the account lacks System.Read" in answer.reason
    assert isinstance(cluster_facts(None, VM, HOST), Unreadable)

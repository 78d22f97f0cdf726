# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a cluster does with a VM by itself: DRS, vSphere HA, and the rules that bind it to hosts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import ClusterFacts
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties

try:
    from pyVmomi import vim
except ImportError:
    pass


CONFIGURATION = "configurationEx"

_NO_RESTART, _OF_CLUSTER = "disabled", "clusterRestartPriority"
"""Restart priorities of vSphere HA that are none: never, and as the cluster has it."""


def cluster_facts(resource: ObjectProperties | None, vm: Any, host: Any) -> ClusterFacts | Unreadable | None:
    """What the cluster does with a VM on a host of it.

    :param resource: the ComputeResource that the host is in, with its name and CONFIGURATION; None if nobody sees it.
    :param vm: VirtualMachine; ``host`` HostSystem.
    :return: None for a host that stands alone.
    """
    if resource is None:
        return Unreadable("the account may not see what its host is in")
    if not isinstance(resource.obj, vim.ClusterComputeResource):
        return None
    config = resource.get(CONFIGURATION)
    if config is None:
        reason = resource.missing.get(CONFIGURATION, "it is not set")
        return Unreadable(f"the configuration of its cluster cannot be read: {reason}")
    return ClusterFacts(
        name=unquote(resource.get("name", resource.obj._moId)),
        drs=drs_behavior(config, vm),
        ha_restarts=_restarts(config, vm),
        rule=next(_binding_rules(config, vm, host), None),
    )


def drs_behavior(config: Any, vm: Any) -> str | None:
    """How DRS treats a VM, by the cluster's setting or by the VM's own: ``manual``, ``partiallyAutomated`` or
    ``fullyAutomated``; None where it is off.

    :param config: configurationEx of the compute resource; a standalone host's has no DRS.
    """
    drs = getattr(config, "drsConfig", None)
    if not drs or not drs.enabled:
        return None
    behavior = drs.defaultVmBehavior
    overrides = (config.drsVmConfig or []) if drs.enableVmBehaviorOverrides else []
    for override in overrides:
        if override.key == vm:
            behavior = (override.behavior or behavior) if override.enabled is not False else None
    return None if behavior is None else str(behavior)


def _restarts(config: Any, vm: Any) -> bool:
    """Whether vSphere HA starts the VM on another host when its own fails."""
    ha = config.dasConfig
    if not ha or not ha.enabled:
        return False
    settings = [item.dasSettings for item in config.dasVmConfig or [] if item.key == vm]
    for each in [*settings, ha.defaultVmSettings]:
        priority = each and each.restartPriority
        if priority and priority != _OF_CLUSTER:
            return bool(priority != _NO_RESTART)
    return True


def _binding_rules(config: Any, vm: Any, host: Any) -> Iterator[str]:
    """Names of the rules that let the VM run on this one host only."""
    groups = {group.name: group for group in config.group or []}
    for rule in config.rule or []:
        if not isinstance(rule, vim.cluster.VmHostRuleInfo) or not rule.enabled or not rule.mandatory:
            continue
        vms, hosts = groups.get(rule.vmGroupName), groups.get(rule.affineHostGroupName)
        if vms and hosts and vm in vms.vm and list(hosts.host) == [host]:
            yield str(rule.name)

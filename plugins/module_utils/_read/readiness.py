# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host is judged ready by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import (
    CACHED_SYSTEM,
    MINIMUM_API,
    Boot,
    Unreadable,
    version_tuple,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import ATTRIBUTE_PATHS
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import BASIC_PATHS, host_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.running_vms import vm_paths
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import LISTED
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault, EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import describe_fault
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


def _knows_hot_plug(session: Session) -> bool:
    return version_tuple(session.api_version) >= MINIMUM_API


def readiness_paths(session: Session) -> dict[Any, list[str]]:
    """An older server refuses a whole retrieval that names a property it has not got."""
    paths = vm_paths()
    paths[vim.HostSystem] = [*BASIC_PATHS, *ATTRIBUTE_PATHS, LISTED, "parent", "hardware.biosInfo"]
    paths[vim.HostSystem] += ["config.deploymentInfo", "configManager.advancedOption"]
    paths[vim.ComputeResource] += ["parent"]
    paths[vim.Folder] = ["parent"]
    paths[vim.Datacenter] = ["name"]
    if _knows_hot_plug(session):
        paths[vim.HostSystem] += ["capability.fptHotplugSupported"]
        paths[vim.ComputeResource] += ["configManagerEnabled"]
    return paths


def readiness_traversals() -> list[Any]:
    """From a host to its VMs, and up through its cluster and folders to its datacenter."""
    collector: Any = vmodl.query.PropertyCollector
    return [
        collector.TraversalSpec(type=vim.HostSystem, path="vm", skip=False),
        collector.TraversalSpec(
            name="up",
            type=vim.ManagedEntity,
            path="parent",
            skip=False,
            selectSet=[collector.SelectionSpec(name="up")],
        ),
    ]


def host_facts(
    session: Session,
    properties: ObjectProperties,
    found: Mapping[Any, ObjectProperties],
    profiles: Sequence[ObjectProperties] | Unreadable,
    cli: EsxCli,
    with_settings: bool = True,
) -> HostFacts:
    """The facts of one host from a retrieval that has readiness_paths().

    :param cli: esxcli on it, asked how it boots and what VMkernel settings it has.
    :param with_settings: False leaves out the latter, which are a long list.
    """
    host = host_of(properties)
    parents = _parents(properties, found)
    bios = properties.get("hardware.biosInfo")
    disconnected = Unreadable(f"the host is {host.connection_state}") if host.connection_state != "connected" else None
    return HostFacts(
        is_vcenter=session.is_vcenter,
        server_api=session.api_version,
        server_supported=_knows_hot_plug(session),
        version=host.version,
        version_supported=version_tuple(host.api_version or "0") >= MINIMUM_API,
        datacenter=next((unquote(item.get("name", "")) for item in parents if _is_datacenter(item)), None),
        boot=_boot(cli, properties, disconnected),
        settings=disconnected or (_settings(cli) if with_settings else Unreadable("they were not asked for")),
        firmware=getattr(bios, "firmwareType", None),
        hot_plug_supported=properties.get("capability.fptHotplugSupported"),
        managers=_managers([properties, *parents], profiles),
        build=host.build,
        connection_state=host.connection_state,
        in_maintenance_mode=host.in_maintenance_mode,
    )


def _parents(properties: ObjectProperties, found: Mapping[Any, ObjectProperties]) -> list[ObjectProperties]:
    """What an object is in, from the inside out: compute resource or cluster, folders, datacenter."""
    parents: list[ObjectProperties] = []
    parent = properties.get("parent")
    while parent in found:
        parents.append(found[parent])
        parent = found[parent].get("parent")
    return parents


def _is_datacenter(item: ObjectProperties) -> bool:
    return isinstance(item.obj, vim.Datacenter)


def _boot(cli: EsxCli, properties: ObjectProperties, disconnected: Unreadable | None) -> Boot:
    rows = disconnected or _ask(cli, "system.boot.device", "get")
    boot = Boot(
        device=rows if isinstance(rows, Unreadable) else rows[0] if rows else {},
        from_stateless_cache=getattr(properties.get("config.deploymentInfo"), "bootedFromStatelessCache", None),
    )
    if not boot.network:
        return boot
    return replace(boot, cached_system=_cached_system(properties.get("configManager.advancedOption")))


def _cached_system(options: Any) -> str | Unreadable | None:
    """The option that a host that boots over the network has, unless it is stateless.

    :param options: the host's OptionManager. Asked for one option, as it has more than a thousand.
    """
    if options is None:
        return Unreadable("vSphere does not show the host's advanced options")
    try:
        found = {option.key: option.value for option in options.QueryOptions(CACHED_SYSTEM)}
    except vim.fault.InvalidName:
        return None
    except vmodl.MethodFault as fault:
        return Unreadable(describe_fault(fault))
    return str(found[CACHED_SYSTEM]).strip().lower() if CACHED_SYSTEM in found else None


def _settings(cli: EsxCli) -> Mapping[str, KernelSetting] | Unreadable:
    rows = _ask(cli, "system.settings.kernel", "list")
    if isinstance(rows, Unreadable):
        return rows
    return {row["Name"]: KernelSetting.from_row(row) for row in rows}


def _ask(cli: EsxCli, namespace: str, method: str) -> list[dict[str, str]] | Unreadable:
    """One esxcli command; a host that does not answer it is a finding here, not a failure."""
    try:
        return cli.call(namespace, method)
    except CliFault as fault:
        return Unreadable(str(fault).rstrip("."))
    except DirectPathError as error:
        if error.code != "esxcli_no_answer":
            raise
        return Unreadable(error.msg.rstrip("."))
    except vmodl.MethodFault as fault:
        return Unreadable(describe_fault(fault))


def host_profiles(session: Session) -> Sequence[ObjectProperties] | Unreadable:
    """All host profiles with what they are attached to: hosts and clusters."""
    manager = session.content.hostProfileManager
    if manager is None:
        return []
    collector: Any = vmodl.query.PropertyCollector
    members = collector.TraversalSpec(type=vim.profile.ProfileManager, path="profile", skip=False)
    try:
        return retrieve(session, [manager], {vim.profile.Profile: ["name", "entity"]}, [members], include_start=False)
    except vmodl.MethodFault as fault:
        return Unreadable(f"Host profiles cannot be read: {describe_fault(fault)}")


def _managers(
    chain: Sequence[ObjectProperties], profiles: Sequence[ObjectProperties] | Unreadable
) -> tuple[str, ...] | Unreadable:
    """What may set a host's settings back.

    :param chain: the host and what it is in. A profile may be attached to its cluster.
    """
    if isinstance(profiles, Unreadable):
        return profiles
    refs = [item.obj for item in chain]
    names = [f"Host profile {item.get('name')}" for item in profiles if set(item.get("entity", [])) & set(refs)]
    if any(item.get("configManagerEnabled") for item in chain):
        names.insert(0, "vSphere Configuration Profiles")
    return tuple(names)

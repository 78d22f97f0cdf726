# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host is judged ready by, of where it is and how it boots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import (
    MINIMUM_API,
    Boot,
    Unreadable,
    version_tuple,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import NOT_ASKED_FOR, HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._read.host_commands import HostCommands
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import BASIC_PATHS, host_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.managers import managers_of
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, understood
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


_HOST_PATHS = (
    *BASIC_PATHS,
    "parent",
    "hardware.biosInfo",
    "capability.fptHotplugSupported",
    "config.deploymentInfo",
    "configManager.advancedOption",
)


def readiness_paths(session: Session) -> dict[Any, list[str]]:
    """What host_facts() needs, of a server of any age, with up_to_datacenter()."""
    paths = {
        vim.HostSystem: _HOST_PATHS,
        vim.ComputeResource: ("parent", "configManagerEnabled"),
        vim.Folder: ("parent",),
        vim.Datacenter: ("name",),
    }
    return understood(session, paths)


def up_to_datacenter() -> Any:
    """From a host through its cluster and folders to its datacenter."""
    collector: Any = vmodl.query.PropertyCollector
    return collector.TraversalSpec(
        name="up",
        type=vim.ManagedEntity,
        path="parent",
        skip=False,
        selectSet=[collector.SelectionSpec(name="up")],
    )


def chain_of(properties: ObjectProperties, found: Mapping[Any, ObjectProperties]) -> list[ObjectProperties]:
    """A host and what it is in, from the inside out: compute resource or cluster, folders, datacenter."""
    chain = [properties]
    while chain[-1].get("parent") in found:
        chain.append(found[chain[-1].get("parent")])
    return chain


def host_facts(
    session: Session,
    chain: Sequence[ObjectProperties],
    profiles: Sequence[ObjectProperties] | Unreadable,
    commands: HostCommands,
    with_settings: bool = True,
) -> HostFacts:
    """The facts of one host but for its devices, from a retrieval that has readiness_paths().

    :param chain: of chain_of().
    :param commands: asked how it boots and what VMkernel settings it has.
    :param with_settings: False leaves out the latter, which are a long list.
    """
    properties, host = chain[0], host_of(chain[0])
    return HostFacts(
        is_vcenter=session.is_vcenter,
        server_api=session.api_version,
        server_supported=version_tuple(session.api_version) >= MINIMUM_API,
        version=host.version,
        version_supported=version_tuple(host.api_version or "0") >= MINIMUM_API,
        datacenter=_datacenter(chain),
        boot=_boot(commands, properties),
        settings=commands.settings() if with_settings else NOT_ASKED_FOR,
        firmware=_firmware(properties),
        hot_plug_supported=_read(properties, "capability.fptHotplugSupported"),
        managers=managers_of(chain, profiles),
        build=host.build,
        connection_state=host.connection_state,
        in_maintenance_mode=_read(properties, "runtime.inMaintenanceMode"),
        unreadable=properties.missing,
    )


def _read(properties: ObjectProperties, path: str) -> Any:
    """A value, None where it is not set, or why it cannot be read."""
    return Unreadable(properties.missing[path]) if path in properties.missing else properties.get(path)


def _firmware(properties: ObjectProperties) -> str | Unreadable | None:
    bios = _read(properties, "hardware.biosInfo")
    return bios if isinstance(bios, Unreadable) else getattr(bios, "firmwareType", None)


def _datacenter(chain: Sequence[ObjectProperties]) -> str | Unreadable | None:
    """What is not seen above a host may be a datacenter all the same."""
    last = chain[-1]
    if isinstance(last.obj, vim.Datacenter):
        name = _read(last, "name")
        return name if isinstance(name, Unreadable) else unquote(name or "")
    if "parent" in last.missing:
        return Unreadable(last.missing["parent"])
    if last.get("parent") is not None:
        return Unreadable(f"the account may not see {last.get('parent')._moId}, which it is in")
    return None


def _boot(commands: HostCommands, properties: ObjectProperties) -> Boot:
    boot = Boot(
        device=commands.boot_device(),
        from_stateless_cache=getattr(properties.get("config.deploymentInfo"), "bootedFromStatelessCache", None),
    )
    if not boot.network:
        return boot
    return replace(boot, cached_system=commands.cached_system(properties.get("configManager.advancedOption")))

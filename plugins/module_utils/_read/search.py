# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding hosts, clusters and VMs: by name, MoID, UUID or inventory path, and never the wrong one of two."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve_all
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


def find_hosts(session: Session, params: dict[str, Any]) -> list[Any]:
    """The HostSystem references that the host selection arguments name, each once, in the order given.

    :raises DirectPathError: ``not_found`` or ``ambiguous_name``, before anything is touched.
    """
    if params.get("cluster"):
        return _cluster_hosts(session, params)
    names = [params["esxi_host_name"]] if params.get("esxi_host_name") else params.get("esxi_host_names")
    if not names:
        raise DirectPathError("No host is named.", "invalid_argument", remedy="Name at least one host.")
    root = _datacenter_or_root(session, params)
    candidates: list[ObjectProperties] | None = None
    hosts: list[Any] = []
    for name in names:
        host = _by_path(session, name, vim.HostSystem)
        if host is None:
            if candidates is None:
                candidates = retrieve_all(session, root, vim.HostSystem, ["name"])
            host = _pick(session, name, candidates, "host", "the host's MoID or inventory path, or datacenter")
        if host not in hosts:
            hosts.append(host)
    return hosts


def find_vm(session: Session, params: dict[str, Any]) -> Any:
    """The VirtualMachine reference that the VM selection arguments name.

    :raises DirectPathError: ``not_found`` or ``ambiguous_name``, before anything is touched.
    """
    if params.get("uuid"):
        index = session.content.searchIndex
        vm = index.FindByUuid(None, params["uuid"], True, bool(params.get("use_instance_uuid")))
        if vm is None:
            raise _not_found("VM", f"UUID {params['uuid']}", [], "uuid and use_instance_uuid")
        return vm
    name = params.get("name")
    if name:
        vm = _by_path(session, name, vim.VirtualMachine)
        if vm is not None:
            return vm
    root = _vm_root(session, params)
    candidates = retrieve_all(session, root, vim.VirtualMachine, ["name"])
    if name:
        return _pick(session, name, candidates, "VM", "moid, uuid, folder or datacenter", by_moid=False)
    for candidate in candidates:
        if candidate.obj._moId == params["moid"]:
            return candidate.obj
    raise _not_found("VM", f"MoID {params['moid']}", [], "moid")


def named_host(session: Session, name: str | None) -> str | None:
    """What to hold a VM's host against: its name or MoID as given, or the MoID behind an inventory path.

    :raises DirectPathError: ``not_found``, for a path that leads to no host.
    """
    if name is None or "/" not in name:
        return name
    host = _by_path(session, name, vim.HostSystem)
    if host is None:
        raise _not_found("host", name, [], "its inventory path, or give its name")
    moid: str = host._moId
    return moid


def inventory_path(obj: Any) -> str:
    """``DC0/vm/folder/name`` of an object; several calls, so for error messages only."""
    names: list[str] = []
    while obj is not None:
        names.insert(0, unquote(obj.name))
        obj = obj.parent
    return "/".join(names[1:])


def _cluster_hosts(session: Session, params: dict[str, Any]) -> list[Any]:
    name = params["cluster"]
    cluster = _by_path(session, name, vim.ClusterComputeResource)
    if cluster is None:
        root = _datacenter_or_root(session, params)
        clusters = retrieve_all(session, root, vim.ClusterComputeResource, ["name", "host"])
        cluster = _pick(session, name, clusters, "cluster", "the cluster's MoID or inventory path, or datacenter")
        hosts = next(item.get("host", []) for item in clusters if item.obj == cluster)
    else:
        hosts = cluster.host
    if not hosts:
        raise DirectPathError(
            f"Cluster {name} has no hosts.", "not_found", remedy="Add hosts to it, or name another cluster."
        )
    return list(hosts)


def _by_path(session: Session, text: str, managed: Any) -> Any | None:
    """An object by inventory path; a name without a slash is no path."""
    if "/" not in text:
        return None
    found = session.content.searchIndex.FindByInventoryPath(text.strip("/"))
    return found if isinstance(found, managed) else None


def _pick(
    session: Session,
    identifier: str,
    candidates: Sequence[ObjectProperties],
    kind: str,
    remedy: str,
    by_moid: bool = True,
) -> Any:
    matches = [item.obj for item in candidates if unquote(item.get("name", "")) == identifier]
    if not matches and by_moid:
        matches = [item.obj for item in candidates if item.obj._moId == identifier]
    if len(matches) == 1:
        return matches[0]
    if not matches:
        names = [unquote(item.get("name", "")) for item in candidates]
        raise _not_found(kind, identifier, difflib.get_close_matches(identifier, names, n=3), f"its spelling, {remedy}")
    found = ", ".join(f"{inventory_path(obj)} ({obj._moId})" for obj in matches)
    raise DirectPathError(
        f"{len(matches)} {kind}s are named {identifier}: {found}.",
        "ambiguous_name",
        host=identifier if kind == "host" else None,
        vm=identifier if kind == "VM" else None,
        remedy=f"Say which one with {remedy}.",
    )


def _not_found(kind: str, identifier: str, similar: Sequence[str], remedy: str) -> DirectPathError:
    hint = f" Similar names: {', '.join(similar)}." if similar else ""
    return DirectPathError(
        f"There is no {kind} {identifier} in the inventory, or the account may not see it.{hint}",
        "not_found",
        host=identifier if kind == "host" else None,
        vm=identifier if kind == "VM" else None,
        remedy=f"Check {remedy}; names are case-sensitive.",
    )


def _datacenter_or_root(session: Session, params: dict[str, Any]) -> Any:
    name = params.get("datacenter")
    if not name:
        return session.content.rootFolder
    datacenter = session.content.searchIndex.FindByInventoryPath(name.strip("/"))
    if isinstance(datacenter, vim.Datacenter):
        return datacenter
    datacenters = retrieve_all(session, session.content.rootFolder, vim.Datacenter, ["name"])
    return _pick(session, name, datacenters, "datacenter", "datacenter")


def _vm_root(session: Session, params: dict[str, Any]) -> Any:
    """The folder below which a VM is looked for. ``folder`` may be a full path or one below the datacenter's VMs."""
    folder = params.get("folder")
    if not folder:
        return _datacenter_or_root(session, params)
    path = folder.strip("/")
    prefix = f"{params['datacenter'].strip('/')}/vm/" if params.get("datacenter") else ""
    for candidate in dict.fromkeys([path, prefix + path]):
        found = session.content.searchIndex.FindByInventoryPath(candidate)
        if isinstance(found, vim.Folder):
            return found
    raise _not_found("folder", folder, [], "folder, for example DC0/vm/storage, or datacenter")

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding hosts, clusters and VMs: by name, MoID, UUID or inventory path, and never the wrong one of two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._read.names import (
    ambiguous,
    inventory_path,
    not_found,
    pick,
)
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
    return Search(session).hosts(params)


def find_vm(session: Session, params: dict[str, Any]) -> Any:
    """The VirtualMachine reference that the VM selection arguments name.

    :raises DirectPathError: ``not_found`` or ``ambiguous_name``, before anything is touched.
    """
    return Search(session).vm(params)


def named_host(session: Session, name: str | None) -> str | None:
    """What to hold a VM's host against: its name or MoID as given, or the MoID behind an inventory path.

    :raises DirectPathError: ``not_found``, for a path that leads to no host.
    """
    if name is None or "/" not in name:
        return name
    host = _by_path(session, name, vim.HostSystem)
    if host is None:
        raise not_found("host", name, [], "its inventory path, or give its name")
    moid: str = host._moId
    return moid


class Search:
    """Looks for many hosts and VMs one after the other, and lists each part of vSphere's inventory only once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._roots: dict[tuple[str, str], Any] = {}
        self._listed: dict[tuple[str, Any], list[ObjectProperties]] = {}
        self._by_name: dict[tuple[str, Any], dict[str, list[ObjectProperties]]] = {}

    def hosts(self, params: dict[str, Any]) -> list[Any]:
        """As find_hosts()."""
        if params.get("cluster"):
            return self._cluster_hosts(params)
        names = [params["esxi_host_name"]] if params.get("esxi_host_name") else params.get("esxi_host_names")
        if not names:
            raise DirectPathError("No host is named.", "invalid_argument", remedy="Name at least one host.")
        # With their roots first: a datacenter that is not there is an error, though a path does not need it.
        root = self._datacenter_or_root(params)
        return list(dict.fromkeys(self._host(name, root) for name in names))

    def _host(self, name: str, root: Any) -> Any:
        host = _by_path(self._session, name, vim.HostSystem)
        if host is not None:
            return host
        hosts = self._named(name, root, vim.HostSystem)
        return pick(name, hosts, "host", "the host's MoID or inventory path, or datacenter")

    def vm(self, params: dict[str, Any]) -> Any:
        """As find_vm()."""
        if params.get("uuid"):
            return _by_uuid(self._session, params["uuid"], bool(params.get("use_instance_uuid")))
        name = params.get("name")
        if name:
            vm = _by_path(self._session, name, vim.VirtualMachine)
            if vm is not None:
                return vm
        root = self._vm_root(params)
        if name:
            candidates = self._named(name, root, vim.VirtualMachine)
            return pick(name, candidates, "VM", "moid, uuid, folder or datacenter", by_moid=False)
        for candidate in self._list(root, vim.VirtualMachine, ["name"]):
            if candidate.obj._moId == params["moid"]:
                return candidate.obj
        raise not_found("VM", f"MoID {params['moid']}", [], "moid")

    def _named(self, name: str, root: Any, managed: Any) -> Sequence[ObjectProperties]:
        """The objects with that name; all of them, where none has it and others may be meant."""
        listed, key = self._list(root, managed, ["name"]), (root._moId, managed)
        if key not in self._by_name:
            self._by_name[key] = {}
            for item in listed:
                self._by_name[key].setdefault(unquote(item.get("name", "")), []).append(item)
        return self._by_name[key].get(name, listed)

    def _list(self, root: Any, managed: Any, paths: Sequence[str]) -> list[ObjectProperties]:
        key = (root._moId, managed)
        if key not in self._listed:
            self._listed[key] = retrieve_all(self._session, root, managed, paths)
        return self._listed[key]

    def _cluster_hosts(self, params: dict[str, Any]) -> list[Any]:
        name = params["cluster"]
        cluster = _by_path(self._session, name, vim.ClusterComputeResource)
        if cluster is None:
            clusters = self._list(self._datacenter_or_root(params), vim.ClusterComputeResource, ["name", "host"])
            cluster = pick(name, clusters, "cluster", "the cluster's MoID or inventory path, or datacenter")
            hosts = next(item.get("host", []) for item in clusters if item.obj == cluster)
        else:
            hosts = cluster.host
        if not hosts:
            raise DirectPathError(
                f"Cluster {name} has no hosts.", "not_found", remedy="Add hosts to it, or name another cluster."
            )
        return list(hosts)

    def _datacenter_or_root(self, params: dict[str, Any]) -> Any:
        name = (params.get("datacenter") or "").strip("/")
        if not name:
            return self._session.content.rootFolder
        if (name, "") not in self._roots:
            self._roots[name, ""] = self._datacenter(name)
        return self._roots[name, ""]

    def _datacenter(self, name: str) -> Any:
        datacenter = self._session.content.searchIndex.FindByInventoryPath(name)
        if isinstance(datacenter, vim.Datacenter):
            return datacenter
        datacenters = self._list(self._session.content.rootFolder, vim.Datacenter, ["name"])
        return pick(name, datacenters, "datacenter", "datacenter")

    def _vm_root(self, params: dict[str, Any]) -> Any:
        """The folder below which a VM is looked for: ``folder`` is a full path, or below the datacenter or its VMs."""
        folder = params.get("folder")
        if not folder:
            return self._datacenter_or_root(params)
        key = ((params.get("datacenter") or "").strip("/"), folder.strip("/"))
        if key not in self._roots:
            self._roots[key] = self._folder(params, *key)
        return self._roots[key]

    def _folder(self, params: dict[str, Any], datacenter: str, path: str) -> Any:
        if not datacenter:
            tried = [path]
        else:
            below = [f"{datacenter}/vm/{path}", f"{datacenter}/{path}"]
            # A full path counts only if it leads into the datacenter that is named.
            tried = [*below, path] if f"/{datacenter}/" in f"/{path}/" else below
        found = _folder(self._session, tried)
        if found is None and datacenter:
            # A datacenter that is named by its name alone may be in a folder itself.
            full = inventory_path(self._datacenter_or_root(params))
            found = _folder(self._session, [f"{full}/vm/{path}", f"{full}/{path}"])
        if found is None:
            raise not_found("folder", params["folder"], [], "folder, for example DC0/vm/storage, or datacenter")
        return found


def _by_uuid(session: Session, uuid: str, instance: bool) -> Any:
    """A VM by UUID. Copies of a VM outside vSphere and replicas keep its BIOS UUID, so that it may name several."""
    found = session.content.searchIndex.FindAllByUuid(None, uuid, True, instance)
    if not found:
        raise not_found("VM", f"UUID {uuid}", [], "uuid and use_instance_uuid")
    if len(found) > 1:
        raise ambiguous("VM", f"have the UUID {uuid}", found, "moid or name, and give each VM a UUID of its own")
    return found[0]


def _by_path(session: Session, text: str, managed: Any) -> Any | None:
    """An object by inventory path; a name without a slash is no path."""
    if "/" not in text:
        return None
    found = session.content.searchIndex.FindByInventoryPath(text.strip("/"))
    return found if isinstance(found, managed) else None


def _folder(session: Session, paths: Sequence[str]) -> Any | None:
    for path in paths:
        found = session.content.searchIndex.FindByInventoryPath(path)
        if isinstance(found, vim.Folder):
            return found
    return None

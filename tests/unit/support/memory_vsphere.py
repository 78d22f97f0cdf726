# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vSphere in memory: pyVmomi's own objects on a stub that answers from dictionaries, so that whole operations run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from pyVmomi import vim, vmodl

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


class Vsphere:
    """The inventory, and the stub of its objects: a method that is called by name on the wire is one of this class.

    ``calls`` lists them; ``errors`` has what a method raises, once each.
    """

    def __init__(self) -> None:
        self.values: dict[Any, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.errors: dict[str, list[Exception]] = {}
        self.root = self.add(vim.Folder, "group-d1", "Datacenters", None)
        self.datacenter = self.add(vim.Datacenter, "datacenter-1", "DC0", self.root)
        self.host_folder = self.add(vim.Folder, "group-h1", "host", self.datacenter)
        self.vm_folder = self.add(vim.Folder, "group-v1", "vm", self.datacenter)

    def add(self, managed: Any, moid: str, name: str, parent: Any, **values: Any) -> Any:
        """An object; properties by path, with __ for a dot. A fault as value makes it unreadable."""
        obj = managed(moid, self)
        paths = {path.replace("__", "."): value for path, value in values.items()}
        self.values[obj] = {"name": name, "parent": parent, **paths}
        return obj

    def add_host(self, moid: str = "host-1", name: str = "esxi-01.lab", **values: Any) -> Any:
        """A host that is connected and new enough."""
        facts = {
            "runtime__connectionState": "connected",
            "runtime__inMaintenanceMode": False,
            "config__product": vim.AboutInfo(version="8.0.1", build="1", apiVersion="8.0.1.0"),
            "vm": [],
        }
        parent = values.pop("parent", self.host_folder)
        return self.add(vim.HostSystem, moid, name, parent, **{**facts, **values})

    def session(self, is_vcenter: bool = True) -> Session:
        """A session that is logged in, without a client."""
        session = Session.__new__(Session)
        session.stub, session.server, session.logins, session.is_vcenter = self, "vcenter.lab:443", 1, is_vcenter
        session._login_lock = threading.Lock()
        session._client = SimpleNamespace(si=SimpleNamespace(CurrentTime=lambda: NOW))
        session.content = SimpleNamespace(
            rootFolder=self.root,
            propertyCollector=vmodl.query.PropertyCollector("propertyCollector", self),
            viewManager=vim.view.ViewManager("ViewManager", self),
            searchIndex=vim.SearchIndex("SearchIndex", self),
            customFieldsManager=vim.CustomFieldsManager("CustomFieldsManager", self) if is_vcenter else None,
        )
        return session

    def InvokeAccessor(self, obj: Any, info: Any) -> Any:
        return self.values[obj][info.name]

    def InvokeMethod(self, obj: Any, info: Any, args: Any, **_options: Any) -> Any:
        self.calls.append(info.wsdlName)
        if self.errors.get(info.wsdlName):
            raise self.errors[info.wsdlName].pop(0)
        return getattr(self, info.wsdlName)(obj, *args)

    def RetrievePropertiesEx(self, _collector: Any, specs: Any, _options: Any) -> Any:
        found: dict[Any, Any] = {}
        for spec in specs:
            for start in spec.objectSet:
                for obj in self._reached(start.obj, start.selectSet, bool(start.skip)):
                    paths = [path for item in spec.propSet if isinstance(obj, item.type) for path in item.pathSet]
                    if paths and obj in self.values:
                        found[obj] = self._content(obj, paths)
        return SimpleNamespace(token=None, objects=list(found.values()))

    def _reached(self, obj: Any, selects: Any, skip: bool) -> Iterator[Any]:
        if not skip:
            yield obj
        for select in selects or []:
            if isinstance(obj, select.type):
                value = self.values[obj].get(select.path)
                for other in value if isinstance(value, list) else [value] if value else []:
                    yield from self._reached(other, select.selectSet, bool(select.skip))

    def _content(self, obj: Any, paths: list[str]) -> Any:
        known = {path: self.values[obj][path] for path in paths if self.values[obj].get(path) is not None}
        faults = {path: value for path, value in known.items() if isinstance(value, vmodl.MethodFault)}
        return SimpleNamespace(
            obj=obj,
            propSet=[SimpleNamespace(name=path, val=known[path]) for path in known if path not in faults],
            missingSet=[SimpleNamespace(path=path, fault=fault) for path, fault in faults.items()],
        )

    def CreateContainerView(self, _manager: Any, root: Any, types: Any, _recursive: bool) -> Any:
        members = [obj for obj in self.values if isinstance(obj, tuple(types)) and root in self._above(obj)]
        view = vim.view.ContainerView(f"view-{len(self.calls)}", self)
        self.values[view] = {"view": members}
        return view

    def _above(self, obj: Any) -> list[Any]:
        above = []
        while obj is not None:
            obj = self.values[obj].get("parent")
            above.append(obj)
        return above

    def _path(self, obj: Any) -> str:
        chain = [each for each in (obj, *self._above(obj)) if each is not None and each != self.root]
        return "/".join(str(self.values[each].get("name")) for each in reversed(chain))

    def FindByInventoryPath(self, _index: Any, path: str) -> Any:
        return next((obj for obj in list(self.values) if self._path(obj) == path), None)

    def FindByUuid(self, _index: Any, _datacenter: Any, uuid: str, _vm: bool, instance: bool) -> Any:
        found = self.FindAllByUuid(_index, _datacenter, uuid, _vm, instance)
        return found[0] if found else None

    def FindAllByUuid(self, _index: Any, _datacenter: Any, uuid: str, _vm: bool, instance: bool) -> Any:
        path = "config.instanceUuid" if instance else "config.uuid"
        return [obj for obj, values in self.values.items() if values.get(path) == uuid]

    def AddCustomFieldDef(self, _manager: Any, name: str, *_rest: Any) -> Any:
        field = vim.CustomFieldsManager.FieldDef(key=7, name=name)
        for obj, values in self.values.items():
            if isinstance(obj, vim.HostSystem):
                values["availableField"] = [*values.get("availableField", []), field]
        return field

    def SetField(self, _manager: Any, entity: Any, key: int, value: str) -> None:
        self.values[entity]["customValue"] = [vim.CustomFieldsManager.StringValue(key=key, value=value)]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vSphere in memory: pyVmomi's own objects on a stub that answers from dictionaries, so that whole operations run."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from pyVmomi import vim, vmodl

SYSTEM_ID = "00000000-0000-0000-0000-000000000001"

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)


def pci_device(address: str, **changes: Any) -> Any:
    """An NVMe drive, 144d:a80a, as the API sends it: with ids as int16."""
    facts = {"vendorId": 0x144D, "deviceId": -22518, "classId": 0x0108, "deviceName": "PM9A3"}
    return vim.host.PciDevice(id=address, **{**facts, **changes})


def pci_passthrough(address: str, on: bool) -> Any:
    return vim.host.PciPassthruInfo(
        id=address, dependentDevice=address, passthruCapable=True, passthruEnabled=on, passthruActive=on
    )


def vm_device(number: int, address: str) -> Any:
    """The passthrough device with a number, counted from 0, of a VM."""
    backing = vim.vm.device.VirtualPCIPassthrough.DeviceBackingInfo(
        id=address, deviceId="a80a", systemId=SYSTEM_ID, vendorId=0x144D, deviceName="PM9A3"
    )
    device = vim.vm.device.VirtualPCIPassthrough(key=13000 + number, backing=backing)
    device.deviceInfo = vim.Description(label=f"PCI device {number}", summary="")
    device.slotInfo = vim.vm.device.VirtualDevice.PciBusSlotInfo(pciSlotNumber=64 + number)
    return device


def _array(rows: list[dict[str, str]]) -> str:
    """Rows as esxcli answers them."""
    root = ElementTree.Element("obj", {"{http://www.w3.org/2001/XMLSchema-instance}type": "ArrayOfDataObject"})
    for row in rows:
        element = ElementTree.SubElement(root, "DataObject")
        for name, value in row.items():
            ElementTree.SubElement(element, name).text = value
    return ElementTree.tostring(root, encoding="unicode")


@dataclass(frozen=True)
class Unreadable:
    """A property that the server does not show, and why."""

    fault: Exception


class Vsphere:
    """The inventory, and the stub of its objects: a method that is called by name on the wire is one of this class.

    ``calls`` lists them; ``errors`` has what a method raises, once each.
    """

    def __init__(self) -> None:
        self.values: dict[Any, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.errors: dict[str, list[Exception]] = {}
        self.events: list[Callable[[], None]] = []
        """What happens in the inventory while somebody waits, one with each wait."""
        self._watched: Any = None
        self.kernel: dict[str, dict[str, dict[str, str]]] = {}
        self.fields: list[Any] = []
        """VMkernel settings by MoID of the host and name: a row of esxcli each."""
        self.root = self.add(vim.Folder, "group-d1", "Datacenters", None)
        self.datacenter = self.add(vim.Datacenter, "datacenter-1", "DC0", self.root)
        self.host_folder = self.add(vim.Folder, "group-h1", "host", self.datacenter)
        self.vm_folder = self.add(vim.Folder, "group-v1", "vm", self.datacenter)

    @property
    def hosts(self) -> list[Any]:
        return [obj for obj in self.values if isinstance(obj, vim.HostSystem)]

    def add(self, managed: Any, moid: str, name: str, parent: Any, **values: Any) -> Any:
        """An object; properties by path, with __ for a dot."""
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

    def add_vm(self, host: Any, moid: str, name: str, *devices: Any, **values: Any) -> Any:
        """A running VM with these devices."""
        facts = {
            "config__hardware": vim.vm.VirtualHardware(numCPU=2, memoryMB=4096, device=list(devices)),
            "config__uuid": f"uuid-of-{moid}",
            "config__version": "vmx-20",
            "runtime__host": host,
            "runtime__powerState": "poweredOn",
            "runtime__connectionState": "connected",
        }
        vm = self.add(vim.VirtualMachine, moid, name, self.vm_folder, **{**facts, **values})
        self.values[host]["vm"] = [*self.values[host]["vm"], vm]
        return vm

    def add_drives(self, host: Any, **drives: bool) -> None:
        """NVMe drives of a host, by the middle of their address (``d9``): whether passthrough is in force."""
        on = {f"0000:{bus}:00.0": state for bus, state in drives.items()}
        adapters = [address for address, state in on.items() if not state]
        self.values[host].update(
            {
                "configManager.pciPassthruSystem": vim.host.PciPassthruSystem(f"passthrough-{host._moId}", self),
                "hardware.pciDevice": [pci_device(address) for address in on],
                "config.pciPassthruInfo": [pci_passthrough(address, state) for address, state in on.items()],
                "config.storageDevice.hostBusAdapter": [
                    vim.host.PcieHba(key=f"hba-{address}", device="vmhba3", pci=address) for address in adapters
                ],
                # The host shows that there is nothing behind a drive: no namespace.
                "config.storageDevice.nvmeTopology": vim.host.NvmeTopology(
                    adapter=[
                        vim.host.NvmeTopology.Interface(
                            connectedController=[
                                vim.host.NvmeController(associatedAdapter=f"hba-{address}", serialNumber=f"S-{address}")
                            ]
                        )
                        for address in adapters
                    ]
                ),
                "config.storageDevice.scsiTopology": vim.host.ScsiTopology(
                    adapter=[vim.host.ScsiTopology.Interface(adapter=f"hba-{address}") for address in adapters]
                ),
            }
        )

    def add_setting(self, host: Any, name: str, value: str, default: str, type: str = "uint32") -> dict[str, str]:
        """A VMkernel setting that is in force."""
        row = {"Name": name, "Type": type, "Configured": value, "Runtime": value, "Default": default}
        self.kernel.setdefault(host._moId, {})[name] = row
        return row

    def session(self, is_vcenter: bool = True) -> Session:
        """A session that is logged in, without a client."""
        session = Session.__new__(Session)
        session.stub, session.server, session.logins, session.is_vcenter = self, "vcenter.lab:443", 1, is_vcenter
        session._login_lock, session._refused = threading.Lock(), None
        session.api_version = "8.0.3.0"
        session._client = SimpleNamespace(si=SimpleNamespace(CurrentTime=self._current_time))
        session.content = SimpleNamespace(
            about=SimpleNamespace(instanceUuid="uuid-of-vcenter" if is_vcenter else None),
            hostProfileManager=None,
            rootFolder=self.root,
            propertyCollector=vmodl.query.PropertyCollector("propertyCollector", self),
            viewManager=vim.view.ViewManager("ViewManager", self),
            searchIndex=vim.SearchIndex("SearchIndex", self),
            customFieldsManager=vim.CustomFieldsManager("CustomFieldsManager", self) if is_vcenter else None,
        )
        return session

    def _current_time(self) -> datetime:
        if self.errors.get("CurrentTime"):
            raise self.errors["CurrentTime"].pop(0)
        return NOW

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
                value = self.values.get(obj, {}).get(select.path)
                # A traversal that names itself goes on by itself.
                again = [
                    select if select.name and inner.name == select.name else inner for inner in select.selectSet or []
                ]
                for other in value if isinstance(value, list) else [value] if value else []:
                    yield from self._reached(other, again, bool(select.skip))

    def _content(self, obj: Any, paths: list[str]) -> Any:
        known = {path: self.values[obj][path] for path in paths if self.values[obj].get(path) is not None}
        faults = {path: value for path, value in known.items() if isinstance(value, Unreadable)}
        return SimpleNamespace(
            obj=obj,
            propSet=[SimpleNamespace(name=path, val=known[path]) for path in known if path not in faults],
            missingSet=[SimpleNamespace(path=path, fault=value.fault) for path, value in faults.items()],
        )

    def CreateFilter(self, _collector: Any, spec: Any, _partial: bool) -> None:
        self._watched = spec

    def WaitForUpdatesEx(self, _collector: Any, version: str, _options: Any) -> Any:
        if version and self.events:
            self.events.pop(0)()
        (found,) = self.RetrievePropertiesEx(None, [self._watched], None).objects
        return SimpleNamespace(
            version=str(len(self.calls)),
            filterSet=[
                SimpleNamespace(
                    objectSet=[
                        SimpleNamespace(obj=found.obj, changeSet=found.propSet, missingSet=found.missingSet),
                    ]
                )
            ],
        )

    def RetrieveManagedMethodExecuter(self, host: Any) -> Any:
        def execute(moid: str, version: str, method: str, argument: Any) -> Any:
            command = method[len("vim.EsxCLI.") :]
            self.calls.append(command)
            values = {item.name: re.sub("<[^>]*>", "", item.val) for item in argument}
            rows = self.esxcli(host._moId, command, values)
            if rows is None:
                fault = SimpleNamespace(faultMsg="CLI Fault", faultDetail="<a><errMsg>Not here.</errMsg></a>")
                return SimpleNamespace(response=None, fault=fault)
            return SimpleNamespace(response=_array(rows), fault=None)

        return SimpleNamespace(ExecuteSoap=execute)

    def esxcli(self, moid: str, command: str, values: dict[str, str]) -> list[dict[str, str]] | None:
        """The rows that a command answers; None if the host refuses it."""
        settings = self.kernel.get(moid, {})
        if command == "system.settings.kernel.list":
            return [row for name, row in settings.items() if values.get("option") in (None, name)]
        if command == "system.settings.kernel.set" and values["setting"] in settings:
            settings[values["setting"]]["Configured"] = values["value"]
            return []
        return None

    def UpdatePassthruConfig(self, system: Any, config: Any) -> None:
        paths = (self.values[host] for host in self.hosts)
        found = next(values for values in paths if values.get("configManager.pciPassthruSystem") == system)
        for item in config:
            for info in found["config.pciPassthruInfo"]:
                if info.id == item.id:
                    info.passthruEnabled = item.passthruEnabled

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
        self.fields.append(vim.CustomFieldsManager.FieldDef(key=7 + len(self.fields), name=name))
        for obj, values in self.values.items():
            if isinstance(obj, vim.HostSystem):
                values["availableField"] = list(self.fields)
        return self.fields[-1]

    def SetField(self, _manager: Any, entity: Any, key: int, value: str) -> None:
        others = [item for item in self.values[entity].get("customValue", []) if item.key != key]
        self.values[entity]["customValue"] = [*others, vim.CustomFieldsManager.StringValue(key=key, value=value)]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor: what somebody who knows pyVmomi would write for one occasion. `by_hand.py read|add|first-run|toggle FILE`.

One session, narrow retrievals, no Ansible, and no question beyond what the work itself needs: not who uses a drive, not
whether it is the right VM of that name, not what became of a call whose answer is lost. FILE is a JSON list of objects
with host, vm and address. The answer is one line of JSON.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import VmomiSupport, vim, vmodl

Pair = Mapping[str, str]
Properties = dict[str, Any]

AT_A_TIME = 5
"""As many hosts as the collection works on at a time."""

COOKIES = 4096

HOST_STATE = ("name", "runtime.connectionState", "runtime.inMaintenanceMode", "config.product")
HOST_DEVICES = (
    "capability.fptHotplugSupported",
    "capability.deviceRebindWithoutRebootSupported",
    "hardware.pciDevice",
    "config.pciPassthruInfo",
)
VM_STATE = (
    "name",
    "config.version",
    "config.firmware",
    "config.hardware",
    "config.flags",
    "config.memoryReservationLockedToMax",
    "config.fixedPassthruHotPlugEnabled",
    "config.cpuHotAddEnabled",
    "config.cpuHotRemoveEnabled",
    "config.memoryHotAddEnabled",
    "config.nestedHVEnabled",
    "runtime.connectionState",
    "runtime.host",
    "runtime.powerState",
    "snapshot",
)


# esxcli through the API. pyVmomi does not have its types.

EXECUTER = "vmodl.reflect.ManagedMethodExecuter"
EXECUTER_OF_HOST = "benchmark.ExecuterOfHost"
SINCE = "vim.version.version5"


def declare_esxcli() -> None:
    """Tell pyVmomi of the types, once for a process."""
    maybe = VmomiSupport.F_OPTIONAL
    argument = declare_data("SoapArgument", ("name", "string", 0), ("val", "string", 0))
    fault = declare_data("SoapFault", ("faultMsg", "string", 0), ("faultDetail", "string", maybe))
    result = declare_data("SoapResult", ("response", "string", maybe), ("fault", fault, maybe))
    texts = [(name, "string", SINCE, 0, None) for name in ("moid", "version", "method")]
    parameters = (*texts, ("argument", f"{argument}[]", SINCE, maybe, None))
    execute = ("executeSoap", "ExecuteSoap", SINCE, parameters, (maybe, result, result), None, None)
    declare_managed(EXECUTER, "ReflectManagedMethodExecuter", execute)
    returned = (0, EXECUTER, EXECUTER)
    find = ("retrieveManagedMethodExecuter", "RetrieveManagedMethodExecuter", SINCE, (), returned, None, None)
    declare_managed(EXECUTER_OF_HOST, "BenchmarkExecuterOfHost", find)


def declare_data(name: str, *fields: tuple[str, str, int]) -> str:
    """The full name of a new data type with these fields: name, type, flags."""
    full = f"{EXECUTER}.{name}"
    dated = [(field, kind, SINCE, flags) for field, kind, flags in fields]
    VmomiSupport.CreateDataType(full, f"ReflectManagedMethodExecuter{name}", "vmodl.DynamicData", SINCE, dated)
    return full


def declare_managed(name: str, wire: str, method: tuple[Any, ...]) -> None:
    VmomiSupport.CreateManagedType(name, wire, "vmodl.ManagedObject", SINCE, None, [method])


def kernel_setting(host: Any, name: str) -> dict[str, str]:
    """`esxcli system settings kernel list --option NAME` on a host: field -> text."""
    find = VmomiSupport.GetVmodlType(EXECUTER_OF_HOST)._methodInfo["RetrieveManagedMethodExecuter"]
    argument = VmomiSupport.GetVmodlType(f"{EXECUTER}.SoapArgument")
    answer = host._stub.InvokeMethod(host, find, []).ExecuteSoap(
        moid="ha-cli-handler-system-settings-kernel",
        version="urn:vim25/5.0",
        method="vim.EsxCLI.system.settings.kernel.list",
        argument=[argument(name="option", val=f'<option xmlns="urn:vim25/5.0">{name}</option>')],
    )
    (row,) = ElementTree.fromstring(answer.response)  # noqa: S314  from the lab
    return {child.tag.rpartition("}")[2]: child.text or "" for child in row}


# Reading


def retrieve(content: Any, wanted: Mapping[Any, Sequence[str]], objects: Sequence[Any] = ()) -> dict[Any, Properties]:
    """The paths of all objects of these types, or of the given ones."""
    collector = vmodl.query.PropertyCollector
    members = collector.TraversalSpec(type=vim.view.ContainerView, path="view", skip=False)
    if objects:
        starts = [collector.ObjectSpec(obj=obj) for obj in objects]
    else:
        view = content.viewManager.CreateContainerView(content.rootFolder, list(wanted), True)
        starts = [collector.ObjectSpec(obj=view, skip=True, selectSet=[members])]
    paths = [collector.PropertySpec(type=managed, pathSet=list(names)) for managed, names in wanted.items()]
    spec = collector.FilterSpec(objectSet=starts, propSet=paths)
    page = content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions())
    found: dict[Any, Properties] = {}
    while page:
        found |= {item.obj: {prop.name: prop.val for prop in item.propSet} for item in page.objects}
        page = content.propertyCollector.ContinueRetrievePropertiesEx(page.token) if page.token else None
    return found


def host_is_ready(host: Properties, setting: Mapping[str, str], addresses: Iterable[str]) -> bool:
    on = {info.id for info in host["config.pciPassthruInfo"] if info.passthruEnabled and info.passthruActive}
    return (
        host["runtime.connectionState"] == "connected"
        and not host["runtime.inMaintenanceMode"]
        and bool(host["capability.fptHotplugSupported"])
        and min(int(setting["Configured"]), int(setting["Runtime"])) >= COOKIES
        and on.issuperset(addresses)
    )


def vm_is_ready(vm: Properties) -> bool:
    return (
        vm["runtime.powerState"] == "poweredOn"
        and vm["config.firmware"] == "efi"
        and vm["config.hardware"].motherboardLayout == "acpiHostBridges"
        and bool(vm.get("config.memoryReservationLockedToMax"))
        and bool(vm.get("config.fixedPassthruHotPlugEnabled"))
    )


def drives(vm: Properties) -> set[str]:
    kind: Any = vim.vm.device.VirtualPCIPassthrough
    return {device.backing.id for device in vm["config.hardware"].device if isinstance(device, kind)}


def read(content: Any, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Whether hosts and VMs are prepared and have their drives: all that a run with nothing to do has to find out."""
    declare_esxcli()
    found = retrieve(content, {vim.HostSystem: (*HOST_STATE, *HOST_DEVICES), vim.VirtualMachine: VM_STATE})
    hosts = {item["name"]: (ref, item) for ref, item in found.items() if isinstance(ref, vim.HostSystem)}
    vms = {item["name"]: item for ref, item in found.items() if isinstance(ref, vim.VirtualMachine)}
    wanted: dict[str, list[str]] = {}
    for pair in pairs:
        wanted.setdefault(pair["host"], []).append(pair["address"])
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        settings = list(pool.map(lambda name: kernel_setting(hosts[name][0], "maxIntrCookies"), wanted))
    ready = {
        name for name, row in zip(wanted, settings, strict=True) if host_is_ready(hosts[name][1], row, wanted[name])
    }
    for pair in pairs:
        vm = vms[pair["vm"]]
        if not (pair["host"] in ready and vm_is_ready(vm) and vm["runtime.host"] == hosts[pair["host"]][0]):
            raise SystemExit(f"{pair['host']} with {pair['vm']} is not prepared")
    lacking = [pair["vm"] for pair in pairs if pair["address"] not in drives(vms[pair["vm"]])]
    return {"pairs": len(pairs), "lacking": lacking}


# Changing


def hot_add(content: Any, pair: Pair) -> None:
    vm = content.searchIndex.FindByInventoryPath(f"DC0/vm/{pair['vm']}")
    paths = ("runtime.host", "environmentBrowser", "config.hardware.device")
    (now,) = retrieve(content, {vim.VirtualMachine: paths}, [vm]).values()
    offered = now["environmentBrowser"].QueryConfigTarget(now["runtime.host"]).pciPassthrough
    (offer,) = (offer for offer in offered if offer.pciDevice.id == pair["address"])
    kind = vim.vm.device.VirtualPCIPassthrough
    backing = kind.DeviceBackingInfo(
        id=pair["address"],
        deviceId=f"{offer.pciDevice.deviceId & 0xFFFF:x}",
        vendorId=offer.pciDevice.vendorId,
        systemId=offer.systemId,
        deviceName=offer.pciDevice.deviceName,
    )
    change = vim.vm.device.VirtualDeviceSpec(operation="add", device=kind(key=-1, backing=backing))
    WaitForTask(vm.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[change])))
    (after,) = retrieve(content, {vim.VirtualMachine: ("config.hardware",)}, [vm]).values()
    if pair["address"] not in drives(after):
        raise SystemExit(f"{pair['vm']} does not have {pair['address']}")


def add(content: Any, pairs: Sequence[Pair]) -> dict[str, Any]:
    for pair in pairs:
        hot_add(content, pair)
    return {"added": len(pairs)}


def first_run(content: Any, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Everything is read once, the drives that lack are added one by one, and everything is read again."""
    lacking = set(read(content, pairs)["lacking"])
    added = add(content, [pair for pair in pairs if pair["vm"] in lacking])
    after = retrieve(content, {vim.VirtualMachine: ("name", "config.hardware")})
    have = {vm["name"]: drives(vm) for vm in after.values()}
    return {**added, "lacking": [pair["vm"] for pair in pairs if pair["address"] not in have[pair["vm"]]]}


def toggle(content: Any, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Passthrough on, where it is not, and read back."""
    paths = {vim.HostSystem: ("name", "config.pciPassthruInfo", "configManager.pciPassthruSystem")}
    wanted = {pair["host"]: pair["address"] for pair in pairs}

    def off(found: Mapping[Any, Properties]) -> list[Properties]:
        return [
            host
            for host in found.values()
            for info in host["config.pciPassthruInfo"]
            if info.id == wanted.get(host["name"]) and not info.passthruEnabled
        ]

    def enable(host: Properties) -> None:
        config = vim.host.PciPassthruConfig(id=wanted[host["name"]], passthruEnabled=True)
        host["configManager.pciPassthruSystem"].UpdatePassthruConfig([config])

    before = off(retrieve(content, paths))
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(enable, before))
    left = off(retrieve(content, paths)) if before else []
    return {"enabled": len(before) - len(left), "lacking": [host["name"] for host in left]}


WORK: dict[str, Callable[[Any, Sequence[Pair]], dict[str, Any]]] = {
    "read": read,
    "add": add,
    "first-run": first_run,
    "toggle": toggle,
}


def main(work: str, file: str) -> int:
    pairs = json.loads(Path(file).read_text(encoding="utf-8"))
    connection = SmartConnect(
        host=os.environ["VMWARE_HOST"],
        port=int(os.environ["VMWARE_PORT"]),
        user=os.environ["VMWARE_USER"],
        pwd=os.environ["VMWARE_PASSWORD"],
        sslContext=ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"]),
    )
    try:
        answer = WORK[work](connection.RetrieveContent(), pairs)
    finally:
        Disconnect(connection)
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

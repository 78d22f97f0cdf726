# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readiness reports of fleets of any size, the same ones every time, in the shape of the filter readiness_report.

What is said of hosts, VMs and guests comes from the tables of requirements: most is well, but of every few something is
not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attestation
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestKernel
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest_seen import GuestSeen, GuestSilence
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Boot
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci_listing import PciListing
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Hardware, Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import ClusterFacts, VmOptions, VmPlace
from ansible_collections.directpath.nvme.plugins.module_utils._plan.capabilities import capabilities
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_guests import NOT_RUNNING
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Verdict, unread_rows
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.catalogue import held
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import Guest, judge_guest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import HOST_REQUIREMENTS, judge
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.place import judge_place
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import judge_vm
from readiness_facts import but, device, settings, view

Row = dict[str, Any]

WORD = Attestation("M. Tanaka", "2026-11-20", "CHG-20417")

NOT_ASKED = NOT_RUNNING

SILENT = "Connection timed out"

MODELS = ("SAMSUNG MZWLR3T8HBLS-00007", "KIOXIA KCM7DRJE3T84", "Micron_7450_MTFDKCB3T8TFR")


def make_report(hosts: int, vms: int, drives: int = 4) -> Row:
    """A report of a fleet.

    :param drives: of each host.
    """
    host_items = [_host(number, drives, vms) for number in range(hosts)]
    vm_items = [_vm(number, max(hosts, 1), drives) for number in range(vms)]
    scope = {"hosts": hosts, "vms": vms}
    return {
        "generated_at": "2026-11-26T05:40:12Z",
        "vcenters": ["vcenter.lab"],
        "scope": {**{kind: {"judged": count, "inventory": count} for kind, count in scope.items()}, "note": ""},
        "inventory": [],
        "hosts": host_items,
        "vms": vm_items,
        "held": held(),
        "plan": None,
        "plan_lines": [],
        "plan_strangers": [],
        "summary": summary(host_items, vm_items),
    }


def summary(hosts: Iterable[Row], vms: Iterable[Row]) -> dict[str, dict[str, int]]:
    """How many are ready, not ready and unknown."""
    words = (("ready", "yes"), ("not_ready", "no"), ("unknown", "unknown"))
    kinds = (("hosts", list(hosts)), ("vms", list(vms)))
    return {kind: {name: sum(item["ready"] == word for item in items) for name, word in words} for kind, items in kinds}


def lost_host(name: str, message: str) -> Row:
    """A host that could not be asked: of all its requirements nothing is known."""
    rows = [verdict.as_dict() for verdict in unread_rows(HOST_REQUIREMENTS, message)]
    error = {"message": message, "code": "no_answer", "remedy": "Reconnect the host in vSphere, then ask again."}
    nothing = dict.fromkeys(("version", "build", "datacenter", "in_maintenance_mode"))
    told = {
        "inventory_name": name,
        "requirements": rows,
        "error": error,
        "connection_state": None,
        "vcenter": "vcenter.lab",
    }
    return {**_host(0, 0, 0), **nothing, **told, "capabilities": [], "ready": "unknown"}


def host_name(number: int) -> str:
    return f"esxi-{number + 1:02d}.lab"


def vm_name(number: int) -> str:
    return f"{('db', 'kafka', 'store')[number % 3]}-{number // 3 + 1:02d}"


def serial(host: int, place: int) -> str:
    """The serial number of a drive."""
    return f"S64HNE0R{500100 + 16 * host + place}"


def _ready(rows: Iterable[Row]) -> str:
    statuses = {row["status"] for row in rows}
    return "no" if "fail" in statuses else "unknown" if statuses & {"unknown", "not_attested"} else "yes"


def _host(number: int, drives: int, vms: int) -> Row:
    devices = [_device(number, place) for place in range(drives)]
    behind = number % 7 == 3
    values = ("1024", "1024") if behind else ("4096", "1024") if number % 11 == 5 else ("4096", "4096")
    facts = but(
        datacenter="Lab",
        boot=Boot({"BootFilesystemUUID": f"189b6dad-43b7-0bb2-2e84-{0x6804D5CA0000 + number:012x}"}),
        settings=settings(maxIntrCookies=values),
        version="8.0.3",
        build="24280767" if behind else "24859861",
        firmware=None if number % 9 == 4 else "UEFI",
        managers=("Host profile Gold",) if number % 5 == 1 else (),
        in_maintenance_mode=number % 11 == 5,
        devices=view(*devices),
        listing={item.pci.address: _listed(place) for place, item in enumerate(devices)},
    )
    given = {"Q1", "Q3", "Q4", *(() if number % 6 == 0 else ("Q5",)), *(() if number % 4 == 0 else ("Q5_surprise",))}
    verdicts = judge(facts, dict.fromkeys(given, WORD))
    rows = [verdict.as_dict() for verdict in verdicts]
    return {
        "inventory_name": host_name(number),
        "vcenter": "vcenter.lab",
        "host": {"name": host_name(number), "moid": f"host-{1001 + number}"},
        **{name: getattr(facts, name) for name in ("version", "build", "datacenter", "connection_state")},
        "in_maintenance_mode": facts.in_maintenance_mode,
        "error": None,
        "requirements": rows,
        "capabilities": capabilities(verdicts),
        "drives": [_drive(item, number, place, vms) for place, item in enumerate(devices)],
        "orphans": [],
        "ready": _ready(rows),
    }


def _device(host: int, place: int) -> HostDevice:
    passed = place % 4 != 3
    return device(f"0000:{0xD8 - place:02x}:00.0", enabled=passed, active=passed, serial=serial(host, place))


def _listed(place: int) -> PciListing:
    return PciListing(str(place + 1), None, "VM Passthru", "VM Passthru", 0, "Function reset")


def _drive(item: HostDevice, host: int, place: int, vms: int) -> Row:
    taken = place == 0 and host < vms
    datastore = f"local-{host + 1:02d}"
    objections = [] if item.enabled else [f"it holds the VMFS datastore {datastore}"]
    owner = {"name": vm_name(host), "moid": f"vm-{2001 + host}", "power_state": "poweredOn", "pci_slot_number": 64}
    return {
        "address": item.pci.address,
        "name": item.pci.name,
        "serial": item.serial,
        "slot": str(place + 1),
        "model": MODELS[host % 3],
        "passthrough": {"capable": True, "enabled": item.enabled, "active": item.active, "pending": False},
        "held_by": [] if item.enabled else [{"kind": "vmfs", "name": datastore}],
        "objections": [f"VM {vm_name(host)} has it"] if taken else objections,
        "vm": owner if taken else None,
    }


def _vm(number: int, hosts: int, drives: int) -> Row:
    host = number % hosts
    place = _place(number, host, drives)
    guest, reason = _guest(number)
    verdicts: Sequence[Verdict] = [*judge_vm(place.vm), *judge_place(place), *judge_guest(guest, {})]
    rows = [verdict.as_dict() for verdict in verdicts]
    return {
        "inventory_name": vm_name(number),
        "vcenter": "vcenter.lab",
        "vm": {"name": place.vm.name, "moid": place.vm.moid, "uuid": place.vm.uuid},
        "host": {"name": place.vm.host_name, "moid": place.vm.host_moid},
        "power_state": place.vm.power_state,
        "error": None,
        "requirements": rows,
        "drives": [{"address": "0000:d8:00.0", "serial": serial(host, 0), "slot": "1", "in_vm": True, "on_host": True}],
        "guest": {"asked": reason != NOT_ASKED, "answered": reason is None, "reason": reason, "health": []},
        "ready": _ready(rows),
    }


def _place(number: int, host: int, drives: int) -> VmPlace:
    memory = 16384 * (1 + number % 4)
    unprepared = number % 8 == 2
    vm = Vm(
        moid=f"vm-{2001 + number}",
        name=vm_name(number),
        uuid=f"4220aabb-0000-4000-8000-{number:012x}",
        host_moid=f"host-{1001 + host}",
        host_name=host_name(host),
        power_state="poweredOff" if number % 12 == 10 else "poweredOn",
        connection_state="connected",
        template=False,
        unreadable={},
        hardware=Hardware(21, 16, memory, 0 if unprepared else memory),
        settings={
            **dict.fromkeys(("flags.vvtdEnabled", "cpuHotAddEnabled", "cpuHotRemoveEnabled"), False),
            **dict.fromkeys(("memoryHotAddEnabled", "nestedHVEnabled", "memoryReservationLockedToMax"), False),
            "firmware": "bios" if number % 13 == 6 else "efi",
            "motherboardLayout": "i440bxHostBridge" if number % 13 == 6 else "acpiHostBridges",
            "fixedPassthruHotPlugEnabled": not unprepared,
        },
        fault_tolerance=False,
        snapshots=number % 9 == 3,
        tools_running=True,
        devices=(_entry(),) if drives else (),
        raw_disks=(),
        guest_id="ubuntu64Guest",
    )
    return VmPlace(
        vm,
        wanted_host=host_name(host),
        devices=view(*(_device(host, place) for place in range(drives))),
        cluster=ClusterFacts("Lab", "fullyAutomated" if number % 10 == 7 else "manual", ha_restarts=False),
        options=VmOptions("ubuntu64Guest", guest_hot_plug=True, max_passthrough=128),
        tasks=(),
    )


def _entry() -> VmPciDevice:
    return VmPciDevice(13000, "PCI device 0", "0000:d8:00.0", "NVMe SSD", 0x144D, 0xA80A, None, False, 64)


def _guest(number: int) -> tuple[Guest, str | None]:
    if number % 12 == 10:
        return GuestSilence(), NOT_ASKED
    if number % 12 == 4:
        return GuestSilence(SILENT), SILENT
    kernel = GuestKernel("6.8.0-48-generic", nvme=True, pciehp=True, acpiphp=True)
    return GuestSeen(kernel, root=True, lspci=True, not_seen=(), lost=()), None

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readiness reports of fleets of any size, the same ones every time, in the shape of the filter readiness_report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

ATTESTED = {"by": "M. Tanaka", "date": "2026-11-20", "reference": "CHG-20417"}

_KERNEL = "esxcli system settings kernel list: {}"


@dataclass(frozen=True)
class Case:
    """How a requirement turns out on some hosts or VMs.

    :param every: of so many, beginning with the one at ``first``; 0 stands for all that no case before it has.
    """

    status: str
    template: str
    value: str | None = None
    remedy: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    every: int = 0
    first: int = 0

    def concerns(self, number: int) -> bool:
        return self.every == 0 or number % self.every == self.first


Table = Sequence[tuple[str, str, str, Sequence[Case]]]
"""Of each requirement its id, title, source and cases."""


def _by_word(id_: str, title: str, missing: int = 0) -> tuple[str, str, str, Sequence[Case]]:
    remedy = f"Check the vendor's documentation and Broadcom's compatibility guide, then attest {id_}."
    gaps = (Case("not_attested", "No API tells.", None, remedy, every=missing),) if missing else ()
    return id_, title, "attestation", (*gaps, Case("attested", "No API tells. The operator attests it."))


HOST_ROWS: Table = (
    (
        "P1",
        "ESXi is installed to disk (stateful)",
        "esxcli system boot device get",
        (Case("pass", "The host boots from disk (BootFilesystemUUID {uuid}).", "{uuid}", values={"uuid": ""}),),
    ),
    (
        "P2",
        "maxIntrCookies is configured to 4096",
        _KERNEL.format("maxIntrCookies"),
        (
            Case(
                "fail",
                "maxIntrCookies is configured to {configured} (default {default}).",
                "1024",
                "Set it with directpath.nvme.host_boot_param.",
                {"configured": 1024, "default": 1024},
                every=7,
                first=3,
            ),
            Case(
                "pass",
                "maxIntrCookies is configured to {configured} (default {default}).",
                "4096",
                values={"configured": 4096, "default": 4096},
            ),
        ),
    ),
    (
        "P3",
        "The host has been rebooted, so that maxIntrCookies is in force",
        _KERNEL.format("maxIntrCookies"),
        (
            Case(
                "fail",
                "maxIntrCookies is {runtime} in force, {configured} configured.",
                "1024",
                "Configure it first (P2), then reboot the host.",
                {"runtime": 1024, "configured": 1024},
                every=7,
                first=3,
            ),
            Case(
                "fail",
                "maxIntrCookies is {runtime} in force, {configured} configured.",
                "1024",
                "Reboot the host with directpath.nvme.host_reboot.",
                {"runtime": 1024, "configured": 4096},
                every=11,
                first=5,
            ),
            Case(
                "pass",
                "maxIntrCookies is {runtime} in force, {configured} configured.",
                "4096",
                values={"runtime": 4096, "configured": 4096},
            ),
        ),
    ),
    (
        "P4",
        "The host is in a datacenter",
        "inventory",
        (Case("pass", "The host is in {datacenter}.", "Lab", values={"datacenter": "Lab"}),),
    ),
    _by_word("Q1", "The server's vendor supports NVMe hot plug with DirectPath I/O"),
    (
        "Q2",
        "The host's firmware is UEFI",
        "HostSystem.hardware.biosInfo.firmwareType",
        (
            Case(
                "unknown",
                "The host does not tell its firmware type; vSphere does from 8.0 Update 2 on.",
                None,
                "Check it and attest Q2.",
                every=9,
                first=4,
            ),
            Case("pass", "The firmware type is {firmware}.", "UEFI", values={"firmware": "UEFI"}),
        ),
    ),
    _by_word("Q3", "Platform and devices meet KB 2142307"),
    _by_word("Q4", "The server is certified for VM DirectPath I/O"),
    _by_word("Q5", "The server is certified for PCIe native hot plug", 6),
    _by_word("Q5_surprise", "The server is certified for PCIe native surprise hot plug", 2),
    (
        "Q8",
        "vCenter and ESXi are 8.0 Update 1 or later, and the host supports NVMe hot plug",
        "HostSystem.capability.fptHotplugSupported",
        (
            Case(
                "pass",
                "ESXi is {version}, the server's API {api}, and the host says fptHotplugSupported=true.",
                "8.0.3",
                values={"version": "8.0.3", "api": "8.0.3.0"},
            ),
        ),
    ),
    *(
        (
            name,
            title,
            _KERNEL.format(name),
            (
                Case(
                    "pass",
                    "{setting} is {runtime} in force, {configured} configured.",
                    value,
                    values={"setting": name, "runtime": value, "configured": value},
                ),
            ),
        )
        for name, title, value in (
            ("enablePCIEHotplug", "PCIe hot plug is enabled in ESXi", "TRUE"),
            ("disablePciPassthrough", "PCI passthrough is not disabled in ESXi", "FALSE"),
        )
    ),
    (
        "N6",
        "Posted interrupts may be off for VMs with hot plug",
        _KERNEL.format("iovEnablePostedIntr"),
        (
            Case(
                "warn",
                "iovEnablePostedIntr is {runtime} in force. A VM with hot plug may run without it.",
                "TRUE",
                values={"runtime": "TRUE"},
            ),
        ),
    ),
    (
        "drift",
        "Nothing else manages the host's settings",
        "host profiles, Configuration Profiles",
        (
            Case(
                "warn",
                "{managers} can set the boot parameter and passthrough back.",
                "Host profile Gold",
                "Set maxIntrCookies and passthrough there as well.",
                {"managers": "The host profile Gold"},
                every=5,
                first=1,
            ),
            Case("pass", "Neither Configuration Profiles nor a host profile apply to the host."),
        ),
    ),
    *(
        (id_, title, source, (Case("pass", "{value}", value, values={"value": value}),))
        for id_, title, source, value in (
            ("builds", "The build has no known defect with passthrough", "HostSystem.config.product", "24674464"),
            ("reset_method", "Drives have a reset method", "esxcli hardware pci list", "function level reset"),
            ("dependents", "No drive shares its passthrough with others", "pciPassthruInfo.dependentDevice", "0"),
            ("vmd", "Intel VMD is off", "HostSystem.hardware.pciDevice", "0"),
            ("max_devices", "The host takes as many passthrough devices", "QueryConfigOption", "128"),
            ("ha", "High availability does not fight pinned VMs", "ClusterComputeResource.configurationEx", "on"),
        )
    ),
)

VM_ROWS: Table = (
    (
        "P7",
        "Virtual hardware version 18 or later",
        "VirtualMachine.config.version",
        (Case("pass", "its virtual hardware version is {version}", "vmx-21", values={"version": 21}),),
    ),
    (
        "P6",
        "UEFI boot firmware",
        "VirtualMachine.config.firmware",
        (
            Case(
                "fail",
                "its firmware is {firmware}, not efi",
                "bios",
                "Run vm_hotplug_config with allow_firmware_change: true, best before a guest is installed.",
                {"firmware": "bios"},
                every=13,
                first=6,
            ),
            Case("pass", "its firmware is {firmware}", "efi", values={"firmware": "efi"}),
        ),
    ),
    (
        "P7",
        "All guest memory reserved",
        "VirtualMachine.resourceConfig.memoryAllocation",
        (
            Case(
                "fail",
                "{reserved} MB of its {memory} MB of memory are reserved",
                "0 of {memory}",
                "Run vm_hotplug_config on it.",
                {"reserved": 0, "memory": 0},
                every=8,
                first=2,
            ),
            Case(
                "pass",
                "{reserved} MB of its {memory} MB of memory are reserved",
                "{memory} of {memory}",
                values={"reserved": 0, "memory": 0},
            ),
        ),
    ),
    (
        "P7",
        "Hot plug of passthrough devices enabled",
        "VirtualMachine.config.fixedPassthruHotPlugEnabled",
        (
            Case(
                "fail",
                "hot plug of passthrough devices is not enabled",
                "false",
                "Run vm_hotplug_config on it.",
                every=8,
                first=2,
            ),
            Case("pass", "hot plug of passthrough devices is enabled", "true"),
        ),
    ),
    *(
        (id_, title, f"VirtualMachine.config.{setting}", (Case("pass", "{value}", value, values={"value": value}),))
        for id_, title, setting, value in (
            ("P7", "ACPI motherboard layout", "motherboardLayout", "acpiHostBridges"),
            ("N1", "No IOMMU exposed to the guest", "flags.vvtdEnabled", "false"),
            ("N2", "No CPU hot plug", "cpuHotAddEnabled", "false"),
            ("N3", "No memory hot plug", "memoryHotAddEnabled", "false"),
            ("N4", "No Dynamic DirectPath I/O devices", "hardware.device", "0"),
            ("N5", "At most 128 vCPUs", "hardware.numCPU", "16"),
            ("N9", "No nested hardware virtualization", "nestedHVEnabled", "false"),
            ("N9", "No Fault Tolerance", "ftInfo", "off"),
            ("L4", "At most 32 NVMe passthrough devices", "hardware.device", "2 of 32"),
            ("L5", "Only NVMe drives are hot plugged", "hardware.device", "2"),
            ("V3", "No entry of a drive that is gone", "hardware.device", "0"),
            ("max_devices", "Room for another passthrough device", "hardware.device", "2 of 128"),
            ("guest_id", "The guest's kind takes PCI hot plug", "guestId", "ubuntu64Guest"),
            ("question", "No question waits for an answer", "runtime.question", "0"),
            ("tasks", "No task runs on it", "recentTask", "0"),
            ("drs", "DRS leaves it where it is", "drsVmConfig", "off"),
            ("ha", "High availability does not restart it elsewhere", "dasVmConfig", "disabled"),
            ("wrong_host", "It runs on the host of its drives", "runtime.host", "yes"),
        )
    ),
    (
        "N9",
        "No snapshots",
        "VirtualMachine.snapshot",
        (
            Case(
                "warn",
                "it has snapshots, which passthrough devices do not support, and going back to one undoes the "
                "preparation",
                "1",
                "Delete its snapshots in vSphere.",
                every=9,
                first=3,
            ),
            Case("pass", "it has no snapshots", "0"),
        ),
    ),
)

GUEST_ROWS: Table = tuple(
    (
        id_,
        title,
        "guest: /sys/module",
        (
            Case(
                "pass",
                "Its kernel is {kernel}, pciehp yes, acpiphp yes, NVMe driver yes",
                "6.8.0-48-generic",
                values={"kernel": "6.8.0-48-generic"},
            ),
        ),
    )
    for id_, title in (
        ("Q6", "The guest's kernel supports hot plug of NVMe drives"),
        ("Q7", "The guest's kernel supports surprise removal of NVMe drives"),
        ("Q6", "The distribution supports NVMe hot plug"),
        ("V4", "The guest sees the drives of its VM"),
        ("lost", "Nothing in the guest uses a drive that is gone"),
        ("tools", "The guest has lspci"),
    )
)

REASONS = ("ssh: connect to host {name} port 22: Connection timed out", "The guest has no Python 3.9 or later.")


HELD = (
    ("L1", "One drive is hot-added per call", "Several drives become several calls."),
    ("L2", "One drive is hot-removed per call", "Several drives become several calls."),
    ("N7", "A drive leaves its VM before it is pulled", "The roles say when it is safe."),
)


def make_report(hosts: int, vms: int, drives: int = 4) -> dict[str, Any]:
    """A report of a fleet of which most is well.

    :param drives: of each host.
    """
    host_items = [_host(number, drives, vms) for number in range(hosts)]
    vm_items = [_vm(number, max(hosts, 1)) for number in range(vms)]
    return {
        "generated_at": "2026-11-26T05:40:12Z",
        "vcenters": ["vcenter.lab"],
        "hosts": host_items,
        "vms": vm_items,
        "held": [{"id": id_, "title": title, "enforced": enforced} for id_, title, enforced in HELD],
        "plan": None,
        "plan_lines": [],
        "summary": summary(host_items, vm_items),
    }


def summary(hosts: Iterable[Row], vms: Iterable[Row]) -> dict[str, dict[str, int]]:
    """How many are ready, not ready and unknown."""
    words = (("ready", "yes"), ("not_ready", "no"), ("unknown", "unknown"))
    kinds = (("hosts", list(hosts)), ("vms", list(vms)))
    return {kind: {name: sum(item["ready"] == word for item in items) for name, word in words} for kind, items in kinds}


def ready_of(rows: Iterable[Row]) -> str:
    """No with a fail; else unknown where not all is known; else yes."""
    statuses = {row["status"] for row in rows}
    return "no" if "fail" in statuses else "unknown" if statuses & {"unknown", "not_attested"} else "yes"


def lost_host(name: str, message: str) -> Row:
    """A host that could not be asked: of all its requirements nothing is known."""
    host = _host(0, 0, 0)
    for row in host["requirements"]:
        nothing = {"evidence": "It could not be read.", "evidence_template": "It could not be read."}
        row.update(status="unknown", value=None, evidence_values={}, remedy="", attested=None, **nothing)
    error = {
        "message": message,
        "code": "host_not_connected",
        "requirement": None,
        "host": name,
        "vm": None,
        "device": None,
        "fault": "HostNotConnected",
        "remedy": "Reconnect the host in vCenter, then ask again.",
    }
    return {**host, "inventory_name": name, "connection_state": "notResponding", "error": error, "ready": "unknown"}


def _host(number: int, drives: int, vms: int) -> Row:
    name = f"esxi-{number + 1:02d}.lab"
    uuid = f"189b6dad-43b7-0bb2-2e84-{0x6804D5CA0000 + number:012x}"
    rows = [_row(*entry, number, {"uuid": uuid}) for entry in HOST_ROWS]
    return {
        "inventory_name": name,
        "host": {"name": name, "moid": f"host-{1001 + number}"},
        "version": "8.0.3",
        "build": "24674464",
        "api_version": "8.0.3.0",
        "datacenter": "Lab",
        "connection_state": "connected",
        "in_maintenance_mode": number % 11 == 5,
        "maintenance_claim": {"claimed": False, "found": False, "vms": [], "run": None},
        "pinned_by": [],
        "error": None,
        "requirements": rows,
        "capabilities": [_capability(id_, title, rows) for id_, title in _CAPABILITIES],
        "drives": [_drive(number, place, vms) for place in range(drives)],
        "orphans": [],
        "ready": ready_of(rows),
    }


def _vm(number: int, hosts: int) -> Row:
    name = f"{('db', 'kafka', 'store')[number % 3]}-{number // 3 + 1:02d}"
    memory = 16384 * (1 + number % 4)
    values = {"memory": memory, "reserved": 0 if number % 8 == 2 else memory}
    rows = [_row(*entry, number, values) for entry in VM_ROWS]
    answered, asked = number % 6 != 4, number % 12 != 10
    guest_rows = [_row(*entry, number, {}) for entry in GUEST_ROWS] if answered else []
    reason = None if answered else REASONS[number % 2].format(name=name) if asked else "The VM is powered off."
    rows += guest_rows
    host = number % hosts
    return {
        "inventory_name": name,
        "vm": {"name": name, "moid": f"vm-{2001 + number}", "uuid": f"4220aabb-0000-4000-8000-{number:012x}"},
        "host": {"name": f"esxi-{host + 1:02d}.lab", "moid": f"host-{1001 + host}"},
        "power_state": "poweredOn" if asked else "poweredOff",
        "error": None,
        "requirements": rows,
        "drives": [{"address": "0000:d8:00.0", "serial": serial(host, 0), "slot": "1", "in_vm": True, "on_host": True}],
        "guest": {"asked": asked, "answered": answered, "reason": reason, "health": []},
        "ready": ready_of(rows),
    }


def serial(host: int, place: int) -> str:
    """The serial number of a drive."""
    return f"S64HNE0R{500100 + 16 * host + place}"


def _drive(host: int, place: int, vms: int) -> Row:
    enabled, owned = place % 4 != 3, place == 0 and host < vms
    vm = f"{('db', 'kafka', 'store')[host % 3]}-{host // 3 + 1:02d}"
    owner = {"name": vm, "moid": f"vm-{2001 + host}", "power_state": "poweredOn", "key": 13000, "label": "PCI device 0"}
    return {
        "address": f"0000:{0xD8 - place:02x}:00.0",
        "name": "NVMe SSD Controller PM173X",
        "vendor_device": "144d:a80a",
        "serial": serial(host, place),
        "slot": str(place + 1),
        "model": "SAMSUNG MZWLR3T8HBLS-00007",
        "passthrough": {"capable": True, "enabled": enabled, "active": enabled and place % 8 != 6, "pending": False},
        "held_by": [] if enabled else [{"kind": "vmfs", "name": f"local-{host + 1:02d}"}],
        "vm": {**owner, "pci_slot_number": 64} if owned else None,
    }


_CAPABILITIES = (
    ("C1", "Hot-add of a drive that was there at boot"),
    ("C2", "Hot-add of a drive inserted while the host runs"),
    ("C3", "Hot-remove"),
    ("C4", "Surprise removal"),
)


def _capability(id_: str, title: str, rows: Sequence[Row]) -> Row:
    needs = {"C2": "Q5", "C4": "Q5_surprise"}.get(id_)
    bad = [row for row in rows if row["status"] == "fail" or (row["id"] == needs and row["status"] == "not_attested")]
    fails = any(row["status"] == "fail" for row in bad)
    return {
        "id": id_,
        "title": title,
        "status": "fail" if fails else "unknown" if bad else "pass",
        "lacking": [row["id"] for row in bad],
    }


def _row(id_: str, title: str, source: str, cases: Sequence[Case], number: int, own: dict[str, Any]) -> Row:
    case = next(case for case in cases if case.concerns(number))
    values = {key: own.get(key, value) for key, value in case.values.items()}
    return {
        "id": id_,
        "title": title,
        "status": case.status,
        "value": case.value.format(**{**own, **values}) if case.value else None,
        "source": source,
        "evidence": case.template.format(**values),
        "evidence_template": case.template,
        "evidence_values": values,
        "remedy": case.remedy,
        "attested": ATTESTED if case.status == "attested" else None,
    }

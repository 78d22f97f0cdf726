# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of what a server tells of hosts and VMs, change by change."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import (
    ATTRIBUTE,
    Remembered,
    encode_memory,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.watched import (
    Drive,
    Entry,
    Fleet,
    WatchedHost,
    WatchedVm,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read import fleet_watch
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.watching import Change
from memory_vsphere import pci_device, vm_device
from pyVmomi import vim

D9 = "0000:d9:00.0"
HOST, VM = vim.HostSystem("host-1"), vim.VirtualMachine("vm-1")
CONNECTION, DRIVES, ENTRIES = "runtime.connectionState", "hardware.pciDevice", "config.hardware.device"

FIELD = vim.CustomFieldsManager.FieldDef(key=7, name=ATTRIBUTE, type=str, managedObjectType=vim.HostSystem)
REMEMBERED = vim.CustomFieldsManager.StringValue(key=7, value=encode_memory([Remembered("S9", D9, "144d:a80a")]))


class Told:
    """What a server tells: a list of changes for each wait."""

    def __init__(self, *waits: list[Change]) -> None:
        self.logins = 1
        self._waits = list(waits)

    def changes(self) -> Iterator[Change]:
        yield from self._waits.pop(0)


def change(obj: Any, values: dict[str, Any] | None = None, *, gone: bool = False, missing: str = "") -> Change:
    return Change(obj, gone, values or {}, {missing: "NoPermission"} if missing else {})


def last(monkeypatch: pytest.MonkeyPatch, *waits: list[Change]) -> Fleet | None:
    """What is known after the last of these."""
    told = Told(*waits)
    monkeypatch.setattr(fleet_watch, "Watching", lambda *_arguments: told)
    watch = fleet_watch.FleetWatch(SimpleNamespace(logins=1))  # type: ignore[arg-type]
    fleet = None
    for _wait in waits:
        fleet = watch.next()
    return fleet


def host(**more: Any) -> Change:
    others = [pci_device("0000:3b:00.0", classId=0x0200)]
    return change(HOST, {"name": "esxi-01", CONNECTION: "connected", DRIVES: [pci_device(D9), *others], **more})


def vm(**more: Any) -> Change:
    entries = [vim.vm.device.VirtualCdrom(key=3000), vm_device(0, D9)]
    values = {"name": "db%2f1", CONNECTION: "connected", "runtime.host": HOST, "runtime.powerState": "poweredOn"}
    return change(VM, {**values, ENTRIES: entries, **more})


def test_of_hosts_the_drives_and_of_vms_the_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = last(monkeypatch, [host(availableField=[FIELD], customValue=[REMEMBERED]), vm()])
    assert fleet == Fleet(
        {"host-1": WatchedHost("esxi-01", {D9: Drive("144d:a80a", "PM9A3", None, "S9")})},
        {"vm-1": WatchedVm("db/1", "host-1", True, (Entry(13000, D9, "144d:a80a"),))},
    )


@pytest.mark.parametrize(
    "blind",
    [
        change(HOST, {CONNECTION: "notResponding"}),
        change(HOST, {DRIVES: []}),
        change(HOST, {DRIVES: None}),
        change(HOST, missing=DRIVES),
    ],
    ids=["no contact", "no devices at all", "not set", "may not be read"],
)
def test_drives_that_cannot_be_told_are_not_gone(monkeypatch: pytest.MonkeyPatch, blind: Change) -> None:
    fleet = last(monkeypatch, [host()], [blind])
    assert fleet is not None
    assert fleet.hosts["host-1"].drives is None


def test_a_host_without_drives_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = last(monkeypatch, [host()], [change(HOST, {DRIVES: [pci_device("0000:3b:00.0", classId=0x0200)]})])
    assert fleet is not None
    assert fleet.hosts["host-1"].drives == {}


def test_a_vm_out_of_reach_and_one_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = last(monkeypatch, [vm()], [change(VM, {CONNECTION: "disconnected"})])
    assert lost is not None
    assert lost.vms["vm-1"].entries is None
    assert last(monkeypatch, [host(), vm()], [change(VM, gone=True), change(HOST, gone=True)]) == Fleet()


def test_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    assert last(monkeypatch, [host()], []) is None

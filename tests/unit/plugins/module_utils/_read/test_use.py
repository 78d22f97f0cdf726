# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users of a device that a lab does not have: raw device mappings, and a boot disk that only esxcli knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices, Lun
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._read import use
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import foreign_data_on, users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault
from pyVmomi import vim

MakeVm = Callable[..., Vm]
MakeDevice = Callable[..., HostDevice]
MakeView = Callable[..., HostDevices]

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
LUNS = {D8: (Lun("t10.d8", "uuid-d8", "/disks/t10.d8"),), D9: (Lun("t10.d9", "uuid-d9", "/disks/t10.d9"),)}
NO_SESSION: Any = None

DOUBT = Use("unknown", "the host does not tell which disk it boots from (the account needs Host.Config.Settings)")


NOT_BOOT = [{"Device": "t10.d8", "IsBootDevice": "false"}, {"Device": "t10.d9", "IsBootDevice": "false"}]


class Cli:
    """esxcli of the host: it answers ``storage core device list``, or fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *rows: dict[str, str], error: Exception | None = None) -> None:
        self.calls: list[str] = []
        self.rows, self.error = list(rows), error
        monkeypatch.setattr(use, "EsxCli", lambda *_arguments: self)

    def call(self, namespace: str, method: str) -> list[dict[str, str]]:
        self.calls.append(f"{namespace}.{method}")
        if self.error:
            raise self.error
        return self.rows


def uses(view: HostDevices) -> dict[str, tuple[Use, ...]]:
    return {address: device.uses for address, device in view.devices.items()}


def test_raw_device_mappings(
    monkeypatch: pytest.MonkeyPatch, make_vm: MakeVm, make_device: MakeDevice, make_view: MakeView
) -> None:
    Cli(monkeypatch, *NOT_BOOT)
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, luns=LUNS[D9]))
    found = users_on_host(NO_SESSION, view, [make_vm(), make_vm(name="db", raw_disks=("uuid-d9",))], [D8])
    assert uses(found) == {D8: (), D9: (Use("rdm", "db"),)}


def test_the_boot_disk_is_asked_for_once(
    monkeypatch: pytest.MonkeyPatch, make_device: MakeDevice, make_view: MakeView
) -> None:
    boot, other = {"Device": "t10.d8", "IsBootDevice": "true"}, {"Device": "t10.d9", "IsBootDevice": "false"}
    cli = Cli(monkeypatch, boot, other)
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, luns=LUNS[D9]))
    assert uses(users_on_host(NO_SESSION, view, [], [D8, D9])) == {D8: (Use("boot_disk", "t10.d8"),), D9: ()}
    assert cli.calls == ["storage.core.device.list"]


@pytest.mark.parametrize(
    "error",
    [
        None,
        CliFault("no such command"),
        DirectPathError("no answer", "esxcli_no_answer"),
        vim.fault.NoPermission(),
    ],
)
def test_without_an_answer_every_disk_may_be_the_boot_disk(
    monkeypatch: pytest.MonkeyPatch, make_device: MakeDevice, make_view: MakeView, error: Exception | None
) -> None:
    Cli(monkeypatch, {"Device": "t10.d8", "IsBootDevice": "false"}, error=error)
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, luns=LUNS[D9]))
    found = uses(users_on_host(NO_SESSION, view, [], [D8]))
    assert found == {D8: (DOUBT,) if error else (), D9: (DOUBT,)}


@pytest.mark.parametrize(
    "row", [{"Device": "t10.d8"}, {"Device": "t10.d8", "IsBootDevice": ""}, {"Device": "t10.d8", "IsBootDevice": "?"}]
)
def test_a_row_that_does_not_say_so_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, make_device: MakeDevice, make_view: MakeView, row: dict[str, str]
) -> None:
    Cli(monkeypatch, row)
    assert uses(users_on_host(NO_SESSION, make_view(make_device(D8, luns=LUNS[D8])), [], [D8])) == {D8: (DOUBT,)}


def test_system_volumes_elsewhere_do_not_tell_the_boot_disk(
    monkeypatch: pytest.MonkeyPatch, make_device: MakeDevice, make_view: MakeView
) -> None:
    """Boot banks, ESX-OSData and the boot disk are three questions."""
    cli = Cli(monkeypatch, {"Device": "t10.d8", "IsBootDevice": "true"}, NOT_BOOT[1])
    osdata = Use("boot", "OSDATA-1")
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, luns=LUNS[D9], uses=(osdata,)))
    assert uses(users_on_host(NO_SESSION, view, [], [D8])) == {D8: (Use("boot_disk", "t10.d8"),), D9: (osdata,)}
    assert cli.calls


@pytest.mark.parametrize(
    "drive",
    [
        pytest.param({"luns": ()}, id="no disk behind it"),
        pytest.param({"luns": LUNS[D9], "uses": (Use("vmfs", "local"),)}, id="in use anyway"),
    ],
)
def test_esxcli_is_spared_where_it_cannot_matter(
    monkeypatch: pytest.MonkeyPatch, make_device: MakeDevice, make_view: MakeView, drive: Any
) -> None:
    cli = Cli(monkeypatch)
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, **drive))
    assert users_on_host(NO_SESSION, view, [], [D9]) == view
    assert cli.calls == []


def test_a_disk_of_the_group_matters_too(
    monkeypatch: pytest.MonkeyPatch, make_device: MakeDevice, make_view: MakeView
) -> None:
    cli = Cli(monkeypatch, {"Device": "t10.d8", "IsBootDevice": "true"})
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, dependent=D8))
    assert uses(users_on_host(NO_SESSION, view, [], [D9]))[D8] == (Use("boot_disk", "t10.d8"),)
    assert cli.calls


class Manager:
    """HostStorageSystem and HostDatastoreSystem in one: what they answer, or the fault that they fail with."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[Any] = []

    def _answer(self, *arguments: Any) -> Any:
        self.asked.append(arguments)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    RetrieveDiskPartitionInfo = QueryUnresolvedVmfsVolumes = _answer


def table(disk: str, *partitions: tuple[int, str]) -> Any:
    attributes = [
        vim.host.DiskPartitionInfo.Partition(
            partition=number, type=kind, startSector=0, endSector=1, logical=False, attributes=0
        )
        for number, kind in partitions
    ]
    spec = vim.host.DiskPartitionInfo.Specification(partition=attributes)
    return vim.host.DiskPartitionInfo(deviceName=f"/vmfs/devices/disks/{disk}", spec=spec)


def copy_of_a_datastore(disk: str) -> Any:
    partition = vim.host.ScsiDisk.Partition(diskName=disk, partition=1)
    extent = vim.host.UnresolvedVmfsExtent(device=partition)
    return vim.host.UnresolvedVmfsVolume(vmfsLabel="old-ds", vmfsUuid="655f", extent=[extent])


NO_PARTITIONS = Use("unknown", "the host does not show partitions (the account may not ask it)")

EMPTY = (table("t10.d8"), table("t10.d9"))


def foreign(view: HostDevices, tables: Any = EMPTY, copies: Any = ()) -> dict[str, tuple[Use, ...]]:
    storage = None if tables is None else Manager(tables)
    return uses(foreign_data_on(storage, None if copies is None else Manager(copies), view, [D9]))


@pytest.mark.parametrize(
    ("tables", "copies", "expected"),
    [
        (EMPTY, [], ()),
        (EMPTY, None, (Use("unknown", "the host does not show copies of datastores (the account may not ask it)"),)),
        (None, [], (NO_PARTITIONS,)),
        (
            [table("t10.d8", (1, "vmfs"))],
            [],
            (NO_PARTITIONS,),
        ),
        (
            [table("t10.d9", (1, "linuxNative"), (2, "none"))],
            [],
            (Use("foreign", "partition 1 (linuxNative), 2 (of unknown type)"),),
        ),
        (EMPTY, [copy_of_a_datastore("t10.d8")], ()),
        (EMPTY, [copy_of_a_datastore("t10.d9")], (Use("foreign", "VMFS datastore old-ds (655f), not mounted"),)),
        (
            vim.fault.HostConfigFault(msg="I/O error"),
            [],
            (Use("unknown", "the host does not show partitions (HostConfigFault: I/O error)"),),
        ),
        (
            EMPTY,
            DirectPathError("It was lost.", "connection_lost"),
            (Use("unknown", "the host does not show copies of datastores (It was lost.)"),),
        ),
    ],
)
def test_data_that_the_host_does_not_use(
    make_device: MakeDevice, make_view: MakeView, tables: Any, copies: Any, expected: tuple[Use, ...]
) -> None:
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, luns=LUNS[D9]))
    assert foreign(view, tables, copies) == {D8: (), D9: expected}


def test_a_detached_disk_hides_what_is_on_it(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D9, luns=(Lun("t10.d9", "uuid-d9", "/disks/t10.d9", detached=True),)))
    storage, datastores = Manager([]), Manager([])
    found = foreign_data_on(storage, datastores, view, [D9])
    assert uses(found) == {D9: (Use("foreign", "the disk is detached, so that nobody sees what is on it"),)}
    assert storage.asked == []


@pytest.mark.parametrize("drive", [{"luns": ()}, {"luns": LUNS[D9], "uses": (Use("vmfs", "local"),)}])
def test_data_is_looked_for_only_where_it_decides(make_device: MakeDevice, make_view: MakeView, drive: Any) -> None:
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, **drive))
    storage, datastores = Manager([]), Manager([])
    assert foreign_data_on(storage, datastores, view, [D9]) == view
    assert storage.asked == datastores.asked == []


def test_the_partitions_of_a_whole_group_are_asked_for_at_once(make_device: MakeDevice, make_view: MakeView) -> None:
    view = make_view(make_device(D8, luns=LUNS[D8]), make_device(D9, luns=LUNS[D9], dependent=D8))
    storage = Manager([table("t10.d8", (1, "vmfs")), table("t10.d9")])
    found = uses(foreign_data_on(storage, Manager([]), view, [D9]))
    assert found == {D8: (Use("foreign", "partition 1 (vmfs)"),), D9: ()}
    assert [sorted(paths) for (paths,) in storage.asked] == [["/disks/t10.d8", "/disks/t10.d9"]]

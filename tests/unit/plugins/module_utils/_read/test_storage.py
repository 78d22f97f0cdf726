# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import Lun
from ansible_collections.directpath.nvme.plugins.module_utils._facts.nvme import Controller, Namespace
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._read.storage import (
    STORAGE_PATHS,
    HostStorage,
    storage_of,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from pyVmomi import vim

ADDRESS = "0000:d9:00.0"
DISK = "t10.NVMe____drive"


@dataclass
class Drive:
    """An NVMe drive with one namespace, as a host describes it."""

    address: str = ADDRESS
    disk: str = DISK
    adapter: str = "vmhba3"
    serial: str = "S01D9"
    namespaces: int = 1
    listed: bool = True
    in_topology: bool = True
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def hba(self) -> Any:
        return vim.host.PcieHba(key=f"key-{self.adapter}", device=self.adapter, pci=self.address)

    @property
    def lun(self) -> Any:
        return vim.host.ScsiDisk(
            key=f"lun-{self.disk}", uuid=f"uuid-{self.disk}", canonicalName=self.disk, **self.facts
        )

    @property
    def topology(self) -> Any:
        seen = [vim.host.ScsiTopology.Lun(scsiLun=f"lun-{self.disk}")] if self.in_topology else []
        target = vim.host.ScsiTopology.Target(lun=seen)
        return vim.host.ScsiTopology.Interface(adapter=f"key-{self.adapter}", target=[target])

    @property
    def controller(self) -> Any:
        namespaces = [
            vim.host.NvmeNamespace(name=f"{self.disk}-{number}", id=number, blockSize=512, capacityInBlocks=8)
            for number in range(1, self.namespaces + 1)
        ]
        return vim.host.NvmeController(
            associatedAdapter=f"key-{self.adapter}",
            serialNumber=f"{self.serial}  ",
            model="PM9A3   ",
            firmwareVersion="1.0.3   ",
            attachedNamespace=namespaces,
        )


def properties(
    *drives: Drive, without: Sequence[str] = (), missing: dict[str, str] | None = None, **more: Any
) -> ObjectProperties:
    topology = vim.host.ScsiTopology(adapter=[drive.topology for drive in drives])
    interfaces = [vim.host.NvmeTopology.Interface(connectedController=[drive.controller]) for drive in drives]
    values = {
        "config.storageDevice.hostBusAdapter": [drive.hba for drive in drives],
        "config.storageDevice.scsiLun": [drive.lun for drive in drives if drive.listed],
        "config.storageDevice.scsiTopology": topology,
        "config.storageDevice.nvmeTopology": vim.host.NvmeTopology(adapter=interfaces),
        **{name.replace("__", "."): value for name, value in more.items()},
    }
    return ObjectProperties(None, {path: value for path, value in values.items() if path not in without}, missing or {})


def read(*drives: Drive, **more: Any) -> HostStorage:
    return storage_of(properties(*drives, **more))


def uses(*drives: Drive, **more: Any) -> tuple[Use, ...]:
    return read(*drives, **more).uses[ADDRESS]


def mount(name: str, *disks: str) -> Any:
    extents = [vim.host.ScsiDisk.Partition(diskName=disk, partition=1) for disk in disks]
    return vim.host.FileSystemMountInfo(volume=vim.host.VmfsVolume(name=name, extent=extents))


def disk(name: str) -> Any:
    return vim.host.ScsiDisk(canonicalName=name)


def test_a_drive_that_nobody_uses() -> None:
    storage = read(Drive())
    assert storage.uses == {ADDRESS: ()}
    assert storage.luns == {ADDRESS: (Lun(DISK, f"uuid-{DISK}", f"/vmfs/devices/disks/{DISK}"),)}
    assert storage.serials == {ADDRESS: "S01D9"}


def test_what_its_driver_tells_of_a_drive() -> None:
    namespaces = (Namespace(1, f"{DISK}-1", 4096), Namespace(2, f"{DISK}-2", 4096))
    controller = read(Drive(namespaces=2)).controllers[ADDRESS]
    assert controller == Controller("vmhba3", "PM9A3", "1.0.3", namespaces)
    assert controller.capacity_bytes == 8192
    assert read(Drive(namespaces=0)).controllers[ADDRESS].capacity_bytes is None


def test_an_adapter_whose_controller_the_host_does_not_show() -> None:
    storage = read(Drive(), without=["config.storageDevice.nvmeTopology"])
    assert storage.controllers == {ADDRESS: Controller("vmhba3")}
    assert storage.serials == {}


@pytest.mark.parametrize("name", ["datastore1", "nvme-osdata"])
def test_a_datastore_extent(name: str) -> None:
    mounts = [mount("elsewhere", "other"), mount(name, "other", DISK)]
    assert uses(Drive(), config__fileSystemVolume__mountInfo=mounts) == (Use("vmfs", name),)


@pytest.mark.parametrize("name", ["OSDATA-655f0a1c", "LOCKER-655f0a1c", "BOOTBANK1", "bootbank2"])
def test_the_disk_with_the_system_volumes(name: str) -> None:
    storage = read(Drive(), config__fileSystemVolume__mountInfo=[mount(name, DISK)])
    assert storage.uses[ADDRESS] == (Use("boot", name),)


def test_volumes_without_extents_use_no_disk() -> None:
    nfs = vim.host.FileSystemMountInfo(volume=vim.host.NasVolume(name="OSDATA-on-nfs"))
    storage = read(Drive(), config__fileSystemVolume__mountInfo=[nfs])
    assert storage.uses[ADDRESS] == ()


@pytest.mark.parametrize(
    "info",
    [
        {"diskMapping": [vim.vsan.host.DiskMapping(ssd=disk(DISK), nonSsd=[disk("other")])]},
        {"diskMapping": [vim.vsan.host.DiskMapping(ssd=disk("cache"), nonSsd=[disk("other"), disk(DISK)])]},
        {
            "diskMapInfo": [
                vim.vsan.host.DiskMapInfo(
                    mapping=vim.vsan.host.DiskMapping(ssd=disk(DISK), nonSsd=[disk("other")]), mounted=False
                )
            ]
        },
    ],
)
def test_disks_of_vsan_osa(info: dict[str, Any]) -> None:
    storage_info = vim.vsan.host.ConfigInfo.StorageInfo(**info)
    assert uses(Drive(), config__vsanHostConfig__storageInfo=storage_info) == (Use("vsan", DISK),)


def test_disks_of_vsan_esa() -> None:
    claimed = Drive(facts={"vsanDiskInfo": vim.vsan.host.VsanDiskInfo(vsanUuid="x", formatVersion=17)})
    assert uses(claimed) == (Use("vsan", DISK),)


def test_the_coredump_partition() -> None:
    partition = vim.host.ScsiDisk.Partition(diskName=DISK, partition=7)
    diagnostic = vim.host.DiagnosticPartition(id=partition)
    assert uses(Drive(), config__activeDiagnosticPartition=diagnostic) == (Use("coredump", DISK),)


@pytest.mark.parametrize(("used", "expected"), [(True, (Use("memory_tiering", DISK),)), (False, ()), (None, ())])
def test_memory_tiering(used: bool | None, expected: tuple[Use, ...]) -> None:
    assert uses(Drive(facts={"usedByMemoryTiering": used})) == expected


def test_several_users_are_all_named_once() -> None:
    partition = vim.host.ScsiDisk.Partition(diskName=DISK, partition=7)
    found = uses(
        Drive(),
        config__fileSystemVolume__mountInfo=[mount("OSDATA-1", DISK, DISK), mount("local", DISK)],
        config__activeDiagnosticPartition=vim.host.DiagnosticPartition(id=partition),
    )
    assert found == (Use("boot", "OSDATA-1"), Use("vmfs", "local"), Use("coredump", DISK))


@pytest.mark.parametrize("path", STORAGE_PATHS)
def test_what_may_not_be_read_leaves_no_drive_unheld(path: str) -> None:
    storage = read(Drive(), without=[path], missing={path: "NoPermission"})
    if path == "config.storageDevice.hostBusAdapter":
        # Without adapters there are no drives here at all; HostDevices judges those.
        assert storage.uses == {}
    else:
        assert Use("unknown", f"the host does not show {path}") in storage.uses[ADDRESS]


def test_a_disk_that_is_not_listed() -> None:
    (doubt,) = uses(Drive(listed=False))
    assert doubt == Use("unknown", f"its disk lun-{DISK} is not among the host's")


def test_namespaces_that_are_not_seen() -> None:
    (doubt,) = uses(Drive(namespaces=2))
    assert doubt == Use("unknown", "only 1 of its 2 namespaces are seen as disks")


def test_a_drive_without_namespaces_holds_nothing() -> None:
    assert uses(Drive(namespaces=0, in_topology=False)) == ()


@pytest.mark.parametrize(
    "without",
    [
        ["config.storageDevice.nvmeTopology", "config.storageDevice.scsiTopology"],
        ["config.storageDevice.nvmeTopology"],
    ],
)
def test_an_adapter_behind_which_nothing_shows(without: list[str]) -> None:
    drive = Drive(in_topology=False)
    (doubt,) = uses(drive, without=without)
    assert doubt == Use("unknown", "the host does not show what is behind its adapter")


def test_without_the_nvme_topology_the_disks_tell() -> None:
    storage = read(Drive(), without=["config.storageDevice.nvmeTopology"])
    assert storage.uses == {ADDRESS: ()}
    assert storage.serials == {}


def test_a_device_with_two_adapters() -> None:
    first, second = Drive(), Drive(adapter="vmhba4", disk="other")
    storage = read(first, second, config__fileSystemVolume__mountInfo=[mount("local", DISK)])
    assert [lun.canonical_name for lun in storage.luns[ADDRESS]] == [DISK, "other"]
    assert storage.uses[ADDRESS] == (Use("vmfs", "local"),)


def test_adapters_without_a_pci_address_are_none_of_ours() -> None:
    iscsi = properties(Drive())
    iscsi.values["config.storageDevice.hostBusAdapter"] += [vim.host.InternetScsiHba(key="iscsi", device="vmhba64")]
    assert set(storage_of(iscsi).uses) == {ADDRESS}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users of drives that the properties of a host do not show. Sources add up: none makes another one needless."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices, Lun
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault, EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, describe_fault
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session


def users_on_host(
    session: Session, view: HostDevices, vms: Sequence[Vm], judged: Iterable[str], cli: EsxCli | None = None
) -> HostDevices:
    """The same host with the users that its properties do not show: raw device mappings and the boot disk.

    :param judged: addresses of the devices that matter. Which disk the host boots from costs two calls, so it is asked
        only if one of them has disks, itself or by a device that changes hands with it, and no other user is known.
    :param cli: where the host was asked before, which saves a call.
    """
    view = mapped_on_host(view, vms)
    if any(_disks(view, address) for address in judged if not _known_user(view, address)):
        boot_disks = _boot_disks(cli or EsxCli(session, view.host.moid, view.host.name))
        view = _with_uses(view, lambda lun: _boot_use(boot_disks, lun))
    return view


def mapped_on_host(view: HostDevices, vms: Sequence[Vm]) -> HostDevices:
    """The same host with the raw device mappings of its VMs as users."""
    mapped = {uuid: vm.name for vm in vms for uuid in vm.raw_disks}
    return _with_uses(view, lambda lun: [Use("rdm", mapped[lun.uuid])] if lun.uuid in mapped else [])


def boot_disk_not_asked(view: HostDevices) -> HostDevices:
    """The same host, where nobody asked which disk it boots from: each without a known user may be it."""
    free = {lun for address in view.devices if not _known_user(view, address) for lun in view.devices[address].luns}
    return _with_uses(view, lambda lun: [_BOOT_NOT_ASKED] if lun in free else [])


_BOOT_NOT_ASKED = Use("unknown", "whether the host boots from it was not asked (nvme_device_info asks)")


def foreign_data_on(storage: Any, datastores: Any, view: HostDevices, judged: Iterable[str]) -> HostDevices:
    """The same host with the data on its disks that ESXi does not use: copies of datastores, foreign partitions.

    Nobody sees such data in vSphere, and whoever gets the drive overwrites it. This costs two calls.

    :param storage: HostStorageSystem; ``datastores`` HostDatastoreSystem; None where the account may not see it.
    :param judged: addresses of the devices that are about to be taken; only those without a known user are asked for.
    """
    open_to_all = [address for address in judged if not _known_user(view, address)]
    disks = {lun.canonical_name: lun for address in open_to_all for lun in _disks(view, address)}
    if not disks:
        return view
    luns = list(disks.values())
    found = [*_detached(luns), *_copies(datastores, luns), *_partitions(storage, luns)]
    # A copy may lie on other disks as well, which nobody is about to take.
    return _with_uses(view, lambda lun: [use for disk, use in found if disk == lun.canonical_name and disk in disks])


def _known_user(view: HostDevices, address: str) -> bool:
    """A doubt is no user: what it leaves open is asked for all the same."""
    uses = [use for device in view.group(view.devices[address]) for use in device.uses]
    return any(use.kind not in ("unknown", "no_adapter") for use in uses)


def _disks(view: HostDevices, address: str) -> list[Lun]:
    """The disks behind a device and those that change hands with it."""
    return [lun for device in view.group(view.devices[address]) for lun in device.luns]


def _with_uses(view: HostDevices, uses_of: Callable[[Lun], Sequence[Use]]) -> HostDevices:
    devices = {
        address: replace(device, uses=(*device.uses, *(use for lun in device.luns for use in uses_of(lun))))
        for address, device in view.devices.items()
    }
    return replace(view, devices=devices)


def _boot_disks(cli: EsxCli) -> dict[str, str]:
    """Canonical name -> ``true`` or ``false``, as esxcli tells; nothing if the host cannot say."""
    try:
        rows = cli.call("storage.core.device", "list")
    except (CliFault, DirectPathError, SERVER_FAULT):
        return {}
    return {row.get("Device", ""): row.get("IsBootDevice", "").strip().lower() for row in rows}


def _boot_use(boot_disks: Mapping[str, str], lun: Lun) -> list[Use]:
    told = boot_disks.get(lun.canonical_name)
    if told == "false":
        return []
    if told == "true":
        return [Use("boot_disk", lun.canonical_name)]
    return [Use("unknown", "the host does not tell which disk it boots from (the account needs Host.Config.Settings)")]


def _detached(luns: Sequence[Lun]) -> list[tuple[str, Use]]:
    text = "the disk is detached, so that nobody sees what is on it"
    return [(lun.canonical_name, Use("foreign", text)) for lun in luns if lun.detached]


def _copies(datastores: Any, luns: Sequence[Lun]) -> list[tuple[str, Use]]:
    """VMFS volumes that the host sees and has not mounted, by canonical name of each disk that they lie on."""
    if datastores is None:
        return _not_shown(luns, "copies of datastores")
    try:
        volumes = datastores.QueryUnresolvedVmfsVolumes() or []
    except (DirectPathError, SERVER_FAULT) as error:
        return _not_shown(luns, "copies of datastores", error)
    return [
        (extent.device.diskName, Use("foreign", f"VMFS datastore {volume.vmfsLabel} ({volume.vmfsUuid}), not mounted"))
        for volume in volumes
        for extent in volume.extent
    ]


def _partitions(storage: Any, luns: Sequence[Lun]) -> list[tuple[str, Use]]:
    """Partitions of disks that no use is known of. What a detached disk has cannot be asked."""
    asked = [lun for lun in luns if not lun.detached]
    if not asked:
        return []
    if storage is None:
        return _not_shown(asked, "partitions")
    try:
        tables = storage.RetrieveDiskPartitionInfo([lun.path for lun in asked]) or []
    except (DirectPathError, SERVER_FAULT) as error:
        return _not_shown(asked, "partitions", error)
    by_name = {table.deviceName.rpartition("/")[2]: table.spec.partition or [] for table in tables}
    found = []
    for lun in asked:
        if lun.canonical_name not in by_name:
            found += _not_shown([lun], "partitions")
        elif by_name[lun.canonical_name]:
            listed = ", ".join(_partition(item) for item in by_name[lun.canonical_name])
            found.append((lun.canonical_name, Use("foreign", f"partition {listed}")))
    return found


def _partition(item: Any) -> str:
    """``1 (vmfs)``; the API has a word for few types, and otherwise the GUID that the partition table has."""
    known = item.type if item.type not in (None, "", "none") else item.guid
    return f"{item.partition} ({known or 'of unknown type'})"


def _not_shown(luns: Sequence[Lun], what: str, error: Exception | None = None) -> list[tuple[str, Use]]:
    reason = str(error) if isinstance(error, DirectPathError) else describe_fault(error) if error else ""
    text = f"the host does not show {what} ({reason or 'the account may not ask it'})"
    return [(lun.canonical_name, Use("unknown", text)) for lun in luns]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users of drives that the properties of a host do not show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import Use
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault, EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vmodl
except ImportError:
    pass


def users_on_host(session: Session, view: HostDevices, vms: Sequence[Vm], judged: Iterable[str]) -> HostDevices:
    """The same view with the users that the host's properties do not show: raw device mappings and the boot disk.

    :param judged: addresses of the devices that matter. The boot disk is asked for only if one of them, or a device
        that changes hands with it, has disks and no property told which disk it is: that costs calls.
    """
    group = {other.pci.address: other for address in judged for other in view.group(view.devices[address])}
    if not view.boot_disk_known and any(device.luns for device in group.values()):
        view = _with_boot_disk(session, view)
    mapped = {uuid: vm.name for vm in vms for uuid in vm.raw_disks}
    devices = dict(view.devices)
    for address, device in view.devices.items():
        for lun in device.luns:
            if lun.uuid in mapped:
                devices[address] = devices[address].with_use(Use("rdm", mapped[lun.uuid]))
    return replace(view, devices=devices)


def _with_boot_disk(session: Session, view: HostDevices) -> HostDevices:
    """Ask esxcli for the boot disk, where no system volume told it. If the host cannot say, every disk may be it."""
    boot_disks: dict[str, bool] = {}
    try:
        rows = EsxCli(session, view.host.moid, view.host.name).call("storage.core.device", "list")
        boot_disks = {row.get("Device", ""): row.get("IsBootDevice", "").lower() == "true" for row in rows}
    except (CliFault, DirectPathError, vmodl.MethodFault):
        boot_disks = {}
    devices = dict(view.devices)
    for address, device in view.devices.items():
        for lun in device.luns:
            is_boot = boot_disks.get(lun.canonical_name)
            if is_boot is None:
                doubt = "the host does not tell which disk it boots from"
                devices[address] = devices[address].with_use(Use("unknown", doubt))
            elif is_boot:
                devices[address] = devices[address].with_use(Use("boot", lun.canonical_name))
    return replace(view, devices=devices)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nvme_device_info reports. It reads and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners, VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._operations.fleet import for_each
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import orphan_row, owner_row
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_devices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import objections
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import read_host_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import read_vms_on
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Read the NVMe devices of the selected hosts and the VMs on them."""
    selectors = parse_selectors(params["devices"] or [])
    refs = find_hosts(session, params)
    hosts = read_host_devices(session, refs)
    for host in hosts:
        require_usable_devices(host)
    now = read_vms_on(session, refs)

    def report(host: HostDevices) -> dict[str, Any]:
        vms = now[host.host.moid].vms
        judged = users_on_host(session, host, vms.vms, [device.pci.address for device in host.nvme()])
        return _host_result(judged, selectors, vms)

    return Outcome({"changed": False, "hosts": for_each(hosts, report)})


def _host_result(view: HostDevices, selectors: Sequence[Selector], on_host: VmsOnHost) -> dict[str, Any]:
    # A device is shown with the VM that runs with it; one that is off may have an entry for it as well.
    by_power = sorted(on_host.vms, key=lambda vm: not vm.powered_on)
    entries = [(vm, entry) for vm in by_power for entry in vm.devices if entry.address]
    owners = on_host.owners()
    wanted = [
        device
        for device in view.nvme()
        if not selectors or any(selector.judge(device.identity) for selector in selectors)
    ]
    return {
        "host": view.host.identity,
        "devices": [_device_result(view, device, entries, owners) for device in wanted],
        "orphans": [orphan_row(vm, entry) for vm, entry in entries if not view.device_behind(entry, vm.powered_on)],
    }


def _device_result(
    view: HostDevices, device: HostDevice, entries: Sequence[tuple[Vm, VmPciDevice]], owners: Owners
) -> dict[str, Any]:
    address = device.pci.address
    owner = next(
        (owner_row(vm, entry) for vm, entry in entries if view.device_behind(entry, vm.powered_on) == device), None
    )
    return {
        "address": address,
        "name": device.pci.name,
        "vendor_device": device.pci.vendor_device,
        "serial": device.serial,
        "slot": device.label,
        "passthrough": {
            "capable": device.capable,
            "enabled": device.enabled,
            "active": device.active,
            "pending": device.pending,
        },
        "held_by": [{"kind": use.kind, "name": use.name} for use in device.uses],
        "group": [other.pci.address for other in view.group(device)],
        "objections": objections(view, device, owners),
        "vm": owner,
    }

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nvme_device_info reports. It reads and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import known_drives
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import memory_rows, serial_of_entry
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._operations.fleet import for_each
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_rows import device_row, orphan_row, owner_row
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_devices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import objections
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import read_host_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import Listed, with_listing
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import read_vms_on
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Read the NVMe devices of the selected hosts and the VMs on them."""
    selectors = parse_selectors(params["devices"] or [])
    refs = find_hosts(session, params)
    hosts = read_host_devices(session, refs, known_drives(params["known_drives"]))
    for host in hosts:
        require_usable_devices(host)
    now = read_vms_on(session, refs)

    def report(host: HostDevices) -> dict[str, Any]:
        vms = now[host.host.moid].vms
        # Slots may speak against what is remembered, so that they come first.
        cli = EsxCli(session, host.host.moid, host.name)
        listed = with_listing(cli, host)
        judged = users_on_host(session, listed.view, vms.vms, [device.pci.address for device in host.nvme()], cli)
        return _host_result(replace(listed, view=judged), selectors, vms)

    return Outcome({"changed": False, "hosts": for_each(hosts, report)})


def _host_result(listed: Listed, selectors: Sequence[Selector], on_host: VmsOnHost) -> dict[str, Any]:
    view = listed.view
    # A device is shown with the VM that runs with it; one that is off may have an entry for it as well.
    by_power = sorted(on_host.vms, key=lambda vm: not vm.powered_on)
    entries = [(vm, entry) for vm in by_power for entry in vm.devices if entry.address]
    owners = on_host.owners()

    def row(device: HostDevice) -> dict[str, Any]:
        return {
            **device_row(device, listed.listing.get(device.pci.address)),
            "group": [other.pci.address for other in view.group(device)],
            "objections": objections(view, device, owners),
            "vm": _owner(view, device, entries),
        }

    answers = [(device, [selector.judge(device.identity) for selector in selectors]) for device in view.nvme()]
    return {
        "host": view.host.identity,
        "devices": [row(device) for device, meant in answers if not selectors or any(meant)],
        # Whoever looks for a drive has to see of which nobody can tell.
        "candidates": [row(device) for device, meant in answers if None in meant and not any(meant)],
        "orphans": [
            orphan_row(vm, entry, serial_of_entry(view, entry, None))
            for vm, entry in entries
            if not view.device_behind(entry, vm.powered_on)
        ],
        "memory": memory_rows(view),
        "unreadable": _unreadable(listed),
    }


def _owner(view: HostDevices, device: HostDevice, entries: Sequence[tuple[Vm, VmPciDevice]]) -> dict[str, Any] | None:
    return next(
        (owner_row(vm, entry) for vm, entry in entries if view.device_behind(entry, vm.powered_on) == device), None
    )


def _unreadable(listed: Listed) -> list[str]:
    """What of the host could not be read, a line each, so that what it would have told is null."""
    error = listed.view.memory.unread
    return [
        *([f"esxcli hardware pci list: {listed.unread}"] if listed.unread else []),
        *([f"what is remembered of its drives: {error}"] if error else []),
    ]

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What nvme_device_info reports. It reads and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import known_drives
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import memory_rows
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._operations.fleet import for_each
from ansible_collections.directpath.nvme.plugins.module_utils._plan.host_rows import HostRows
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_devices
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
    rows = HostRows(view, listed.listing, on_host)
    answers = [(device, [selector.judge(device.identity) for selector in selectors]) for device in view.nvme()]
    return {
        "host": view.host.identity,
        "devices": [rows.row(device) for device, meant in answers if not selectors or any(meant)],
        # Whoever looks for a drive has to see of which nobody can tell.
        "candidates": [rows.row(device) for device, meant in answers if None in meant and not any(meant)],
        "orphans": rows.orphans(),
        "memory": memory_rows(view),
        "unreadable": _unreadable(listed),
    }


def _unreadable(listed: Listed) -> list[str]:
    """What of the host could not be read, a line each, so that what it would have told is null."""
    error = listed.view.memory.unread
    return [
        *([f"esxcli hardware pci list: {listed.unread}"] if listed.unread else []),
        *([f"what is remembered of its drives: {error}"] if error else []),
    ]

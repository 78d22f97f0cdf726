# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passthrough of NVMe devices on hosts: read, plan, toggle, read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, combined
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered, known_drives, moment
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import parse_address
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._operations.fleet import for_each
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough import plan_passthrough
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import HostToggle, choose_devices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.plan import Plan
from ansible_collections.directpath.nvme.plugins.module_utils._plan.selection_errors import lists_drives
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import read_host_pci, with_storage
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import Slots
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import foreign_data_on, users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import HostNow, read_vms_on
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.passthrough import set_passthrough, what_failed
from ansible_collections.directpath.nvme.plugins.module_utils._write.remember import remember_taken

try:
    from pyVmomi import vim
except ImportError:
    pass


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Toggle passthrough of the selected devices on every selected host.

    All hosts are read and judged before the first is written; the hosts that need it are written at the same time.
    """
    selectors = parse_selectors(params["devices"])
    allowed = {parse_address(text) for text in params["allow_foreign_data"] or []}
    known = known_drives(params["known_drives"])
    hosts = read_host_pci(session, find_hosts(session, params), known)
    for host in hosts:
        require_usable_devices(host)
    chosen = _choose(session, hosts, selectors, params)
    warnings = chosen.admit(check_mode)
    now = _read_now(session, chosen.steps)
    toggles = _with_users(session, chosen.steps, now)
    plan = plan_passthrough(toggles, allowed)
    warnings += plan.admit(check_mode)
    if check_mode or not plan.steps:
        return _outcome(toggles, [toggle.predict(params["apply_now"]) for toggle in toggles], warnings)
    moment_before = moment(session.server_time())
    for untold in for_each(plan.steps, lambda toggle: remember_taken(session, toggle, moment_before)):
        warnings += untold
    errors = for_each(
        plan.steps,
        lambda toggle: set_passthrough(now[toggle.host.host.moid].passthrough, toggle, params["apply_now"]),
    )
    after = _read_back(session, toggles, known)
    judged = [what_failed(toggle, error, after.get(toggle.host.host.moid)) for toggle, error in zip(plan.steps, errors)]
    failures = [failure for failure in judged if failure]
    outcome = _outcome(toggles, list(after.values()), warnings)
    if failures:
        raise combined(failures, len(toggles), **outcome.result)
    return outcome


def _choose(
    session: Session, hosts: Sequence[HostDevices], selectors: Sequence[Selector], params: dict[str, Any]
) -> Plan[HostToggle]:
    """What the selectors mean, by what they are judged by: the host's storage tells serial numbers, esxcli slots.

    Where a message lists drives, both are read for it.
    """
    slots = Slots(session)
    expected = params["state"] == "enabled", params["expect_count"], params["fail_on_missing"]
    read = with_storage(session, hosts) if any(selector.serial for selector in selectors) else hosts
    read = for_each(read, lambda host: slots.where_needed(host, selectors))
    chosen = choose_devices(read, selectors, *expected)
    if not lists_drives(chosen.obstacles):
        return chosen
    return choose_devices(for_each(with_storage(session, read), slots.of), selectors, *expected)


def _refs(session: Session, toggles: Sequence[HostToggle]) -> list[Any]:
    return [session.object(vim.HostSystem, toggle.host.host.moid) for toggle in toggles]


def _read_now(session: Session, toggles: Sequence[HostToggle]) -> Mapping[str, HostNow]:
    """The VMs of the hosts on which something is to be judged, as late as possible before the write."""
    judged = [toggle for toggle in toggles if toggle.judged]
    return read_vms_on(session, _refs(session, judged)) if judged else {}


def _with_users(session: Session, toggles: Sequence[HostToggle], now: Mapping[str, HostNow]) -> list[HostToggle]:
    """The same hosts with all users of what is to be judged; several are asked at a time.

    What a host uses is no reason to keep passthrough on, so its storage is read only where it is to be enabled.
    """
    taking = [toggle.host for toggle in toggles if toggle.judged and toggle.enable]
    completed = {host.host.moid: host for host in with_storage(session, taking)}

    def look(toggle: HostToggle) -> HostToggle:
        if not toggle.judged:
            return toggle
        around = now[toggle.host.host.moid]
        host = completed.get(toggle.host.host.moid, toggle.host)
        if toggle.enable:
            host = users_on_host(session, host, around.vms.vms, toggle.judged)
            # What waits for a reboot was judged when it was enabled; a reboot judges who uses it, not what is on it.
            host = foreign_data_on(around.storage, around.datastores, host, toggle.writes)
        return replace(toggle, host=host, owners=around.vms.owners())

    return for_each(toggles, look)


def _read_back(session: Session, toggles: Sequence[HostToggle], known: Sequence[Remembered]) -> dict[str, HostDevices]:
    """The hosts after the writes, by MoID: those that were written to are read again.

    One of them that left the inventory meanwhile is missing.
    """
    written = [toggle for toggle in toggles if toggle.writes]
    untouched = {toggle.host.host.moid: toggle.host for toggle in toggles if not toggle.writes}
    try:
        again = {host.host.moid: host for host in read_host_pci(session, _refs(session, written), known)}
        return {**untouched, **again}
    except (DirectPathError, SERVER_FAULT) as cause:
        error = cause if isinstance(cause, DirectPathError) else unforeseen(cause, session.server)
        names = ", ".join(toggle.host.name for toggle in written)
        raise error.adding(f"The passthrough of {names} may have been changed before.", {"changed": True}) from cause


def _outcome(toggles: Sequence[HostToggle], after: Sequence[HostDevices], warnings: list[str]) -> Outcome:
    found = {host.host.moid: host for host in after}
    present = [toggle for toggle in toggles if toggle.host.host.moid in found]
    hosts = [_host_result(toggle, found[toggle.host.host.moid]) for toggle in present]
    return Outcome(
        result={
            "changed": any(host["changed"] for host in hosts),
            "reboot_required": any(host["reboot_required"] for host in hosts),
            "hosts": hosts,
        },
        before={toggle.host.name: _diff_side(toggle, toggle.host) for toggle in toggles},
        after={toggle.host.name: _diff_side(toggle, found[toggle.host.host.moid]) for toggle in present},
        warnings=warnings,
    )


def _host_result(toggle: HostToggle, after: HostDevices) -> dict[str, Any]:
    devices = [
        _device_result(toggle.host.devices[address], after.devices[address])
        for address in toggle.matches
        if address in after.devices
    ]
    return {
        "host": toggle.host.host.identity,
        "changed": any(device["changed"] for device in devices),
        "reboot_required": any(device["pending"] for device in devices),
        "count": len(toggle.matches),
        "missing": [selector.as_dict() for selector in toggle.missing],
        "devices": devices,
    }


def _device_result(before: HostDevice, after: HostDevice) -> dict[str, Any]:
    return {
        "address": after.pci.address,
        "name": after.pci.name,
        "vendor_device": after.pci.vendor_device,
        "class_id": f"{after.pci.class_id:04x}",
        "serial": before.serial,
        "enabled": after.enabled,
        "active": after.active,
        "pending": after.pending,
        "changed": before.enabled != after.enabled,
    }


def _diff_side(toggle: HostToggle, host: HostDevices) -> dict[str, Any]:
    return {
        address: {"passthruEnabled": host.devices[address].enabled, "passthruActive": host.devices[address].active}
        for address in toggle.matches
        if address in host.devices
    }

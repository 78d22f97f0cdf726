# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passthrough of NVMe devices on hosts: read, guard, toggle, read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import owners_by_address
from ansible_collections.directpath.nvme.plugins.module_utils._operations.fleet import combined, for_each
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough import (
    HostPlan,
    plan_passthrough,
    refuse_missing,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_devices
from ansible_collections.directpath.nvme.plugins.module_utils._plan.use_on_host import (
    refuse_if_about_to_be_taken,
    refuse_if_held,
    refuse_if_in_vm,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import read_host_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import read_vms_on
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import describe_fault, fault_name
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Toggle passthrough of the selected devices on every selected host.

    All hosts are read and judged before the first is written; the hosts that need it are written at the same time.
    """
    selectors = parse_selectors(params["devices"])
    enable = params["state"] == "enabled"
    views = read_host_devices(session, find_hosts(session, params))
    for view in views:
        require_usable_devices(view)
    plans = plan_passthrough(views, selectors, enable, params["expect_count"])
    refuse_missing(plans, params["fail_on_missing"])
    _guard(session, [plan for plan in plans if plan.writes or plan.awaited], enable)
    to_write = [plan for plan in plans if plan.writes]
    if check_mode or not to_write:
        return _outcome(plans, [plan.predict(enable, params["apply_now"]) for plan in plans])
    errors = for_each(to_write, lambda plan: _write(plan, enable, params["apply_now"]))
    after = _read_back(session, plans)
    judged = [_failure(plan, error, after.get(plan.view.host.moid), enable) for plan, error in zip(to_write, errors)]
    failures = [failure for failure in judged if failure]
    outcome = _outcome(plans, list(after.values()))
    if failures:
        raise combined(failures, len(plans), **outcome.result)
    return outcome


def _guard(session: Session, plans: Sequence[HostPlan], enable: bool) -> None:
    """Refuse the whole task if one device is in use. The VMs are read here, as late as possible before the write."""
    vms = read_vms_on(session, _refs(session, plans)) if plans else []
    failures: list[DirectPathError] = []
    for plan in plans:
        mine = [vm for vm in vms if vm.host_moid == plan.view.host.moid]
        owners = owners_by_address(mine)
        view = users_on_host(session, plan.view, mine, [*plan.writes, *plan.awaited]) if enable else plan.view
        for address in [*plan.writes, *plan.awaited]:
            device = view.devices[address]
            try:
                if not enable:
                    refuse_if_in_vm(view, device, owners)
                elif device.enabled:
                    refuse_if_about_to_be_taken(view, device)
                else:
                    refuse_if_held(view, device, owners)
            except DirectPathError as error:
                failures.append(error)
    if failures:
        raise combined(failures, len(plans))


def _refs(session: Session, plans: Sequence[HostPlan]) -> list[Any]:
    return [session.object(vim.HostSystem, plan.view.host.moid) for plan in plans]


def _write(plan: HostPlan, enable: bool, apply_now: bool | None) -> DirectPathError | None:
    """One UpdatePassthruConfig for all devices of one host; it returns nothing, so the caller reads back."""
    config = [
        vim.host.PciPassthruConfig(id=address, passthruEnabled=enable, applyNow=apply_now) for address in plan.writes
    ]
    host = plan.view.host.name
    try:
        plan.view.passthrough_system.UpdatePassthruConfig(config)
    except DirectPathError as error:
        return DirectPathError(f"Host {host}: {error.msg}", error.code, host=host, remedy=error.remedy)
    except vmodl.MethodFault as fault:
        return DirectPathError(
            f"Host {host} refused to {'enable' if enable else 'disable'} passthrough of {', '.join(plan.writes)}: "
            f"{describe_fault(fault)}.",
            "passthrough_refused",
            requirement="P5",
            host=host,
            device=", ".join(plan.writes),
            fault=fault_name(fault),
            remedy=_REMEDY.get(fault_name(fault), _REMEDY_DEFAULT),
        )
    return None


def _read_back(session: Session, plans: Sequence[HostPlan]) -> dict[str, HostDevices]:
    """The hosts after the writes, by MoID; a host that left the inventory meanwhile is missing."""
    try:
        return {view.host.moid: view for view in read_host_devices(session, _refs(session, plans))}
    except DirectPathError as error:
        names = ", ".join(plan.view.host.name for plan in plans if plan.writes)
        raise error.adding(f"The passthrough of {names} may have been changed before.", {"changed": True}) from error


def _failure(
    plan: HostPlan, error: DirectPathError | None, after: HostDevices | None, enable: bool
) -> DirectPathError | None:
    """What went wrong on a host: its error, or a write that it accepted and did not do.

    A lost connection leaves open what the server did, so the read-back decides.
    """
    devices = after.devices if after else {}
    wrong = [address for address in plan.writes if address not in devices or devices[address].enabled != enable]
    if error and (wrong or error.code != "connection_lost"):
        return error
    if not wrong:
        return None
    host = plan.view.host.name
    return DirectPathError(
        f"Host {host} accepted the change of {', '.join(wrong)}, but its passthrough setting does not show it.",
        "not_applied",
        requirement="P5",
        host=host,
        device=", ".join(wrong),
        remedy="Check whether a host profile or vSphere Configuration Profile manages passthrough.",
    )


def _outcome(plans: Sequence[HostPlan], after: Sequence[HostDevices]) -> Outcome:
    views = {view.host.moid: view for view in after}
    hosts = [_host_result(plan, views[plan.view.host.moid]) for plan in plans if plan.view.host.moid in views]
    return Outcome(
        result={
            "changed": any(host["changed"] for host in hosts),
            "reboot_required": any(host["reboot_required"] for host in hosts),
            "hosts": hosts,
        },
        before={plan.view.host.name: _diff_side(plan, plan.view) for plan in plans},
        after={
            plan.view.host.name: _diff_side(plan, views[plan.view.host.moid])
            for plan in plans
            if plan.view.host.moid in views
        },
        warnings=_warnings(plans),
    )


def _warnings(plans: Sequence[HostPlan]) -> list[str]:
    lacking = [
        f"{plan.view.host.name}: {'; '.join(s.describe() for s in plan.missing)}" for plan in plans if plan.missing
    ]
    warnings = [f"Some hosts lack a device that was asked for: {', '.join(lacking)}."] if lacking else []
    for plan in plans:
        if plan.companions:
            warnings.append(
                f"On host {plan.view.host.name}, {', '.join(plan.companions)} changes hands with the devices that were "
                "asked for."
            )
    return warnings


def _host_result(plan: HostPlan, after: HostDevices) -> dict[str, Any]:
    devices = [
        _device_result(plan.view.devices[address], after.devices[address])
        for address in plan.matches
        if address in after.devices
    ]
    return {
        "host": plan.view.host.identity,
        "changed": any(device["changed"] for device in devices),
        "reboot_required": any(device["pending"] for device in devices),
        "count": len(plan.matches),
        "missing": [selector.as_dict() for selector in plan.missing],
        "devices": devices,
    }


def _device_result(before: HostDevice, after: HostDevice) -> dict[str, Any]:
    return {
        "address": after.pci.address,
        "name": after.pci.name,
        "vendor_device": after.pci.vendor_device,
        "class_id": f"{after.pci.class_id:04x}",
        "enabled": after.enabled,
        "active": after.active,
        "pending": after.pending,
        "changed": before.enabled != after.enabled,
    }


def _diff_side(plan: HostPlan, view: HostDevices) -> dict[str, Any]:
    return {
        address: {"passthruEnabled": view.devices[address].enabled, "passthruActive": view.devices[address].active}
        for address in plan.matches
        if address in view.devices
    }


_REMEDY_DEFAULT = "Check in vSphere who uses the device (Configure, Hardware, PCI Devices), then run the play again."

_REMEDY = {
    "NoPermission": "Grant it to the account on the host; docs/least_privilege.md lists what each module needs.",
    "HostNotConnected": "Reconnect the host in vSphere, then run the play again.",
}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hotplug_plan is to be asked, from the variables of an inventory. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.attested import (
    ATTESTED,
    OF_ROLE,
    attested_of_host,
    attested_of_vm,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.entries import ABSENT, PRESENT, read_entries
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_names import vm_name_errors

Variables = Mapping[str, Any]
"""Inventory variables of one host, those that it has."""

OF_HOSTS = (
    "host_prepare_devices",
    "host_prepare_datacenter",
    ATTESTED,
    OF_ROLE,
    "host_prepare_allow_foreign_data",
    "host_prepare_shutdown_vms",
    "host_prepare_leave_maintenance",
)

OF_VMS = (
    "nvme_hotplug_vm",
    "nvme_hotplug_esxi_host",
    "nvme_hotplug_devices",
    "nvme_hotplug_exact",
    ATTESTED,
    "nvme_hot_add_devices",
    "nvme_hot_remove_devices",
    "vm_prepare_allow_power_off",
    "vm_prepare_allow_firmware_change",
    "vm_prepare_correct_unsupported",
    "vm_prepare_deploy",
    "hotplug_verify_guest",
    "hotplug_verify_guest_when",
)

SWITCHES = (
    "host_prepare_shutdown_vms",
    "host_prepare_leave_maintenance",
    "nvme_hotplug_exact",
    "vm_prepare_allow_power_off",
    "vm_prepare_allow_firmware_change",
    "vm_prepare_correct_unsupported",
    "vm_prepare_deploy",
    "hotplug_verify_guest",
)
"""Those of them that mean true or false, as which they have to be given."""

SERVER = ("vcenter_hostname", "vcenter_port", "vcenter_username")
"""What tells one connection from another: two servers may be behind one name, and two accounts see different things."""

PLACE = (*SERVER, "vcenter_datacenter")

HOSTS, VMS, ADD, REMOVE = "hosts", "vms", "add", "remove"
"""The parts of a plan: what host_prepare, vm_prepare, nvme_hot_add and nvme_hot_remove would do."""

OWN_LISTS = {ADD: "nvme_hot_add_devices", REMOVE: "nvme_hot_remove_devices"}
"""The lists of the roles, which go before the inventory's."""

ALWAYS = "always"
"""The value of hotplug_verify_guest_when that asks a guest in each run, and not only when its drives have changed."""


def requests(
    hosts: Mapping[str, Variables], vms: Mapping[str, Variables], judgement: Mapping[str, Any], parts: Sequence[str]
) -> list[dict[str, Any]]:
    """One request for each connection to a vCenter: ``hosts`` and ``vms`` as the module takes them.

    :param hosts: of the play, by inventory name; so of vms, those that have nvme_hotplug_devices.
    :param judgement: what judge_inventory() returned.
    :return: ``asker`` of each is the inventory name of a host or VM by whose connection it is asked; ``guests`` are the
        VMs whose guests are asked in each run; ``refused`` are VMs that nobody can ask for, each with the ``reason``,
        which judge_inventory() has among its errors.
    """
    found: dict[tuple[str, ...], dict[str, Any]] = {}

    def request(name: str, variables: Variables) -> dict[str, Any]:
        server = tuple(str(variables.get(key) or "") for key in SERVER)
        return found.setdefault(server, {"asker": name, "hosts": [], "vms": [], "guests": [], "refused": []})

    for name, variables in hosts.items() if HOSTS in parts else ():
        request(name, variables)["hosts"].append(_host(name, variables, judgement))
    for name, variables in vms.items() if set(parts) & {VMS, ADD, REMOVE} else ():
        wrong = vm_name_errors(name, variables.get("nvme_hotplug_vm") or {"name": name})
        if wrong:
            request(name, variables)["refused"].append({"inventory_name": name, "reason": " ".join(wrong)})
            continue
        request(name, variables)["vms"].append(_vm(name, variables, judgement, parts))
        if variables.get("hotplug_verify_guest_when", ALWAYS) == ALWAYS:
            request(name, variables)["guests"] += [name] if variables.get("hotplug_verify_guest", True) else []
    return [found[server] for server in sorted(found)]


def _host(name: str, variables: Variables, judgement: Mapping[str, Any]) -> dict[str, Any]:
    known = judgement["esxi_hosts"][name]
    placed = known["placed"]
    own = variables.get("host_prepare_devices", placed)
    return {
        "inventory_name": name,
        "esxi_host_name": known["esxi_host_name"],
        "datacenter": variables.get("host_prepare_datacenter") or variables.get("vcenter_datacenter"),
        "devices": _once([entry.selector.as_dict() for entry in read_entries(own, name, with_state=False).entries]),
        # A VM's entry means one drive. If it matches more, none may be taken from the host on its account.
        "one_drive_each": own == placed,
        "allow_foreign_data": variables.get("host_prepare_allow_foreign_data") or [],
        "attested": attested_of_host(variables),
        "shutdown_vms": variables.get("host_prepare_shutdown_vms", False),
        "leave_maintenance": variables.get("host_prepare_leave_maintenance", False),
        "known_drives": judgement["known_drives"].get(name, []),
    }


def _vm(name: str, variables: Variables, judgement: Mapping[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    placement = variables.get("nvme_hotplug_esxi_host")
    prefix = "vm_prepare_"
    options = ("allow_power_off", "allow_firmware_change", "correct_unsupported", "deploy")
    return {
        "inventory_name": name,
        **{"datacenter": variables.get("vcenter_datacenter"), **(variables.get("nvme_hotplug_vm") or {"name": name})},
        "esxi_host_name": judgement["names"].get(placement, placement) or None,
        "known_drives": judgement["known_drives"].get(placement, []),
        "devices": [*_entries(variables, ADD, PRESENT, parts), *_entries(variables, REMOVE, ABSENT, parts)],
        "prepare": VMS in parts,
        "whole": _whole(variables, parts),
        "exact": variables.get("nvme_hotplug_exact", False),
        "attested": attested_of_vm(variables),
        **{option: VMS in parts and variables.get(prefix + option, False) for option in options},
    }


def _whole(variables: Variables, parts: Sequence[str]) -> bool:
    """Whether a request has all entries of a VM. By some of them, drives that are wanted would seem to be nobody's."""
    return {ADD, REMOVE} <= set(parts) and all(variables.get(name) is None for name in OWN_LISTS.values())


def _entries(variables: Variables, part: str, state: str, parts: Sequence[str]) -> list[dict[str, Any]]:
    """The entries in one state, where that part of the plan is asked for.

    A role's own list goes before the inventory's, and what nvme_hot_remove_devices lists leaves whatever its state.
    """
    if part not in parts:
        return []
    own = variables.get(OWN_LISTS[part])
    listed = variables.get("nvme_hotplug_devices", []) if own is None else own
    entries = read_entries(listed, "devices").entries
    every = own is not None and part == REMOVE
    return _once([{**entry.selector.as_dict(), "state": state} for entry in entries if every or entry.state == state])


def _once(selectors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each once. judge_inventory() complains of a drive that is wanted twice, and a report goes on from there."""
    return [item for index, item in enumerate(selectors) if item not in selectors[:index]]

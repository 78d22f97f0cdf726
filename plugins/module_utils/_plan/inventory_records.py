# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory says of hosts and VMs, read into records. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import invalid, known_drives
from ansible_collections.directpath.nvme.plugins.module_utils._plan.attested import vm_attested_errors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.entries import Entries, read_entries
from ansible_collections.directpath.nvme.plugins.module_utils._plan.host_names import InventoryHost
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_names import vm_name_errors

Variables = Mapping[str, Any]
"""Inventory variables of one host, those that it has."""

KNOWN_DRIVES = "nvme_hotplug_known_drives"

OF_KNOWN_DRIVES = ("serial", "address", "vendor_device", "slot")


def read_known_drives(
    hosts: Sequence[InventoryHost], variables: Mapping[str, Variables]
) -> tuple[dict[str, list[dict[str, str]]], list[str]]:
    """What an inventory knows of the drives of its hosts (nvme_hotplug_known_drives), and a line for what is wrong.

    :return: by whatever a host may be called, as modules take it; hosts of which it knows nothing are left out.
    """
    known: dict[str, list[dict[str, str]]] = {}
    errors = []
    for host in hosts:
        value = variables[host.name].get(KNOWN_DRIVES)
        if not value:
            continue
        try:
            if not isinstance(value, (list, tuple)) or not all(isinstance(item, Mapping) for item in value):
                raise invalid("it is no list of drives")
            strange = {str(key) for item in value for key in item} - set(OF_KNOWN_DRIVES)
            if strange:
                raise invalid(f"{', '.join(sorted(strange))} is none of {', '.join(OF_KNOWN_DRIVES)}")
            entries = known_drives(value)
        except DirectPathError as error:
            errors.append(f"{KNOWN_DRIVES} of {host.name}: {error}")
            continue
        facts = [{key: getattr(entry, key) for key in OF_KNOWN_DRIVES} for entry in entries]
        drives = [{key: text for key, text in item.items() if text is not None} for item in facts]
        known[host.name] = drives
    # A name that may mean two hosts names the drives of neither.
    names = [host.name for host in hosts] + [host.esxi_host_name for host in hosts if host.esxi_host_name != host.name]
    in_vsphere = {host.esxi_host_name: known[host.name] for host in hosts if host.name in known}
    return {**{name: drives for name, drives in in_vsphere.items() if names.count(name) == 1}, **known}, errors


@dataclass(frozen=True)
class InventoryVm:
    """A VM that has nvme_hotplug_devices.

    :param server: its vCenter, as far as the inventory says.
    :param identity: how that knows it, with the datacenter.
    :param placement: nvme_hotplug_esxi_host as it is written; None if it is not given.
    :param errors: what is wrong with its names, and with what is vouched for.
    """

    name: str
    server: Any
    identity: tuple[Any, str]
    placement: str | None
    errors: tuple[str, ...]
    drives: Entries


def read_host(name: str, variables: Variables) -> InventoryHost:
    own = None
    if "host_prepare_devices" in variables:
        own = read_entries(variables["host_prepare_devices"], f"host_prepare_devices of {name}", with_state=False)
    return InventoryHost(
        name=name,
        esxi_host_name=str(variables.get("host_prepare_esxi_host_name") or name),
        place=(variables.get("vcenter_hostname"), variables.get("vcenter_datacenter")),
        own=own,
    )


def read_vm(name: str, variables: Variables) -> InventoryVm:
    known_as = variables.get("nvme_hotplug_vm") or {"name": name}
    named = known_as if isinstance(known_as, Mapping) else {"": known_as}
    # A UUID is the same in capitals.
    items = sorted((str(key), str(value).lower() if key == "uuid" else value) for key, value in named.items())
    placement = variables.get("nvme_hotplug_esxi_host")
    return InventoryVm(
        name=name,
        server=variables.get("vcenter_hostname"),
        identity=(variables.get("vcenter_datacenter"), str(items)),
        placement=None if placement in (None, "") else str(placement),
        errors=(*vm_name_errors(name, known_as), *vm_attested_errors(name, variables)),
        drives=read_entries(variables["nvme_hotplug_devices"], f"nvme_hotplug_devices of {name}"),
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory says of hosts and VMs, read into records. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.entries import Entries, read_entries
from ansible_collections.directpath.nvme.plugins.module_utils._plan.host_names import InventoryHost
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_names import vm_name_errors

Variables = Mapping[str, Any]
"""Inventory variables of one host, those that it has."""


@dataclass(frozen=True)
class InventoryVm:
    """A VM that has nvme_hotplug_devices.

    :param server: its vCenter, as far as the inventory says.
    :param identity: how that knows it, with the datacenter.
    :param placement: nvme_hotplug_esxi_host as it is written; None if it is not given.
    :param errors: what is wrong with the former.
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
        errors=vm_name_errors(name, known_as),
        drives=read_entries(variables["nvme_hotplug_devices"], f"nvme_hotplug_devices of {name}"),
    )

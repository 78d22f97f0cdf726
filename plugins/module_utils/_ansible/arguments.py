# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specs shared by the modules. The connection arguments are vmware.vmware's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import OF_HOSTS, OF_VMS
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import CRITERIA
from ansible_collections.vmware.vmware.plugins.module_utils.argument_spec import base_argument_spec

ArgumentSpec = dict[str, dict[str, Any]]

HOST_SELECTION: dict[str, Any] = {
    "mutually_exclusive": [("esxi_host_name", "esxi_host_names", "cluster")],
    "required_one_of": [("esxi_host_name", "esxi_host_names", "cluster")],
}
"""Constraints that go with host_spec()."""

HOSTS_OR_FLEET: dict[str, Any] = {
    "mutually_exclusive": [
        ("esxi_host_name", "esxi_host_names", "cluster", "hosts"),
        ("esxi_host_name", "esxi_host_names", "cluster", "vms"),
        *((fleet, of_hosts) for fleet in ("hosts", "vms") for of_hosts in ("attested", "datacenter")),
    ],
    "required_one_of": [("esxi_host_name", "esxi_host_names", "cluster", "hosts", "vms")],
}
"""Constraints that go with host_spec() and fleet_spec() together. What a fleet has is said with each of its entries."""

VM_SELECTION: dict[str, Any] = {
    "mutually_exclusive": [("name", "moid", "uuid")],
    "required_one_of": [("name", "moid", "uuid")],
}
"""Constraints that go with vm_spec()."""


OF_ONE_HOST: dict[str, Any] = {"required_by": {"known_drives": ["esxi_host_name"]}}
"""Constraints that go with known_drives_spec(): a drive is a drive of one host, which has to be named."""


def connection_spec() -> ArgumentSpec:
    """hostname, username, password, port, validate_certs, proxy_host, proxy_port, each with its VMWARE_ variable."""
    spec: ArgumentSpec = base_argument_spec()
    return spec


def host_spec() -> ArgumentSpec:
    """One host, a list of hosts, or a cluster."""
    return {
        "esxi_host_name": {"type": "str"},
        "esxi_host_names": {"type": "list", "elements": "str"},
        "cluster": {"type": "str"},
        "datacenter": {"type": "str"},
    }


def one_host_spec() -> ArgumentSpec:
    """One host, for modules that work on one at a time."""
    return {"esxi_host_name": {"type": "str", "required": True}, "datacenter": {"type": "str"}}


def vm_spec() -> ArgumentSpec:
    """One VM, by name, MoID or UUID."""
    return {
        "name": {"type": "str"},
        "moid": {"type": "str"},
        "uuid": {"type": "str"},
        "use_instance_uuid": {"type": "bool", "default": False},
        "folder": {"type": "str"},
        "datacenter": {"type": "str"},
    }


_STATE = {"type": "str", "choices": ["present", "absent"], "default": "present"}


def devices_spec(required: bool = True, state: bool = False) -> ArgumentSpec:
    """A list of device selectors.

    :param state: each says as well whether it is wanted.
    """
    criteria: ArgumentSpec = {name: {"type": "str"} for name in CRITERIA}
    return {
        "devices": {
            "type": "list",
            "elements": "dict",
            "required": required,
            "options": {**criteria, "state": _STATE} if state else criteria,
            "required_one_of": [list(CRITERIA)],
        }
    }


def known_drives_spec() -> ArgumentSpec:
    """What is known of the drives of one host."""
    text = {"type": "str"}
    needed = {"type": "str", "required": True}
    options = {"serial": needed, "address": needed, "vendor_device": text, "slot": text}
    return {"known_drives": {"type": "list", "elements": "dict", "options": options}}


def attested_spec(ids: Sequence[str] = OF_HOSTS) -> ArgumentSpec:
    """The operator's word for requirements, by their ids.

    ansible-core ends with a traceback where a nested dict is given as ``true``, the form that people know from before.
    So each word is taken as it comes, and attestations() says what is wrong with it.
    """
    return {"attested": {"type": "dict", "options": {id_: {"type": "raw"} for id_ in ids}}}


def fleet_spec() -> ArgumentSpec:
    """What is wanted of many hosts and VMs."""
    devices = devices_spec(required=False)["devices"]
    wanted = devices_spec(required=False, state=True)["devices"]
    switch = {"type": "bool", "default": False}
    host = {
        "inventory_name": {"type": "str", "required": True},
        **one_host_spec(),
        "devices": {**devices, "default": []},
        "one_drive_each": switch,
        "allow_foreign_data": {"type": "list", "elements": "str", "default": []},
        **attested_spec(),
        "shutdown_vms": switch,
        "leave_maintenance": switch,
        **known_drives_spec(),
    }
    vm = {
        "inventory_name": {"type": "str", "required": True},
        **vm_spec(),
        "esxi_host_name": {"type": "str"},
        "devices": {**wanted, "default": []},
        "prepare": {"type": "bool", "default": True},
        "whole": {"type": "bool", "default": True},
        **dict.fromkeys(("exact", "allow_power_off", "allow_firmware_change", "correct_unsupported", "deploy"), switch),
        **attested_spec(OF_VMS),
        **known_drives_spec(),
    }
    return {
        "hosts": {"type": "list", "elements": "dict", "options": host},
        "vms": {"type": "list", "elements": "dict", "options": vm, **VM_SELECTION},
    }

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: hotplug_requests
short_description: Say what hotplug_plan is to be asked for hosts and VMs of an inventory
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Reads what the inventory wants of hosts and VMs, with the defaults of the roles, and puts it as
    M(directpath.nvme.hotplug_plan) takes it, one request for each vCenter.
  - It is what the role P(directpath.nvme.hotplug_plan#role) asks with.
positional: _input, judgement, esxi_hosts, vms, parts
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  judgement:
    description: What P(directpath.nvme.hotplug_inventory#filter) returned.
    type: dict
    required: true
  esxi_hosts:
    description: Inventory names of the hosts to plan for.
    type: list
    elements: str
    required: true
  vms:
    description: Inventory names of the VMs to plan for. Those without C(nvme_hotplug_devices) are left alone.
    type: list
    elements: str
    required: true
  parts:
    description: >-
      What is planned, V(hosts) (their preparation), V(vms) (their preparation), V(add) and V(remove) (of drives).
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Put together what is to be asked
  ansible.builtin.set_fact:
    requests: >-
      {{ hostvars | directpath.nvme.hotplug_requests(judgement, groups['esxi_hosts'], groups['vms'], ['hosts']) }}
  run_once: true
"""

RETURN = r"""
_value:
  description: >-
    For each vCenter C(hosts) and C(vms) as the module takes them; C(asker), the host or VM of the inventory by whose
    connection variables it is asked; C(guests), the VMs whose guests are asked in each run; and C(refused), VMs that
    the inventory does not name as vSphere could know them, each with the C(reason).
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requests import (
    OF_HOSTS,
    OF_VMS,
    OWN_LISTS,
    PLACE,
    SWITCHES,
    requests,
)
from ansible_collections.directpath.nvme.plugins.plugin_utils._hostvars import evaluated


def hotplug_requests(
    hostvars: Mapping[str, Any],
    judgement: Mapping[str, Any],
    esxi_hosts: Sequence[str],
    vms: Sequence[str],
    parts: Sequence[str],
) -> list[dict[str, Any]]:
    """Read the few variables that matter, and put the requests together."""
    hosts = {name: _read(hostvars[name], name, (*OF_HOSTS, *PLACE)) for name in esxi_hosts}
    every = {name: hostvars[name] for name in vms}
    # Only then the others: of a VM that is left alone, a list may be a template of what it does not have.
    wanting = {name: variables for name, variables in every.items() if "nvme_hotplug_devices" in variables}
    if not wanting:
        _refuse_lists_for_nobody(every, parts)
    vms_wanting = {name: _read(variables, name, (*OF_VMS, *PLACE)) for name, variables in wanting.items()}
    return requests(hosts, vms_wanting, judgement, parts)


def _refuse_lists_for_nobody(vms: Mapping[str, Any], parts: Sequence[str]) -> None:
    """Drives are given by a role's own list, and every VM is left alone: nothing to do is not what was meant.

    :raises AnsibleFilterError: always then.
    """
    for key in (key for part, key in OWN_LISTS.items() if part in parts):
        listed = [name for name, variables in vms.items() if key in variables]
        if listed:
            raise AnsibleFilterError(
                f"Nothing was changed. {key} is set, but nvme_hotplug_devices is not, for {', '.join(sorted(listed))}: "
                "without it a VM is left alone. Set it, to [] where the inventory wants no drive."
            )


def _read(variables: Mapping[str, Any], name: str, wanted: Sequence[str]) -> dict[str, Any]:
    """The values of some variables; what means true or false as such, however it is written.

    :raises AnsibleFilterError: one of them cannot be evaluated, or is neither true nor false.
    """
    try:
        found = {key: evaluated(variables, key, name) for key in wanted if key in variables}
    except ValueError as error:
        raise AnsibleFilterError(f"Nobody was asked. {error}") from None
    return {key: _switch(key, name, value) if key in SWITCHES else value for key, value in found.items()}


def _switch(key: str, name: str, value: Any) -> bool:
    try:
        return bool(boolean(value))
    except TypeError as error:
        raise AnsibleFilterError(f"Nobody was asked. {key} of {name}: {error}") from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., list[dict[str, Any]]]]:
        return {"hotplug_requests": hotplug_requests}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: hotplug_inventory
short_description: Judge what the whole inventory says of NVMe drives
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Reads C(host_prepare_esxi_host_name), C(host_prepare_devices) and C(nvme_hotplug_known_drives) of all hosts,
    C(nvme_hotplug_vm), C(nvme_hotplug_esxi_host) and C(nvme_hotplug_devices) of all VMs, and with them
    C(vcenter_hostname) and C(vcenter_datacenter), and says where they contradict each other. It asks nobody.
  - It is what the role P(directpath.nvme.hotplug_inventory#role) does before the first change.
  - Reads C(nvme_hotplug_attested) of both as well, and says what a word for a requirement lacks.
  - It also says whether the inventory at hand may be only a part of the whole, by C(hotplug_inventory_vm_count).
positional: _input, esxi_hosts, vms
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  esxi_hosts:
    description: Inventory names of the hosts.
    type: list
    elements: str
    required: true
  vms:
    description: Inventory names of the VMs. Those without C(nvme_hotplug_devices) are left alone.
    type: list
    elements: str
    required: true
  in_job:
    description: Whether this is a job of AWX or automation controller, where a slice looks like a whole inventory.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Judge the inventory
  ansible.builtin.set_fact:
    judgement: "{{ hostvars | directpath.nvme.hotplug_inventory(groups['esxi_hosts'], groups['vms']) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - C(errors) and C(notes) have a line for each thing that is wrong, or perhaps not meant.
    - C(esxi_hosts) has of each host its name in vSphere and C(placed), the drives that VMs want of it.
    - C(vms) are those of the VMs that have C(nvme_hotplug_devices).
    - C(names) leads from what a host may be called, its inventory name or its name in vSphere, to the latter.
    - C(known_drives) leads from the same to what the inventory knows of the host's drives
      (C(nvme_hotplug_known_drives)).
    - C(incomplete) has the C(hosts) of which VMs may want more drives than C(placed) says, as VMs may be missing from
      the inventory at hand, and the C(reason). A host with C(host_prepare_devices) is none of them.
  type: dict
  sample:
    errors: []
    notes: ["No drive is wanted of esxi-02.lab: prepare_hosts enables passthrough on none there."]
    esxi_hosts:
      esxi-01.lab:
        esxi_host_name: esxi-01.lab
        placed:
          - address: "0000:d9:00.0"
      esxi-02.lab:
        esxi_host_name: esxi-02.lab
        placed: []
    vms: [db-01]
    names:
      esxi-01.lab: esxi-01.lab
      esxi-02.lab: esxi-02.lab
    known_drives:
      esxi-01.lab:
        - serial: S6XNNA0R100001
          address: "0000:d9:00.0"
    incomplete:
      hosts: []
      reason: ""
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.attested import ATTESTED, OF_ROLE
from ansible_collections.directpath.nvme.plugins.module_utils._plan.inventory import judge_inventory
from ansible_collections.directpath.nvme.plugins.module_utils._plan.inventory_records import KNOWN_DRIVES
from ansible_collections.directpath.nvme.plugins.module_utils._plan.whole_inventory import COUNT
from ansible_collections.directpath.nvme.plugins.plugin_utils._hostvars import evaluated

PLACE = ("vcenter_hostname", "vcenter_datacenter")
OF_HOSTS = ("host_prepare_esxi_host_name", "host_prepare_devices", KNOWN_DRIVES, COUNT, ATTESTED, OF_ROLE, *PLACE)
OF_VMS = ("nvme_hotplug_devices", "nvme_hotplug_esxi_host", "nvme_hotplug_vm", COUNT, ATTESTED, *PLACE)


def hotplug_inventory(
    hostvars: Mapping[str, Any], esxi_hosts: Sequence[str], vms: Sequence[str], in_job: bool = False
) -> dict[str, Any]:
    """Read the few variables that matter, and have them judged."""
    errors: list[str] = []
    hosts = {name: _read(hostvars, name, OF_HOSTS, errors) for name in esxi_hosts}
    # In a dynamic inventory most VMs of a vCenter want no drives.
    wanting = [name for name in vms if "nvme_hotplug_devices" in hostvars[name]]
    judged = judge_inventory(hosts, {name: _read(hostvars, name, OF_VMS, errors) for name in wanting}, in_job)
    return {**judged, "errors": errors + judged["errors"]}


def _read(hostvars: Mapping[str, Any], name: str, wanted: Sequence[str], errors: list[str]) -> dict[str, Any]:
    """The values of some variables of a host. One whose template fails is an error of the inventory."""
    variables = hostvars[name]
    values = {}
    for key in wanted:
        if key not in variables:
            continue
        try:
            values[key] = evaluated(variables, key, name)
        except ValueError as error:
            errors.append(str(error))
    return values


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"hotplug_inventory": hotplug_inventory}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: plan_targets
short_description: Say who has something to be done by a plan
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Names the hosts and VMs that have steps, or an obstacle that their role is going to fail for.
positional: _input, guests
options:
  _input:
    description: A plan, as M(directpath.nvme.hotplug_plan) returns it in C(plan).
    type: dict
    required: true
  guests:
    description: VMs to verify although nothing changes there, for their guests.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Prepare only hosts that have something to be done
  ansible.builtin.add_host:
    name: "{{ item }}"
    groups: hosts_to_prepare
  loop: "{{ (fleet.plan | directpath.nvme.plan_targets).groups.hosts }}"
"""

RETURN = r"""
_value:
  description:
    - In C(groups) the inventory names of C(hosts) and C(vms) to prepare, of VMs to C(add) drives to or C(remove) drives
      from, and of VMs to C(verify).
    - In C(removals) by VM the drives that are to leave it, as selectors.
    - C(contradictions) has a line for each thing in which the inventory contradicts itself, once vSphere was asked.
  type: dict
  sample:
    contradictions: []
    removals:
      db-02: []
    groups:
      hosts: [esxi-01.lab]
      vms: []
      add: [db-02]
      remove: []
      verify: [db-02]
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.plans import plan_targets


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"plan_targets": plan_targets}

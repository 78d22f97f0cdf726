# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: plan_lines
short_description: Show a plan as a person reads it
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Turns what M(directpath.nvme.hotplug_plan) returns into lines, a summary first.
positional: _input
options:
  _input:
    description: A plan, as M(directpath.nvme.hotplug_plan) returns it in C(plan).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the plan
  ansible.builtin.debug:
    msg: "{{ fleet.plan | directpath.nvme.plan_lines }}"
"""

RETURN = r"""
_value:
  description: A line for the whole, and one for each step, note and obstacle.
  type: list
  elements: str
  sample:
    - "1 of 2 hosts to prepare, 1 of them with a reboot; 0 of 1 VMs to prepare; drives: 1 in, 0 out; 0 obstacles."
    - "esxi-01.lab: set maxIntrCookies from 1024 to 4096 (P2)"
    - "esxi-01.lab: reboot, in force: maxIntrCookies (P3)"
    - "db-02: hot-add 0000:d8:00.0 (NVMe Datacenter SSD DC P4510, C1)"
"""

from collections.abc import Callable

from ansible_collections.directpath.nvme.plugins.module_utils._plan.plans import plan_lines


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"plan_lines": plan_lines}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: plan_difference
short_description: Compare a fresh plan with one that was approved
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Says in what the plan as it would be made now differs from one that was written to a file and approved.
  - What is no plan, is of another vCenter, has another form or was edited by hand is told as such.
positional: _input, approved
options:
  _input:
    description: A plan, as M(directpath.nvme.hotplug_plan) returns it in C(plan).
    type: dict
    required: true
  approved:
    description: The plan that was approved, the text of its file or what was read from that.
    type: raw
    required: true
"""

EXAMPLES = r"""
- name: Refuse a plan that went stale
  ansible.builtin.assert:
    that: (fleet.plan | directpath.nvme.plan_difference(lookup('ansible.builtin.file', '/srv/plan.json'))) == []
"""

RETURN = r"""
_value:
  description: A line for each difference; none where they are equal.
  type: list
  elements: str
  sample:
    - "Host esxi-01.lab: now: reboot, in force: maxIntrCookies (P3)."
"""

from collections.abc import Callable

from ansible_collections.directpath.nvme.plugins.module_utils._plan.plans import plan_difference


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"plan_difference": plan_difference}

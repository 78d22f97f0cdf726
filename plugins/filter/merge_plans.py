# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: merge_plans
short_description: Put the plans of several vCenters together
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Makes one plan of those that M(directpath.nvme.hotplug_plan) made with one vCenter each.
positional: _input
options:
  _input:
    description: The plans, as M(directpath.nvme.hotplug_plan) returns each in C(plan).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Put the plans of two vCenters together
  ansible.builtin.set_fact:
    fleet: "{{ [one.plan, other.plan] | directpath.nvme.merge_plans }}"
"""

RETURN = r"""
_value:
  description: One plan of the same form.
  type: dict
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.plans import merge_plans


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"merge_plans": merge_plans}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: vms_with_losses
short_description: Find the VMs of an inventory that have lost a drive
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Holds what vSphere says of VMs against an inventory. By it the role P(directpath.nvme.nvme_surprise_removal#role)
    chooses the VMs that it looks after (C4).
positional: _input, vms, events
options:
  _input:
    description: RV(directpath.nvme.vm_nvme_info#module:vms) of one or several answers.
    type: list
    elements: dict
    required: true
  vms:
    description: VMs of the inventory, as P(directpath.nvme.hotplug_requests#filter) returns them.
    type: list
    elements: dict
    required: true
  events:
    description: Events of the event source C(pulled_drives). A VM that one names counts, whatever it has left.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: See who has to be looked after
  ansible.builtin.set_fact:
    found: "{{ answer.vms | directpath.nvme.vms_with_losses(request.vms) }}"
"""

RETURN = r"""
_value:
  description: >-
    C(vms) are inventory names, also of VMs that could not be read. C(others) has a line for each loss of a VM that is
    none of these, and for each VM that was not seen or could not be read.
  type: dict
  sample:
    vms: [nvme-vm-01]
    others: []
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.losses import vms_with_losses as find


def vms_with_losses(
    rows: Sequence[Mapping[str, Any]], vms: Sequence[Mapping[str, Any]], events: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    return find(rows, vms, events)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"vms_with_losses": vms_with_losses}

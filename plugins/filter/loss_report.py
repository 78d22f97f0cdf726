# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: loss_report
short_description: Say what became of drives that a VM has lost
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Holds the drives that a VM had lost against what it has now (V3).
positional: _input, seen, guest
options:
  _input:
    description: What P(directpath.nvme.losses#filter) returned.
    type: list
    elements: dict
    required: true
  seen:
    description: >-
      One of RV(directpath.nvme.vm_nvme_info#module:vms), read afterwards and asked for the addresses of the drives.
    type: dict
    required: true
  guest:
    description: What is said of the guest (V6).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show what became of them
  ansible.builtin.debug:
    msg: "{{ lost | directpath.nvme.loss_report(drives.vms | first, 'not asked') | map(attribute='text') }}"
"""

RETURN = r"""
_value:
  description: >-
    A row for each drive. C(entry) is V(left), V(cleaned), V(none), or V(back) where the host has a drive behind it
    again; C(something_at_address) is whether the host has any drive there.
  type: list
  elements: dict
  sample:
    - vm: nvme-vm-01
      host: esxi-01.lab
      address: "0000:d9:00.0"
      name: NVMe SSD Controller PM9A3
      vendor_device: "144d:a80a"
      serial: S64HNE0R500123
      slot: "8"
      seen_at: "2026-11-26T12:00:00.000+00:00"
      entry: cleaned
      something_at_address: false
      guest: verified
      text: >-
        VM nvme-vm-01 has lost 0000:d9:00.0 (NVMe SSD Controller PM9A3, serial S64HNE0R500123, slot 8) of host
        esxi-01.lab, seen at 2026-11-26T12:00:00.000+00:00: its entry was taken out of the VM (V3). Guest: verified
        (V6).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.losses import loss_report as report


def loss_report(lost: Sequence[Mapping[str, Any]], seen: Mapping[str, Any], guest: str) -> list[dict[str, Any]]:
    return report(lost, seen, guest)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., list[dict[str, Any]]]]:
        return {"loss_report": loss_report}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: drive_health
short_description: Judge what drives tell of their own health before they are handed on
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - It is what the role P(directpath.nvme.hotplug_verify#role) judges by, for each drive that a VM is to have and has.
  - A drive is failing if it warns of too few spare blocks, of its reliability, that it can only be read, of what backs
    up its cache or of a persistent memory region, if its spare blocks are below its own threshold, or if the guest's
    kernel has given it up.
  - A drive that is too warm, worn by its maker's measure, has lost data, or has few spare blocks left has to be
    watched. What was not told is unknown.
positional: _input, guest, asked
options:
  _input:
    description: The C(table) of P(directpath.nvme.verify_drives#filter).
    type: list
    elements: dict
    required: true
  guest:
    description: The result of M(directpath.nvme.guest_nvme_info) with C(health), or nothing where it failed.
    type: dict
    required: true
  asked:
    description: Whether the guest was to be asked.
    type: bool
    default: true
"""

EXAMPLES = r"""
- name: Show how the drives are
  ansible.builtin.debug:
    msg: "{{ (hotplug_verify_table | directpath.nvme.drive_health(guest)).rows | map(attribute='text') }}"
"""

RETURN = r"""
_value:
  description:
    - C(rows) has one for each drive, with C(status) V(pass), V(warn), V(fail) or V(unknown), C(rows) with a verdict
      each, the C(reasons) for what is no pass, and all of it as C(text). C(failed) and C(unknown) are the texts of
      drives of that status. C(settled) is whether to ask again would be in vain.
  type: dict
  sample:
    rows:
      - address: "0000:dd:00.0"
        path: /dev/nvme0n1
        serial: NEW1
        model: QEMU NVMe Ctrl
        firmware: 7.2.22
        status: fail
        rows:
          - id: health
            title: The drive can be written to
            status: fail
            value: read_only
            source: "guest: NVMe log page 02h"
            evidence: It warns that it can only be read
            evidence_template: It warns that it can only be read
            evidence_values: {}
            remedy: Put no data on it. Take it out of its VM (role nvme_hot_remove), and return it.
            attested: null
        reasons:
          - It warns that it can only be read
          - It does not tell how many spare blocks are left
        name: NVMe Datacenter SSD DC P4510
        host: esxi-01.lab
        vm: vm-01
        text: >-
          NVMe Datacenter SSD DC P4510 (serial NEW1, firmware 7.2.22, /dev/nvme0n1) at esxi-01.lab 0000:dd:00.0, in
          vm-01, is failing: It warns that it can only be read; It does not tell how many spare blocks are left.
    failed:
      - >-
        NVMe Datacenter SSD DC P4510 (serial NEW1, firmware 7.2.22, /dev/nvme0n1) at esxi-01.lab 0000:dd:00.0, in vm-01,
        is failing: It warns that it can only be read; It does not tell how many spare blocks are left.
    unknown: []
    settled: true
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.health import handed_on


def drive_health(table: Sequence[Mapping[str, Any]], guest: Mapping[str, Any], asked: bool = True) -> dict[str, Any]:
    """How the drives are that a VM is to have."""
    return handed_on(table, guest, asked)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"drive_health": drive_health}

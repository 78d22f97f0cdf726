# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: losses
short_description: Say which drives a VM has lost
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Puts together which drives were pulled out from under a VM (C4), from the entries that it keeps without a drive and
    from events.
positional: _input, events
options:
  _input:
    description: One of RV(directpath.nvme.vm_nvme_info#module:vms).
    type: dict
    required: true
  events:
    description: Events of the event source C(pulled_drives); those of other VMs are passed over.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Show what the VM has lost
  ansible.builtin.debug:
    msg: "{{ drives.vms | first | directpath.nvme.losses }}"
"""

RETURN = r"""
_value:
  description: >-
    Each drive with what is known of it; C(stale_entry), whether the VM keeps its entry; C(seen_at), when its loss was
    seen, if an event told; and C(selector), as which modules take it.
  type: list
  elements: dict
  sample:
    - address: "0000:d9:00.0"
      name: NVMe SSD Controller PM9A3
      vendor_device: "144d:a80a"
      serial: S64HNE0R500123
      slot: "8"
      stale_entry: true
      seen_at: "2026-11-26T12:00:00.000+00:00"
      selector:
        address: "0000:d9:00.0"
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.losses import losses as find


def losses(seen: Mapping[str, Any], events: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    return find(seen, events)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., list[dict[str, Any]]]]:
        return {"losses": losses}

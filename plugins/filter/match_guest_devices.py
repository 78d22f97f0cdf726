# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: match_guest_devices
short_description: Put a VM's NVMe devices and its guest's side by side
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Takes all NVMe passthrough devices of a VM and adds what the guest says of each (V4 to V6).
  - With native PCIe hot plug, the guest's physical slot equals the VM's C(pci_slot_number), and the match is exact.
    Otherwise the serial number decides where the host knows it, then the ids if only one drive has them, and then
    what is left over on both sides.
  - Virtual NVMe controllers of VMware, which hold virtual disks, do not count.
positional: _input, guest
options:
  _input:
    description: Devices with C(vendor_device), C(pci_slot_number) and, if known, C(serial).
    type: list
    elements: dict
    required: true
  guest:
    description: The result of M(directpath.nvme.guest_nvme_info).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show host address, guest address and block device of each drive
  ansible.builtin.debug:
    msg: "{{ hot_added.devices | directpath.nvme.match_guest_devices(guest) }}"
"""

RETURN = r"""
_value:
  description:
    - C(devices) are the devices, each with C(guest_address), C(guest_paths), C(guest_lspci) and C(guest_match).
    - C(guest_match) is V(slot), V(serial), V(ids) or V(rest) for a drive that the guest has, V(ambiguous) where it has
      several that cannot be told apart, and V(none) where it has no such drive.
    - C(surplus) is how many drives the guest has that the VM does not have (V5, V6).
    - C(agree) tells whether the guest has just the drives that the VM has.
  type: dict
  sample:
    devices:
      - address: "0000:d9:00.0"
        name: NVMe SSD Controller PM9A3
        vendor_device: "144d:a80a"
        key: 13000
        label: PCI device 0
        pci_slot_number: 64
        status: added
        error: null
        guest_match: slot
        guest_address: "0000:01:00.0"
        guest_paths: [/dev/nvme0n1]
        guest_lspci: >-
          0000:01:00.0 Non-Volatile memory controller [0108]: Red Hat, Inc. QEMU NVM Express Controller [1b36:0010]
          (rev 02)
    surplus: 0
    agree: true
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import match_guest


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"match_guest_devices": match_guest}

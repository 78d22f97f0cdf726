#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: guest_nvme_info
short_description: Show the NVMe devices of a Linux guest and who uses them
version_added: 0.1.0
description:
  - "Runs in a Linux guest and lists its NVMe devices as the guest's kernel sees them (V4 to V6): PCI address, ids,
    model, serial number, physical slot, driver, block devices, and C(lspci)'s line where there is an C(lspci)."
  - "Lists who uses each of them: mounts, also in containers, swap, LVM, md, ZFS, btrfs, device-mapper, loop devices,
    programs that have it open, a driver other than C(nvme), and whatever else the kernel has claimed it for."
  - Tells whether the guest's kernel can hot plug NVMe devices (Q6, Q7).
  - Its result is the evidence that M(directpath.nvme.vm_pci_hotplug) wants before it removes a drive.
  - Works without root, sees less then, and says in C(not_seen) what it could not look at.
author:
  - directpath.nvme contributors (@directpath-nvme)
options: {}
notes:
  - Needs Python 3.9 or later in the guest and nothing else; it reads sysfs and proc.
  - Runs on the inventory host itself, over whatever connection that has. It takes no vSphere credentials and is in no
    action group, so that none are sent into a guest.
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
    description: Changes nothing.
seealso:
  - module: directpath.nvme.vm_pci_hotplug
  - module: directpath.nvme.nvme_device_info
"""

EXAMPLES = r"""
- name: Look into the guest
  directpath.nvme.guest_nvme_info:
  become: true
  register: guest

- name: Remove a drive that the guest does not use
  directpath.nvme.vm_pci_hotplug:
    name: storage-vm-01
    devices:
      - address: "0000:d9:00.0"
    state: absent
    guest_evidence: "{{ guest }}"
  delegate_to: localhost
"""

RETURN = r"""
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.directpath.nvme.plugins.module_utils._guest_info import read_guest
from ansible_collections.directpath.nvme.plugins.module_utils._guest_sysfs import Sysfs


def main() -> None:
    module = AnsibleModule({}, supports_check_mode=True)
    module.exit_json(changed=False, **read_guest(Sysfs()))


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: vm_pci_hotplug
short_description: Hot-add and hot-remove NVMe devices of a running virtual machine
version_added: 0.1.0
description:
  - Adds NVMe devices of the ESXi host to a running virtual machine as DirectPath I/O devices (C1), or removes them
    (C3). The vSphere Client cannot do this (N8).
  - Several devices become several C(ReconfigVM_Task) calls, in the order given, each with one device and nothing else
    (L1 to L3). Every change is read back (V1, V2).
  - If one fails, the result says which devices are in, which failed and why, and which were not tried.
  - "Refuses before anything is changed: a VM that is not prepared (P6, P7) or has what hot plug excludes (N1 to N5,
    N9), more than 32 NVMe devices (L4), a device that is not NVMe (L5), whose passthrough is not in force (P5), or that
    another VM or the host uses."
  - Removing a drive from under a running guest can lose data. Without evidence that the guest does not use it,
    O(state=absent) is refused unless O(allow_guest_unchecked) is set.
  - Before a drive is pulled out of the server, it must have left the virtual machine this way (N7).
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  state:
    description:
      - Whether the devices shall be in the virtual machine.
      - V(present) needs the VM powered on. V(absent) also works on one that is powered off.
    type: str
    choices: [present, absent]
    default: present
  allow_guest_unchecked:
    description:
      - Remove devices from a running VM although nothing shows that its guest does not use them.
      - Unmount them in the guest first. B(A drive that is in use loses data.)
    type: bool
    default: false
  timeout:
    description:
      - Seconds to wait for each device.
    type: int
    default: 120
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.vm
  - directpath.nvme.devices
notes:
  - Each entry of O(devices) must match exactly one NVMe device of the VM's host, unless one that matches is in the VM
    already. If several match, the error lists them.
attributes:
  check_mode:
    support: full
    description:
      - What an earlier step of the same playbook provides (a VM, its power, its preparation, passthrough in force) is
        not refused but named in a warning.
  diff_mode:
    support: full
seealso:
  - module: directpath.nvme.nvme_passthrough_toggle
  - module: directpath.nvme.vm_hotplug_config
  - module: directpath.nvme.nvme_device_info
"""

EXAMPLES = r"""
- name: Give a running VM two drives
  directpath.nvme.vm_pci_hotplug:
    name: storage-vm-01
    devices:
      - address: "0000:d8:00.0"
      - address: "0000:d9:00.0"

- name: Take one out again, after it was unmounted in the guest
  directpath.nvme.vm_pci_hotplug:
    name: storage-vm-01
    devices:
      - address: "0000:d9:00.0"
    state: absent
    allow_guest_unchecked: true
"""

RETURN = r"""
"""

from ansible_collections.directpath.nvme.plugins.module_utils._arguments import VM_SELECTION, devices_spec, vm_spec
from ansible_collections.directpath.nvme.plugins.module_utils._hotplug import sync_hotplug
from ansible_collections.directpath.nvme.plugins.module_utils._run import run


def main() -> None:
    run(
        sync_hotplug,
        {
            **vm_spec(),
            **devices_spec(),
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "allow_guest_unchecked": {"type": "bool", "default": False},
            "timeout": {"type": "int", "default": 120},
        },
        **VM_SELECTION,
    )


if __name__ == "__main__":
    main()

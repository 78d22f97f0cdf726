#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: nvme_replacement
short_description: Say how far the replacement of an NVMe drive is, and keep that on record
version_added: 0.1.0
description:
  - Finds the drive that is to be replaced, also where one of virtual machine, host and guest does not show it any more,
    and says how far its replacement is, what comes next, and what people did wrong.
  - It reads where things are each time, and keeps on record only what nobody could read any more, so that a playbook
    which was killed goes on from there, on whatever controller. The record is the custom attribute
    C(directpath.nvme.replacements) of the host, or a file.
  - It neither removes nor adds a drive. The role P(directpath.nvme.nvme_replace#role) does, by this module's word.
  - One drive of a host is replaced at a time. A second one is refused with the code V(replacement_open).
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  state:
    description:
      - V(present) follows the replacement, or begins it.
      - V(absent) gives up the one of this virtual machine that is open. Drives stay where they are.
    type: str
    choices: [present, absent]
    default: present
  esxi_host_name:
    description:
      - The host of the drive, by name, managed object id or inventory path. A virtual machine that is on another host
        is refused with the code V(wrong_host).
    type: str
    required: true
  drive:
    description:
      - The drive that is to be replaced. Every criterion given must match.
      - It may be in the virtual machine, on the host alone, or only in the host's memory of serial numbers.
    type: dict
    suboptions:
      address:
        description:
          - PCI address on the host.
        type: str
      name:
        description:
          - Device name as vSphere shows it.
        type: str
      vendor_device:
        description:
          - PCI vendor and device id.
        type: str
      serial:
        description:
          - Serial number. Blanks around it and case do not matter.
        type: str
      slot:
        description:
          - Number of the physical slot.
        type: str
      hardware_label:
        description:
          - Label that an administrator gave the device in vSphere.
        type: str
  guest_device:
    description:
      - The drive as the guest calls it, V(/dev/nvme1n1) or V(/dev/nvme1). It needs O(guest).
    type: str
  guest:
    description:
      - What M(directpath.nvme.guest_nvme_info) found, as root, in the guest of this virtual machine. An answer of
        another machine counts for nothing.
    type: dict
  pulled:
    description:
      - Whether somebody saw that the old drive was pulled. A new drive of the same model, in a slot that hands its
        passthrough on, looks like the old one to the host.
    type: bool
    default: false
  confirm:
    description:
      - What the caller has seen to. V(verified) says that vSphere and the guest agree on the new drive, which is about
        to be handed over to what uses it there. It needs O(guest), which tells that the drive is empty, unless
        O(allow_foreign_data) names it. V(finished) says that it is at work.
      - It is not taken down while something is wrong.
    type: str
    choices: [verified, finished]
  allow_other_model:
    description:
      - Whether the new drive may be of another model.
    type: bool
    default: false
  allow_smaller:
    description:
      - Whether the new drive may be smaller than the old one.
    type: bool
    default: false
  allow_other_slot:
    description:
      - Whether the new drive may be in another slot than the old one was.
    type: bool
    default: false
  timeout:
    description:
      - Seconds to wait, where a person has to pull the old drive or put the new one in, until that is done or something
        else is. The host is watched, so that it is said at once.
      - The end of the time is no failure. RV(stage) is what it was then.
    type: int
    default: 0
  refresh:
    description:
      - While it waits, tell the host to look at its PCI devices again, for servers that notice nothing by themselves.
    type: bool
    default: false
  allow_foreign_data:
    description:
      - PCI addresses of new drives which may be handed over although the guest sees data on them, or has not shown what
        is on them.
    type: list
    elements: str
  pace:
    description:
      - Seconds that manufacturers ask for between two drives being pulled or put in, which RV(wait_seconds) goes by.
    type: int
    default: 15
  record_file:
    description:
      - Keep the record in this file of the machine where the module runs, one file a host. Required on a direct
        connection to ESXi, which keeps no custom attributes.
    type: path
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.vm
  - directpath.nvme.devices.known
attributes:
  check_mode:
    support: full
    description:
      - The record is left as it is.
  diff_mode:
    support: full
seealso:
  - module: directpath.nvme.vm_pci_hotplug
  - module: directpath.nvme.guest_nvme_info
"""

EXAMPLES = r"""
- name: See how far the replacement of a drive is, and begin it if it is not
  directpath.nvme.nvme_replacement:
    name: storage-vm-01
    esxi_host_name: esxi-01.lab
    drive:
      serial: S01D9
  register: replacement

- name: Give it up
  directpath.nvme.nvme_replacement:
    name: storage-vm-01
    esxi_host_name: esxi-01.lab
    drive:
      serial: S01D9
    state: absent
"""

RETURN = r"""
stage:
  description:
    - How far it is. V(in_vm) while the old drive is in the virtual machine, V(to_pull) when it may be pulled,
      V(to_insert) when the new one is awaited, V(to_add) when that is there, V(to_finish) when it is in the virtual
      machine, and V(finished).
    - V(none) after O(state=absent).
  returned: always, after the arguments were understood
  type: str
  sample: to_pull
host:
  description: The host.
  returned: always
  type: dict
  sample:
    name: esxi-01.lab
    moid: host-9
vm:
  description: The virtual machine.
  returned: always
  type: dict
  sample:
    name: nvme-vm-01
    moid: vm-21
    uuid: 265104de-1472-547c-b873-6dc7883fb6cb
    power_state: poweredOn
old:
  description: The drive that is replaced, as far as it is known by now.
  returned: when O(state=present)
  type: dict
  contains: &drive
    serial:
      description: Its serial number.
      type: str
    address:
      description: Its PCI address on the host.
      type: str
    slot:
      description: Its physical slot, null where nobody tells it.
      type: str
    vendor_device:
      description: PCI vendor and device id.
      type: str
    name:
      description: Device name as vSphere shows it.
      type: str
    size:
      description: Bytes, as guest or host tell.
      type: int
    path:
      description: What the guest called it.
      type: str
new:
  description: The drive that was put in, null before.
  returned: when O(state=present)
  type: dict
  contains: *drive
place:
  description: Where people find it, in words.
  returned: when O(state=present)
  type: str
  sample: slot 5
shown:
  description: The drive in the virtual machine, on the host and in the guest, a line each.
  returned: when O(state=present)
  type: list
  elements: str
  sample:
    - "VM storage: PCI device 0, key 13000"
    - "Host esxi-01.lab: 0000:d9:00.0, slot 8"
    - "Guest: was not asked, or gave no answer of its own"
old_sides:
  description: The old drive as V(vm), V(host) and V(guest) have it now, null where one does not.
  returned: when O(state=present)
  type: dict
new_sides:
  description: The new drive likewise.
  returned: when O(state=present)
  type: dict
old_devices:
  description: Selectors of the old drive, for other modules; empty when nobody has it.
  returned: when O(state=present)
  type: list
  elements: dict
new_devices:
  description: Selectors of the new drive; empty before it is there.
  returned: when O(state=present)
  type: list
  elements: dict
  sample:
    - address: "0000:d9:00.0"
      vendor_device: "144d:a80a"
inventory_entry:
  description: What the entry of the new drive in the inventory has to say.
  returned: when O(state=present)
  type: dict
instruction:
  description:
    - What a person has to do at the server now, in words; empty if nothing. A drive is named only when it is safe to
      pull it (N7).
  returned: when O(state=present)
  type: str
  sample: >-
    drive S01D9 (NVMe SSD Controller PM9A3, 0000:d9:00.0) is not in VM storage any more, and nobody else has it. It is
    safe now (N7) to pull it: slot 8 of host esxi-01.lab. Pull no other drive.
wait_seconds:
  description: Seconds until a person should pull a drive or put one in, by O(pace).
  returned: when O(state=present)
  type: int
reached:
  description:
    - When each step was reached, or first seen to be, ISO 8601, UTC. The steps are V(begun), V(removed), V(pulled),
      V(inserted), V(added), V(verified) and V(finished).
  returned: when O(state=present)
  type: dict
  sample:
    begun: "2026-11-26T12:17:58Z"
    removed: "2026-11-26T12:18:47Z"
    pulled: "2026-11-26T12:19:00Z"
report:
  description: The same for people, with who did it.
  returned: when O(state=present)
  type: list
  elements: str
  sample:
    - drive S01D8 (NVMe Datacenter SSD DC P4510, 0000:d8:00.0) is to be replaced.
    - "2026-11-26T12:17:58Z playbook: begun"
    - "2026-11-26T12:18:47Z playbook: out of VM vm-01"
    - "2026-11-26T12:19:00Z person: pulled from slot 7 of host esxi-01.lab"
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - A stable word. What people did is V(wrong_drive_pulled), V(wrong_slot), V(old_drive_again), V(other_model),
          V(smaller_drive). V(device_in_use) stands for an old drive that somebody else has by now,
          V(still_in_guest) for one that has left the virtual machine, while the guest still shows it.
        - V(foreign_data) stands for a new drive that the guest sees data on, V(guest_unchecked) for one that is to be
          handed over before the guest has shown what is on it.
        - V(replacement_open) stands for another drive of this host that is being replaced, V(replacement_unreadable)
          and V(replacement_not_kept) for a record that cannot be read or written.
      type: str
    requirement:
      description: Id of the requirement behind it, if any.
      type: str
    host:
      description: Name of the host it is about, if it is about one.
      type: str
    vm:
      description: Name of the VM it is about, if it is about one.
      type: str
    device:
      description: PCI address of the device it is about, if it is about one.
      type: str
    fault:
      description: Type of the vSphere fault, if one was the cause.
      type: str
    remedy:
      description: What to do next.
      type: str
  sample:
    code: wrong_drive_pulled
    requirement: C2
    host: esxi-01.lab
    vm: nvme-vm-01
    device: "0000:da:00.0"
    fault: null
    remedy: >-
      Put it back where it was, then run the play again. If it was taken out on purpose, give this replacement up
      (nvme_replace_stage: forget) and begin it again.
"""

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import (
    VM_SELECTION,
    devices_spec,
    known_drives_spec,
    vm_spec,
)
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.nvme_replacement import operate

SWITCHES = ("pulled", "allow_other_model", "allow_smaller", "allow_other_slot")


def main() -> None:
    criteria = devices_spec()["devices"]
    drive = {name: criteria[name] for name in ("options", "required_one_of")}
    constraints: dict[str, Any] = {name: [*pairs, ("drive", "guest_device")] for name, pairs in VM_SELECTION.items()}
    run(
        operate,
        {
            **vm_spec(),
            "esxi_host_name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "drive": {"type": "dict", **drive},
            **known_drives_spec(),
            "guest_device": {"type": "str"},
            "guest": {"type": "dict"},
            **{name: {"type": "bool", "default": False} for name in SWITCHES},
            "confirm": {"type": "str", "choices": ["verified", "finished"]},
            "allow_foreign_data": {"type": "list", "elements": "str"},
            "timeout": {"type": "int", "default": 0},
            "refresh": {"type": "bool", "default": False},
            "pace": {"type": "int", "default": 15},
            "record_file": {"type": "path"},
        },
        **constraints,
    )


if __name__ == "__main__":
    main()

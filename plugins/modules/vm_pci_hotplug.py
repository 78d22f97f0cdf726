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
  - Removing a drive from under a running guest can lose data. O(state=absent) wants evidence that the guest does not
    use it (O(guest_evidence)), and names the mount point, volume group, array or pool if it does. Without evidence it
    is refused unless O(allow_guest_unchecked) is set.
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
  guest_evidence:
    description:
      - What M(directpath.nvme.guest_nvme_info) found, as root, in the guest of this VM, just before.
      - Refused if it is of another VM, too old, incomplete, or does not show a drive that VM and host have in force,
        and while another VM, on whatever host, has the same BIOS UUID and is not known to be off. A VM of the same host
        that the account may not see or read may be one. What speaks against a removal cannot be overridden by
        O(allow_guest_unchecked).
      - Data on a drive that the guest does not use is no obstacle, since it stays on the drive; a warning names it.
    type: dict
  guest_evidence_max_age:
    description:
      - Seconds that O(guest_evidence) is good for. The guest's clock is held against this machine's.
    type: int
    default: 300
  allow_guest_unchecked:
    description:
      - Remove devices from a running VM although nothing shows that its guest does not use them.
      - Unmount them in the guest first. B(A drive that is in use loses data.)
    type: bool
    default: false
  esxi_host_name:
    description:
      - The host that the desired state names, by name, managed object id or inventory path.
      - A virtual machine that is on another host is an error with the code V(wrong_host), before anything is changed.
        A drive is a drive of one host. On another host the same PCI address is another drive.
    type: str
  lost_only:
    description:
      - With O(state=absent), take out only entries whose drive the host has lost (C4), as after a surprise removal. One
        whose drive is there is an error with the code V(drive_not_lost), whatever the guest says.
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
  - directpath.nvme.devices.known
notes:
  - Each entry of O(devices) must match exactly one NVMe device of the VM's host, unless one that matches is in the VM
    already. If several match, the error lists them.
  - O(state=absent) also removes the entry of a device that is no longer on the host (C4). After a drive was swapped,
    the entry of the old one has to be removed before the new one at the same address can be added.
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

- name: See in the guest who uses its drives
  directpath.nvme.guest_nvme_info:
  become: true
  register: guest

- name: Take one out again, which is refused while the guest uses it
  directpath.nvme.vm_pci_hotplug:
    name: storage-vm-01
    devices:
      - address: "0000:d9:00.0"
    state: absent
    guest_evidence: "{{ guest }}"
  delegate_to: localhost

- name: Take one out of a guest that nobody can log in to, after making sure by other means that it is not in use
  directpath.nvme.vm_pci_hotplug:
    name: appliance-01
    devices:
      - address: "0000:da:00.0"
    state: absent
    allow_guest_unchecked: true
  delegate_to: localhost

- name: Take out what a drive that was pulled too early has left
  directpath.nvme.vm_pci_hotplug:
    name: storage-vm-01
    devices:
      - address: "0000:d9:00.0"
    state: absent
    lost_only: true
    guest_evidence: "{{ guest }}"
  delegate_to: localhost
"""

RETURN = r"""
vm:
  description: The virtual machine. In check mode RV(vm.moid) is null for one that is yet to be deployed.
  returned: success, and failure while it was being changed
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    moid:
      description: Its managed object id.
      type: str
    uuid:
      description: Its BIOS UUID, which its guest has as product UUID.
      type: str
  sample:
    name: nvme-vm-01
    moid: vm-21
    uuid: 265104de-1472-547c-b873-6dc7883fb6cb
host:
  description: The ESXi host that the VM is on; for a VM that is yet to be deployed, the one that is named.
  returned: success, and failure while the VM was being changed
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    moid:
      description: Its managed object id.
      type: str
  sample:
    name: esxi-01.lab
    moid: host-9
devices:
  description: One entry for each of O(devices), in the same order, also after a failure in the middle.
  returned: success, and failure while the VM was being changed
  type: list
  elements: dict
  contains:
    address:
      description: PCI address on the host, null if no device of the VM matches.
      type: str
    name:
      description: Device name as vSphere shows it.
      type: str
    vendor_device:
      description: PCI vendor and device id.
      type: str
    serial:
      description:
        - Serial number of the drive, null where nobody knows it.
        - A host does not tell it while passthrough has the drive.
      type: str
    serial_from:
      description: Who tells it, V(host) or V(memory).
      type: str
    slot:
      description:
        - Number of the drive's slot in the host's chassis, for whoever is to pull it, where the host tells it.
        - Of hosts before 9.0 it is asked for only where an entry of O(devices) is judged by it.
      type: str
    slot_description:
      description: What the host calls the slot.
      type: str
    hardware_label:
      description: Label that an administrator gave the device.
      type: str
    status:
      description:
        - V(added) or V(removed), in check mode if it would have been.
        - V(present) or V(absent) if nothing had to be done.
        - After a failure also V(failed) and V(not_tried). A device that a last look showed to be as wanted, although
          its task was not seen to end, is V(added) or V(removed) and has an error.
      type: str
    key:
      description: Key of the device in the VM; after a removal, the one it had.
      type: int
    label:
      description: Label of the device in the VM; after a removal, the one it had.
      type: str
    pci_slot_number:
      description: What the guest shows as Physical Slot; after a removal, what it showed.
      type: int
    on_host:
      description: Whether the host has the very drive. False if it was pulled; another may be at its address then (V3).
      type: bool
    still_used_by:
      description:
        - Who else has the drive or may have it, in words. A drive that was removed from this VM and is still used by
          somebody must not be pulled.
      type: list
      elements: str
    error:
      description: Why it failed.
      type: str
  sample:
    - address: "0000:d8:00.0"
      name: NVMe Datacenter SSD DC P4510
      vendor_device: "8086:0a54"
      serial: S01D8
      serial_from: memory
      slot: "7"
      slot_description: NVMe Bay 7
      hardware_label: null
      key: 13000
      label: PCI device 0
      pci_slot_number: 64
      on_host: true
      still_used_by: []
      status: added
      error: null
    - address: "0000:d9:00.0"
      name: NVMe SSD Controller PM9A3
      vendor_device: "144d:a80a"
      serial: null
      serial_from: null
      slot: "8"
      slot_description: NVMe Bay 8
      hardware_label: null
      key: 13001
      label: PCI device 1
      pci_slot_number: 65
      on_host: true
      still_used_by: []
      status: added
      error: null
twins:
  description:
    - Whose guests may be taken for this VM's, since a guest tells of which VM it is by the BIOS UUID alone.
    - What a guest says of its drives proves something only while both lists are empty.
  returned: success in check mode
  type: dict
  contains:
    names:
      description: VMs that have the same BIOS UUID, on whatever host, and are not known to be off.
      type: list
      elements: str
    doubts:
      description: Why another VM of the host may be one, with what would let it be judged.
      type: list
      elements: str
  sample:
    names: [nvme-vm-01-replica]
    doubts: []
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - "A stable word. Before anything is changed, such as V(wrong_host), V(vm_rule_broken), V(vm_power_state),
          V(device_in_use), V(passthrough_not_active), V(ambiguous_device), V(device_unknown),
          V(device_changed), V(too_many_devices), V(stale_entry), V(guest_unchecked), V(guest_evidence_invalid) or
          V(device_in_use_by_guest)."
        - In the middle, V(hotplug_failed), V(vm_question), V(no_permission), V(task_timeout), V(connection_lost) or
          V(not_applied).
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
    code: hotplug_failed
    requirement: C1
    host: esxi-01.lab
    vm: nvme-vm-01
    device: "0000:d9:00.0"
    fault: GenericVmConfigFault
    remedy: >-
      See the VM's vmware.log for the reason. A guest without PCIe hot plug (Q6) and a host near its interrupt limit
      (P2) are known ones.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import (
    OF_ONE_HOST,
    VM_SELECTION,
    devices_spec,
    known_drives_spec,
    vm_spec,
)
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.vm_pci_hotplug import operate


def main() -> None:
    run(
        operate,
        {
            **vm_spec(),
            **devices_spec(),
            **known_drives_spec(),
            "esxi_host_name": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "guest_evidence": {"type": "dict"},
            "guest_evidence_max_age": {"type": "int", "default": 300},
            "allow_guest_unchecked": {"type": "bool", "default": False},
            "lost_only": {"type": "bool", "default": False},
            "timeout": {"type": "int", "default": 120},
        },
        **VM_SELECTION,
        **OF_ONE_HOST,
    )


if __name__ == "__main__":
    main()

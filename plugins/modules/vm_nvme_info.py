#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: vm_nvme_info
short_description: Show the NVMe passthrough devices of virtual machines
version_added: 0.1.0
description:
  - Lists the NVMe drives that one virtual machine, several of them, or all of certain hosts have, each with its
    identity on the host and its place in the virtual machine (V1, V2).
  - Says of drives that are asked for by O(devices) whether a virtual machine has them. V(present), V(absent) and
    V(gone) are certain. Where too little is known, as of the serial number of a drive that is passed through, the
    answer is V(unknown), and never V(absent).
  - Lists as C(orphans) the entries whose drive is no longer on the host, as after a surprise removal (C4, V3).
  - Lists as C(residue) what failed hot-adds have left in the configuration of a virtual machine.
  - It is what P(directpath.nvme.hotplug_verify#role) reads vSphere with.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  name:
    description:
      - The virtual machine, by name or inventory path.
      - A name that several have is an error which lists them; add O(folder) or O(datacenter), or use O(moid).
      - Exactly one of O(name), O(moid), O(uuid), O(names), O(moids), O(esxi_host_names) and O(cluster) is required.
    type: str
  moid:
    description:
      - The virtual machine's managed object id, for example V(vm-42).
    type: str
  uuid:
    description:
      - The virtual machine's BIOS UUID, or with O(use_instance_uuid) its instance UUID.
    type: str
  use_instance_uuid:
    description:
      - Whether O(uuid) is the instance UUID.
    type: bool
    default: false
  names:
    description:
      - Several virtual machines, each by name or inventory path.
      - What is wrong with one of them is told in its C(error), and keeps nothing from being told of the others. A name
        that is not there, or that several have, fails the task.
    type: list
    elements: str
  moids:
    description:
      - Several virtual machines, by managed object id.
    type: list
    elements: str
  esxi_host_names:
    description:
      - All virtual machines on these hosts, named by name, managed object id or inventory path. Templates are left out.
    type: list
    elements: str
  cluster:
    description:
      - All virtual machines on all hosts of this cluster.
    type: str
  folder:
    description:
      - Look only below this folder, given as V(DC0/vm/storage), or as V(storage) together with O(datacenter).
    type: str
  datacenter:
    description:
      - Look only in this datacenter, where names repeat.
    type: str
  esxi_host_name:
    description:
      - The host that the virtual machine has to be on, by name, managed object id or inventory path.
      - A virtual machine that is on another host is an error with the code V(wrong_host). A drive is a drive of one
        host. On another host the same PCI address is another drive.
    type: str
  look_for_twins:
    description:
      - Whether to look for other virtual machines whose guests could be taken for this one's, as they have its BIOS
        UUID. It takes three calls for each virtual machine.
    type: bool
    default: false
  devices:
    description:
      - Drives that are asked for. RV(vms[].selected) says of each whether the virtual machine has it.
      - Every criterion given in an entry must match.
    type: list
    elements: dict
    suboptions:
      address:
        description:
          - PCI address on the host, V(0000:d9:00.0) or V(d9:00.0).
        type: str
      name:
        description:
          - Device name as vSphere shows it. Several devices may share one.
        type: str
      vendor_device:
        description:
          - PCI vendor and device id as C(lspci -n) shows them, for example V(144d:a80a).
        type: str
      serial:
        description:
          - Serial number. Blanks around it and case do not matter.
          - It is unknown of a drive that is passed through, unless somebody remembers it.
        type: str
      slot:
        description:
          - Number of the physical slot, for example V(5).
        type: str
      hardware_label:
        description:
          - Label that an administrator gave the device in vSphere, exactly.
        type: str
      state:
        description:
          - Whether the virtual machine is to have the drive. It decides RV(vms[].selected[].as_wanted) alone.
        type: str
        choices: [present, absent]
        default: present
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.devices.known
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
seealso:
  - module: directpath.nvme.nvme_device_info
  - module: directpath.nvme.vm_pci_hotplug
"""

EXAMPLES = r"""
- name: Read which drives a VM has
  directpath.nvme.vm_nvme_info:
    name: nvme-vm-01
  register: drives

- name: Ask for one drive by its serial number, on the host where it has to be
  directpath.nvme.vm_nvme_info:
    name: nvme-vm-01
    esxi_host_name: esxi-01.lab
    devices:
      - serial: S64HNE0R500123

- name: Find what pulled drives have left in the VMs of a cluster
  directpath.nvme.vm_nvme_info:
    cluster: cluster-a
  register: fleet

- name: Show it
  ansible.builtin.debug:
    msg: "{{ item.vm.name }}: {{ item.orphans | map(attribute='address') | join(', ') }}"
  loop: "{{ fleet.vms | rejectattr('error') | selectattr('orphans') }}"
  loop_control:
    label: "{{ item.vm.name }}"
"""

RETURN = r"""
vms:
  description: The virtual machines, in the order in which they were asked for.
  returned: success
  type: list
  elements: dict
  contains:
    vm:
      description: The virtual machine.
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
    host:
      description: The host that it is on.
      type: dict
      contains:
        name:
          description: Its name.
          type: str
        moid:
          description: Its managed object id.
          type: str
    power_state:
      description: C(poweredOn), C(poweredOff) or C(suspended).
      type: str
    devices:
      description: Its NVMe passthrough devices but the orphans.
      type: list
      elements: dict
      contains:
        address:
          description: PCI address on the host; null for a dynamic device that names none.
          type: str
        name:
          description: Device name as vSphere shows it.
          type: str
        vendor_device:
          description: PCI vendor and device id.
          type: str
        serial:
          description: Serial number; null where nobody knows it.
          type: str
        serial_from:
          description: Who tells it, V(host) or V(memory).
          type: str
        slot:
          description: Number of the physical slot; null where the host tells none.
          type: str
        slot_description:
          description: What the host calls the slot.
          type: str
        hardware_label:
          description: Label that an administrator gave the device.
          type: str
        key:
          description:
            - Key of the device in the virtual machine; null of a drive that it does not have, as the next three.
          type: int
        label:
          description: Label of the device in the virtual machine.
          type: str
        pci_slot_number:
          description: What the guest shows as Physical Slot; null until the virtual machine has run with it.
          type: int
        dynamic:
          description: Whether it is a Dynamic DirectPath I/O device (N4).
          type: bool
        in_vm:
          description: Whether the virtual machine has it.
          type: bool
        on_host:
          description: Whether the host has the drive; null where nobody can tell which drive an entry is for.
          type: bool
    orphans:
      description: Entries whose drive is no longer on the host (V3), with the fields of RV(vms[].devices).
      type: list
      elements: dict
    selected:
      description: An answer for each entry of O(devices), in their order.
      type: list
      elements: dict
      contains:
        selector:
          description: What was asked for.
          type: dict
        state:
          description: Whether it is to be there, V(present) or V(absent), as asked.
          type: str
        status:
          description:
            - V(present), V(absent), or V(gone) where the virtual machine has the entry of a drive that is no longer on
              the host.
            - V(unknown) where too little is known to say so.
          type: str
        as_wanted:
          description: Whether RV(vms[].selected[].status) is RV(vms[].selected[].state).
          type: bool
        drive:
          description: The drive that is meant, with the fields of RV(vms[].devices); null where none or several may be.
          type: dict
        candidates:
          description: All drives that are meant or may be, with the fields of RV(vms[].devices).
          type: list
          elements: dict
    residue:
      description:
        - What failed hot-adds have left in its configuration. It does no harm; M(directpath.nvme.vm_hotplug_config)
          removes it with O(directpath.nvme.vm_hotplug_config#module:clean_residue).
        - Null where it could not be read.
      type: list
      elements: dict
      contains:
        entry:
          description: Name of the entry, such as C(pciPassthru26).
          type: str
        options:
          description: What of it is in the configuration.
          type: dict
    twins:
      description: Whose guests may be taken for its own, by O(look_for_twins); null where nobody looked.
      type: dict
      contains:
        names:
          description: Names of virtual machines that have its BIOS UUID and may run.
          type: list
          elements: str
        doubts:
          description: Why there may be others.
          type: list
          elements: str
    error:
      description:
        - Why nothing can be told of this one of several; everything else is null then. Null if it could be read.
        - If one virtual machine is asked for, the task fails instead.
      type: dict
      contains:
        message:
          description: What went wrong, in one line.
          type: str
        code:
          description: A stable word.
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
    - vm:
        name: nvme-vm-01
        moid: vm-21
        uuid: c39c882a-6756-579f-a52b-2f288453e713
      host:
        name: esxi-01.lab
        moid: host-9
      power_state: poweredOn
      devices:
        - address: "0000:d9:00.0"
          name: NVMe SSD Controller PM9A3
          vendor_device: "144d:a80a"
          serial: S01D9
          serial_from: memory
          slot: "8"
          slot_description: NVMe Bay 8
          hardware_label: null
          key: 13001
          label: PCI device 1
          pci_slot_number: 65
          dynamic: false
          in_vm: true
          on_host: true
      orphans:
        - address: "0000:d8:00.0"
          name: NVMe Datacenter SSD DC P4510
          vendor_device: "8086:0a54"
          serial: S01D8
          serial_from: memory
          slot: null
          slot_description: null
          hardware_label: null
          key: 13000
          label: PCI device 0
          pci_slot_number: 64
          dynamic: false
          in_vm: true
          on_host: false
      selected:
        - selector:
            serial: S01DB
          state: absent
          status: absent
          as_wanted: true
          drive:
            address: "0000:db:00.0"
            name: NVMe SSD Controller CD6
            vendor_device: "1e0f:0011"
            serial: S01DB
            serial_from: host
            slot: "10"
            slot_description: NVMe Bay 10
            hardware_label: null
            key: null
            label: null
            pci_slot_number: null
            dynamic: null
            in_vm: false
            on_host: true
          candidates:
            - address: "0000:db:00.0"
              name: NVMe SSD Controller CD6
              vendor_device: "1e0f:0011"
              serial: S01DB
              serial_from: host
              slot: "10"
              slot_description: NVMe Bay 10
              hardware_label: null
              key: null
              label: null
              pci_slot_number: null
              dynamic: null
              in_vm: false
              on_host: true
      residue:
        - entry: pciPassthru26
          options:
            pciPassthru26.present: "FALSE"
            pciPassthru26.pciSlotNumber: "-1"
      twins: null
      error: null
unseen:
  description: Why the hosts of O(esxi_host_names) or O(cluster) may have virtual machines that are not among these.
  returned: success
  type: list
  elements: str
  sample: []
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - A stable word, such as V(not_found), V(ambiguous_name), V(wrong_host), V(vm_not_readable) or
          V(host_not_connected).
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
    code: wrong_host
    requirement: V1
    host: esxi-02.lab
    vm: nvme-vm-01
    device: null
    fault: null
    remedy: >-
      Correct the host that is named and its drives; or take all drives out of the VM, and only then migrate it to
      esxi-01.lab in vSphere. A host is named as vSphere names it, and no VM is moved from here.
"""


from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import (
    OF_ONE_HOST,
    devices_spec,
    known_drives_spec,
    vm_spec,
)
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.vm_nvme_info import operate

ONE_OF = ("name", "moid", "uuid", "names", "moids", "esxi_host_names", "cluster")


def main() -> None:
    several = {name: {"type": "list", "elements": "str"} for name in ("names", "moids", "esxi_host_names")}
    run(
        operate,
        {
            **vm_spec(),
            **several,
            "cluster": {"type": "str"},
            "esxi_host_name": {"type": "str"},
            "look_for_twins": {"type": "bool", "default": False},
            **devices_spec(required=False, state=True),
            **known_drives_spec(),
        },
        mutually_exclusive=[ONE_OF],
        required_one_of=[ONE_OF],
        **OF_ONE_HOST,
    )


if __name__ == "__main__":
    main()

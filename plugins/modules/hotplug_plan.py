#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: hotplug_plan
short_description: Show what is to be done on a fleet of ESXi hosts and VMs, and change nothing
version_added: 0.1.0
description:
  - Holds what an inventory wants of all hosts and VMs of a play against vSphere, in one session and few calls, and
    tells for each of them the steps that P(directpath.nvme.host_prepare#role), P(directpath.nvme.vm_prepare#role),
    P(directpath.nvme.nvme_hot_add#role) and P(directpath.nvme.nvme_hot_remove#role) have to do, and what is in
    their way.
  - It decides with the planners of the modules that those roles call. They read and judge again before they write.
  - What one host or VM answers wrongly, or not at all, is an obstacle of its own and hides nobody else's plan.
  - The value RV(plan) has no times and a stable order, so that two equal plans are equal files.
  - No guest is asked. A hot-remove needs the guest's word when it is done, not when it is planned.
author:
  - directpath.nvme contributors (@directpath-nvme)
extends_documentation_fragment:
  - directpath.nvme.connection
options:
  hosts:
    description:
      - What is wanted of ESXi hosts (P2, P3, P5).
    type: list
    elements: dict
    default: []
    suboptions:
      inventory_name:
        description:
          - What the result calls it.
        type: str
        required: true
      esxi_host_name:
        description:
          - Name, MoID or inventory path of the host in vSphere.
        type: str
        required: true
      datacenter:
        description:
          - Look only in this datacenter, where names repeat.
        type: str
      devices:
        description:
          - The NVMe devices to enable passthrough on.
          - Every criterion given in an entry must match.
        type: list
        elements: dict
        default: []
        suboptions:
          address:
            description:
              - PCI address on the host, such as V(0000:d9:00.0).
            type: str
          name:
            description:
              - Device name as vSphere shows it.
            type: str
          vendor_device:
            description:
              - PCI vendor and device id, such as V(144d:a80a).
            type: str
          serial:
            description:
              - Serial number. Blanks around it and case do not matter.
            type: str
          slot:
            description:
              - Number of the physical slot, such as V(5).
            type: str
          hardware_label:
            description:
              - Label that an administrator gave the device in vSphere, exactly.
            type: str
      one_drive_each:
        description:
          - Whether each entry has to match exactly one drive.
        type: bool
        default: false
      allow_foreign_data:
        description:
          - PCI addresses of drives that are taken although there is data on them that the host does not use.
        type: list
        elements: str
        default: []
      attested:
        description:
          - Requirements that the operator vouches for, as in M(directpath.nvme.hotplug_readiness_info).
        type: dict
        suboptions:
          P1:
            description: ESXi is installed to disk (stateful).
            type: dict
            suboptions: &word_p1
              by:
                description: Who vouches for it.
                type: str
                required: true
              date:
                description: Since when, as V(2026-01-31).
                type: str
                required: true
              reference:
                description: A ticket, or an entry of a compatibility guide.
                type: str
          Q1:
            description: The server's vendor supports NVMe hot plug with DirectPath I/O.
            type: dict
            suboptions: *word_p1
          Q2:
            description: The host's firmware is UEFI.
            type: dict
            suboptions: *word_p1
          Q3:
            description: Platform and devices meet KB 2142307.
            type: dict
            suboptions: *word_p1
          Q4:
            description: The server is certified for VM DirectPath I/O.
            type: dict
            suboptions: *word_p1
          Q5:
            description: The server is certified for PCIe native hot plug.
            type: dict
            suboptions: *word_p1
          Q5_surprise:
            description: The server is certified for PCIe native surprise hot plug.
            type: dict
            suboptions: *word_p1
      shutdown_vms:
        description:
          - Whether running VMs that pin the host may be shut down for a reboot.
        type: bool
        default: false
      leave_maintenance:
        description:
          - Whether a maintenance mode that the host is found in is an earlier run's, and to be left.
          - Has an effect with a direct connection to ESXi only, as vCenter keeps the mark of an earlier run.
        type: bool
        default: false
      known_drives:
        description:
          - What is known of the drives of this host, beside what vCenter remembers of them. While passthrough has a
            drive, the host does not tell its serial number.
        type: list
        elements: dict
        suboptions:
          serial:
            description:
              - Serial number of the drive.
            type: str
            required: true
          address:
            description:
              - PCI address that the drive has on the host.
            type: str
            required: true
          vendor_device:
            description:
              - PCI vendor and device id of the drive. With another device there, the entry tells nothing.
            type: str
          slot:
            description:
              - Number of its physical slot. With the device in another slot, the entry tells nothing.
            type: str
  vms:
    description:
      - What is wanted of VMs (P6, P7, C1, C3).
    type: list
    elements: dict
    default: []
    suboptions:
      inventory_name:
        description:
          - What the result calls it.
        type: str
        required: true
      name:
        description:
          - The virtual machine, by name or inventory path.
          - Exactly one of O(vms[].name), O(vms[].moid) and O(vms[].uuid) is required.
        type: str
      moid:
        description:
          - The virtual machine's managed object id.
        type: str
      uuid:
        description:
          - The virtual machine's BIOS UUID, or with O(vms[].use_instance_uuid) its instance UUID.
          - Each costs a call of its own.
        type: str
      use_instance_uuid:
        description:
          - Whether O(vms[].uuid) is the instance UUID.
        type: bool
        default: false
      folder:
        description:
          - Look only below this folder.
        type: str
      datacenter:
        description:
          - Look only in this datacenter, where names repeat.
        type: str
      esxi_host_name:
        description:
          - The host that the VM has to be on, as vSphere names it. A VM that is elsewhere has an obstacle.
        type: str
      devices:
        description:
          - The drives that are wanted in the VM, or out of it.
        type: list
        elements: dict
        default: []
        suboptions:
          address:
            description:
              - PCI address on the host, such as V(0000:d9:00.0).
            type: str
          name:
            description:
              - Device name as vSphere shows it.
            type: str
          vendor_device:
            description:
              - PCI vendor and device id, such as V(144d:a80a).
            type: str
          serial:
            description:
              - Serial number. Blanks around it and case do not matter.
            type: str
          slot:
            description:
              - Number of the physical slot, such as V(5).
            type: str
          hardware_label:
            description:
              - Label that an administrator gave the device in vSphere, exactly.
            type: str
          state:
            description:
              - Whether the drive belongs into the VM.
            type: str
            choices: [present, absent]
            default: present
      prepare:
        description:
          - Whether the VM's settings and its power state are part of the plan.
        type: bool
        default: true
      whole:
        description:
          - Whether O(vms[].devices) has all that is said of the VM's drives.
          - Otherwise nobody can tell which of them no entry names. O(vms[].exact) has no effect then.
        type: bool
        default: true
      exact:
        description:
          - Whether NVMe passthrough drives of the VM that no entry names are to leave it.
          - None leaves as long as an entry means no drive, or none that can be told.
          - What the host has lost leaves only if the host has NVMe drives with the same ids, so that it surely was one.
        type: bool
        default: false
      allow_power_off:
        description:
          - Whether a running VM may be shut down for a change, and started again.
        type: bool
        default: false
      allow_firmware_change:
        description:
          - As in M(directpath.nvme.vm_hotplug_config).
        type: bool
        default: false
      correct_unsupported:
        description:
          - As in M(directpath.nvme.vm_hotplug_config).
        type: bool
        default: false
      deploy:
        description:
          - Whether the play deploys the VM from a template if there is none of that name.
        type: bool
        default: false
      attested:
        description:
          - Requirements on the guest that the operator vouches for.
          - It counts where the guest does not tell.
        type: dict
        suboptions:
          Q6:
            description: The guest's operating system supports PCIe native hot plug.
            type: dict
            suboptions: &word_q6
              by:
                description: Who vouches for it.
                type: str
                required: true
              date:
                description: Since when, as V(2026-01-31).
                type: str
                required: true
              reference:
                description: A ticket, or an entry of a compatibility guide.
                type: str
          Q7:
            description: The guest's operating system supports surprise hot plug.
            type: dict
            suboptions: *word_q6
      known_drives:
        description:
          - As O(hosts[].known_drives), of the drives of O(vms[].esxi_host_name).
        type: list
        elements: dict
        suboptions:
          serial:
            description:
              - Serial number of the drive.
            type: str
            required: true
          address:
            description:
              - PCI address that the drive has on the host.
            type: str
            required: true
          vendor_device:
            description:
              - PCI vendor and device id of the drive. With another device there, the entry tells nothing.
            type: str
          slot:
            description:
              - Number of its physical slot. With the device in another slot, the entry tells nothing.
            type: str
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
    description: Changes nothing.
seealso:
  - module: directpath.nvme.nvme_passthrough_toggle
  - module: directpath.nvme.vm_hotplug_config
  - module: directpath.nvme.vm_pci_hotplug
"""

EXAMPLES = r"""
- name: See what two drives in one VM need
  directpath.nvme.hotplug_plan:
    hosts:
      - inventory_name: esxi-01.lab
        esxi_host_name: esxi-01.lab
        devices:
          - address: "0000:d9:00.0"
          - address: "0000:da:00.0"
    vms:
      - inventory_name: db-01
        name: db-01
        esxi_host_name: esxi-01.lab
        devices:
          - address: "0000:d9:00.0"
          - address: "0000:da:00.0"
  register: fleet

- name: Show who has something to be done
  ansible.builtin.debug:
    msg: "{{ item.inventory_name }}: {{ item.steps | map(attribute='kind') | join(', ') }}"
  loop: "{{ (fleet.plan.hosts + fleet.plan.vms) | selectattr('drift') }}"
  loop_control:
    label: "{{ item.inventory_name }}"
"""

RETURN = r"""
plan:
  description:
    - What is to be done, for a person to approve or a pipeline to compare.
    - It has no times and a stable order. docs/fleet.md describes it as a file.
  returned: success
  type: dict
  contains:
    schema:
      description: Version of this form.
      type: int
    vcenters:
      description: Instance UUID of the server, by which the plan of another fleet is told.
      type: list
      elements: str
    hosts:
      description: The hosts, sorted by O(hosts[].inventory_name).
      type: list
      elements: dict
      contains:
        inventory_name:
          description: What the inventory calls it.
          type: str
        host:
          description: The host in vSphere, C(name) and C(moid); the latter is null for one that was not found.
          type: dict
        drift:
          description: Whether there are steps.
          type: bool
        steps:
          description: What is to be done, in order.
          type: list
          elements: dict
          contains:
            kind:
              description:
                - Of a host, V(boot_param) (P2), V(passthrough) (P5), V(reboot) (P3) or V(leave_maintenance), which
                  finishes what an earlier run left.
                - Of a VM, V(deploy), V(setting) (P6, P7, N1 to N9), V(power_on), V(hot_remove) (C3) or V(hot_add)
                  (C1).
              type: str
            what:
              description: The setting, the drive or the thing that changes, by its name.
              type: str
            device:
              description: PCI address of a drive on its host.
              type: str
            vendor_device:
              description: PCI vendor and device id of a drive.
              type: str
            serial:
              description: Serial number of a drive, where its host tells it or somebody remembers it.
              type: str
            before:
              description: How it is.
              type: raw
            after:
              description: How it will be.
              type: raw
            requirement:
              description: Id of the rule behind it.
              type: str
            needs_reboot:
              description: Whether it comes into force with a reboot of the host only.
              type: bool
            needs_power_off:
              description: Whether a running VM has to be powered off for it.
              type: bool
        notes:
          description: What an operator should know, C(id) of the requirement and C(message).
          type: list
          elements: dict
        obstacles:
          description: Why it cannot be done as things are.
          type: list
          elements: dict
          contains:
            message:
              description: The message that the module would fail with.
              type: str
            error:
              description: The C(error) that the module would fail with.
              type: dict
            mendable:
              description: Whether an earlier step of this plan, or the guest when it is asked, gives what is lacking.
              type: bool
    vms:
      description:
        - The VMs, sorted by O(vms[].inventory_name), in the form of C(hosts).
        - Each has its C(vm) (C(name), C(moid), C(uuid)) and the C(host) that it is on.
      type: list
      elements: dict
    summary:
      description:
        - How much it is. C(drift), whether there are steps at all, the number of C(hosts) to prepare, of their
          C(reboots), of C(vms) to prepare, of drives C(added) and C(removed), and of C(obstacles) that nothing in the
          plan mends.
      type: dict
  sample:
    schema: 1
    vcenters: [f4c3f0da-de51-5e27-b932-87cc114430a0]
    hosts:
      - inventory_name: esxi-01.lab
        host:
          name: esxi-01.lab
          moid: host-9
        drift: true
        steps:
          - kind: boot_param
            what: maxIntrCookies
            before: "1024"
            after: "4096"
            requirement: P2
            device: null
            vendor_device: null
            serial: null
            needs_reboot: true
            needs_power_off: false
          - kind: reboot
            what: esxi-01.lab
            before: null
            after: "in force: maxIntrCookies"
            requirement: P3
            device: null
            vendor_device: null
            serial: null
            needs_reboot: false
            needs_power_off: false
        notes: []
        obstacles: []
    vms:
      - inventory_name: db-02
        vm:
          name: db-02
          moid: vm-45
          uuid: b0800d41-b24d-533c-8e10-7d66cb749811
        host:
          name: esxi-02.lab
          moid: host-20
        drift: true
        steps:
          - kind: hot_add
            what: NVMe Datacenter SSD DC P4510
            before: not in the VM
            after: in it
            requirement: C1
            device: "0000:d8:00.0"
            vendor_device: "8086:0a54"
            serial: S02D8
            needs_reboot: false
            needs_power_off: false
        notes: []
        obstacles: []
    summary:
      drift: true
      hosts: 1
      reboots: 1
      vms: 0
      added: 1
      removed: 0
      obstacles: 0
verification:
  description:
    - What VM and host say of the drives that the inventory names (V1 to V3), by inventory name of the VM, as
      P(directpath.nvme.verify_drives#filter) takes it. Each has the fields of C(vms) of
      M(directpath.nvme.vm_nvme_info), with C(twins), and with C(residue) null, as it is not looked for.
    - A VM of which a drive could not be found is missing.
  returned: success
  type: dict
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - Why there is no plan at all, for example V(connection_failed). What keeps a step from being done is in the
          obstacles.
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
    code: invalid_argument
    requirement: null
    host: null
    vm: null
    device: null
    fault: null
    remedy: List every inventory name once.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import fleet_spec
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.hotplug_plan import operate


def main() -> None:
    run(operate, fleet_spec())


if __name__ == "__main__":
    main()

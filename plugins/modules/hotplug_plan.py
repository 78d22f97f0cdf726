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
  - directpath.nvme.fleet
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

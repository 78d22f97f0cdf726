#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: nvme_device_info
short_description: Show the NVMe devices of ESXi hosts and who uses them
version_added: 0.1.0
description:
  - Lists the NVMe devices of one host, several hosts or a cluster, with identity, slot, model, passthrough state (P5),
    the users that keep them from being passed through, and the virtual machine that has them (V1, V2).
  - Lists as C(orphans) the entries of virtual machines whose device is no longer on the host, as after a surprise
    removal (C4, V3).
  - Serial number, model, firmware and namespaces are known only while ESXi's own driver has the device. After that, the
    serial number is known as far as somebody remembers it.
  - What cannot be read is null, and C(unreadable) says why.
author:
  - directpath.nvme contributors (@directpath-nvme)
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts
  - directpath.nvme.devices.filter
  - directpath.nvme.devices.known
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
seealso:
  - module: directpath.nvme.nvme_passthrough_toggle
"""

EXAMPLES = r"""
- name: Read the NVMe devices of a cluster
  directpath.nvme.nvme_device_info:
    cluster: cluster-a
  register: nvme

- name: Show the drives that may be passed through
  ansible.builtin.debug:
    msg: "{{ item.devices | rejectattr('objections') | map(attribute='address') }}"
  loop: "{{ nvme.hosts }}"
  loop_control:
    label: "{{ item.host.name }}"
"""

RETURN = r"""
hosts:
  description: The selected hosts.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The host.
      type: dict
      contains:
        name:
          description: Its name.
          type: str
        moid:
          description: Its managed object id.
          type: str
    devices:
      description: Its NVMe devices, or those of them that O(devices) selects.
      type: list
      elements: dict
      contains:
        address:
          description: PCI address on the host.
          type: str
        name:
          description: Device name as vSphere shows it.
          type: str
        vendor_device:
          description: PCI vendor and device id.
          type: str
        serial:
          description: Serial number, null where nobody knows it.
          type: str
        serial_from:
          description: Who tells the serial number, V(host) or V(memory).
          type: str
        slot:
          description: Number of the physical slot, null where the host tells none.
          type: str
        slot_description:
          description: What the host calls the slot.
          type: str
        hardware_label:
          description: Label that an administrator gave the device.
          type: str
        numa_node:
          description: NUMA node that it is next to, as C(esxcli hardware pci list) tells it.
          type: int
        model:
          description: Model, null while ESXi's own driver does not have the device, as the next four.
          type: str
        firmware:
          description: Revision of its firmware.
          type: str
        capacity_bytes:
          description: What its namespaces hold together, null if it has none.
          type: int
        vmhba:
          description: Storage adapter that ESXi made for it.
          type: str
        namespaces:
          description: Its namespaces, which ESXi sees as disks.
          type: list
          elements: dict
          contains:
            id:
              description: Number of the namespace.
              type: int
            name:
              description: Canonical name of the disk.
              type: str
            size_bytes:
              description: Its size.
              type: int
        reset_method:
          description: How the host resets it when it changes hands, such as V(Function reset), as esxcli tells it.
          type: str
        owner:
          description: Who has it, V(VMkernel) or V(VM Passthru), as esxcli tells it.
          type: str
        configured_owner:
          description: Who is to have it after the next reboot.
          type: str
        passthrough:
          description: Whether passthrough is possible, configured, in force, and whether the last two differ.
          type: dict
          contains:
            capable:
              description: Whether the host can pass the device through.
              type: bool
            enabled:
              description: Whether passthrough is configured.
              type: bool
            active:
              description: Whether passthrough is in force.
              type: bool
            pending:
              description: Whether a reboot is needed for what is configured.
              type: bool
        held_by:
          description: Who uses the device on the host.
          type: list
          elements: dict
          contains:
            kind:
              description:
                - V(boot) for a system volume, V(boot_disk) for the disk that ESXi boots from, V(vmfs), V(vsan),
                  V(coredump), V(rdm), V(memory_tiering), V(no_adapter) for a drive that ESXi has not claimed, or
                  V(unknown) for what cannot be judged.
              type: str
            name:
              description: The datastore, disk or virtual machine, or what is unknown.
              type: str
        group:
          description: Addresses of the devices that change hands with it, its own among them.
          type: list
          elements: str
        objections:
          description:
            - Why M(directpath.nvme.nvme_passthrough_toggle) would refuse to pass it through, users of its whole group
              included. Empty if it may be taken.
            - Data that the host does not use (partitions of another system, a datastore that is not mounted) is looked
              for only when a device is taken.
          type: list
          elements: str
        vm:
          description: The virtual machine that has the device, null if none has.
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
            key:
              description: Key of the device in the VM.
              type: int
            label:
              description: Label of the device in the VM.
              type: str
            pci_slot_number:
              description: What the guest shows as Physical Slot, null until the VM has run with the device.
              type: int
    candidates:
      description:
        - Devices that O(devices) may mean, as too little is known of them to say so. They have the fields of
          RV(hosts[].devices).
      type: list
      elements: dict
    orphans:
      description:
        - Entries of virtual machines on this host whose device is no longer there, or has another one in its place.
          O(devices) does not filter them.
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
        address:
          description: PCI address that the entry names.
          type: str
        key:
          description: Key of the entry in the VM.
          type: int
        label:
          description: Label of the entry in the VM.
          type: str
        vendor_device:
          description: PCI vendor and device id that the entry names.
          type: str
        serial:
          description: Serial number of the drive, as far as somebody remembers it.
          type: str
    memory:
      description:
        - What is remembered of the drives of this host, by vCenter or in O(known_drives).
      type: list
      elements: dict
      contains:
        serial:
          description: Serial number of the drive.
          type: str
        address:
          description: PCI address at which it was.
          type: str
        vendor_device:
          description: PCI vendor and device id, null where nobody said.
          type: str
        slot:
          description: Number of its physical slot, null where nobody said.
          type: str
        learnt_at:
          description: When it was learnt, null for what an inventory says.
          type: str
        learnt_from:
          description: Who told it, V(host), V(guest) or V(operator).
          type: str
        gone_at:
          description: When the host was seen without a device there; null if it was not.
          type: str
        state:
          description:
            - V(known) if it names the device at its address, V(doubted) if something speaks against it, V(absent) if
              nothing is at its address.
          type: str
        doubt:
          description: What speaks against it.
          type: str
    unreadable:
      description: What of this host could not be read, and why, a line each.
      type: list
      elements: str
  sample:
    - host:
        name: esxi-01.lab
        moid: host-9
      devices:
        - address: "0000:18:00.0"
          name: NVMe Datacenter SSD DC P4510
          vendor_device: "8086:0a54"
          serial: S0118
          serial_from: host
          slot: "2"
          slot_description: NVMe Bay 2
          hardware_label: null
          numa_node: 0
          model: INTEL SSDPE2KX020T8
          firmware: 1.0.3
          capacity_bytes: 1920383410176
          vmhba: vmhba2
          namespaces:
            - id: 1
              name: eui.6b39895b27e33bd4aee74cf2b00e3c74
              size_bytes: 1920383410176
          reset_method: Function reset
          owner: VMkernel
          configured_owner: VMkernel
          passthrough:
            capable: true
            enabled: false
            active: false
            pending: false
          held_by:
            - kind: vmfs
              name: esxi-01-local
          group:
            - "0000:18:00.0"
          objections:
            - it holds the VMFS datastore esxi-01-local
          vm: null
        - address: "0000:d9:00.0"
          name: NVMe SSD Controller PM9A3
          vendor_device: "144d:a80a"
          serial: S01D9
          serial_from: memory
          slot: "8"
          slot_description: NVMe Bay 8
          hardware_label: null
          numa_node: 1
          model: null
          firmware: null
          capacity_bytes: null
          vmhba: null
          namespaces: null
          reset_method: Function reset
          owner: VM Passthru
          configured_owner: VM Passthru
          passthrough:
            capable: true
            enabled: true
            active: true
            pending: false
          held_by: []
          group:
            - "0000:d9:00.0"
          objections:
            - VM nvme-vm-01 has it
          vm:
            name: nvme-vm-01
            moid: vm-21
            power_state: poweredOn
            key: 13001
            label: PCI device 1
            pci_slot_number: 65
      candidates: []
      orphans:
        - vm:
            name: nvme-vm-01
            moid: vm-21
          address: "0000:d8:00.0"
          key: 13000
          label: PCI device 0
          vendor_device: "8086:0a54"
          serial: S01D8
      memory:
        - serial: S01D9
          address: "0000:d9:00.0"
          vendor_device: null
          slot: null
          learnt_at: null
          learnt_from: operator
          gone_at: null
          state: known
          doubt: null
        - serial: S01D8
          address: "0000:d8:00.0"
          vendor_device: null
          slot: null
          learnt_at: null
          learnt_from: operator
          gone_at: null
          state: absent
          doubt: null
      unreadable: []
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - A stable word, such as V(not_found), V(host_not_connected), V(host_too_old) or V(host_not_readable).
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
    code: host_not_connected
    requirement: null
    host: esxi-01.lab
    vm: null
    device: null
    fault: null
    remedy: Reconnect it in vSphere, then run the play again.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import (
    HOST_SELECTION,
    OF_ONE_HOST,
    devices_spec,
    host_spec,
    known_drives_spec,
)
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.nvme_device_info import operate


def main() -> None:
    spec = {**host_spec(), **devices_spec(required=False), **known_drives_spec()}
    run(operate, spec, **HOST_SELECTION, **OF_ONE_HOST)


if __name__ == "__main__":
    main()

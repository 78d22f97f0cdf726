# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wanted of many hosts and VMs, as the filter hotplug_requests makes it of an inventory."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  hosts:
    description:
      - What is wanted of ESXi hosts (P2, P3, P5).
    type: list
    elements: dict
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
          - Requirements on the host that the operator vouches for. It counts where the host does not tell.
          - Each is a mapping of C(by), who vouches for it, C(date), since when, and if there is one C(reference), where
            that is written down.
        type: dict
        suboptions:
          P1:
            description: ESXi is installed to disk (stateful).
            type: raw
          Q1:
            description: The server's vendor supports NVMe hot plug with DirectPath I/O.
            type: raw
          Q2:
            description: The host's firmware is UEFI.
            type: raw
          Q3:
            description: Platform and devices meet KB 2142307.
            type: raw
          Q4:
            description: The server is certified for VM DirectPath I/O.
            type: raw
          Q5:
            description: The server is certified for PCIe native hot plug.
            type: raw
          Q5_surprise:
            description: The server is certified for PCIe native surprise hot plug.
            type: raw
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
          - Requirements on the guest that the operator vouches for, as O(hosts[].attested). It counts where the guest
            does not tell.
        type: dict
        suboptions:
          Q6:
            description: The guest's operating system supports PCIe native hot plug.
            type: raw
          Q7:
            description: The guest's operating system supports surprise hot plug.
            type: raw
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
"""

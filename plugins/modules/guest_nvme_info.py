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
  - "Lists who uses each of them: mounts, also in containers, swap, LVM, md, ZFS, btrfs, device-mapper, bcache, loop
    devices, NVMe-oF and SCSI targets, programs that have it open, by whatever name of its node, a driver other than
    C(nvme), and whatever else the kernel has claimed it for."
  - Names what is on each of them, used or not, by its first and last blocks; file systems, swap, LVM, md, ZFS, LUKS,
    partition tables, or data of a kind that is not known. That is told, and does not count as use, with one exception;
    a physical volume of an LVM group is in use, whether LVM shows it or a filter, a devices file, or the lack of C(pvs)
    hides it.
  - It has to run in the guest itself. From a container in it, C(not_seen) says that the rest is out of sight.
  - Tells in C(lost) who still counts on a drive that is gone, such as a file system that is mounted from a drive that
    was pulled (V6).
  - Tells whether the guest's kernel can hot plug NVMe devices (Q6, Q7).
  - With O(health), tells how each drive is, by its own word.
  - Its result is the evidence that M(directpath.nvme.vm_pci_hotplug) wants before it removes a drive.
  - Works without root, sees less then, and says in C(not_seen) what it could not look at, and what would help.
  - Fails with the code V(guest_not_supported) in guests that are not Linux.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  health:
    description:
      - Whether each drive is asked for its health log (SMART) and its firmware. What it says is told, not judged.
      - The drives are sent two admin commands, Identify Controller and Get Log Page with the page of the controller's
        health, through a node that is opened to read. There is no way to send another one. A warning that the drive has
        sent to a program that watches it stays unread for that one, from NVMe 1.3 on.
      - A drive that does not answer does not hold up the module. After 15 seconds for all drives together it goes on
        without, and leaves behind the process that asked. The commands themselves have the kernel's own time limit
        (C(nvme_core.admin_timeout), 60 seconds unless set) and no shorter one, as Linux resets a controller that has
        not answered by then, whoever uses the drive.
      - Needs root, or an C(nvme) (nvme-cli) that is allowed what the module is not.
    type: bool
    default: false
notes:
  - Needs Python 3.9 or later in the guest and nothing else. It reads sysfs and proc, and asks C(lspci), C(pvs) and
    C(zpool) where they are. From each block device of a drive it reads some 400 KiB, and writes nothing. A drive
    without a known user is opened for a moment, exclusively, which the kernel refuses if something has claimed it.
  - Bytes of names that are no UTF-8 are written out, as V(\\xff).
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

- name: Look whether the drives are well
  directpath.nvme.guest_nvme_info:
    health: true
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
error:
  description: >-
    What went wrong, for automation. C(code) is V(guest_not_supported), C(requirement) V(Q6), C(remedy) what to do; the
    rest is empty.
  returned: failure
  type: dict
gathered_at:
  description: When this was read, in UTC by the guest's clock, ISO 8601. Evidence is only good for minutes.
  returned: success
  type: str
  sample: "2026-11-24T02:28:11+00:00"
vm_uuid:
  description: The VM's BIOS UUID as DMI shows it, by which evidence is known to be of the right VM. Only root sees it.
  returned: success
  type: str
  sample: 7870803a-303d-5628-ad31-8fda129266a5
root:
  description: Whether the module ran as root.
  returned: success
  type: bool
  sample: true
not_seen:
  description: What could not be looked at; a user of a drive may be hidden there. Empty if everything was seen.
  returned: success
  type: list
  elements: str
  sample: []
kernel:
  description: What hot plug needs of the guest's kernel (Q6, Q7).
  returned: success
  type: dict
  contains:
    release:
      description: Its version.
      type: str
    nvme:
      description: Whether its NVMe driver is loaded or built in.
      type: bool
    pciehp:
      description: Whether native PCIe hot plug is at work.
      type: bool
    acpiphp:
      description: Whether it has ACPI hot plug.
      type: bool
    hot_plug_slots:
      description: Names of its PCI slots.
      type: list
      elements: str
  sample:
    release: 6.1.0-56-cloud-amd64
    nvme: true
    pciehp: true
    acpiphp: true
    hot_plug_slots: ["64", "65", "66", "67", "68", "69", "70", "71"]
lspci:
  description: Whether C(lspci) could be run. Without it the drives' lines are missing, and nothing else.
  returned: success
  type: bool
  sample: true
devices:
  description: All NVMe PCI devices of the guest, by address, virtual disks of VMware's controller among them.
  returned: success
  type: list
  elements: dict
  contains:
    address:
      description: PCI address in the guest, which is seldom the one on the host.
      type: str
    vendor_device:
      description: Vendor and device id, in hexadecimal.
      type: str
    subsystem:
      description: Vendor and device id of the subsystem, in hexadecimal.
      type: str
    physical_slot:
      description: Its slot. With native PCIe hot plug it equals the C(pci_slot_number) of the VM's device.
      type: str
    driver:
      description: The driver that has bound it, if any.
      type: str
    model:
      description: Model, without padding.
      type: str
    serial:
      description: Serial number, without padding.
      type: str
    controllers:
      description: Names of its character devices.
      type: list
      elements: str
    namespaces:
      description: Its block devices.
      type: list
      elements: dict
      contains:
        name:
          description: The kernel's name.
          type: str
        path:
          description: Path of the block device.
          type: str
        size:
          description: Bytes.
          type: int
        partitions:
          description: The kernel's names of its partitions.
          type: list
          elements: str
    lspci:
      description: What C(lspci) prints of it.
      type: str
    in_use_by:
      description: Everything that uses it. Empty together with an empty C(not_seen) means that nothing does.
      type: list
      elements: dict
      contains:
        kind:
          description: >-
            One of V(mount), V(swap), V(lvm), V(md), V(zfs), V(btrfs), V(crypt), V(device_mapper), V(holder) for other
            block devices on top of it, V(loop), V(nvmet), V(lio), V(open), V(driver), and V(exclusive) for a user that
            the kernel does not name.
          type: str
        name:
          description: Mount point, volume group, array, pool, program, or whatever an operator knows the user by.
          type: str
        device:
          description: What is used, by the kernel's name.
          type: str
    data:
      description: What is on its block devices, whether anything uses it or not. It stays on the drive.
      type: list
      elements: dict
      contains:
        kind:
          description: >-
            One of V(ext), V(xfs), V(btrfs), V(f2fs), V(ntfs), V(exfat), V(vfat), V(swap), V(luks), V(bcache),
            V(bcachefs), V(ceph), V(lvm), V(md), V(imsm), V(ddf), V(zfs), V(gpt), V(dos), V(other) for data of a kind
            that is not known, and V(unreadable) where the drive does not answer.
          type: str
        name:
          description: Its label, volume group, array or pool; empty if it has none. Why it could not be read.
          type: str
        device:
          description: The block device that it is on, by the kernel's name.
          type: str
    health:
      description: >-
        What the drive tells of itself, with O(health). Null where it was not asked for; each of its parts is null where
        it is not told.
      type: dict
      contains:
        source:
          description: Who asked the drive, V(ioctl) for the module itself, or V(nvme-cli).
          type: str
        controller:
          description: The state of its controller as the kernel has it. Only one that is V(live) is asked.
          type: str
        firmware:
          description: Revision of its firmware.
          type: str
        critical_warning:
          description: >-
            What it warns of, any of V(spare), V(temperature), V(reliability), V(read_only), V(volatile_memory_backup),
            V(persistent_memory_region), and V(bit_6) and V(bit_7), which mean nothing yet.
          type: list
          elements: str
        temperature_c:
          description: Its composite temperature, in degrees Celsius.
          type: int
        available_spare_percent:
          description: Spare blocks that are left.
          type: int
        available_spare_threshold_percent:
          description: What is too few of them.
          type: int
        percentage_used:
          description: How much of the life that its maker gives it is used. It may be more than 100.
          type: int
        data_units_read:
          description: Thousands of 512 bytes that were read.
          type: int
        data_units_written:
          description: Thousands of 512 bytes that were written.
          type: int
        power_cycles:
          description: How often it was powered on.
          type: int
        power_on_hours:
          description: How long it has been.
          type: int
        unsafe_shutdowns:
          description: How often power was gone without a warning, as when it is pulled.
          type: int
        media_errors:
          description: How often data could not be kept or read back.
          type: int
        error_log_entries:
          description: How many errors it has noted in its life, such as commands that it does not know.
          type: int
        warning_temperature_minutes:
          description: How long it was warmer than it should be.
          type: int
        critical_temperature_minutes:
          description: How long it was too hot.
          type: int
        unread:
          description: Why it could not be asked. Null if it answered.
          type: str
  sample:
    - address: "0000:01:00.0"
      vendor_device: "1b36:0010"
      subsystem: "1af4:1100"
      physical_slot: "64"
      driver: nvme
      model: QEMU NVMe Ctrl
      serial: S01D9
      controllers: [nvme0]
      namespaces:
        - name: nvme0n1
          path: /dev/nvme0n1
          size: 67108864
          partitions: []
      lspci: >-
        0000:01:00.0 Non-Volatile memory controller [0108]: Red Hat, Inc. QEMU NVM Express Controller [1b36:0010]
        (rev 02)
      in_use_by:
        - kind: mount
          name: /data
          device: nvme0n1
      data:
        - kind: ext
          name: backup
          device: nvme0n1
      health:
        source: ioctl
        controller: live
        firmware: 7.2.22
        critical_warning: []
        temperature_c: 50
        available_spare_percent: 0
        available_spare_threshold_percent: 0
        percentage_used: 0
        data_units_read: 2
        data_units_written: 0
        power_cycles: 0
        power_on_hours: 0
        unsafe_shutdowns: 0
        media_errors: 0
        error_log_entries: 0
        warning_temperature_minutes: 0
        critical_temperature_minutes: 0
        unread: null
lost:
  description: >-
    Who counts on a block device that is gone, as after a drive was pulled out of its running VM (C4, V6). It stays
    until it is unmounted, switched off, repaired or ended, since the kernel ends none of it by itself.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: >-
        One of V(mount), V(swap), V(open), V(md), V(lvm), V(zfs), V(btrfs), V(crypt), V(device_mapper) and V(holder).
      type: str
    name:
      description: Mount point, program, array, volume group, pool, or whatever an operator knows it by.
      type: str
    device:
      description: >-
        What it used, by the kernel's name or, for a pool, by the name that the pool gives it. Null where nothing tells
        it any more, as for an array that has let go of a member.
      type: str
    degraded:
      description: >-
        Whether it does without, since it has everything more than once. Else what it had there is out of reach.
      type: bool
  sample:
    - kind: mount
      name: /data
      device: nvme1n1
      degraded: false
    - kind: md
      name: md0
      device: nvme2n1
      degraded: true
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.directpath.nvme.plugins.module_utils._guest.info import read_guest, unsupported
from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs

_REMEDY = "Look into it with its own tools; a drive stays in its running VM until its guest has let go of it."


def main() -> None:
    module = AnsibleModule({"health": {"type": "bool", "default": False}}, supports_check_mode=True)
    reason = unsupported()
    if reason:
        error = dict.fromkeys(("code", "requirement", "host", "vm", "device", "fault", "remedy"))
        error.update(code="guest_not_supported", requirement="Q6", remedy=_REMEDY)
        module.fail_json(msg=f"{reason} {_REMEDY}", error=error)
    module.exit_json(changed=False, **read_guest(Sysfs(), module.params["health"]))


if __name__ == "__main__":
    main()

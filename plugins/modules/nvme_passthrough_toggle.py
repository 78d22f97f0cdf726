#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: nvme_passthrough_toggle
short_description: Toggle DirectPath I/O passthrough of NVMe devices on ESXi hosts
version_added: 0.1.0
description:
  - Enables or disables passthrough (P5) of NVMe devices (L5) on one host, several hosts or a cluster.
  - Passthrough can be configured and not yet in force. Such a device is reported as C(pending) with
    C(reboot_required), on every run until the host has been rebooted.
  - A selector takes all NVMe devices that match on a host. A host that lacks a device does not stop the others and is
    listed in C(missing); a device that none of the hosts has is an error.
  - "Refuses, with no override, a device that somebody uses: the disk that ESXi boots from, a system volume, a VMFS
    datastore, vSAN, the coredump partition, memory tiering, a raw device mapping, a virtual machine that has it, and
    whatever cannot be judged. Devices that change hands together are judged together."
  - A virtual machine of the host that cannot be read (its datastore is away, the account has no privilege on it) may
    have any of the host's drives, so that none is taken or given back until it can be read.
  - "Refuses a device with data that the host does not use: a VMFS datastore that is not mounted, partitions of another
    system, a detached disk. O(allow_foreign_data) takes it all the same."
  - Passthrough of a device that the host uses may have been configured by somebody else. That is refused as well,
    before a reboot takes the device from its user, and O(state=disabled) undoes it.
  - O(state=disabled) is refused while a virtual machine has the device.
  - All hosts are read and judged before the first one is changed.
  - The serial numbers of drives that are taken are remembered before, as passthrough hides them
    (M(directpath.nvme.host_drive_memory)). Where that fails, the module goes on with a warning that tells them.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  state:
    description:
      - Whether passthrough shall be on or off.
    type: str
    choices: [enabled, disabled]
    default: enabled
  apply_now:
    description:
      - Ask the host to apply the change without a reboot.
      - If omitted, the host decides; it applies at once what it can.
    type: bool
  expect_count:
    description:
      - Refuse unless just this many devices match on each host.
    type: int
  fail_on_missing:
    description:
      - Refuse, before anything is changed, if a host lacks one of the devices.
    type: bool
    default: false
  allow_foreign_data:
    description:
      - PCI addresses of devices that may be taken although there is data on them that the host does not use. That data
        is lost as soon as somebody else writes to the device. Whatever B(is) in use stays refused.
      - Name single devices, after somebody looked at what is on them; it is no setting for a fleet.
    type: list
    elements: str
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts
  - directpath.nvme.devices
  - directpath.nvme.devices.known
attributes:
  check_mode:
    support: full
    description: Predicts the new state; guards are applied as in a real run.
  diff_mode:
    support: full
seealso:
  - module: directpath.nvme.host_reboot
  - module: directpath.nvme.nvme_device_info
  - module: directpath.nvme.vm_pci_hotplug
"""

EXAMPLES = r"""
- name: Pass two drives of a host through
  directpath.nvme.nvme_passthrough_toggle:
    esxi_host_name: esxi-01.lab
    devices:
      - address: "0000:d8:00.0"
      - address: "0000:d9:00.0"
        vendor_device: "144d:a80a" # refuse if the slot holds another model by now
  register: passthrough

- name: Reboot the host if that is needed
  directpath.nvme.host_reboot:
    esxi_host_name: esxi-01.lab
  when: passthrough.reboot_required

- name: Pass all drives of one model through, on a whole cluster, six on each host
  directpath.nvme.nvme_passthrough_toggle:
    cluster: cluster-a
    devices:
      - name: NVMe SSD Controller PM9A1/PM9A3/980PRO
    expect_count: 6

- name: Take a drive that came from another system, with the data on it
  directpath.nvme.nvme_passthrough_toggle:
    esxi_host_name: esxi-01.lab
    devices:
      - address: "0000:da:00.0"
    allow_foreign_data:
      - "0000:da:00.0"
"""

RETURN = r"""
hosts:
  description: The selected hosts. After a failure in the middle, all of them with what was done.
  returned: success, and failure while hosts were being changed
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
    changed:
      description: Whether passthrough of a device was changed on this host, or in check mode would have been.
      type: bool
    reboot_required:
      description: Whether a device is C(pending).
      type: bool
    count:
      description: How many devices match.
      type: int
    missing:
      description: The entries of O(devices) that match nothing on this host.
      type: list
      elements: dict
    devices:
      description: The devices that match, as they read after the module.
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
        class_id:
          description: PCI class, V(0108) for NVMe.
          type: str
        serial:
          description:
            - Serial number as it was known before, null if it was not.
          type: str
        enabled:
          description: Whether passthrough is configured.
          type: bool
        active:
          description: Whether passthrough is in force.
          type: bool
        pending:
          description: Whether both differ. True until the host is rebooted, whoever configured it.
          type: bool
        changed:
          description: Whether this device was changed, or in check mode would have been.
          type: bool
  sample:
    - host:
        name: esxi-01.lab
        moid: host-9
      changed: true
      reboot_required: true
      count: 1
      missing: []
      devices:
        - address: "0000:da:00.0"
          name: NVMe SSD Controller PM9A3
          vendor_device: "144d:a80a"
          class_id: "0108"
          serial: S01DA
          enabled: true
          active: false
          pending: true
          changed: true
    - host:
        name: esxi-02.lab
        moid: host-20
      changed: true
      reboot_required: false
      count: 1
      missing: []
      devices:
        - address: "0000:da:00.0"
          name: NVMe SSD Controller PM9A3
          vendor_device: "144d:a80a"
          class_id: "0108"
          serial: S02DA
          enabled: true
          active: true
          pending: false
          changed: true
reboot_required:
  description: Whether any of the hosts needs a reboot.
  returned: success, and failure while hosts were being changed
  type: bool
  sample: true
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - A stable word, such as V(device_in_use), V(foreign_data), V(device_not_found), V(not_nvme), V(not_capable),
          V(unexpected_count), V(passthrough_refused) or V(not_applied).
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
    code: device_in_use
    requirement: P5
    host: esxi-01.lab
    vm: null
    device: "0000:18:00.0"
    fault: null
    remedy: Free it in vSphere first, or choose another device.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import (
    HOST_SELECTION,
    OF_ONE_HOST,
    devices_spec,
    host_spec,
    known_drives_spec,
)
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.nvme_passthrough_toggle import (
    operate,
)


def main() -> None:
    run(
        operate,
        {
            **host_spec(),
            **devices_spec(),
            **known_drives_spec(),
            "state": {"type": "str", "choices": ["enabled", "disabled"], "default": "enabled"},
            "apply_now": {"type": "bool"},
            "expect_count": {"type": "int"},
            "fail_on_missing": {"type": "bool", "default": False},
            "allow_foreign_data": {"type": "list", "elements": "str"},
        },
        **HOST_SELECTION,
        **OF_ONE_HOST,
    )


if __name__ == "__main__":
    main()

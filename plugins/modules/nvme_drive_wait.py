#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: nvme_drive_wait
short_description: Wait until an NVMe drive is put into an ESXi host, or pulled out of it
version_added: 0.1.0
description:
  - Watches the PCI devices of one host until a drive has been inserted into a hot-plug slot (C2), or pulled out of one
    (N7), and shows it. It changes nothing.
  - The host's property is watched, so that nothing polls and what happens is told at once.
  - Something else than what is awaited is told at once as well, while people still stand at the server. A drive in
    another slot, or another drive that was pulled, is C(unexpected_change).
  - A new drive that the host does not tell enough of, such as its slot, is never taken for the awaited one, and never
    for another one. It ends the wait with C(device_unknown).
  - A new drive is shown once ESXi's driver has it, or passthrough has, so that its serial number is there and who uses
    it can be judged. Its slot may have handed passthrough on to it, which nobody may assume or rule out. Then the host
    tells neither its serial number nor what is on it.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  state:
    description:
      - V(inserted) waits until a drive has come, V(pulled) until one has gone.
    type: str
    choices: [inserted, pulled]
    default: inserted
  slot:
    description:
      - Number of the slot that the drive is put into or pulled out of. The same as an entry of O(devices) with this
        slot.
    type: str
  devices:
    description:
      - Wait for these drives, for all of them. Without this and O(slot), the first one that comes or goes is it.
      - With O(state=inserted), a drive that fits and is there already has come, unless O(before) says otherwise. So a
        run that was interrupted goes on when it is run again.
      - With O(state=pulled), a drive that the host does not have any more has gone.
  before:
    description:
      - Addresses that were taken before. A drive at another one has come, one of these without a drive has gone.
      - If omitted, what the host has when the module starts was there before.
    type: list
    elements: str
  timeout:
    description:
      - Seconds to wait for a person. V(0) looks once.
    type: int
    default: 600
  adapter_timeout:
    description:
      - Seconds that ESXi has to take a new drive, after which it is shown as it is.
    type: int
    default: 30
  refresh:
    description:
      - Tell the host to look at its PCI devices again, at the start and whenever nothing was heard for 15 seconds. For
        hosts that do not notice by themselves. Needs the privilege Host.Config.Settings.
    type: bool
    default: false
  fail_on_other_changes:
    description:
      - Whether a drive that comes or goes and is not the awaited one ends the wait. Turn it off only where others work
        on the same host.
    type: bool
    default: true
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts.one
  - directpath.nvme.devices.filter
  - directpath.nvme.devices.known
attributes:
  check_mode:
    support: full
    description: Looks once and does not wait. A drive that is not there yet is no failure then.
  diff_mode:
    support: none
seealso:
  - module: directpath.nvme.nvme_device_info
  - module: directpath.nvme.nvme_passthrough_toggle
"""

EXAMPLES = r"""
- name: Wait until a drive is put into slot 13
  directpath.nvme.nvme_drive_wait:
    esxi_host_name: esxi-01.lab
    slot: "13"
    timeout: 1800
  register: wait

- name: Show it
  ansible.builtin.debug:
    msg: "{{ wait.hosts[0].inserted }}"

- name: Wait until a drive is pulled that has left its VM
  directpath.nvme.nvme_drive_wait:
    esxi_host_name: esxi-01.lab
    state: pulled
    devices:
      - address: "0000:d9:00.0"

- name: Wait for any drive that was not there before
  directpath.nvme.nvme_drive_wait:
    esxi_host_name: esxi-01.lab
    before: "{{ drives_before.hosts[0].devices | map(attribute='address') }}"
"""

RETURN = r"""
hosts:
  description: The host, in a list as other modules have it. After a failure, with what happened up to then.
  returned: success, and failure after the host was looked at
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
    inserted:
      description:
        - The drives that came, as M(directpath.nvme.nvme_device_info) shows drives. Their C(objections) have the data
          on them, too, which the host does not use (partitions of another system, a datastore that is not mounted).
        - With O(state=pulled), drives that are by now in the places of those that were pulled.
        - In check mode empty where a real run would wait.
      type: list
      elements: dict
    pulled:
      description: With O(state=pulled), the drives that went, as they were last seen.
      type: list
      elements: dict
      contains:
        change:
          description: V(pulled).
          type: str
        address:
          description: PCI address on the host.
          type: str
        name:
          description:
            - Device name as vSphere showed it. It is null for a drive that was gone at the first look, as are the next
              ones.
          type: str
        vendor_device:
          description: PCI vendor and device id.
          type: str
        serial:
          description: Serial number, null where nobody told it.
          type: str
        serial_from:
          description: Who tells it, C(host) or C(memory).
          type: str
        slot:
          description: Number of its slot, null where the host did not tell it, or was not asked.
          type: str
        slot_description:
          description: What the host calls the slot.
          type: str
        hardware_label:
          description: Label that an administrator gave the device.
          type: str
    other_changes:
      description:
        - What came and went beside, in the same form, with C(change) V(inserted) or V(pulled). After
          C(unexpected_change), what ended the wait.
      type: list
      elements: dict
    elapsed_seconds:
      description: How long it took.
      type: float
  sample:
    - host:
        name: esxi-01.lab
        moid: host-9
      inserted:
        - address: "0000:de:00.0"
          name: NVMe SSD Controller PM9A3
          vendor_device: "144d:a80a"
          serial: S6XN1
          serial_from: host
          slot: "13"
          slot_description: NVMe Bay 13
          hardware_label: null
          numa_node: 1
          model: SAMSUNG MZQL21T9HCJR-00A07
          firmware: 1.0.3
          capacity_bytes: 1920383410176
          vmhba: vmhba13
          namespaces:
            - id: 1
              name: eui.3039e4b2b24b0a2d9d6fcb631aa43e71
              size_bytes: 1920383410176
          reset_method: Function reset
          owner: VMkernel
          configured_owner: VMkernel
          passthrough:
            capable: true
            enabled: false
            active: false
            pending: false
          held_by: []
          group:
            - "0000:de:00.0"
          objections: []
          vm: null
      pulled: []
      other_changes: []
      elapsed_seconds: 3.6
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - V(wait_timeout) when nothing happened, V(unexpected_change) when something else did, V(device_unknown) for
          a drive that cannot be told, V(ambiguous_device) for several that fit.
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
    code: wait_timeout
    requirement: C2
    host: esxi-01.lab
    vm: null
    device: null
    fault: null
    remedy: Insert the drive and run it again. If it is in the server and not in this list, look whether its slot is
      one for hot plug (Q5), and let the host look again (refresh). If it was there from the beginning, name its slot,
      serial or address.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import (
    devices_spec,
    known_drives_spec,
    one_host_spec,
)
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.nvme_drive_wait import operate


def main() -> None:
    run(
        operate,
        {
            **one_host_spec(),
            **devices_spec(required=False),
            **known_drives_spec(),
            "state": {"type": "str", "choices": ["inserted", "pulled"], "default": "inserted"},
            "slot": {"type": "str"},
            "before": {"type": "list", "elements": "str"},
            "timeout": {"type": "int", "default": 600},
            "adapter_timeout": {"type": "int", "default": 30},
            "refresh": {"type": "bool", "default": False},
            "fail_on_other_changes": {"type": "bool", "default": True},
        },
    )


if __name__ == "__main__":
    main()

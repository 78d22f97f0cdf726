#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: nvme_locator_led
short_description: Turn the locator LED of NVMe drives of an ESXi host on or off
version_added: 0.1.0
description:
  - Shows a person at the server which bay a drive is in, by the LED of that bay. The drive and who uses it are left
    alone.
  - vSphere has no property that tells whether an LED is lit. So nothing can be read back, every run turns the LED, and
    says C(changed).
  - A host can do this where its server and the tools of the manufacturer let it, and only for a drive that ESXi's own
    driver has. While passthrough has the drive, the LED is out of the host's reach and stays as it is, lit or dark. It
    can be turned through the server's management controller then.
  - Each entry of O(devices) has to name one drive.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  state:
    description:
      - Whether the LED shall be lit.
    type: str
    choices: ["on", "off"]
    default: "on"
  timeout:
    description:
      - Seconds to wait for the task.
    type: int
    default: 60
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts.one
  - directpath.nvme.devices
  - directpath.nvme.devices.known
attributes:
  check_mode:
    support: full
    description: Finds the drives and refuses what a real run would refuse; no LED is turned.
  diff_mode:
    support: partial
    details: The side before is always C(unknown).
seealso:
  - module: directpath.nvme.nvme_device_info
  - module: directpath.nvme.nvme_drive_wait
  - module: directpath.nvme.nvme_passthrough_toggle
"""

EXAMPLES = r"""
- name: Light the bay of a drive
  directpath.nvme.nvme_locator_led:
    esxi_host_name: esxi-01.lab
    devices:
      - serial: S01D9

- name: Put the light out when the work is done
  directpath.nvme.nvme_locator_led:
    esxi_host_name: esxi-01.lab
    devices:
      - slot: "8"
    state: "off"

- name: Light it if the host can, and otherwise ask for the server's own way
  block:
    - name: Light it
      directpath.nvme.nvme_locator_led:
        esxi_host_name: esxi-01.lab
        devices:
          - address: "0000:d9:00.0"
      register: led
  rescue:
    - name: Say how else
      ansible.builtin.debug:
        msg: "{{ led.error.remedy }}"
      when: led.error.code in ['led_not_supported', 'led_out_of_reach', 'led_refused']
"""

RETURN = r"""
hosts:
  description:
    - The host, in a list as other modules have it. After a failure of single LEDs, with the drives whose LED was
      turned.
  returned: success, and failure of single LEDs
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
      description: The drives whose LED was turned, or in check mode would have been.
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
          description: Serial number.
          type: str
        slot:
          description:
            - Number of its slot. Before vSphere 9.0 it is null unless an entry of O(devices) has a slot.
          type: str
        slot_description:
          description: What the host calls the slot.
          type: str
        hardware_label:
          description: Label that an administrator gave the device.
          type: str
        led:
          description: What was asked for. Whether it is so, only a look at the server tells.
          type: str
  sample:
    - host:
        name: esxi-01.lab
        moid: host-9
      devices:
        - address: "0000:d9:00.0"
          name: NVMe SSD Controller PM9A3
          vendor_device: "144d:a80a"
          serial: S01D9
          slot: null
          slot_description: null
          hardware_label: null
          led: "on"
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - A stable word, such as V(led_not_supported), V(led_out_of_reach), V(led_refused), V(device_not_found),
          V(device_unknown) or V(ambiguous_device).
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
    code: led_out_of_reach
    requirement: null
    host: esxi-01.lab
    vm: null
    device: "0000:d8:00.0"
    fault: null
    remedy: >-
      Turn it through the server's management controller (BMC), or once the drive has left its VM and its passthrough is
      off again.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import (
    devices_spec,
    known_drives_spec,
    one_host_spec,
)
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.nvme_locator_led import operate


def main() -> None:
    run(
        operate,
        {
            **one_host_spec(),
            **devices_spec(),
            **known_drives_spec(),
            "state": {"type": "str", "choices": ["on", "off"], "default": "on"},
            "timeout": {"type": "int", "default": 60},
        },
    )


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_drive_memory
short_description: Remember the serial numbers of the NVMe drives of an ESXi host
version_added: 0.1.0
description:
  - While passthrough has a drive, its host does not tell the drive's serial number. This module keeps what was read
    before, or elsewhere, in the custom attribute C(directpath.nvme.drives) of the host, where people can see it and
    correct it.
  - M(directpath.nvme.nvme_passthrough_toggle) remembers the drives that it takes by itself. This module is for what
    guests and people know, for drives that were taken before, and for forgetting.
  - Each entry says of which PCI address, PCI ids and slot it is, when it was learnt and from whom. It counts as long as
    nothing speaks against it; docs/drives.md tells what does.
  - What the host tells itself corrects what is remembered. A drive that is gone stays known, and is marked with
    C(gone_at), whatever else is learnt. What comes into its place later counts as another drive, of unknown serial
    number, until somebody has read it.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  state:
    description:
      - V(present) remembers O(drives); if those are omitted, the drives whose serial numbers the host itself tells.
      - V(absent) forgets O(drives).
    type: str
    choices: [present, absent]
    default: present
  drives:
    description:
      - Drives of the host.
      - With O(state=present), each has to have O(drives[].serial) and O(drives[].address), and to be there.
      - With O(state=absent), all that an entry has must fit.
    type: list
    elements: dict
    suboptions:
      serial:
        description:
          - Serial number of the drive.
        type: str
      address:
        description:
          - PCI address that the drive has on the host.
        type: str
      vendor_device:
        description:
          - PCI vendor and device id of the drive. If another device is at the address, nothing is remembered.
        type: str
      slot:
        description:
          - Number of its physical slot. If the device at the address is in another slot, nothing is remembered.
        type: str
  learnt_from:
    description:
      - Who tells O(drives). The entries say so.
    type: str
    choices: [guest, operator]
    default: operator
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts.one
notes:
  - Custom attributes are kept by vCenter. On a direct connection to ESXi the module changes nothing and returns
    V(false) for C(supported). What is known of drives there is said to each module
    (O(directpath.nvme.nvme_passthrough_toggle#module:known_drives)).
  - vCenter gets the definition of the attribute when it is first needed, and keeps it.
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
seealso:
  - module: directpath.nvme.nvme_device_info
  - module: directpath.nvme.nvme_passthrough_toggle
"""

EXAMPLES = r"""
- name: Remember all drives whose serial numbers the host tells now
  directpath.nvme.host_drive_memory:
    esxi_host_name: esxi-01.lab

- name: Say which drive is at an address, by its label
  directpath.nvme.host_drive_memory:
    esxi_host_name: esxi-01.lab
    drives:
      - serial: S6XNNA0R100001
        address: "0000:d9:00.0"

- name: Forget a drive that went back to its maker
  directpath.nvme.host_drive_memory:
    esxi_host_name: esxi-01.lab
    state: absent
    drives:
      - serial: S6XNNA0R100001
"""

RETURN = r"""
hosts:
  description: The host, as the only entry.
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
    changed:
      description: Whether what is remembered was changed, or in check mode would have been.
      type: bool
    supported:
      description: Whether the server can remember drives. False on a direct connection to ESXi.
      type: bool
    memory:
      description: What is remembered of the host's drives after the module.
      type: list
      elements: dict
      contains:
        serial:
          description: Serial number.
          type: str
        address:
          description: PCI address on the host.
          type: str
        vendor_device:
          description: PCI vendor and device id, null if not known.
          type: str
        slot:
          description: Number of the physical slot, null if not known.
          type: str
        learnt_at:
          description: When it was learnt, by vCenter's clock, ISO 8601, UTC.
          type: str
        learnt_from:
          description: V(host), V(guest) or V(operator).
          type: str
        gone_at:
          description: When the host was seen without the drive, null if it was not.
          type: str
        state:
          description:
            - V(known) if the entry names the drive that is at the address now, V(doubted) if something speaks against
              it, V(absent) if nothing is there.
          type: str
        doubt:
          description: What speaks against it, null if nothing does.
          type: str
  sample:
    - host:
        name: esxi-01.lab
        moid: host-9
      changed: true
      supported: true
      memory:
        - serial: S6XNNA0R100001
          address: "0000:d8:00.0"
          vendor_device: "8086:0a54"
          slot: "7"
          learnt_at: "2026-11-26T11:24:51Z"
          learnt_from: host
          gone_at: "2026-11-26T11:24:56Z"
          state: absent
          doubt: the drive was seen to be gone at 2026-11-26T11:24:56Z, and what is there since may be another
        - serial: S6XNNA0R100002
          address: "0000:d9:00.0"
          vendor_device: "144d:a80a"
          slot: "8"
          learnt_at: "2026-11-26T11:24:56Z"
          learnt_from: host
          gone_at: null
          state: known
          doubt: null
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - A stable word. V(invalid_known_drive) stands for what cannot be true of this host, V(device_not_found) for an
          address at which it has nothing.
        - V(memory_unreadable) stands for an attribute that holds something else than remembered drives; it is left as
          it is. V(memory_not_kept) stands for a vCenter that did not keep what was written.
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
    code: memory_unreadable
    requirement: null
    host: esxi-01.lab
    vm: null
    device: null
    fault: null
    remedy: "Find out who wrote it, and correct it or clear it in vSphere: what is known can be learnt again."
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import one_host_spec
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.host_drive_memory import operate


def main() -> None:
    run(
        operate,
        {
            **one_host_spec(),
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "learnt_from": {"type": "str", "choices": ["guest", "operator"], "default": "operator"},
            "drives": {
                "type": "list",
                "elements": "dict",
                "options": {name: {"type": "str"} for name in ("serial", "address", "vendor_device", "slot")},
                "required_one_of": [("serial", "address")],
            },
        },
        required_if=[("state", "absent", ["drives"])],
    )


if __name__ == "__main__":
    main()

#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_boot_param
short_description: Manage VMkernel boot settings of ESXi hosts
version_added: 0.1.0
description:
  - Sets a VMkernel boot setting, C(maxIntrCookies) for NVMe hot plug (P2), on one host, several hosts or a cluster.
  - Works through esxcli over the vSphere API. No SSH to ESXi is needed, and advanced options
    (C(OptionManager)) are not used, because they do not know C(maxIntrCookies).
  - A setting takes effect at the next boot of the host. The result tells the configured value, the one in force and
    whether a reboot is needed (P3). Use M(directpath.nvme.host_reboot) for that.
  - From vSphere 8.0 U3 on the default of C(maxIntrCookies) is 4096; there this module changes nothing.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  name:
    description:
      - Name of the setting as C(esxcli system settings kernel list) shows it. Case matters.
    type: str
    required: true
  value:
    description:
      - The wanted value. Checked against the setting's type and range before anything is sent.
      - Booleans are C(TRUE) or C(FALSE); numbers may be decimal or hexadecimal with C(0x).
      - Required if O(state=present).
    type: str
  comparison:
    description:
      - V(exact) wants just this value.
      - V(at_least) leaves a larger number alone.
    type: str
    choices: [exact, at_least]
    default: exact
  state:
    description:
      - V(present) sets O(value).
      - V(default) sets the default that ESXi reports for the setting.
    type: str
    choices: [present, default]
    default: present
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
seealso:
  - module: directpath.nvme.host_reboot
  - name: KB 312151
    description: Broadcom's article on maxIntrCookies.
    link: https://knowledge.broadcom.com/external/article/312151
"""

EXAMPLES = r"""
- name: Allow enough interrupts for NVMe hot plug on a cluster
  directpath.nvme.host_boot_param:
    cluster: cluster-a
    name: maxIntrCookies
    value: 4096
    comparison: at_least
  register: boot

- name: Show which hosts need a reboot
  ansible.builtin.debug:
    msg: "{{ boot.hosts | selectattr('reboot_required') | map(attribute='host.name') }}"

- name: Go back to the default of this ESXi release
  directpath.nvme.host_boot_param:
    esxi_host_name: esxi-01.lab
    name: maxIntrCookies
    state: default
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
      description: Whether the setting of this host was changed, or in check mode would have been.
      type: bool
    reboot_required:
      description: Whether the configured value is not in force. True until the host is rebooted, whoever set it.
      type: bool
    parameter:
      description: The setting as it reads after the module.
      type: dict
      contains:
        name:
          description: Name of the setting.
          type: str
        type:
          description: Its type as ESXi tells it.
          type: str
        configured:
          description: The value of the next boot.
          type: str
        runtime:
          description: The value in force.
          type: str
        default:
          description: The default of this ESXi release.
          type: str
  sample:
    - host:
        name: esxi-01.lab
        moid: host-9
      changed: true
      reboot_required: true
      parameter:
        name: maxIntrCookies
        type: uint32
        configured: "4096"
        runtime: "1024"
        default: "1024"
    - host:
        name: esxi-02.lab
        moid: host-20
      changed: false
      reboot_required: false
      parameter:
        name: maxIntrCookies
        type: uint32
        configured: "4096"
        runtime: "4096"
        default: "4096"
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
        - A stable word, such as V(unknown_setting), V(invalid_value), V(host_not_connected), V(host_too_old) or
          V(esxcli_refused).
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
    code: invalid_value
    requirement: P2
    host: esxi-01.lab
    vm: null
    device: null
    fault: null
    remedy: Nothing was changed; correct the value.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import HOST_SELECTION, host_spec
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.host_boot_param import operate


def main() -> None:
    run(
        operate,
        {
            **host_spec(),
            "name": {"type": "str", "required": True},
            "value": {"type": "str"},
            "comparison": {"type": "str", "choices": ["exact", "at_least"], "default": "exact"},
            "state": {"type": "str", "choices": ["present", "default"], "default": "present"},
        },
        required_if=[("state", "present", ["value"])],
        **HOST_SELECTION,
    )


if __name__ == "__main__":
    main()

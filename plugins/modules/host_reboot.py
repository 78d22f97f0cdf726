#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_reboot
short_description: Reboot an ESXi host and wait until it is really back
version_added: 0.1.0
description:
  - Reboots a host so that its boot parameters (P3) and passthrough settings (P5) come into force, and waits until it is
    connected, powered on, and has a later boot time than before. The task that vSphere shows for a reboot ends long
    before that.
  - By default only reboots a host on which something is pending, so a second run changes nothing.
  - Refuses a host that is not in maintenance mode, and names the running virtual machines that would keep it from
    entering it. Machines with passthrough devices are among them in any cluster, as DRS does not move them.
  - M(vmware.vmware.esxi_powerstate) with O(vmware.vmware.esxi_powerstate#module:state=restarted) also reboots a host
    and waits for another boot time. It does not know whether a reboot is needed, does not name the machines that pin
    the host, and times out when it is connected to ESXi directly, where its session ends with the reboot. This module
    exists for what that one lacks; use that one for everything else about a host's power.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  reboot:
    description:
      - V(if_needed) reboots the host if one of O(boot_params) has a configured value that is not in force, or if
        passthrough of any device is enabled but not active, or the other way round.
      - V(always) reboots it in any case.
    type: str
    choices: [if_needed, always]
    default: if_needed
  boot_params:
    description:
      - VMkernel boot settings that count as pending. A setting that cannot be set never does.
    type: list
    elements: str
    default: [maxIntrCookies]
  force:
    description:
      - Reboot the host outside maintenance mode too. Virtual machines that run on it lose power.
    type: bool
    default: false
  timeout:
    description:
      - Seconds until the host has to be back.
    type: int
    default: 1800
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts.one
notes:
  - Through vCenter the module waits for property updates. Connected to ESXi directly, it loses its session with the
    reboot and logs in again, with growing pauses of up to 15 seconds between attempts.
  - What is still pending after the reboot is in the result, with RV(reboot_required=true). It is no reason for a second
    reboot. Look for what sets the value back, such as a host profile.
  - In check mode nothing is rebooted. A host outside maintenance mode is a warning then, as an earlier step of the same
    playbook is expected to take care of it.
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
seealso:
  - module: directpath.nvme.host_boot_param
  - module: directpath.nvme.nvme_passthrough_toggle
  - module: vmware.vmware.esxi_maintenance_mode
  - module: vmware.vmware.esxi_powerstate
"""

EXAMPLES = r"""
- name: Enter maintenance mode
  vmware.vmware.esxi_maintenance_mode:
    esxi_host_name: esxi-01.lab

- name: Reboot the host if a setting waits for it
  directpath.nvme.host_reboot:
    esxi_host_name: esxi-01.lab
    timeout: 1200
  register: reboot

- name: Make sure that the settings are in force
  ansible.builtin.assert:
    that: not reboot.reboot_required
    fail_msg: "Still pending: {{ reboot.hosts[0].pending }}"

- name: Leave maintenance mode
  vmware.vmware.esxi_maintenance_mode:
    esxi_host_name: esxi-01.lab
    enable_maintenance_mode: false
"""

RETURN = r"""
"""

from ansible_collections.directpath.nvme.plugins.module_utils._arguments import one_host_spec
from ansible_collections.directpath.nvme.plugins.module_utils._reboot import sync_reboot
from ansible_collections.directpath.nvme.plugins.module_utils._rules import MAX_INTR_COOKIES
from ansible_collections.directpath.nvme.plugins.module_utils._run import run


def main() -> None:
    run(
        sync_reboot,
        {
            **one_host_spec(),
            "reboot": {"type": "str", "choices": ["if_needed", "always"], "default": "if_needed"},
            "boot_params": {"type": "list", "elements": "str", "default": [MAX_INTR_COOKIES]},
            "force": {"type": "bool", "default": False},
            "timeout": {"type": "int", "default": 1800},
        },
    )


if __name__ == "__main__":
    main()

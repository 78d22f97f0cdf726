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
  - A reboot brings into force whatever is pending, whoever configured it. So every change of passthrough that is
    pending is judged first. A host is not rebooted if that would take a drive from a datastore, the boot disk, a
    virtual machine or anything else that uses it, or whose use cannot be read (V(device_in_use)).
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
  run:
    description:
      - The C(id) of the run that is to have marked the host (M(directpath.nvme.host_maintenance_claim)). Just before
        the reboot the mark is looked at once more, and a host that another run has marked meanwhile is not rebooted
        (V(claim_held)).
    type: str
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
hosts:
  description:
    - The host, as the only entry.
    - After a refusal for want of maintenance mode it has only RV(hosts[].host) and RV(hosts[].pinned_by).
  returned: success, and failure from the moment the host is known
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
      description:
        - Whether the host was rebooted, or in check mode would have been.
        - After a failure it is true if the host may be on its way down.
      type: bool
    rebooted:
      description: Whether the host was rebooted and is back; in check mode, whether it would be.
      type: bool
    reboot_required:
      description: Whether something is still pending.
      type: bool
    pending:
      description: What is configured and not in force after the module.
      type: list
      elements: dict
      contains:
        kind:
          description: V(boot_param) or V(passthrough).
          type: str
        name:
          description: Name of the VMkernel setting, or PCI address of the device.
          type: str
        configured:
          description: The value of the next boot; V(enabled) or V(disabled) for passthrough.
          type: str
        runtime:
          description: The value in force.
          type: str
    boot_time:
      description: When the host booted (ISO 8601, UTC). Null in check mode for a reboot that is yet to come.
      type: str
    previous_boot_time:
      description: When it had booted before the module.
      type: str
    elapsed:
      description: Seconds from the request until the host was back; 0 without a reboot.
      type: float
    pinned_by:
      description: Running virtual machines that would keep the host from entering maintenance mode.
      returned: if the host is refused because it is not in maintenance mode
      type: list
      elements: dict
      contains:
        name:
          description: Name of the virtual machine.
          type: str
        moid:
          description: Its managed object id.
          type: str
        reason:
          description: What keeps it on the host.
          type: str
  sample:
    - host:
        name: esxi-01.lab
        moid: host-9
      changed: true
      rebooted: true
      reboot_required: false
      pending: []
      boot_time: "2026-11-23T06:48:18Z"
      previous_boot_time: "2026-11-22T06:48:01Z"
      elapsed: 1.0
reboot_required:
  description: Whether something is still pending after the module.
  returned: success, and failure after the reboot was asked for
  type: bool
  sample: false
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - V(not_in_maintenance_mode), V(reboot_refused), V(boot_time_unknown) and V(no_permission) leave the host as it
          was, as does whatever is found before, such as V(host_not_connected) or V(unknown_setting).
        - After V(reboot_timeout) and V(connection_lost) the host may be on its way down or up.
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
    code: not_in_maintenance_mode
    requirement: P3
    host: esxi-01.lab
    vm: null
    device: null
    fault: null
    remedy: Enter maintenance mode first.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import one_host_spec
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.host_reboot import operate
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.limits import MAX_INTR_COOKIES


def main() -> None:
    run(
        operate,
        {
            **one_host_spec(),
            "reboot": {"type": "str", "choices": ["if_needed", "always"], "default": "if_needed"},
            "boot_params": {"type": "list", "elements": "str", "default": [MAX_INTR_COOKIES]},
            "run": {"type": "str"},
            "force": {"type": "bool", "default": False},
            "timeout": {"type": "int", "default": 1800},
        },
    )


if __name__ == "__main__":
    main()

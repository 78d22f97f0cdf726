#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: hotplug_readiness_info
short_description: Show whether ESXi hosts meet the requirements of NVMe hot plug
version_added: 0.1.0
description:
  - Judges one host, several hosts or a cluster by the documented requirements on hosts. Each comes with its id, what
    was seen, and what to do where it is not met.
  - Also shows what a playbook needs to know before it puts a host into maintenance mode; whether it is in it, whether
    automation claims that (M(directpath.nvme.host_maintenance_claim)), and which running virtual machines pin the host.
  - A host that does not answer is reported like the others, with what vCenter knows of it.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  attested:
    description:
      - Requirements that the operator vouches for, since no API tells (Q1, Q3, Q4, Q5) or the host does not (P1, Q2).
      - What the host does tell is never overruled.
    type: dict
    suboptions:
      P1:
        description: ESXi is installed to disk (stateful).
        type: bool
      Q1:
        description: The server's vendor supports NVMe hot plug with DirectPath I/O.
        type: bool
      Q2:
        description: The host's firmware is UEFI.
        type: bool
      Q3:
        description: Platform and devices meet KB 2142307.
        type: bool
      Q4:
        description: The server is certified for VM DirectPath I/O.
        type: bool
      Q5:
        description: The server is certified for PCIe native hot plug.
        type: bool
      Q5_surprise:
        description: The server is certified for PCIe native surprise hot plug.
        type: bool
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
seealso:
  - module: directpath.nvme.nvme_device_info
  - module: directpath.nvme.host_boot_param
  - module: directpath.nvme.host_reboot
"""

EXAMPLES = r"""
- name: Judge the hosts of a cluster
  directpath.nvme.hotplug_readiness_info:
    cluster: cluster-a
    attested:
      Q1: true
      Q3: true
      Q4: true
  register: readiness

- name: Show what is not met
  ansible.builtin.debug:
    msg: "{{ item.requirements | selectattr('status', 'eq', 'fail') | map(attribute='evidence') }}"
  loop: "{{ readiness.hosts }}"
  loop_control:
    label: "{{ item.host.name }}"
"""

RETURN = r"""
"""

from ansible_collections.directpath.nvme.plugins.module_utils._arguments import HOST_SELECTION, host_spec
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness import ATTESTABLE
from ansible_collections.directpath.nvme.plugins.module_utils._readiness import read_readiness
from ansible_collections.directpath.nvme.plugins.module_utils._run import run


def main() -> None:
    run(
        read_readiness,
        {
            **host_spec(),
            "attested": {"type": "dict", "options": {name: {"type": "bool"} for name in sorted(ATTESTABLE)}},
        },
        **HOST_SELECTION,
    )


if __name__ == "__main__":
    main()

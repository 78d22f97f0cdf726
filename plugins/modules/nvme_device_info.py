#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: nvme_device_info
short_description: Show the NVMe devices of ESXi hosts and who uses them
version_added: 0.1.0
description:
  - Lists the NVMe devices of one host, several hosts or a cluster, with identity, passthrough state (P5), the users
    that keep them from being passed through, and the virtual machine that has them (V1, V2).
  - Lists as C(orphans) the entries of virtual machines whose device is no longer on the host, as after a surprise
    removal (C4, V3).
  - Serial numbers are known only while ESXi's own driver has the device; read them before passthrough is enabled.
author:
  - directpath.nvme contributors (@directpath-nvme)
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts
  - directpath.nvme.devices.filter
attributes:
  check_mode:
    support: full
    description: Changes nothing in any mode.
  diff_mode:
    support: none
seealso:
  - module: directpath.nvme.nvme_passthrough_toggle
"""

EXAMPLES = r"""
- name: Read the NVMe devices of a cluster
  directpath.nvme.nvme_device_info:
    cluster: cluster-a
  register: nvme

- name: Show the drives that may be passed through
  ansible.builtin.debug:
    msg: "{{ item.devices | rejectattr('objections') | map(attribute='address') }}"
  loop: "{{ nvme.hosts }}"
  loop_control:
    label: "{{ item.host.name }}"
"""

RETURN = r"""
"""

from ansible_collections.directpath.nvme.plugins.module_utils._arguments import HOST_SELECTION, devices_spec, host_spec
from ansible_collections.directpath.nvme.plugins.module_utils._device_info import read_device_info
from ansible_collections.directpath.nvme.plugins.module_utils._run import run


def main() -> None:
    run(read_device_info, {**host_spec(), **devices_spec(required=False)}, **HOST_SELECTION)


if __name__ == "__main__":
    main()

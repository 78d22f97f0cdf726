#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: vm_power_on
short_description: Start a virtual machine on the host that it is on
version_added: 0.1.0
description:
  - Powers a virtual machine on and names its host to vSphere. A drive is a drive of one host, and a power-on that names
    none leaves the choice to DRS.
  - M(vmware.vmware.vm_powerstate) names no host. Use that one for everything else about a virtual machine's power.
  - A machine that runs is left alone.
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  esxi_host_name:
    description:
      - The host that the desired state names, by name, managed object id or inventory path.
      - A virtual machine that is on another host is an error with the code V(wrong_host), before it is started.
    type: str
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.vm
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
seealso:
  - module: directpath.nvme.vm_hotplug_config
  - module: vmware.vmware.vm_powerstate
"""

EXAMPLES = r"""
- name: Start a virtual machine where its drives are
  directpath.nvme.vm_power_on:
    name: storage-vm-01
    esxi_host_name: esxi-01.lab
"""

RETURN = r"""
vm:
  description: The virtual machine.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    moid:
      description: Its managed object id.
      type: str
    uuid:
      description: Its BIOS UUID, which its guest has as product UUID.
      type: str
  sample:
    name: nvme-vm-01
    moid: vm-31
    uuid: 265104de-1472-547c-b873-6dc7883fb6cb
host:
  description: The ESXi host that it runs on.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
    moid:
      description: Its managed object id.
      type: str
  sample:
    name: esxi-01.lab
    moid: host-9
power_state:
  description: C(poweredOn), in check mode as it would be.
  returned: success
  type: str
  sample: poweredOn
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description: A stable word, such as V(wrong_host), V(power_on_failed), V(vm_not_connected) or V(not_found).
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
    code: wrong_host
    requirement: P6
    host: esxi-02.lab
    vm: nvme-vm-01
    device: null
    fault: null
    remedy: >-
      Bring the VM to esxi-01.lab in vSphere, or correct the host that is named and its drives; a host is named as
      vSphere names it.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import VM_SELECTION, vm_spec
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.vm_power_on import operate


def main() -> None:
    run(operate, {**vm_spec(), "esxi_host_name": {"type": "str"}}, **VM_SELECTION)


if __name__ == "__main__":
    main()

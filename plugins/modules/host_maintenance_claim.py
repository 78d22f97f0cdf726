#!/usr/bin/python
# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: host_maintenance_claim
short_description: Mark the maintenance mode of an ESXi host as used by automation
version_added: 0.1.0
description:
  - Keeps a mark on a host, in the custom attribute C(directpath.nvme.maintenance). It says that automation is about to
    put the host into maintenance mode, and which virtual machines it shuts down for that.
  - A playbook that is killed while the host is in maintenance mode leaves the mark behind. The next run finds it with
    M(directpath.nvme.hotplug_readiness_info) and knows that it may take the host out of maintenance mode and which
    machines to start. A maintenance mode without the mark is somebody else's, and nobody leaves it.
  - The mark says who, not what. It neither enters nor leaves maintenance mode.
  - With O(found), the mark says that somebody else had entered the maintenance mode. It keeps two runs apart like any
    other, and whoever reads it leaves the maintenance mode as it is.
  - A mark that says which run it is of (O(run)) is not taken from that run while it may still be at work. Another run
    gets the code V(claim_held), with whose it is and since when.
  - The mark of a run that is known to be dead is taken over, with the virtual machines that it lists. It is known on
    the machine where that run was, whose process is gone. On other machines the mark counts as abandoned when its
    O(lease) is over, or when the operator names the run in O(take_over).
author:
  - directpath.nvme contributors (@directpath-nvme)
options:
  state:
    description:
      - V(present) sets the mark, to be used before maintenance mode is entered.
      - V(absent) removes it, to be used after maintenance mode is left and the machines are started.
    type: str
    choices: [present, absent]
    default: present
  vms:
    description:
      - Virtual machines that are shut down for the maintenance mode, as the mark should list them.
      - If omitted, the mark keeps the machines that it lists.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the virtual machine, for people who read the attribute.
        type: str
        required: true
      moid:
        description:
          - Its managed object id.
        type: str
        required: true
  found:
    description:
      - Whether the host was in maintenance mode already, by somebody else's doing.
      - If omitted, an existing mark keeps what it says, and a new one says that it was not.
    type: bool
  run:
    description:
      - Which run of Ansible sets the mark, as the lookup P(directpath.nvme.run_identity#lookup) tells it.
      - If omitted, the mark does not say whose it is, and any run may take it over.
    type: dict
    suboptions:
      id:
        description:
          - The same for all of the run, and for no other.
        type: str
        required: true
      by:
        description:
          - Whom people ask about it.
        type: str
        required: true
      process:
        description:
          - Its main process.
        type: str
        required: true
  lease:
    description:
      - Seconds after which the mark counts as abandoned, unless the run renews it by setting it again. Longer than all
        that the run does before that.
    type: int
    default: 7200
  take_over:
    description:
      - The V(id) of a run that the operator knows to be dead, and whose mark may be taken over at once.
      - B(Two runs that both believe to have a host reboot it under each other.) Make sure that nothing of that run is
        left.
    type: str
extends_documentation_fragment:
  - directpath.nvme.connection
  - directpath.nvme.hosts.one
notes:
  - Custom attributes are kept by vCenter. On a direct connection to ESXi the module changes nothing and returns
    V(false) for C(supported).
  - vCenter gets the definition of the attribute when it is first needed, and keeps it.
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
seealso:
  - module: directpath.nvme.host_reboot
  - module: directpath.nvme.hotplug_readiness_info
  - module: vmware.vmware.esxi_maintenance_mode
"""

EXAMPLES = r"""
- name: Mark the maintenance mode that follows as ours
  directpath.nvme.host_maintenance_claim:
    esxi_host_name: esxi-01.lab
    vms:
      - name: storage-vm-01
        moid: vm-42

- name: The same, safe against another run on the same host
  directpath.nvme.host_maintenance_claim:
    esxi_host_name: esxi-01.lab
    run: "{{ lookup('directpath.nvme.run_identity') }}"

- name: Keep other runs away from a host that somebody put into maintenance mode
  directpath.nvme.host_maintenance_claim:
    esxi_host_name: esxi-01.lab
    run: "{{ lookup('directpath.nvme.run_identity') }}"
    found: true

- name: Remove the mark when the host is back in service
  directpath.nvme.host_maintenance_claim:
    esxi_host_name: esxi-01.lab
    state: absent
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
      description: Whether the mark was set, changed or removed, or in check mode would have been.
      type: bool
    supported:
      description: Whether the server can keep marks. False on a direct connection to ESXi.
      type: bool
    claimed:
      description: Whether the host bears the mark after the module.
      type: bool
    found:
      description: Whether the mark says that somebody else had entered the maintenance mode.
      type: bool
    vms:
      description: The virtual machines that the mark lists.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the virtual machine.
          type: str
        moid:
          description: Its managed object id.
          type: str
    run:
      description: The run that has the mark, null if there is no mark or it does not say.
      type: dict
      contains:
        id:
          description: Its id.
          type: str
        by:
          description: Whom people ask about it.
          type: str
        since:
          description: When it set the mark, by vCenter's clock, ISO 8601, UTC.
          type: str
        until:
          description: When the mark counts as abandoned.
          type: str
  sample:
    - host:
        name: esxi-01.lab
        moid: host-9
      changed: true
      supported: true
      claimed: true
      found: false
      vms:
        - name: nvme-vm-01
          moid: vm-21
      run:
        id: 5f0c1c1e2ab3
        by: root@controller-1 (job 1742)
        since: "2026-11-26T02:04:31Z"
        until: "2026-11-26T04:04:31Z"
error:
  description: What went wrong, for a rescue block or an event rule to match on.
  returned: failure
  type: dict
  contains:
    code:
      description:
        - A stable word. V(claim_held) stands for a mark of another run that may still be at work.
        - V(claim_unreadable) stands for an attribute that holds something else than our mark, or that the
          account may not read; it is left as it is.
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
    code: claim_unreadable
    requirement: null
    host: esxi-01.lab
    vm: null
    device: null
    fault: null
    remedy: Find out who wrote it, start the VMs that wait for it, and clear the attribute in vSphere.
"""

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.arguments import one_host_spec
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.run import run
from ansible_collections.directpath.nvme.plugins.module_utils._operations.host_maintenance_claim import operate


def main() -> None:
    run(
        operate,
        {
            **one_host_spec(),
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "run": {
                "type": "dict",
                "options": {name: {"type": "str", "required": True} for name in ("id", "by", "process")},
            },
            "lease": {"type": "int", "default": 7200},
            "take_over": {"type": "str"},
            "found": {"type": "bool"},
            "vms": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "moid": {"type": "str", "required": True},
                },
            },
        },
    )


if __name__ == "__main__":
    main()

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: verify_drives
short_description: Hold what a VM, its host and its guest say of the VM's drives against each other
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - It is what the role P(directpath.nvme.hotplug_verify#role) judges by (V1 to V6).
  - What a guest says counts only if it is the guest of this VM, by its UUID, and no other VM that has this UUID, or may
    have it, may run.
positional: _input, asks_guest, guest, lspci
options:
  _input:
    description:
      - One of C(vms) in the result of M(directpath.nvme.vm_nvme_info), which was asked for the drives that are wanted
        present and absent, and looked for twins. Or one of C(verification) in the result of
        M(directpath.nvme.hotplug_plan).
    type: dict
    required: true
  asks_guest:
    description: Whether the guest has to agree as well.
    type: bool
    required: true
  guest:
    description: The result of M(directpath.nvme.guest_nvme_info), or nothing where it failed.
    type: dict
    default: {}
  lspci:
    description: What C(/sys/class/dmi/id/product_uuid) and C(lspci -D -n) say, for a guest without Python.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Show what is wrong
  ansible.builtin.debug:
    msg: "{{ (drives.vms[0] | directpath.nvme.verify_drives(true, guest)).wrong }}"
"""

RETURN = r"""
_value:
  description:
    - C(table) has a row for each drive, C(wrong) a line for each that is not as it is wanted, C(orphans) a line for
      each entry of the VM whose drive is gone from the host (V3), C(residue) one for what failed hot-adds have left.
    - C(guest_agrees) and C(guest_complaint) tell what the guest says, C(guest_decided) whether to ask it again would
      change nothing, and C(guest_requirements) whether its kernel can hot plug (Q6, Q7).
    - A guest that still uses a drive that is gone, as a file system that is mounted from it, does not agree (V6).
      C(guest_lost) has a line for each user that goes on without, as a mirror. C(guest_unseen) is what the guest could
      not look at, where more may be.
  type: dict
  sample:
    table:
      - name: NVMe SSD Controller PM173X
        vendor_device: "144d:a80a"
        serial: S64HNE0R500123
        slot: "8"
        host: esxi-01.lab
        address: "0000:d9:00.0"
        vm: nvme-vm-01
        wanted: present
        status: present
        pci_slot_number: 64
        guest: verified
        guest_address: "0000:0b:00.0"
        guest_paths: [/dev/nvme0n1]
        guest_lspci: "0000:0b:00.0 Non-Volatile memory controller [0108]"
    wrong: []
    orphans: []
    residue: []
    guest_agrees: true
    guest_decided: true
    guest_complaint: ""
    guest_lost: []
    guest_unseen: []
    guest_requirements:
      - id: Q6
        title: The guest's kernel supports hot plug of NVMe drives
        status: pass
        value: 6.1.0-50-cloud-amd64, pciehp, acpiphp, nvme
        source: "guest: /proc, /sys/module, /sys/bus/pci"
        evidence: Its kernel is 6.1.0-50-cloud-amd64, pciehp yes, acpiphp yes, NVMe driver yes
        evidence_template: Its kernel is {release}, pciehp {pciehp}, acpiphp {acpiphp}, NVMe driver {nvme}
        evidence_values: {release: 6.1.0-50-cloud-amd64, pciehp: "yes", acpiphp: "yes", nvme: "yes"}
        remedy: ""
        attested: null
      - id: Q7
        title: The guest's kernel supports surprise removal of NVMe drives
        status: pass
        value: 6.1.0-50-cloud-amd64, pciehp, acpiphp, nvme
        source: "guest: /proc, /sys/module, /sys/bus/pci"
        evidence: Its kernel is 6.1.0-50-cloud-amd64, pciehp yes, acpiphp yes, NVMe driver yes
        evidence_template: Its kernel is {release}, pciehp {pciehp}, acpiphp {acpiphp}, NVMe driver {nvme}
        evidence_values: {release: 6.1.0-50-cloud-amd64, pciehp: "yes", acpiphp: "yes", nvme: "yes"}
        remedy: ""
        attested: null
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.lspci import lspci_answer
from ansible_collections.directpath.nvme.plugins.module_utils._plan.verify import verify_drives


def verify(
    seen: Mapping[str, Any], asks_guest: bool, guest: Mapping[str, Any] | None = None, lspci: str = ""
) -> dict[str, Any]:
    """What all sides say, each as far as it has been asked."""
    answer = guest if guest and "devices" in guest else lspci_answer(lspci)
    return verify_drives(seen, answer if asks_guest else None)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"verify_drives": verify}

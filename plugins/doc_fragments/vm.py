# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the arguments that select a virtual machine."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  name:
    description:
      - The virtual machine, by name or inventory path.
      - A name that several have is an error which lists them; add O(folder) or O(datacenter), or use O(moid).
      - Exactly one of O(name), O(moid) and O(uuid) is required.
    type: str
  moid:
    description:
      - The virtual machine's managed object id, for example V(vm-42).
    type: str
  uuid:
    description:
      - The virtual machine's BIOS UUID, or with O(use_instance_uuid) its instance UUID.
    type: str
  use_instance_uuid:
    description:
      - Whether O(uuid) is the instance UUID.
    type: bool
    default: false
  folder:
    description:
      - Look only below this folder, given as V(DC0/vm/storage), or as V(storage) together with O(datacenter).
    type: str
  datacenter:
    description:
      - Look only in this datacenter, where names repeat.
    type: str
"""

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the arguments that select ESXi hosts: several (``hosts``) or one (``hosts.one``)."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  esxi_host_name:
    description:
      - One ESXi host, by name, MoID or inventory path.
      - Exactly one of O(esxi_host_name), O(esxi_host_names) and O(cluster) is required.
    type: str
  esxi_host_names:
    description:
      - Several ESXi hosts, each by name, MoID or inventory path.
    type: list
    elements: str
  cluster:
    description:
      - All hosts of this cluster, given by name, MoID or inventory path.
    type: str
  datacenter:
    description:
      - Look only in this datacenter, where names repeat.
    type: str
"""

    ONE = r"""
options:
  esxi_host_name:
    description:
      - The ESXi host, by name, MoID or inventory path.
    type: str
    required: true
  datacenter:
    description:
      - Look only in this datacenter, where names repeat.
    type: str
"""

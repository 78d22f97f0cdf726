# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of device selectors: required (``devices``) or as a filter (``devices.filter``)."""

from __future__ import annotations


class ModuleDocFragment:
    # ansible-test reads these without running the file, so both are written out.
    DOCUMENTATION = r"""
options:
  devices:
    description:
      - The NVMe devices that are meant.
      - Every criterion given in an entry must match.
    type: list
    elements: dict
    required: true
    suboptions:
      address:
        description:
          - PCI address on the host, V(0000:d9:00.0) or V(d9:00.0), as C(esxcli hardware pci list) shows it.
          - Addresses can move when hardware changes. Together with O(devices[].vendor_device) an entry only matches
            while the expected device is still there.
        type: str
      name:
        description:
          - Device name as vSphere shows it. Several devices may share one.
        type: str
      vendor_device:
        description:
          - PCI vendor and device id as C(lspci -n) shows them, for example V(144d:a80a).
        type: str
"""

    FILTER = r"""
options:
  devices:
    description:
      - Show only these NVMe devices; all of them if omitted.
      - Every criterion given in an entry must match.
    type: list
    elements: dict
    required: false
    suboptions:
      address:
        description:
          - PCI address on the host, V(0000:d9:00.0) or V(d9:00.0), as C(esxcli hardware pci list) shows it.
          - Addresses can move when hardware changes. Together with O(devices[].vendor_device) an entry only matches
            while the expected device is still there.
        type: str
      name:
        description:
          - Device name as vSphere shows it. Several devices may share one.
        type: str
      vendor_device:
        description:
          - PCI vendor and device id as C(lspci -n) shows them, for example V(144d:a80a).
        type: str
"""

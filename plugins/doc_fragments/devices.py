# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Selectors of devices: required (``devices``), as a filter (``devices.filter``); and ``devices.known``."""

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
          - Addresses can move when hardware changes. Together with O(devices[].serial) or O(devices[].vendor_device) it
            is pinned, and refused once another device is there.
        type: str
      name:
        description:
          - Device name as vSphere shows it. Several devices may share one.
        type: str
      vendor_device:
        description:
          - PCI vendor and device id as C(lspci -n) shows them, for example V(144d:a80a).
        type: str
      serial:
        description:
          - Serial number as the host, the guest or the drive itself shows it. Blanks around it and case do not matter.
          - While a drive has passthrough, its host does not tell its serial number. One that nobody remembers either is
            unknown, which is neither absent nor another drive, and the entry is refused.
        type: str
      slot:
        description:
          - Number of the physical slot, for example V(5), as C(esxcli hardware pci list) shows it.
          - A drive of which the host does not tell a slot may be in any.
        type: str
      hardware_label:
        description:
          - Label that an administrator gave the device in vSphere, exactly. Several devices may share one.
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
          - Addresses can move when hardware changes. Together with O(devices[].serial) or O(devices[].vendor_device) it
            is pinned, and refused once another device is there.
        type: str
      name:
        description:
          - Device name as vSphere shows it. Several devices may share one.
        type: str
      vendor_device:
        description:
          - PCI vendor and device id as C(lspci -n) shows them, for example V(144d:a80a).
        type: str
      serial:
        description:
          - Serial number as the host, the guest or the drive itself shows it. Blanks around it and case do not matter.
          - While a drive has passthrough, its host does not tell its serial number. One that nobody remembers either is
            unknown, which is neither absent nor another drive, and the entry is refused.
        type: str
      slot:
        description:
          - Number of the physical slot, for example V(5), as C(esxcli hardware pci list) shows it.
          - A drive of which the host does not tell a slot may be in any.
        type: str
      hardware_label:
        description:
          - Label that an administrator gave the device in vSphere, exactly. Several devices may share one.
        type: str
"""

    KNOWN = r"""
options:
  known_drives:
    description:
      - What is known of the drives of the host, beside what vCenter remembers of them. While passthrough has a drive,
        the host does not tell its serial number.
      - An entry counts as long as nothing speaks against it. Where entries contradict each other, or what vCenter
        remembers, the serial number is unknown.
      - A drive is a drive of one host, so that the host has to be named, and no other with it.
    type: list
    elements: dict
    suboptions:
      serial:
        description:
          - Serial number of the drive.
        type: str
        required: true
      address:
        description:
          - PCI address that the drive has on the host.
        type: str
        required: true
      vendor_device:
        description:
          - PCI vendor and device id of the drive. With another device there, the entry tells nothing.
        type: str
      slot:
        description:
          - Number of its physical slot. With the device in another slot, the entry tells nothing.
        type: str
"""

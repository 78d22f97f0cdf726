# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What lies on top of block devices: device-mapper, md and others. Runs in the guest: standard library only."""

from __future__ import annotations

import re

from ansible_collections.directpath.nvme.plugins.module_utils._guest.sysfs import Sysfs


def stacked_as(sysfs: Sysfs, name: str) -> tuple[str, str]:
    """Kind and name of a stacked block device, as its administrators know it: (lvm, group), (md, array), ..."""
    mapped = sysfs.attribute(name, "dm/name")
    if not mapped:
        return ("md" if sysfs.attribute(name, "md/array_state") else "holder"), name
    uuid = sysfs.attribute(name, "dm/uuid")
    if uuid.startswith("LVM-"):
        return "lvm", volume_group(mapped)
    return ("crypt" if uuid.startswith("CRYPT-") else "device_mapper"), mapped


def volume_group(mapped: str) -> str:
    """The group of an LVM device's mapper name: ``vg--a-lv`` is lv of ``vg-a``; a hyphen of a name is doubled."""
    return re.split(r"(?<!-)-(?!-)", mapped, maxsplit=1)[0].replace("--", "-")

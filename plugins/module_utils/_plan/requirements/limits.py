# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented limits of NVMe hot plug, with their ids; docs/requirements.md explains each.

Of the limits L1 to L5 only L4 is a number. L1 to L3 are no facts to be judged, but properties of the write: a spec of
_write/reconfigure has one device and nothing else, and vm_pci_hotplug sends one for each. L5 is judged where a selector
is resolved (_plan/selection).
"""

from __future__ import annotations

MAX_INTR_COOKIES = "maxIntrCookies"
"""P2: the VMkernel boot parameter that bounds the interrupts of passthrough devices."""

KERNEL_SETTING_MAXIMUM = {MAX_INTR_COOKIES: 4096}
"""Limits that a setting's type does not tell. 4096 is the value P2 asks for and the largest one (KB 312151)."""

MAX_NVME_PER_VM = 32
"""L4: NVMe passthrough devices per VM."""

MAX_VCPUS = 128
"""N5: vCPUs of a VM with hot plug of passthrough devices."""

MIN_HARDWARE_VERSION = 18
"""P7: virtual hardware version that knows motherboardLayout=acpiHostBridges."""

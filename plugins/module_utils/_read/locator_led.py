# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a host can turn locator LEDs, and what does it. No property tells whether one is lit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass

_SUPPORTED, _SYSTEM = "capability.turnDiskLocatorLedSupported", "configManager.storageSystem"


@dataclass(frozen=True)
class LedSystem:
    """What a host says of its locator LEDs.

    :param supported: its own word; False also where it does not say.
    :param system: HostStorageSystem; None where the account may not see it.
    """

    supported: bool
    system: Any


def read_led_system(session: Session, ref: Any) -> LedSystem:
    """One retrieval of one host."""
    found = retrieve(session, [ref], {vim.HostSystem: (_SUPPORTED, _SYSTEM)})
    if not found:
        return LedSystem(False, None)
    return LedSystem(bool(found[0].get(_SUPPORTED)), found[0].get(_SYSTEM))

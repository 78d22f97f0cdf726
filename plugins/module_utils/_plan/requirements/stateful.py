# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""P1: is ESXi installed to a disk of the host? What the values mean is known from public scripts, not from VMware."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import CACHED_SYSTEM, Boot, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import FAIL, PASS, UNKNOWN, Seen

_INSTALL = "Install ESXi to a disk of this host."

_STATEFUL = "stateful"
"""Value of CACHED_SYSTEM on a host that Auto Deploy installed to disk."""


def stateful(boot: Boot) -> Seen:
    """Three places tell, each of which may be silent; one that says stateless is enough."""
    if boot.from_stateless_cache:
        return Seen(FAIL, "The host booted from a stateless cache (bootedFromStatelessCache).", _INSTALL)
    if isinstance(boot.device, Unreadable):
        return Seen(UNKNOWN, f"The boot device cannot be read: {boot.device.reason}.")
    disk = boot.device.get("BootFilesystemUUID")
    if boot.network:
        return _network_boot(boot, f"The host boots over the network ({boot.network})", bool(disk))
    if disk:
        return Seen(PASS, f"The host boots from disk (BootFilesystemUUID {disk}).")
    return Seen(UNKNOWN, "The host names no boot device.")


def _network_boot(boot: Boot, found: str, disk: bool) -> Seen:
    option = boot.cached_system
    if isinstance(option, Unreadable):
        return Seen(UNKNOWN, f"{found}, and {CACHED_SYSTEM} cannot be read: {option.reason}.")
    if option == _STATEFUL:
        return Seen(PASS, f"{found}, but is installed to disk ({CACHED_SYSTEM} is {option}).")
    if option is None:
        return Seen(FAIL, f"{found} and is stateless: it has no {CACHED_SYSTEM}.", _INSTALL)
    kind = "stateless, with a cache on disk" if disk else "stateless"
    return Seen(FAIL, f"{found} and is {kind} ({CACHED_SYSTEM} is {option or 'empty'}).", _INSTALL)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""P1: is ESXi installed to a disk of the host? What the values mean is known from public scripts, not from VMware."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import CACHED_SYSTEM, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import FAIL, PASS, UNKNOWN, Seen, text
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_seen import unread
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import ATTEST_P1, INSTALL

_DEPLOYMENT = "config.deploymentInfo"

_STATEFUL = "stateful"
"""Value of CACHED_SYSTEM on a host that Auto Deploy installed to disk."""


def stateful(facts: HostFacts) -> Seen:
    """Three places tell, each of which may be silent; one that says stateless is enough."""
    boot = facts.boot
    if boot.from_stateless_cache:
        value = "bootedFromStatelessCache=true"
        return Seen(FAIL, text("The host booted from a stateless cache (bootedFromStatelessCache)."), value, INSTALL)
    if isinstance(boot.device, Unreadable):
        return unread(facts, boot.device, ATTEST_P1)
    disk = boot.device.get("BootFilesystemUUID")
    if boot.network:
        return _network_boot(facts, bool(disk))
    if disk and _DEPLOYMENT in facts.unreadable:
        # A cache that a host fell back to is a disk as well.
        return unread(facts, facts.why(_DEPLOYMENT), ATTEST_P1)
    if disk:
        return Seen(PASS, text("The host boots from disk (BootFilesystemUUID {uuid}).", uuid=disk), disk)
    return Seen(UNKNOWN, text("The host names no boot device."))


def _network_boot(facts: HostFacts, disk: bool) -> Seen:
    network, option = facts.boot.network, facts.boot.cached_system
    known = {"network": network, "option": CACHED_SYSTEM}
    if isinstance(option, Unreadable):
        evidence = text(
            "The host boots over the network ({network}), and {option} cannot be read: {reason}.",
            reason=option.reason,
            **known,
        )
        return Seen(UNKNOWN, evidence, network)
    if option is None:
        evidence = text("The host boots over the network ({network}) and is stateless: it has no {option}.", **known)
        return Seen(FAIL, evidence, network, INSTALL)
    value, known = f"{network}, {option}", {**known, "value": option}
    if option == _STATEFUL:
        evidence = text(
            "The host boots over the network ({network}), but is installed to disk ({option} is {value}).", **known
        )
        return Seen(PASS, evidence, value)
    if disk:
        evidence = text(
            "The host boots over the network ({network}) and is stateless, with a cache on disk ({option} is "
            "'{value}').",
            **known,
        )
        return Seen(FAIL, evidence, value, INSTALL)
    evidence = text("The host boots over the network ({network}) and is stateless ({option} is '{value}').", **known)
    return Seen(FAIL, evidence, value, INSTALL)

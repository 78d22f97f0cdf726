# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may set the settings of hosts back: Configuration Profiles, host profiles."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import describe_fault
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


def host_profiles(session: Session) -> Sequence[ObjectProperties] | Unreadable:
    """All host profiles with what they are attached to: hosts and clusters."""
    manager = session.content.hostProfileManager
    if manager is None:
        return []
    collector = vmodl.query.PropertyCollector
    members = collector.TraversalSpec(type=vim.profile.ProfileManager, path="profile", skip=False)
    try:
        return retrieve(session, [manager], {vim.profile.Profile: ["name", "entity"]}, [members], include_start=False)
    except vmodl.MethodFault as fault:
        return Unreadable(f"Host profiles cannot be read: {describe_fault(fault)}")


def managers_of(
    chain: Sequence[ObjectProperties], profiles: Sequence[ObjectProperties] | Unreadable
) -> tuple[str, ...] | Unreadable:
    """What may set a host's settings back.

    :param chain: the host and what it is in. A profile may be attached to its cluster.
    """
    if isinstance(profiles, Unreadable):
        return profiles
    refs = [item.obj for item in chain]
    unseen = [item.missing["entity"] for item in profiles if "entity" in item.missing]
    if unseen:
        return Unreadable(f"what host profiles are attached to cannot be read: {unseen[0]}")
    hidden = [item.missing["configManagerEnabled"] for item in chain if "configManagerEnabled" in item.missing]
    if hidden:
        return Unreadable(f"whether Configuration Profiles apply cannot be read: {hidden[0]}")
    last = chain[-1]
    if last.get("parent") is not None or "parent" in last.missing:
        return Unreadable(f"the account may not see all that {chain[0].obj._moId} is in, which may be managed")
    names = [f"Host profile {item.get('name')}" for item in profiles if set(item.get("entity", [])) & set(refs)]
    if any(item.get("configManagerEnabled") for item in chain):
        names.insert(0, "vSphere Configuration Profiles")
    return tuple(names)

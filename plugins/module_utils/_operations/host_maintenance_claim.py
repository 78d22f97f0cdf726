# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Marking a host's maintenance mode as ours, in a custom attribute. The engine of host_maintenance_claim.

A run that is killed while a host is in maintenance mode leaves this mark behind, so the next run knows that it may take
the host out of it again, and which VMs to start. vCenter keeps custom attributes; a host alone does not.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import (
    ATTRIBUTE,
    Claim,
    encode_claim,
    plan_claim,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import host_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.mark import claim_of, field_key, read_mark
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Set, change or remove the mark of one host."""
    properties = read_mark(session, find_hosts(session, params)[0])
    host = host_of(properties)
    if not session.is_vcenter:
        return _outcome(host, Claim(False), Claim(False), supported=False)
    if params["state"] == "present":
        # Removing a mark is allowed whatever became of the host.
        require_usable_host(host)
    before = claim_of(properties)
    after = plan_claim(before, params["state"], params["vms"])
    if before != after and not check_mode:
        _write(session, host, properties, after)
    return _outcome(host, before, after, supported=True)


def _write(session: Session, host: Host, properties: ObjectProperties, claim: Claim) -> None:
    """Set the attribute, defining it first where this vCenter has never seen it, and read it back."""
    manager = session.content.customFieldsManager
    ref = session.object(vim.HostSystem, host.moid)
    key = field_key(properties)
    if key is None:
        try:
            key = manager.AddCustomFieldDef(ATTRIBUTE, vim.HostSystem, None, None).key
        except vim.fault.DuplicateName:
            # Another host's run, at the same moment.
            key = field_key(read_mark(session, ref))
    manager.SetField(ref, key, encode_claim(claim))
    found = claim_of(read_mark(session, ref))
    if found != claim:
        raise DirectPathError(
            f"vCenter accepted the custom attribute {ATTRIBUTE} of host {host.name}, but it reads differently.",
            "not_applied",
            host=host.name,
            remedy="Look at the attribute in vSphere; nothing else was changed.",
        )


def _outcome(host: Host, before: Claim, after: Claim, supported: bool) -> Outcome:
    changed = before != after
    result = {"host": host.identity, "changed": changed, "supported": supported, **after.as_dict()}
    return Outcome(
        {"changed": changed, "hosts": [result]},
        before={host.name: before.as_dict()},
        after={host.name: after.as_dict()},
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Marking a host's maintenance mode as ours, in a custom attribute. The engine of host_maintenance_claim.

A run that is killed while a host is in maintenance mode leaves this mark behind, so the next run knows that it may take
the host out of it again, and which VMs to start. vCenter keeps custom attributes; a host alone does not.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._hosts import BASIC_PATHS, Host, host_of
from ansible_collections.directpath.nvme.plugins.module_utils._inventory import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.claim import (
    ATTRIBUTE,
    Claim,
    decode_claim,
    encode_claim,
    plan_claim,
)
from ansible_collections.directpath.nvme.plugins.module_utils._properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._run import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass

CLAIM_PATHS = ("availableField", "customValue")


def sync_claim(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Set, change or remove the mark of one host."""
    session.require_api()
    properties = _read(session, find_hosts(session, params)[0])
    host = host_of(properties)
    if not session.is_vcenter:
        return _outcome(host, Claim(False), Claim(False), supported=False)
    if params["state"] == "present":
        # Removing a mark is allowed whatever became of the host.
        host.require_usable()
    before = claim_of(properties)
    after = plan_claim(before, params["state"], params["vms"])
    if before != after and not check_mode:
        _write(session, host, properties, after)
    return _outcome(host, before, after, supported=True)


def claim_of(properties: ObjectProperties) -> Claim:
    """The mark of a host, from a retrieval that has CLAIM_PATHS among its paths.

    :raises DirectPathError: ``claim_unreadable``.
    """
    key = _field_key(properties)
    values = {item.key: item.value for item in properties.get("customValue", [])}
    return decode_claim(values.get(key, ""), properties.get("name", properties.obj._moId))


def _read(session: Session, ref: Any) -> ObjectProperties:
    return retrieve(session, [ref], {vim.HostSystem: (*BASIC_PATHS, *CLAIM_PATHS)})[0]


def _field_key(properties: ObjectProperties) -> Any:
    """The number that this vCenter gave our attribute, None as long as it has none."""
    return next((field.key for field in properties.get("availableField", []) if field.name == ATTRIBUTE), None)


def _write(session: Session, host: Host, properties: ObjectProperties, claim: Claim) -> None:
    """Set the attribute, defining it first where this vCenter has never seen it, and read it back."""
    manager = session.content.customFieldsManager
    key = _field_key(properties)
    if key is None:
        try:
            key = manager.AddCustomFieldDef(ATTRIBUTE, vim.HostSystem, None, None).key
        except vim.fault.DuplicateName:
            # Another host's run, at the same moment.
            key = _field_key(_read(session, host.ref))
    manager.SetField(host.ref, key, encode_claim(claim))
    found = claim_of(_read(session, host.ref))
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

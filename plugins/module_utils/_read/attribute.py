# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our custom attributes of hosts, as vCenter keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass

ATTRIBUTE_PATHS = ("availableField", "customValue")


def read_with_attributes(session: Session, ref: Any, paths: Sequence[str] = ("name",)) -> ObjectProperties:
    """A host with what the functions below need."""
    return retrieve(session, [ref], {vim.HostSystem: (*paths, *ATTRIBUTE_PATHS)})[0]


def attribute_of(properties: ObjectProperties, name: str) -> str:
    """The text that a host has, empty if it has none. The retrieval has ATTRIBUTE_PATHS among its paths."""
    key = field_key(properties, name)
    values = {item.key: item.value for item in properties.get("customValue", [])}
    return str(values.get(key, "") or "")


def require_readable(properties: ObjectProperties, code: str, unknown: str) -> None:
    """Refuse a host whose attributes the account may not read: not seen is not the same as not there.

    :param code: of the error. :param unknown: what nobody knows then, as the end of a sentence and what follows.
    """
    unseen = [path for path in ATTRIBUTE_PATHS if path in properties.missing]
    if unseen:
        host = str(properties.get("name", properties.obj._moId))
        raise DirectPathError(
            f"The account may not read {', '.join(unseen)} of host {host}, so that {unknown}",
            code,
            host=host,
            remedy="Give it System.View and System.Read on this host; docs/least_privilege.md lists all it needs.",
        )


def field_key(properties: ObjectProperties, name: str) -> Any:
    """The number that this vCenter gave an attribute, None as long as it has none."""
    return next((field.key for field in properties.get("availableField", []) if field.name == name), None)

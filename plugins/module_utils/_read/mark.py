# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mark on a host's maintenance mode, as vCenter keeps it."""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import ATTRIBUTE, Mark, decode_mark
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import BASIC_PATHS
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import vim
except ImportError:
    pass


MARK_PATHS = ("availableField", "customValue")


def mark_of(properties: ObjectProperties) -> Mark:
    """The mark of a host, from a retrieval that has MARK_PATHS among its paths.

    :raises DirectPathError: ``claim_unreadable``.
    """
    key = field_key(properties)
    values = {item.key: item.value for item in properties.get("customValue", [])}
    return decode_mark(values.get(key, ""), properties.get("name", properties.obj._moId))


def read_mark(session: Session, ref: Any) -> ObjectProperties:
    """A host with what mark_of() needs."""
    return retrieve(session, [ref], {vim.HostSystem: (*BASIC_PATHS, *MARK_PATHS)})[0]


def field_key(properties: ObjectProperties) -> Any:
    """The number that this vCenter gave our attribute, None as long as it has none."""
    return next((field.key for field in properties.get("availableField", []) if field.name == ATTRIBUTE), None)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is being worked on right now, by the tasks that vSphere lists with a host or a VM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties

try:
    from pyVmomi import vmodl
except ImportError:
    pass


RECENT = "recentTask"

TASK_PATHS = ("info.state", "info.descriptionId")
"""What tasks_of() needs of tasks, beside RECENT of hosts and VMs, with to_tasks()."""

_UNDER_WAY = ("running", "queued")


def to_tasks(managed: Any) -> Any:
    """From hosts, or from VMs, to their recent tasks."""
    return vmodl.query.PropertyCollector.TraversalSpec(type=managed, path=RECENT, skip=False)


def tasks_of(properties: ObjectProperties, found: Mapping[Any, ObjectProperties]) -> tuple[str, ...] | Unreadable:
    """The descriptionId of each task that is under way; vSphere forgets those that ended after a while."""
    if RECENT in properties.missing:
        return Unreadable(properties.missing[RECENT])
    tasks = [found[ref] for ref in properties.get(RECENT, []) if ref in found]
    hidden = [item.missing["info.state"] for item in tasks if "info.state" in item.missing]
    if hidden:
        return Unreadable(hidden[0])
    under_way = [item for item in tasks if item.get("info.state") in _UNDER_WAY]
    return tuple(item.get("info.descriptionId", item.obj._moId) for item in under_way)

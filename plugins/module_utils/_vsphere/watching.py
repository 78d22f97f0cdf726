# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Watching many objects through the PropertyCollector: the server tells of changes, nobody polls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import why_unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.waiting import LONGEST_WAIT

try:
    from pyVmomi import vim, vmodl
except ImportError:
    pass


PAGE = 50
"""Objects in one answer. The first look at a fleet has all of it, and pyVmomi needs ten times the size of an answer."""


@dataclass(frozen=True)
class Change:
    """What is new of one object.

    :param gone: it left the inventory, or the account may not see it any more.
    :param values: path -> value; None where the property is not set any more.
    :param missing: path -> the fault that says why it cannot be read.
    """

    obj: Any
    gone: bool
    values: Mapping[str, Any]
    missing: Mapping[str, str]


class Watching:
    """All objects of some types, wherever in the inventory, as they come, change and go.

    It ends with its session: once ``session.logins`` is not ``logins`` any more, make another, which begins with all
    there is.
    """

    def __init__(self, session: Session, paths: Mapping[Any, Sequence[str]]) -> None:
        """
        :param paths: managed type -> property paths.
        """
        types = vmodl.query.PropertyCollector
        content = session.content
        self.logins = session.logins
        view = content.viewManager.CreateContainerView(content.rootFolder, list(paths), True)
        members = types.TraversalSpec(type=vim.view.ContainerView, path="view", skip=False)
        # One of its own: the session's may still be at a wait that broke, and tell that one of a change.
        self._collector = content.propertyCollector.CreatePropertyCollector()
        self._collector.CreateFilter(
            types.FilterSpec(
                objectSet=[types.ObjectSpec(obj=view, skip=True, selectSet=[members])],
                propSet=[types.PropertySpec(type=managed, pathSet=list(names)) for managed, names in paths.items()],
            ),
            False,
        )
        self._version = ""

    def changes(self) -> Iterator[Change]:
        """What has changed, as soon as something does; nothing after LONGEST_WAIT seconds without a change.

        The first time it is all there is. What belongs together has been told when it ends.

        :raises DirectPathError: ``connection_lost``: what was told in the answer that was lost may not come again.
        """
        options = vmodl.query.PropertyCollector.WaitOptions(maxWaitSeconds=LONGEST_WAIT, maxObjectUpdates=PAGE)
        more = True
        while more:
            update = self._collector.WaitForUpdatesEx(self._version, options)
            if not update:
                return
            self._version, more = update.version, bool(update.truncated)
            for part in update.filterSet:
                for changed in part.objectSet:
                    yield _change(changed)
                # pyVmomi's parser keeps the last answer until Python collects cycles.
                part.objectSet.clear()


def _change(update: Any) -> Change:
    return Change(
        obj=update.obj,
        gone=update.kind == "leave",
        values={item.name: None if item.op in ("remove", "indirectRemove") else item.val for item in update.changeSet},
        missing={item.path: why_unreadable(item.fault) for item in update.missingSet},
    )

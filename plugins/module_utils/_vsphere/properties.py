# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading and waiting through the PropertyCollector: one narrow retrieval, and waiting without sleeping."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import why_unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import VmomiSupport, vim, vmodl
except ImportError:
    pass


@dataclass(frozen=True)
class ObjectProperties:
    """The properties of one managed object.

    ``values`` has the paths that are set; ``missing`` maps a path that could not be read to the fault that said why,
    which is not the same as a path that is unset.
    """

    obj: Any
    values: dict[str, Any]
    missing: dict[str, str]

    def get(self, path: str, default: Any = None) -> Any:
        """The value of a path, or the default where it is unset or unreadable."""
        return self.values.get(path, default)


def understood(session: Session, paths: Mapping[Any, Sequence[str]]) -> dict[Any, list[str]]:
    """Those of the paths that the server's API has: one that it has not got lets it refuse the whole retrieval."""
    return {managed: [path for path in names if _has(session, managed, path)] for managed, names in paths.items()}


def _has(session: Session, managed: Any, path: str) -> bool:
    kind = managed
    for name in path.split("."):
        try:
            info = kind._GetPropertyInfo(name)
        except AttributeError:
            # pyVmomi itself is older than that.
            return False
        if _numbers(VmomiSupport.versionIdMap[info.version]) > _numbers(session.api_version):
            return False
        kind = info.type
    return True


def _numbers(version: str) -> list[int]:
    """``8.0.1.0``; an old one is ``2.5u2server``."""
    found = re.match(r"[\d.]*", version)
    return [int(part) for part in (found.group() if found else "").split(".") if part]


def retrieve(
    session: Session,
    objects: Sequence[Any],
    paths: Mapping[Any, Sequence[str]],
    select: Sequence[Any] | None = None,
    include_start: bool = True,
) -> list[ObjectProperties]:
    """Read the given paths of the given objects in one RetrievePropertiesEx, however many there are.

    :param paths: managed type -> property paths.
    :param select: TraversalSpecs, to read related objects in the same call.
    :param include_start: False reads only what the traversal leads to.
    """
    collector = vmodl.query.PropertyCollector
    spec = collector.FilterSpec(
        objectSet=[collector.ObjectSpec(obj=obj, skip=not include_start, selectSet=select or []) for obj in objects],
        propSet=[collector.PropertySpec(type=managed, pathSet=list(names)) for managed, names in paths.items()],
        # An object that disappears between two calls is left out, as if it had never been found.
        reportMissingObjectsInResults=True,
    )
    result = session.content.propertyCollector.RetrievePropertiesEx([spec], collector.RetrieveOptions())
    found: list[ObjectProperties] = []
    while result:
        found += [_properties(content) for content in result.objects]
        # pyVmomi's parser keeps the last answer until Python collects cycles.
        result.objects.clear()
        if not result.token:
            break
        result = session.content.propertyCollector.ContinueRetrievePropertiesEx(result.token)
    return found


def retrieve_in_parts(
    session: Session, objects: Sequence[Any], paths: Mapping[Any, Sequence[str]], size: int
) -> Iterator[ObjectProperties]:
    """The same for bulky properties of many objects, a call for every so many of them.

    A caller who keeps only what he makes of them has less than one part in memory at a time. The server's own pages
    would do that, too, but they end with the session.
    """
    for start in range(0, len(objects), size):
        part = retrieve(session, objects[start : start + size], paths)
        while part:
            yield part.pop(0)


def retrieve_all(session: Session, root: Any, managed: Any, paths: Sequence[str]) -> list[ObjectProperties]:
    """Read the given paths of every object of one type below a folder, datacenter or resource."""
    collector = vmodl.query.PropertyCollector
    members = collector.TraversalSpec(type=vim.view.ContainerView, path="view", skip=False)
    while True:
        view = session.content.viewManager.CreateContainerView(root, [managed], True)
        logins = session.logins
        found = retrieve(session, [view], {managed: paths}, [members], include_start=False)
        # A view goes with its session. If that ended meanwhile, the new one found no view and so no object either.
        if session.logins == logins:
            return found


def _properties(content: Any) -> ObjectProperties:
    return ObjectProperties(
        content.obj,
        {prop.name: prop.val for prop in content.propSet},
        {item.path: why_unreadable(item.fault) for item in content.missingSet},
    )

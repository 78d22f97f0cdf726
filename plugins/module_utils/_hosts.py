# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ESXi hosts as plain data: what every host module needs to know before it touches one."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Callable, TypeVar

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._properties import ObjectProperties, retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._session import MINIMUM_API, Session, version_tuple

try:
    from pyVmomi import vim
except ImportError:
    pass

BASIC_PATHS = ("name", "runtime.connectionState", "runtime.inMaintenanceMode", "config.product")

CONCURRENT_HOSTS = 5
"""How many hosts are worked on at a time; pyVmomi keeps as many connections open."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Host:
    """One ESXi host.

    :param ref: HostSystem reference.
    :param connection_state: ``connected``, ``disconnected`` or ``notResponding``.
    :param version: for example ``8.0.1``; None where the host could not be asked.
    """

    ref: Any
    name: str
    connection_state: str
    in_maintenance_mode: bool
    version: str | None
    build: str | None
    api_version: str | None

    @property
    def identity(self) -> dict[str, str]:
        """How results name a host."""
        return {"name": self.name, "moid": self.ref._moId}

    def require_usable(self) -> None:
        """Refuse a host that cannot be asked, or that is older than the feature (Q8)."""
        if self.connection_state != "connected":
            raise DirectPathError(
                f"Host {self.name} is {self.connection_state}; nothing was changed on it.",
                "host_not_connected",
                host=self.name,
                remedy="Reconnect it in vSphere, then run the play again.",
            )
        if version_tuple(self.api_version or "0") < MINIMUM_API:
            raise DirectPathError(
                f"Host {self.name} runs ESXi {self.version}, but NVMe hot plug needs 8.0 Update 1 (Q8). "
                "Nothing was changed on it.",
                "host_too_old",
                requirement="Q8",
                host=self.name,
                remedy="Upgrade ESXi, or leave this host out.",
            )


def read_hosts(session: Session, refs: Sequence[Any]) -> list[Host]:
    """The basic facts of several hosts in one retrieval, in the order given."""
    found = retrieve(session, refs, {vim.HostSystem: BASIC_PATHS})
    by_ref = {item.obj: host_of(item) for item in found}
    return [by_ref[ref] for ref in refs if ref in by_ref]


def host_of(properties: ObjectProperties) -> Host:
    """A host from a retrieval that has BASIC_PATHS among its paths."""
    product = properties.get("config.product")
    return Host(
        ref=properties.obj,
        name=properties.get("name", properties.obj._moId),
        connection_state=str(properties.get("runtime.connectionState", "unknown")),
        in_maintenance_mode=bool(properties.get("runtime.inMaintenanceMode", False)),
        version=product.version if product else None,
        build=product.build if product else None,
        api_version=product.apiVersion if product else None,
    )


def for_each(items: Sequence[Any], work: Callable[[Any], Result]) -> list[Result]:
    """Do the same on several hosts at once; results come in the order of the items.

    ``work`` returns its failure as data: an exception would lose what the other hosts had done.
    """
    with ThreadPoolExecutor(max_workers=CONCURRENT_HOSTS) as pool:
        return list(pool.map(work, items))


def combined(failures: Sequence[DirectPathError], total: int, **result: Any) -> DirectPathError:
    """One error for the hosts that failed: every message and each remedy once, the other fields of the first.

    A host may have failed several times.

    :param total: how many hosts were asked.
    :param result: what was done on all of them (``hosts``, ``changed``), so that it is not lost.
    """
    first = failures[0]
    text = " ".join(dict.fromkeys(failure.msg for failure in failures))
    if total > 1:
        text = f"{len({failure.host for failure in failures})} of {total} hosts failed. {text}"
    remedy = " ".join(dict.fromkeys(failure.remedy for failure in failures if failure.remedy)) or None
    return DirectPathError(text, **{**first.fields(), "remedy": remedy}, **{**first.result, **result})

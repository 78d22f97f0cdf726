# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ESXi hosts as plain data: what every host module needs to know before it touches one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MINIMUM_API = (8, 0, 1, 0)
"""vSphere 8.0 U1: the first API version that knows NVMe hot plug of DirectPath I/O devices (Q8)."""


def version_tuple(version: str) -> tuple[int, ...]:
    """``8.0.1.0`` or ``urn:vim25/8.0.1.0`` as numbers, for comparison."""
    numbers: list[int] = [int(part) for part in re.findall(r"\d+", version.rsplit("/", 1)[-1])]
    return tuple(numbers)


@dataclass(frozen=True)
class Host:
    """One ESXi host.

    :param moid: of the HostSystem.
    :param connection_state: ``connected``, ``disconnected`` or ``notResponding``.
    :param version: for example ``8.0.1``; None where the host could not be asked.
    """

    moid: str
    name: str
    connection_state: str
    in_maintenance_mode: bool
    version: str | None
    build: str | None
    api_version: str | None

    @property
    def identity(self) -> dict[str, str]:
        """How results name a host."""
        return {"name": self.name, "moid": self.moid}


@dataclass(frozen=True)
class Unreadable:
    """Stands for a fact that could not be read.

    :param reason: a clause without a full stop, for what follows ``It could not be read:``. Where the account lacks a
        privilege, it names that: ``the account lacks System.Read``.
    """

    reason: str


CACHED_SYSTEM = "UserVars.ImageCachedSystem"
"""The advanced option that tells how a host that boots over the network was installed (P1)."""


@dataclass(frozen=True)
class Boot:
    """How a host boots (P1), in the three places that tell.

    :param device: the answer of ``esxcli system boot device get``.
    :param cached_system: CACHED_SYSTEM; None where the host has no such option, or does not boot over the network.
    :param from_stateless_cache: deploymentInfo.bootedFromStatelessCache; None where the host does not tell.
    """

    device: Mapping[str, str] | Unreadable
    cached_system: str | Unreadable | None = None
    from_stateless_cache: bool | None = None

    @property
    def network(self) -> str:
        """The network cards that it boots over, as esxcli names them; empty if over none."""
        if isinstance(self.device, Unreadable):
            return ""
        cards = ((name, self.device.get(name)) for name in ("BootNIC", "StatelessBootNIC"))
        return ", ".join(f"{name} {card}" for name, card in cards if card)

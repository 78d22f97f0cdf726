# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ESXi hosts as plain data: what every host module needs to know before it touches one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting

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
    """Stands for a fact that could not be read."""

    reason: str


@dataclass(frozen=True)
class HostFacts:
    """What was read of one host.

    :param server_api: API version of the server that was asked: vCenter, or the host itself.
    :param boot_device: the answer of ``esxcli system boot device get``.
    :param settings: all VMkernel settings, by name.
    :param firmware: ``UEFI`` or ``BIOS``.
    :param hot_plug_supported: HostCapability.fptHotplugSupported, the host's own word.
    :param managers: what may set the host's settings back: Configuration Profiles, a host profile.
    """

    is_vcenter: bool
    server_api: str
    server_supported: bool
    version: str | None
    version_supported: bool
    datacenter: str | None
    boot_device: Mapping[str, str] | Unreadable
    settings: Mapping[str, KernelSetting] | Unreadable
    firmware: str | None
    hot_plug_supported: bool | None
    managers: tuple[str, ...] | Unreadable

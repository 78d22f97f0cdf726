# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is watched of a fleet, as plain data: the NVMe drives of hosts, and the entries that VMs have for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Drive:
    """An NVMe drive of a host.

    :param serial: what is remembered of it, to name it; None where nobody has learnt it. Whoever corrects that has not
        put another drive in.
    """

    vendor_device: str
    name: str
    slot: str | None = None
    serial: str | None = None

    def may_be(self, other: Drive) -> bool:
        """Whether both can be one drive, at one address."""
        return self.vendor_device == other.vendor_device


@dataclass(frozen=True)
class WatchedHost:
    """A host.

    :param drives: by address; None where they cannot be told now, which is not the same as none.
    """

    name: str
    drives: Mapping[str, Drive] | None


@dataclass(frozen=True)
class Entry:
    """A VM's entry for a drive of its host.

    :param drive: what was at its address when that was seen last; None if never.
    :param lost: its drive was seen to be gone from the host (V3). What is at its address now may be another.
    """

    key: int
    address: str
    vendor_device: str | None
    drive: Drive | None = None
    lost: bool = False


@dataclass(frozen=True)
class WatchedVm:
    """A VM.

    :param host: MoID of the host that it is on.
    :param entries: None where they cannot be told now.
    """

    name: str
    host: str | None
    running: bool
    entries: tuple[Entry, ...] | None


@dataclass(frozen=True)
class Fleet:
    """Hosts and VMs by MoID."""

    hosts: Mapping[str, WatchedHost] = field(default_factory=dict)
    vms: Mapping[str, WatchedVm] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Fleet:
        """What dataclasses.asdict() has made of one, and JSON of that.

        :raises KeyError: it is nothing of the kind; so do AttributeError and TypeError.
        """
        return cls(
            {moid: _host(item) for moid, item in data["hosts"].items()},
            {moid: _vm(item) for moid, item in data["vms"].items()},
        )


def inert(name: str) -> str:
    """A name for events: nothing in it begins a template of Jinja.

    Rulebooks hand events to playbooks as extra variables, which Ansible takes for templates: whoever may name a VM
    would run programs on the controller.
    """
    return re.sub(r"\{(?=[{%#])", "{ ", name)


def _host(data: Mapping[str, Any]) -> WatchedHost:
    return WatchedHost(data["name"], {address: Drive(**drive) for address, drive in data["drives"].items()})


def _vm(data: Mapping[str, Any]) -> WatchedVm:
    return WatchedVm(**{**data, "entries": tuple(_entry(entry) for entry in data["entries"])})


def _entry(data: Mapping[str, Any]) -> Entry:
    return Entry(**{**data, "drive": Drive(**data["drive"]) if data["drive"] else None})

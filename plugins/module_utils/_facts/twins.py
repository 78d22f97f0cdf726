# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VMs whose guests can be taken for another's: a guest tells of which VM it is by the BIOS UUID alone."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost, out_of_reach
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm


@dataclass(frozen=True)
class Twins:
    """Who else may answer as the guest of a VM.

    :param names: of the VMs that have its BIOS UUID and are not known to be off.
    :param doubts: why another VM of its host may be one: a clause each, with what would let it be judged.
    """

    names: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def adding(self, vms: Iterable[Vm]) -> Twins:
        """With others that have the UUID."""
        return replace(self, names=tuple(dict.fromkeys((*self.names, *(vm.name for vm in vms if vm.may_run)))))

    def as_dict(self) -> dict[str, list[str]]:
        """As results show it."""
        return {"names": list(self.names), "doubts": list(self.doubts)}

    @classmethod
    def from_dict(cls, facts: Mapping[str, Iterable[str]]) -> Twins:
        """As as_dict() shows them."""
        return cls(tuple(facts["names"]), tuple(facts["doubts"]))

    def described(self) -> list[str]:
        """A clause for each; none where what the guest says is this VM's."""
        known = [f"VM {name} has the same BIOS UUID" for name in self.names]
        return known + [f"another VM may have the same BIOS UUID: {doubt}" for doubt in self.doubts]


def twins_on_host(vm: Vm, around: VmsOnHost) -> Twins:
    """Those among the VMs of its host. One that cannot be read may be one, as it may have any drive (VmsOnHost)."""
    others = [other for other in around.vms if other.moid != vm.moid and other.may_run]
    doubts = (*around.unseen, *(_doubt(other) for other in others if other.uuid is None))
    return Twins(doubts=doubts).adding(other for other in others if same_uuid(other.uuid, vm.uuid))


def uuids_shown(actual: Any) -> tuple[str, ...]:
    """A BIOS UUID as guests may show it, in vSphere's own order first; nothing for what is none.

    DMI tables before SMBIOS 2.6 store the first three groups in the other byte order.
    """
    try:
        found = uuid.UUID(str(actual))
    except ValueError:
        return ()
    return str(found), str(uuid.UUID(bytes_le=found.bytes))


def same_uuid(seen: Any, actual: str | None) -> bool:
    """Whether what a guest shows is the UUID of a VM."""
    return any(text in uuids_shown(actual) for text in uuids_shown(seen)[:1])


def _doubt(vm: Vm) -> str:
    reason = vm.unreadable.get("config.uuid", "it is not set")
    hidden = f"the BIOS UUID of VM {vm.name} cannot be read: {reason} (give the account System.Read on it)"
    return out_of_reach(vm) or hidden

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does the guest use a drive that is about to leave it? Judged from what guest_nvme_info saw. No I/O."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevice
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm, VmPciDevice
from ansible_collections.directpath.nvme.plugins.module_utils._plan.guest_match import Pairing, pair

_FACTS = {"vendor_device", "physical_slot", "namespaces", "in_use_by"}
"""What is asked of each device in evidence."""

_REMEDY = "Run guest_nvme_info as root in the guest of this VM, and pass its result on at once."


def check_evidence(evidence: Mapping[str, Any], vm: Vm, now: datetime, max_age: int) -> None:
    """Refuse evidence that proves nothing: unreadable, old, of another VM, or of a look that saw only part.

    :raises DirectPathError: ``guest_evidence_invalid``.
    """
    gathered = _gathered_at(evidence, vm)
    age = now.astimezone(timezone.utc) - gathered
    if abs(age) > timedelta(seconds=max_age):
        raise _invalid(
            vm,
            f"it was gathered at {gathered.isoformat()}, which is {_distance(age)} (limit {max_age} s)",
            "If it is fresh, the clocks of guest and controller differ: check NTP.",
        )
    if not _same_uuid(evidence.get("vm_uuid"), vm.uuid):
        seen = evidence.get("vm_uuid")
        found = f"it is of the VM with UUID {seen}, not {vm.uuid}" if seen else "it does not say which VM it is of"
        raise _invalid(vm, found, _REMEDY)
    if evidence.get("not_seen"):
        raise _invalid(vm, f"the guest could not show {'; '.join(evidence['not_seen'])}", _REMEDY)


def refuse_if_used(
    evidence: Mapping[str, Any],
    vm: Vm,
    on_host: Mapping[str | None, HostDevice | None],
    addresses: Sequence[str],
    host: str,
) -> None:
    """Refuse to remove devices that the guest uses. Of drives that it cannot tell apart, none may be in use.

    :param on_host: what the host has behind each entry of the VM; nothing for a drive that was pulled (V3).
    :raises DirectPathError: ``device_in_use_by_guest``, naming mount points, groups, arrays and pools.
    """
    entries = [entry for entry in vm.devices if not entry.dynamic]
    facts = [_facts(entry, on_host.get(entry.address)) for entry in entries]
    pairings = zip(entries, pair(facts, evidence["devices"]))
    texts = {str(entry.address): _uses(entry, found) for entry, found in pairings if entry.address in addresses}
    used = {address: text for address, text in texts.items() if text}
    if used:
        raise DirectPathError(
            f"The guest of VM {vm.name} uses {'; '.join(used.values())}. Nothing was changed.",
            "device_in_use_by_guest",
            requirement="C3",
            host=host,
            vm=vm.name,
            device=next(iter(used)),
            remedy="Unmount it, or take it out of its group, array or pool, in the guest; then run the play again.",
        )


def _facts(entry: VmPciDevice, device: HostDevice | None) -> dict[str, Any]:
    return {
        "vendor_device": entry.vendor_device,
        "pci_slot_number": entry.pci_slot_number,
        "serial": device.serial if device else None,
        "gone": device is None,
    }


def _uses(entry: VmPciDevice, pairing: Pairing) -> str:
    uses = [f"{use['kind']} {use['name']}" for device in pairing.devices for use in device["in_use_by"]]
    if not uses:
        return ""
    names = ", ".join(f"/dev/{name}" for device in pairing.devices for name in _namespaces(device)) or "no block device"
    doubt = "" if pairing.how != "ambiguous" else f", one of {len(pairing.devices)} drives that cannot be told apart"
    return f"{entry.address} ({names}{doubt}) for {', '.join(uses)}"


def _namespaces(device: Mapping[str, Any]) -> list[str]:
    return [item["name"] for item in device["namespaces"]]


def _gathered_at(evidence: Mapping[str, Any], vm: Vm) -> datetime:
    try:
        gathered = datetime.fromisoformat(evidence["gathered_at"])
        complete = gathered.tzinfo is not None and all(set(device) >= _FACTS for device in evidence["devices"])
    except (KeyError, TypeError, ValueError):
        complete = False
    if not complete:
        raise _invalid(vm, "it is not a result of guest_nvme_info", _REMEDY)
    return gathered


def _distance(age: timedelta) -> str:
    seconds = int(abs(age).total_seconds())
    return f"{seconds} s ago" if age > timedelta(0) else f"{seconds} s in the future"


def _same_uuid(seen: Any, actual: str | None) -> bool:
    """DMI tables before SMBIOS 2.6 store the first three groups in the other byte order, and guests show either."""
    try:
        one, other = uuid.UUID(str(seen)), uuid.UUID(str(actual))
    except ValueError:
        return False
    return one.bytes in (other.bytes, other.bytes_le)


def _invalid(vm: Vm, found: str, remedy: str) -> DirectPathError:
    return DirectPathError(
        f"The guest evidence for VM {vm.name} proves nothing: {found}. Nothing was changed.",
        "guest_evidence_invalid",
        requirement="C3",
        vm=vm.name,
        remedy=remedy,
    )

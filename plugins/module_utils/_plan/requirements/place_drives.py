# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is required of the passthrough devices of a VM on its host: L4, L5, V3, and how many the host allows."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import STORAGE_NOT_READ
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import Owners
from ansible_collections.directpath.nvme.plugins.module_utils._facts.placement import Placement
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import VmPlace
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    FAIL,
    PASS,
    UNKNOWN,
    WARN,
    Requirement,
    Seen,
    text,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.limits import MAX_NVME_PER_VM
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import (
    ASK_AGAIN,
    NOT_HOT_PLUGGED,
    SPREAD,
    SURPRISE_REMOVAL,
    UPGRADE_FOR_MORE,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm_seen import unread
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_drives import ABSENT, Wanted, drives_of, look_for
from ansible_collections.directpath.nvme.plugins.module_utils._plan.vm_drives import UNKNOWN as DOUBTFUL

_CLOSE_TO_L4 = 28
"""From here on a VM has little room for a replacement to overlap with what it replaces."""

_CLOSE_TO_MAXIMUM = 2


def _with_devices(look: Callable[[VmPlace, Placement], Seen]) -> Callable[[VmPlace], Seen]:
    """A look at a VM whose entries and whose host's devices are known."""

    def looked(place: VmPlace) -> Seen:
        found = _scene(place)
        return found if isinstance(found, Seen) else look(place, found)

    return looked


def _scene(place: VmPlace) -> Placement | Seen:
    vm, view = place.vm, place.devices
    not_read = unread(vm, ("config.hardware",))
    if not_read:
        return not_read
    if isinstance(view, Unreadable):
        return Seen(UNKNOWN, text("it could not be read: {reason}", reason=view.reason), remedy=ASK_AGAIN)
    if view.unreadable:
        reason = ", ".join(view.unreadable)
        return Seen(UNKNOWN, text("it could not be read: {reason}", reason=reason), remedy=ASK_AGAIN)
    behind = [view.devices.get(entry.address or "") for entry in vm.devices]
    if vm.powered_on and any(item and not item.active and STORAGE_NOT_READ in item.uses for item in behind):
        return Seen(UNKNOWN, text("the storage of its host was not read"), remedy=ASK_AGAIN)
    return Placement(vm, view, Owners())


def _more(place: VmPlace, scene: Placement) -> tuple[int, int]:
    """How many more devices it will have with what the inventory wants: at least, at most."""
    answers = [look_for(scene, Wanted(selector)).status for selector in place.wanted]
    sure = answers.count(ABSENT)
    return sure, sure + answers.count(DOUBTFUL)


def _shown(least: int, most: int, limit: int) -> str:
    return f"{most} of {limit}" if least == most else f"{least}-{most} of {limit}"


def _headroom(place: VmPlace, scene: Placement) -> Seen:
    now = len(drives_of(scene))
    least, most = (now + more for more in _more(place, scene))
    value = _shown(least, most, MAX_NVME_PER_VM)
    if least > MAX_NVME_PER_VM:
        return Seen(FAIL, text("with what the inventory wants it would have {count} NVMe drives", count=value), value)
    if most > MAX_NVME_PER_VM:
        return Seen(UNKNOWN, text("nobody can tell how many NVMe drives it would have: {count}", count=value), value)
    found = text("with what the inventory wants it has {count} NVMe drives", count=value)
    return Seen(WARN if most >= _CLOSE_TO_L4 else PASS, found, value)


def _maximum(place: VmPlace, scene: Placement) -> Seen:
    if isinstance(place.options, Unreadable):
        reason = place.options.reason
        return Seen(UNKNOWN, text("it could not be read: {reason}", reason=reason), remedy=ASK_AGAIN)
    limit = place.options.max_passthrough
    if limit is None:
        return Seen(UNKNOWN, text("its host does not tell how many passthrough devices it may have"), remedy=ASK_AGAIN)
    least, most = (len(place.vm.devices) + more for more in _more(place, scene))
    value = _shown(least, most, limit)
    if least > limit:
        evidence = text("its host allows it fewer passthrough devices than the inventory wants: {count}", count=value)
        return Seen(FAIL, evidence, value)
    if most > limit:
        evidence = text("nobody can tell how many passthrough devices it would have: {count}", count=value)
        return Seen(UNKNOWN, evidence, value)
    evidence = text("its host allows it as many passthrough devices as the inventory wants: {count}", count=value)
    return Seen(WARN if most > limit - _CLOSE_TO_MAXIMUM else PASS, evidence, value)


def _foreign(place: VmPlace, scene: Placement) -> Seen:
    there = [(entry, scene.device_of(entry)) for entry in place.vm.devices]
    found = [f"{entry.label} ({device.pci.address})" for entry, device in there if device and not device.pci.is_nvme]
    if not found:
        return Seen(PASS, text("all its passthrough devices are NVMe drives, or gone"), "0")
    named = ", ".join(found)
    return Seen(WARN, text("it has passthrough devices that are no NVMe drives: {devices}", devices=named), named)


def _left_behind(place: VmPlace, scene: Placement) -> Seen:
    orphans = [item.entry for item in drives_of(scene) if item.is_orphan]
    if not orphans:
        return Seen(PASS, text("its host has all drives that it has entries for"), "0")
    named = ", ".join(f"{entry.label} ({entry.address})" for entry in orphans)
    return Seen(FAIL, text("it has entries for drives that its host has no more: {devices}", devices=named), named)


HEADROOM = Requirement(
    "L4",
    "At most 32 NVMe drives, with those that the inventory wants",
    "VirtualMachine.config.hardware; HostSystem.hardware.pciDevice",
    _with_devices(_headroom),
    (PASS, FAIL, WARN, UNKNOWN),
    SPREAD,
)

MAXIMUM = Requirement(
    "max_devices",
    "No more passthrough devices than its host allows it",
    "EnvironmentBrowser.QueryConfigOptionEx: numPCIPassthroughDevices.max",
    _with_devices(_maximum),
    (PASS, FAIL, WARN, UNKNOWN),
    UPGRADE_FOR_MORE,
)

FOREIGN_DEVICES = Requirement(
    "L5",
    "Its passthrough devices are NVMe drives",
    "VirtualMachine.config.hardware; HostSystem.hardware.pciDevice",
    _with_devices(_foreign),
    (PASS, WARN, UNKNOWN),
    NOT_HOT_PLUGGED,
)

LEFT_BEHIND = Requirement(
    "V3",
    "Its host has all drives that it has entries for",
    "VirtualMachine.config.hardware; HostSystem.hardware.pciDevice",
    _with_devices(_left_behind),
    (PASS, FAIL, UNKNOWN),
    SURPRISE_REMOVAL,
)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has happened between two looks at a fleet: drives pulled or inserted, entries left in VMs. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.watched import (
    Drive,
    Entry,
    Fleet,
    WatchedHost,
    WatchedVm,
    inert,
)

DRIVE_PULLED = "drive_pulled"
DRIVE_INSERTED = "drive_inserted"
ENTRY_LEFT = "entry_left"
ENTRY_GONE = "entry_gone"

TOGETHER = timedelta(seconds=5)
"""An entry that goes so shortly before its drive went with it. Nobody pulls a drive that soon after a hot-remove."""

Event = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What has been reported.

    :param fleet: each host and VM as it was seen last. One that is not seen now stays: it may be back.
    :param left: (host, address) -> the VM whose entry for it has gone, and when; MoIDs.
    :param met: MoIDs of the VMs that this watcher has seen. Of the others it tells once more which entries are left, as
        whoever was to handle that may have ended with the watcher before.
    """

    fleet: Fleet = field(default_factory=Fleet)
    left: Mapping[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    met: frozenset[str] = frozenset()


def compare(known: Known, seen: Fleet, at: datetime) -> tuple[list[Event], Known]:
    """What is new, and what is known then.

    A host that is seen for the first time is a beginning: nobody knows what was there before.

    :param at: now, in UTC.
    """
    hosts = {**known.fleet.hosts, **{moid: host for moid, host in seen.hosts.items() if host.drives is not None}}
    vms = {**known.fleet.vms, **{moid: vm for moid, vm in _judged(known.fleet, seen, hosts) if vm.entries}}
    emptied = [moid for moid, vm in seen.vms.items() if vm.entries == ()]
    known_now = Fleet(hosts, {moid: vm for moid, vm in vms.items() if moid not in emptied})
    left = {place: gone for place, gone in known.left.items() if at - gone[1] <= TOGETHER}
    left.update({place: (moid, at) for place, moid in _departed(known.fleet, seen)})
    look = _Look(known.fleet, known_now, seen, left, at.isoformat(timespec="milliseconds"))
    drives = list(look.drives())
    events = [*drives, *look.entries_left(known.met, drives), *look.entries_gone()]
    return events, Known(known_now, left, known.met | {moid for moid, vm in seen.vms.items() if vm.entries is not None})


def _judged(known: Fleet, seen: Fleet, hosts: Mapping[str, WatchedHost]) -> Iterator[tuple[str, WatchedVm]]:
    """The VMs that are seen, with what is known of the drives behind their entries."""
    for moid, vm in seen.vms.items():
        before = known.vms.get(moid)
        # The same entry on another host is for another drive.
        entries = before.entries or () if before and before.host == vm.host else ()
        old = {(entry.key, entry.address): entry for entry in entries}
        host = hosts.get(vm.host or "")
        drives = host.drives if host else None
        judged = tuple(_entry(entry, old.get((entry.key, entry.address)), drives) for entry in vm.entries or ())
        if vm.entries is not None:
            yield moid, replace(vm, entries=judged)


def _entry(entry: Entry, before: Entry | None, drives: Mapping[str, Drive] | None) -> Entry:
    drive = before.drive if before else None
    if before and before.lost:
        # A drive that is at its address again may be any.
        return replace(entry, drive=drive, lost=True)
    if drives is None:
        return replace(entry, drive=drive)
    there = drives.get(entry.address)
    if there is None or entry.vendor_device not in (None, there.vendor_device) or (drive and not drive.may_be(there)):
        return replace(entry, drive=drive, lost=True)
    return replace(entry, drive=there)


def _departed(known: Fleet, seen: Fleet) -> Iterator[tuple[tuple[str, str], str]]:
    """Entries that their VMs have no more, and whose drives were there: (host, address), VM."""
    for moid, vm in known.vms.items():
        now = seen.vms.get(moid)
        if now and now.entries is not None and now.host == vm.host and vm.host:
            have = {entry.address for entry in now.entries}
            for entry in vm.entries or ():
                if entry.address not in have and not entry.lost:
                    yield (vm.host, entry.address), moid


@dataclass(frozen=True)
class _Look:
    known: Fleet
    now: Fleet
    seen: Fleet
    left: Mapping[tuple[str, str], tuple[str, datetime]]
    at: str

    def drives(self) -> Iterator[Event]:
        """Drives that are gone, and drives that are new; one in another's place is both."""
        for moid, before in self.known.hosts.items():
            host = self.seen.hosts.get(moid)
            if host is None or host.drives is None or before.drives is None:
                continue
            for address, drive in before.drives.items():
                there = host.drives.get(address)
                if there is None or not drive.may_be(there):
                    yield self._event(DRIVE_PULLED, moid, address, drive, *self._owner(moid, address))
            for address, drive in host.drives.items():
                there = before.drives.get(address)
                if there is None or not there.may_be(drive):
                    yield self._event(DRIVE_INSERTED, moid, address, drive, *self._owner(moid, address, gone=False))

    def entries_left(self, met: Collection[str], drives: Sequence[Event]) -> Iterator[Event]:
        """Entries whose drive is gone, but for those that a pulled drive tells of.

        :param drives: what drives() told.
        """
        told = {(event["vm_moid"], event["address"]) for event in drives if event["type"] == DRIVE_PULLED}
        for moid, vm in self.seen.vms.items():
            known = self.known.vms.get(moid)
            before = {(entry.key, entry.address) for entry in (known.entries or ()) if entry.lost} if known else set()
            now = self.now.vms.get(moid)
            for entry in (now.entries or ()) if now and vm.entries is not None else ():
                again = moid not in met or (known and known.host != vm.host)
                new = again or (entry.key, entry.address) not in before
                if entry.lost and new and (moid, entry.address) not in told:
                    yield self._event(ENTRY_LEFT, vm.host, entry.address, _drive_of(entry), moid, True)

    def entries_gone(self) -> Iterator[Event]:
        """Entries that had lost their drive, and have left their VM."""
        for moid, before in self.known.vms.items():
            vm = self.seen.vms.get(moid)
            if vm is None or vm.entries is None:
                continue
            have = {(entry.key, entry.address) for entry in vm.entries}
            for entry in before.entries or ():
                if entry.lost and (entry.key, entry.address) not in have:
                    yield self._event(ENTRY_GONE, before.host, entry.address, _drive_of(entry), moid, False)

    def _owner(self, host: str, address: str, gone: bool = True) -> tuple[str | None, bool]:
        """The VM that has an entry for it, running ones first, or has just lost it; and whether it has one still."""
        vms = sorted(self.now.vms.items(), key=lambda item: not item[1].running)
        for moid, vm in vms:
            if vm.host == host and moid in self.seen.vms and any(e.address == address for e in vm.entries or ()):
                return moid, True
        departed = self.left.get((host, address)) if gone else None
        return (departed[0], False) if departed else (None, False)

    def _event(
        self, kind: str, host: str | None, address: str, drive: Drive, vm: str | None, stale_entry: bool
    ) -> Event:
        on = self.seen.hosts.get(host or "") or self.now.hosts.get(host or "")
        of = self.seen.vms.get(vm or "") or self.now.vms.get(vm or "")
        event = {
            "type": kind,
            "host": on.name if on else None,
            "host_moid": host,
            "vm": of.name if of else None,
            "vm_moid": vm,
            "in_vm": vm is not None,
            "stale_entry": stale_entry,
            "address": address,
            "vendor_device": drive.vendor_device,
            "name": drive.name,
            "serial": drive.serial,
            "slot": drive.slot,
            "seen_at": self.at,
        }
        return {name: inert(value) if isinstance(value, str) else value for name, value in event.items()}


def _drive_of(entry: Entry) -> Drive:
    """What is known of the drive of an entry."""
    return entry.drive or Drive(entry.vendor_device or "", "")

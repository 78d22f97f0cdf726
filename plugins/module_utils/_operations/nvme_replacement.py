# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Following the replacement of a drive: where it is by what is seen, what is wrong, and what is kept on record."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timezone
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import FROM_HOST, HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.guest import GuestLook
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import known_drives
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import parse_address
from ansible_collections.directpath.nvme.plugins.module_utils._facts.replacement import (
    TIME,
    Drive,
    Replacement,
    keeping,
)
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector, parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement import Status, Word, follow
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_begin import meant
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_drive import Sides
from ansible_collections.directpath.nvme.plugins.module_utils._plan.replacement_told import pause, told
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_placement
from ansible_collections.directpath.nvme.plugins.module_utils._read.drive_watch import DriveWatch
from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import read_placement
from ansible_collections.directpath.nvme.plugins.module_utils._read.replacement import Book, read_book
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts, find_vm, named_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import with_slots
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.replacement import write_book

try:
    from pyVmomi import vim
except ImportError:
    pass


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Say where a replacement is, and keep on record what was reached; or give it up."""
    job = _Job(session, params, find_vm(session, params)._moId, check_mode)
    if params["state"] == "absent":
        return job.give_up()
    look = job.look()
    deadline, awaited = time.monotonic() + params["timeout"], look.status.stage
    # When one thing is done, people are to be told of the next, before anybody waits for that.
    while look.awaits_people and look.status.stage in (awaited, "to_add"):
        if not job.wait(look, deadline - time.monotonic()):
            break
        look = job.look(look)
    if look.status.complaint:
        raise look.status.complaint.with_result(**look.outcome.result)
    return look.outcome


@dataclass(frozen=True)
class _Look:
    """What was seen at once, and is told of it.

    :param before: the records as they were before the first look, for the diff.
    """

    status: Status
    sides: Sides
    before: Sequence[Replacement]
    outcome: Outcome

    @property
    def awaits_people(self) -> bool:
        """Whether somebody has to do something at the server, or ESXi's driver has yet to take the new drive."""
        if self.status.complaint:
            return False
        new = self.status.new
        taken = new is None or new.device is None or new.device.active or new.device.claimed
        return self.status.stage in ("to_pull", "to_insert") or (self.status.stage == "to_add" and not taken)


@dataclass(frozen=True)
class _Job:
    """A replacement in a VM, as the arguments have it."""

    session: Session
    params: Mapping[str, Any]
    moid: str
    check_mode: bool

    def look(self, before: _Look | None = None) -> _Look:
        """Read all sides, judge them, and keep what was reached."""
        sides, book = self._read()
        # Cut to seconds, which is what the record tells.
        now = self.session.server_time().astimezone(timezone.utc).replace(microsecond=0)
        text = now.strftime(TIME)
        record = meant(book.records, sides, self._selector(), self.params["guest_device"], text)
        status = follow(record, sides, self._word(), text)
        known = record in book.records
        # An order that cannot be carried out begins nothing.
        kept = keeping(book.records, status.record) if known or not status.complaint else book.records
        result = {**told(status, sides), "wait_seconds": pause(kept, self.params["pace"], now)}
        first = before.before if before else book.records
        return _Look(status, sides, first, self._keep(book, sides.placement.vm, first, kept, result))

    def wait(self, look: _Look, timeout: float) -> bool:
        """Wait until the host's drives are others, or told otherwise; False when the time is over."""
        if timeout <= 0:
            return False
        host = look.sides.placement.view
        watch = DriveWatch(
            self.session,
            self.session.object(vim.HostSystem, host.host.moid),
            slots=False,
            refresh=self.params["refresh"],
        )
        seen = _fingerprint(host)
        return watch.until(lambda view: _fingerprint(view) != seen, timeout)

    def give_up(self) -> Outcome:
        """The open replacement of this VM on the host is not pursued any more, wherever the VM is by now."""
        vm = read_placement(self.session, self.moid, []).placement.vm
        named = {name: self.params[name] for name in ("esxi_host_name", "datacenter")}
        book = read_book(self.session, find_hosts(self.session, named)[0]._moId, self.params["record_file"])
        kept = tuple(record for record in book.records if not (record.open and record.vm == self.moid))
        return self._keep(book, vm, book.records, kept, {"stage": "none"})

    def _read(self) -> tuple[Sides, Book]:
        known = known_drives(self.params["known_drives"])
        selector = self._selector()
        placement = read_placement(self.session, self.moid, [selector] if selector else [], known).placement
        named = named_host(self.session, self.params["esxi_host_name"])
        require_usable_placement(placement, named, "C3", None)
        host = placement.view.host
        view = with_slots(EsxCli(self.session, host.moid, host.name), placement.view)
        remembered = [Drive(item.serial, item.address, item.slot, item.vendor_device) for item in view.memory.entries]
        guest = GuestLook.from_dict(self.params["guest"]) if self.params["guest"] else None
        book = read_book(self.session, host.moid, self.params["record_file"])
        return Sides(replace(placement, view=view), guest, remembered), book

    def _selector(self) -> Selector | None:
        return parse_selectors([self.params["drive"]])[0] if self.params["drive"] else None

    def _word(self) -> Word:
        allowed = [name for name in ("other_model", "smaller", "other_slot") if self.params[f"allow_{name}"]]
        foreign = frozenset(parse_address(text) for text in self.params["allow_foreign_data"] or [])
        return Word(self.params["pulled"], frozenset(allowed), foreign, self.params["confirm"])

    def _keep(
        self,
        book: Book,
        vm: Vm,
        before: Sequence[Replacement],
        records: Sequence[Replacement],
        result: Mapping[str, Any],
    ) -> Outcome:
        if tuple(records) != book.records and not self.check_mode:
            write_book(self.session, book, records)
        told = {**vm.identity_with_uuid, "power_state": vm.power_state}
        changed = tuple(records) != tuple(before)
        return Outcome(
            {"changed": changed, "host": book.identity, "vm": told, **result},
            before={"replacements": [record.as_dict() for record in before]},
            after={"replacements": [record.as_dict() for record in records]},
        )


def _fingerprint(view: HostDevices) -> list[tuple[object, ...]]:
    """What tells that a person did something, or that the host tells more of it by now."""
    return [
        (device.pci, device.enabled, device.active, device.serial if device.serial_from == FROM_HOST else None)
        for device in view.nvme()
    ]

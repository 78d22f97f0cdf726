# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting until somebody has put a drive into a host, or pulled one out. It changes nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.changes import DriveChanges, without_memory
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered, known_drives
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import parse_address
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_wait import (
    INSERTED,
    Awaited,
    Verdict,
    judge,
    settled,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.drive_wait_failures import (
    aim,
    change_row,
    not_clear,
    unexpected_change,
    wait_timeout,
    warnings_of,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.host_rows import HostRows
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.drive_watch import DriveWatch
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import gone, read_host_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import with_listing
from ansible_collections.directpath.nvme.plugins.module_utils._read.use import foreign_data_on, users_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import read_vms_on
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Wait for a drive. In check mode look once: nobody is waited for, and no host is told to look again."""
    ref = find_hosts(session, params)[0]
    wait = _Wait(params, check_mode)
    known = known_drives(params["known_drives"])
    wait.follow(DriveWatch(session, ref, wait.needs_slots, params["refresh"] and not check_mode, known))
    if wait.changes is None:
        raise gone(params["esxi_host_name"])
    error = wait.failure(wait.changes)
    if error:
        raise error.with_result(hosts=[wait.result(wait.changes, [])])
    rows = _rows(session, ref, known, wait) if wait.verdict.found else []
    return Outcome(
        {"changed": False, "hosts": [wait.result(wait.changes, rows)]},
        warnings=warnings_of(wait.awaited, wait.changes, wait.verdict),
    )


class _Wait:
    """What is waited for, and what was seen of it up to now; ``changes`` is None before the first look."""

    def __init__(self, params: dict[str, Any], check_mode: bool) -> None:
        chosen = [*(params["devices"] or []), *([{"slot": params["slot"]}] if params["slot"] else [])]
        before = params["before"]
        self._before = None if before is None else {parse_address(text) for text in before}
        self._strict: bool = params["fail_on_other_changes"]
        self._timeout: float = 0 if check_mode else params["timeout"]
        self._adapter_timeout: float = 0 if check_mode else params["adapter_timeout"]
        self._check_mode = check_mode
        self._started = time.monotonic()
        self._unusable: DirectPathError | None = None
        self.awaited = Awaited(params["state"], tuple(parse_selectors(chosen)), before is not None)
        self.changes: DriveChanges | None = None
        self.verdict = Verdict(met=False)

    @property
    def needs_slots(self) -> bool:
        """Whether esxcli has to be asked for them where the host's properties do not tell them."""
        return any(selector.slot for selector in self.awaited.selectors)

    def follow(self, watch: DriveWatch) -> None:
        """Until it is met, or something else happened, or the time is over."""
        deadline = self._started + self._timeout
        while watch.until(self._look, deadline - time.monotonic()):
            if self.awaited.state == INSERTED:
                # ESXi's driver takes a new drive a moment later, and with that come its serial number and its users.
                watch.until(self._look_until_settled, self._adapter_timeout)
            if self._over():
                return

    def _look(self, view: HostDevices) -> bool:
        """Take a look in; True if there is nothing more to wait for."""
        try:
            require_usable_devices(view)
        except DirectPathError as error:
            # A host that loses contact shows nothing, or what it showed before.
            if self.changes is None:
                raise
            self._unusable = error
            return False
        self._unusable = None
        if self.changes is None:
            self.awaited = aim(self.awaited, view)
            self.changes = DriveChanges.since(self._before, view)
        else:
            self.changes = self.changes.after(view)
        self.verdict = judge(self.awaited, self.changes)
        return self._over()

    def _look_until_settled(self, view: HostDevices) -> bool:
        self._look(view)
        return settled(self.verdict)

    def _over(self) -> bool:
        verdict = self.verdict
        return verdict.met or verdict.unclear is not None or (self._strict and bool(verdict.others))

    def failure(self, changes: DriveChanges) -> DirectPathError | None:
        """Why it failed, if it did."""
        verdict, view = self.verdict, changes.view
        if verdict.met:
            return None
        if self._strict and verdict.others and not verdict.ambiguous:
            return unexpected_change(self.awaited, view, verdict.others)
        if verdict.unclear:
            return not_clear(view, verdict)
        if self._unusable or self._check_mode:
            return self._unusable
        return wait_timeout(self.awaited, view, self._timeout)

    def result(self, changes: DriveChanges, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """What is told of the host."""
        return {
            "host": changes.view.host.identity,
            "inserted": rows,
            "pulled": [change_row(change) for change in self.verdict.pulled],
            "other_changes": [change_row(change) for change in self.verdict.others],
            "elapsed_seconds": round(time.monotonic() - self._started, 1),
        }


def _rows(session: Session, ref: Any, known: Sequence[Remembered], wait: _Wait) -> list[dict[str, Any]]:
    """The drives that came, with their users and the data on them that the host does not use."""
    fresh = wait.changes.fresh if wait.changes else ()
    now = read_vms_on(session, [ref])[ref._moId]
    rows = []
    for host in read_host_devices(session, [ref], known):
        cli = EsxCli(session, host.host.moid, host.name)
        listed = with_listing(cli, host)
        view = without_memory(listed.view, fresh)
        there = [device.pci.address for device in wait.verdict.found if device.pci.address in view.devices]
        view = users_on_host(session, view, now.vms.vms, there, cli)
        view = foreign_data_on(now.storage, now.datastores, view, there)
        host_rows = HostRows(view, listed.listing, now.vms)
        rows += [host_rows.row(view.devices[address]) for address in there]
    return rows

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remembering the serial numbers of a host's drives, and forgetting them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Memory, known_drives, moment
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import memory_rows, recalled, sightings
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import parse_selectors
from ansible_collections.directpath.nvme.plugins.module_utils._plan.memory import checked, forget, learn, told_by_host
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import read_host_devices
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import with_slots
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.memory import Entries, change_memory

try:
    from pyVmomi import vim
except ImportError:
    pass


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Change what is remembered of the drives of one host."""
    (host,) = read_host_devices(session, find_hosts(session, params))
    if not session.is_vcenter:
        return _outcome(host, (), (), supported=False)
    if host.memory.unread:
        raise host.memory.unread
    before = host.memory.entries
    change: Callable[[Entries], Entries]
    if params["state"] == "present":
        require_usable_devices(host)
        host = with_slots(EsxCli(session, host.host.moid, host.name), host)
        change = _learning(session, host, params["drives"], params["learnt_from"])
    else:
        forgotten = parse_selectors(params["drives"] or [])
        change = partial(forget, drives=forgotten)
    after = change(before)
    if after != before and not check_mode:
        ref = session.object(vim.HostSystem, host.host.moid)
        after = change_memory(session, ref, host.name, change)
    return _outcome(host, before, after, supported=True)


def _learning(
    session: Session, host: HostDevices, drives: Sequence[dict[str, Any]] | None, told_by: str
) -> Callable[[Entries], Entries]:
    """What the host tells of all its drives, or what somebody else tells of some.

    :raises DirectPathError: ``invalid_known_drive``, ``device_not_found``.
    """
    seen, now = sightings(host), moment(session.server_time())
    if drives is None:
        lessons = told_by_host(seen, [device.pci.address for device in host.nvme()], now)
    else:
        told = known_drives(drives, told_by)
        lessons = [replace(lesson, learnt_at=now) for lesson in checked(told, seen, host.name)]
    return lambda entries: learn(entries, lessons, seen, now)


def _outcome(host: HostDevices, before: Entries, after: Entries, supported: bool) -> Outcome:
    changed = before != after
    now = recalled(replace(host, memory=Memory(after)))
    result = {"host": host.host.identity, "changed": changed, "supported": supported, "memory": memory_rows(now)}
    return Outcome(
        {"changed": changed, "hosts": [result]},
        before={host.name: {entry.address: entry.as_dict() for entry in before}},
        after={host.name: {entry.address: entry.as_dict() for entry in after}},
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remembering drives before passthrough takes them: after it nobody but their guest can read their serial numbers."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import Remembered
from ansible_collections.directpath.nvme.plugins.module_utils._facts.recall import sightings
from ansible_collections.directpath.nvme.plugins.module_utils._plan.memory import learn, told_by_host
from ansible_collections.directpath.nvme.plugins.module_utils._plan.passthrough_choice import HostToggle
from ansible_collections.directpath.nvme.plugins.module_utils._read.slots import with_slots
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, unforeseen
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.memory import change_memory

try:
    from pyVmomi import vim
except ImportError:
    pass


def remember_taken(session: Session, toggle: HostToggle, now: str) -> list[str]:
    """Remember the drives that a host is about to give away.

    To remember is a help and no condition: where it fails, a warning tells what is lost.

    :param now: as moment() has it.
    """
    given = (*toggle.writes, *toggle.companions) if toggle.enable else ()
    taken = [address for address in given if toggle.host.devices[address].serial]
    if not taken:
        return []
    try:
        host = with_slots(EsxCli(session, toggle.host.host.moid, toggle.host.name), toggle.host)
        seen = sightings(host)
        lessons = told_by_host(seen, taken, now)
        if not session.is_vcenter:
            said = toggle.host.memory.entries
            unsaid = [lesson for lesson in lessons if not any(lesson.is_same(entry) for entry in said)]
            return [_untold(toggle, unsaid, "ESXi itself keeps no custom attributes.")] if unsaid else []
        ref = session.object(vim.HostSystem, toggle.host.host.moid)
        change_memory(session, ref, toggle.host.name, lambda entries: learn(entries, lessons, seen, now))
    except (DirectPathError, SERVER_FAULT) as cause:
        error = cause if isinstance(cause, DirectPathError) else unforeseen(cause, session.server, toggle.host.name)
        known = [Remembered(toggle.host.devices[address].serial or "", address) for address in taken]
        return [_untold(toggle, known, str(error))]
    return []


def _untold(toggle: HostToggle, drives: Sequence[Remembered], reason: str) -> str:
    return (
        f"The serial numbers of drives of host {toggle.host.name} are not remembered, and passthrough hides them: "
        f"{', '.join(drive.describe() for drive in drives)}. {reason} An inventory can say them "
        "(nvme_hotplug_known_drives)."
    )

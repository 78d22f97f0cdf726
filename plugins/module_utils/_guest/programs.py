# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What LVM, ZFS and lspci say of drives. Runs in the guest: standard library only.

What they print is taken apart field by field; whatever is no field of theirs is passed over, never an error.
"""

from __future__ import annotations

import re

from ansible_collections.directpath.nvme.plugins.module_utils._facts.use import LostUse
from ansible_collections.directpath.nvme.plugins.module_utils._guest.command import find, output_of
from ansible_collections.directpath.nvme.plugins.module_utils._guest.text import NotSeen, lines, name

_UNFILTERED = 'devices { filter=["a|.*|"] global_filter=["a|.*|"] use_devicesfile=0 hints="none" }'
"""LVM looks past its own filters, devices file and notes of where it found something; older ones ignore the latter."""

_LACKING = (b"REMOVED", b"UNAVAIL")
"""What zpool says of a drive that it cannot open. One that is FAULTED is there; one that is OFFLINE was let go of."""

_GROUPED = re.compile(rb"(mirror|raidz[1-3]?|draid.*|replacing|spare)-[0-9]+")
"""What zpool lists beside drives."""


def volume_groups(not_seen: NotSeen) -> list[tuple[str, str]]:
    """(group, path) of every physical volume, also of groups with no active volume; of no group, it is empty."""
    if find("pvs") is None:
        return []
    output = output_of(
        *("pvs", "--foreign", "--shared", "--config", _UNFILTERED),
        *("--noheadings", "--separator", "|", "-o", "pv_name,vg_name"),
    )
    if output is None:
        not_seen.miss("which drives belong to inactive LVM volume groups (pvs fails: see what it says)")
        return []
    rows = [line.strip(b" ").split(b"|") for line in lines(output)]
    return [(name(row[1].strip(b" ")), name(row[0])) for row in rows if len(row) == 2]


def zfs_drives(not_seen: NotSeen) -> list[tuple[str, str]]:
    """(pool, path) of every drive of a pool. A pool leaves no holder in sysfs, so zpool has to say it.

    Not of one that was taken offline by hand: the pool has let go of it, and does so only where it can do without.
    """
    output = output_of("zpool", "list", "-v", "-H", "-P", "-L")
    if output is None:
        not_seen.miss("which drives belong to ZFS pools (zpool is not there, or fails: see what it says)")
        return []
    drives, pool = [], ""
    for fields in (line.split(b"\t") for line in lines(output)):
        if not fields[0] and len(fields) > 1:
            if fields[1].startswith(b"/") and b"OFFLINE" not in fields[2:]:
                drives.append((pool, name(fields[1])))
        # "logs", "cache" and "spare" are headings, padded with blanks where a pool's line has tabs.
        elif len(fields) > 1:
            pool = name(fields[0])
    return drives


def lost_of_pools() -> list[LostUse]:
    """Drives that pools of ZFS lack; only zpool can say it."""
    # Older ones do not know -P.
    output = output_of("zpool", "status", "-P") or output_of("zpool", "status") or b""
    found: list[LostUse] = []
    pool, state = b"", b""
    for line in lines(output):
        key, colon, text = line.strip().partition(b": ")
        fields = line.split()
        if colon and key == b"pool":
            pool = text
        elif colon and key == b"state":
            state = text
        elif len(fields) > 1 and fields[1] in _LACKING and fields[0] != pool and not _GROUPED.fullmatch(fields[0]):
            drive = name(fields[-1] if b"was" in fields else fields[0])
            # Without the folder that all of them have; what is left of a path by id leads back to the drive.
            drive = drive[len("/dev/") :] if drive.startswith("/dev/") else drive
            found.append(LostUse("zfs", name(pool), drive, state in (b"ONLINE", b"DEGRADED")))
    return found


def lspci_lines() -> dict[str, str] | None:
    """address -> lspci's line (V4); None where there is no lspci, which sysfs makes up for."""
    output = output_of("lspci", "-D", "-nn")
    if output is None:
        return None
    return {name(line.split(b" ", 1)[0]): name(line) for line in lines(output)}

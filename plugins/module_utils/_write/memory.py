# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remembering drives: read, change, write, read back, all at one moment, as other runs do the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import (
    ATTRIBUTE,
    Remembered,
    encode_memory,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import attribute_of, read_with_attributes
from ansible_collections.directpath.nvme.plugins.module_utils._read.memory import kept_by_vcenter
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, as_error
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.attribute import is_torn, write_attribute

Entries = tuple[Remembered, ...]

_ATTEMPTS = 3
"""Another run that writes at the same moment does so once."""


def change_memory(session: Session, ref: Any, host: str, change: Callable[[Entries], Entries]) -> Entries:
    """Change what vCenter remembers of a host, and read it back.

    :param ref: the HostSystem. :param host: its name.
    :param change: from what is remembered to what shall be; asked again where another run wrote in between.
    :return: what is remembered now.
    :raises DirectPathError: ``memory_unreadable``: what cannot be read stays as it is. ``memory_not_kept``,
        ``no_permission`` and what else vCenter says.
    """
    try:
        properties = read_with_attributes(session, ref)
        for _attempt in range(_ATTEMPTS):
            entries = kept_by_vcenter(properties)
            wanted = change(entries)
            if wanted == entries:
                return entries
            text = encode_memory(wanted)
            properties = write_attribute(session, properties, ATTRIBUTE, text)
            after = attribute_of(properties, ATTRIBUTE)
            if after == text:
                return wanted
            if is_torn(after, text):
                raise _not_kept(host, f"of {len(text)} characters it kept {len(after)}")
    except SERVER_FAULT as fault:
        raise as_error(
            fault,
            f"vCenter did not set the custom attribute {ATTRIBUTE} of host {host}",
            "memory_not_kept",
            _REMEDY,
            host=host,
        ) from fault
    raise _not_kept(host, "others write to it at the same time")


_REMEDY = (
    "Look at the attribute in vSphere. Drives that need not be remembered can be forgotten (host_drive_memory), and an "
    "inventory can say as well what is known (nvme_hotplug_known_drives)."
)


def _not_kept(host: str, found: str) -> DirectPathError:
    return DirectPathError(
        f"vCenter accepted the custom attribute {ATTRIBUTE} of host {host} and did not keep it: {found}.",
        "memory_not_kept",
        host=host,
        remedy=_REMEDY,
    )

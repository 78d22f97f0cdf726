# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is remembered of a host's drives, as vCenter keeps it beside what an inventory says."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.memory import (
    ATTRIBUTE,
    Memory,
    Remembered,
    decode_memory,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import attribute_of, require_readable
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties


def memory_of(properties: ObjectProperties, known: Sequence[Remembered] = ()) -> Memory:
    """The memory of a host, from a retrieval that has ATTRIBUTE_PATHS among its paths.

    One that cannot be read keeps nobody from reading the host; it just tells nothing.
    """
    try:
        return Memory((*kept_by_vcenter(properties), *known))
    except DirectPathError as error:
        return Memory(tuple(known), error)


def kept_by_vcenter(properties: ObjectProperties) -> tuple[Remembered, ...]:
    """What the custom attribute says.

    :raises DirectPathError: ``memory_unreadable``.
    """
    require_readable(properties, "memory_unreadable", "what is remembered of its drives is not known.")
    return decode_memory(attribute_of(properties, ATTRIBUTE), properties.get("name", properties.obj._moId))

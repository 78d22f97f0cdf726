# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mark on a host's maintenance mode, as vCenter keeps it."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import ATTRIBUTE, Mark, decode_mark
from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import attribute_of, require_readable
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties


def mark_of(properties: ObjectProperties) -> Mark:
    """The mark of a host, from a retrieval that has ATTRIBUTE_PATHS among its paths.

    :raises DirectPathError: ``claim_unreadable``.
    """
    unknown = "nobody knows whether its maintenance mode is another run's, and which VMs wait for their start."
    require_readable(properties, "claim_unreadable", unknown)
    return decode_mark(attribute_of(properties, ATTRIBUTE), properties.get("name", properties.obj._moId))

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the looks at a host have in common."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import UNKNOWN, Seen, text
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.remedies import ASK_AGAIN, RECONNECT

CONNECTED = "connected"

_NOT_KNOWN = "unknown"


def unread(facts: HostFacts, fact: Unreadable, remedy: str = ASK_AGAIN) -> Seen:
    """What could not be read is unknown. That a host is out of reach says more than how each question failed."""
    if facts.connection_state not in (CONNECTED, _NOT_KNOWN):
        return Seen(UNKNOWN, text("The host is {state}.", state=facts.connection_state), remedy=RECONNECT)
    return Seen(UNKNOWN, text("It could not be read: {reason}.", reason=fact.reason), remedy=remedy)

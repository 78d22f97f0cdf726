# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented requirements on a host, once, with their ids; docs/requirements.md explains each."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attested
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Requirement, Verdict, judge_rows
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_bites import (
    BUILDS,
    DEPENDENTS,
    NO_VMD,
    RESET_METHOD,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_devices import (
    CAPABLE,
    NVME_DRIVES,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_passthrough import PASSTHROUGH
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_settings import (
    BOOT_PARAMETER,
    HOT_PLUG_ON,
    IN_FORCE,
    INTERRUPTS,
    PASSTHROUGH_ALLOWED,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host_state import (
    CERTIFIED,
    CONNECTION,
    DRIFT,
    FIRMWARE,
    IN_DATACENTER,
    MAINTENANCE,
    STATEFUL,
    SUPPORTED,
    TASKS,
    VENDOR_SUPPORT,
)

HOST_REQUIREMENTS: tuple[Requirement[HostFacts], ...] = (
    CONNECTION,
    STATEFUL,
    BOOT_PARAMETER,
    IN_FORCE,
    IN_DATACENTER,
    PASSTHROUGH,
    VENDOR_SUPPORT,
    FIRMWARE,
    CAPABLE,
    *CERTIFIED,
    SUPPORTED,
    NVME_DRIVES,
    HOT_PLUG_ON,
    PASSTHROUGH_ALLOWED,
    INTERRUPTS,
    DRIFT,
    BUILDS,
    NO_VMD,
    RESET_METHOD,
    DEPENDENTS,
    MAINTENANCE,
    TASKS,
)
"""P1 to P5, Q1 to Q8, L5, N6, what ruins them and what is known to bite, in the order of reports."""


def judge(facts: HostFacts, attested: Attested) -> list[Verdict]:
    """Every requirement on a host, in the order of the table."""
    return judge_rows(HOST_REQUIREMENTS, facts, attested)

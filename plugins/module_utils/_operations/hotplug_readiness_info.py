# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hotplug_readiness_info reports of hosts. It reads and changes nothing."""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attestation
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import NO_MARK, Mark
from ansible_collections.directpath.nvme.plugins.module_utils._operations.fleet import for_each
from ansible_collections.directpath.nvme.plugins.module_utils._plan.pinned import pinned_by
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import judge
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import host_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.mark import mark_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.readiness import (
    host_facts,
    host_profiles,
    readiness_paths,
    readiness_traversals,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.running_vms import running_vms
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import retrieve
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Judge the selected hosts. A host that cannot be asked is reported like the others, as far as it is known."""
    refs = find_hosts(session, params)
    found = {item.obj: item for item in retrieve(session, refs, readiness_paths(session), readiness_traversals())}
    running = running_vms(session, list(found.values()))
    profiles = host_profiles(session)
    attested = {id_: Attestation(**word) for id_, word in (params["attested"] or {}).items() if word}
    marks: dict[Any, Mark] = {}
    warnings: list[str] = []
    for ref in refs:
        try:
            marks[ref] = mark_of(found[ref])
        except DirectPathError as error:
            # No mark of ours, so no maintenance mode of ours either.
            marks[ref] = NO_MARK
            warnings.append(str(error))

    def report(ref: Any) -> dict[str, Any]:
        host = host_of(found[ref])
        facts = host_facts(session, found[ref], found, profiles, EsxCli(session, host.moid, host.name))
        return {
            "host": host.identity,
            "version": host.version,
            "build": host.build,
            "api_version": host.api_version,
            "datacenter": facts.datacenter,
            "connection_state": host.connection_state,
            "in_maintenance_mode": host.in_maintenance_mode,
            "maintenance_claim": marks[ref].as_dict(),
            "pinned_by": pinned_by(running.get(ref, [])),
            "requirements": [verdict.as_dict() for verdict in judge(facts, attested)],
        }

    return Outcome({"changed": False, "hosts": for_each(refs, report)}, warnings=warnings)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Marking a host's maintenance mode as a run's, in a custom attribute.

A run that is killed while a host is in maintenance mode leaves this mark behind, so the next run knows that it may take
the host out of it again, and which VMs to start. vCenter keeps custom attributes; a host alone does not.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import (
    ATTRIBUTE,
    NO_MARK,
    Mark,
    Run,
    encode_mark,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.mark import Claimant, Wanted, held, plan_mark
from ansible_collections.directpath.nvme.plugins.module_utils._plan.usable import require_usable_host
from ansible_collections.directpath.nvme.plugins.module_utils._read.attribute import read_with_attributes
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import BASIC_PATHS, host_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.mark import mark_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.process import is_alive
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from ansible_collections.directpath.nvme.plugins.module_utils._write.attribute import write_attribute


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Set, change or remove the mark of one host."""
    properties = read_with_attributes(session, find_hosts(session, params)[0], BASIC_PATHS)
    host = host_of(properties)
    if not session.is_vcenter:
        return _outcome(host, NO_MARK, NO_MARK, supported=False)
    before = mark_of(properties)
    if params["state"] == "present" and not before.claimed:
        # A mark that is there may be taken over or removed whatever became of the host.
        require_usable_host(host)
    claimant = Claimant(
        run=Run.from_dict(params["run"]) if params["run"] else None,
        take_over=params["take_over"],
        alive=is_alive(before.run) if before.run else None,
        now=session.server_time(),
        lease=params["lease"],
    )
    wanted = Wanted(params["state"], params["vms"], params["found"])
    after = plan_mark(before, wanted, claimant, host.name)
    if before != after and not check_mode:
        _write(session, host, properties, after)
    return _outcome(host, before, after, supported=True)


def _write(session: Session, host: Host, properties: ObjectProperties, mark: Mark) -> None:
    """Set the attribute and read it back.

    Two runs that found no mark both write one. The later write stays: the run that reads another's mark has lost, and
    host_reboot looks once more just before the reboot.
    """
    found = mark_of(write_attribute(session, properties, ATTRIBUTE, encode_mark(mark)))
    if found == mark:
        return
    if found.run and (mark.run is None or found.run.id != mark.run.id):
        raise held(found, host.name)
    raise DirectPathError(
        f"vCenter accepted the custom attribute {ATTRIBUTE} of host {host.name}, but it reads differently.",
        "not_applied",
        host=host.name,
        remedy="Look at the attribute in vSphere; nothing else was changed.",
    )


def _outcome(host: Host, before: Mark, after: Mark, supported: bool) -> Outcome:
    changed = before != after
    result = {"host": host.identity, "changed": changed, "supported": supported, **after.as_dict()}
    return Outcome(
        {"changed": changed, "hosts": [result]},
        before={host.name: before.as_dict()},
        after={host.name: after.as_dict()},
    )

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: readiness_report
short_description: Put a readiness report together from what vCenters and guests said
version_added: 0.1.0
author:
  - directpath.nvme contributors (@directpath-nvme)
description:
  - Puts the answers of M(directpath.nvme.hotplug_readiness_info) and of M(directpath.nvme.guest_nvme_info) together,
    and says of each host and VM whether it is ready. It asks nobody.
  - It is what the role P(directpath.nvme.hotplug_readiness#role) does, from whose variables it reads.
  - Hosts and VMs of a vCenter that did not answer are in the report as well, and all about them is unknown.
  - A plan that is none is an error.
positional: _input, askers
options:
  _input:
    description: The variable C(hostvars).
    type: dict
    required: true
  askers:
    description: Inventory names of those who asked a vCenter each.
    type: list
    elements: str
    required: true
  guests:
    description: Inventory names of the VMs whose guests were asked.
    type: list
    elements: str
    default: []
  asking:
    description: Whether guests were asked at all.
    type: bool
    default: true
  judgement:
    description: What P(directpath.nvme.hotplug_inventory#filter) returned for the whole inventory.
    type: dict
    required: true
  generated_at:
    description: When the vCenters were asked, in UTC, such as V(2026-01-31T12:00:00Z).
    type: str
    required: true
  server:
    description: The vCenter of those whose inventory names none.
    type: str
    default: ""
  plan:
    description: A plan of M(directpath.nvme.hotplug_plan), the text of its file or what was read from that.
    type: raw
  in_job:
    description: Whether this is a job of AWX or automation controller, where the inventory may be a slice.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Put the report together
  ansible.builtin.set_fact:
    report: >-
      {{ hostvars | directpath.nvme.readiness_report(askers, judgement=judgement,
                                                      generated_at='2026-01-31T12:00:00Z') }}
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - C(generated_at) and the names of the C(vcenters). C(scope), how many C(hosts) and C(vms) were C(judged), of how
      many in the C(inventory), and a C(note). C(inventory), a line for each thing that is wrong with it.
    - C(hosts) and C(vms), as M(directpath.nvme.hotplug_readiness_info) shows them, each with its C(vcenter), and with
      C(ready). That is V(no) with any requirement that is V(fail); V(unknown) with one that is V(unknown) or
      V(not_attested); else V(yes).
    - Of a VM, C(requirements) have the guest's behind its own, and C(guest) says whether it was C(asked), whether it
      C(answered), the C(reason) if not, and C(health) of its drives.
    - C(held), what this collection keeps by itself. C(plan) and C(plan_lines), if one was given, and
      C(plan_strangers), the hosts and VMs of it that the report does not judge.
    - C(findings), by status, a line for each host or VM with the ids of its requirements. Those that are V(fail) begin
      with what is wrong with the inventory.
    - C(summary), of C(hosts) and of C(vms), how many are C(ready), C(not_ready) and C(unknown).
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_report import (
    Material,
    Scope,
    readiness_report,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_silent import Answer

REQUEST = "hotplug_readiness_request"
ANSWER = "__hotplug_readiness_answer"
"""Variables of whoever asked a vCenter."""

GUEST = "__hotplug_readiness_guest_info"
"""The variable of a VM whose guest was asked."""

ASKS = "hotplug_verify_guest"
"""The inventory variable of a VM whose guest nobody is to ask, which is false."""


def report(
    hostvars: Mapping[str, Any],
    askers: Sequence[str],
    guests: Sequence[str] = (),
    asking: bool = True,
    judgement: Mapping[str, Any] | None = None,
    generated_at: str = "",
    server: str = "",
    plan: Any = None,
    in_job: bool = False,
) -> dict[str, Any]:
    """Read the few variables that matter, and put the report together."""
    judged = judgement or {"esxi_hosts": {}, "vms": [], "errors": []}
    answers = {name: _guest(hostvars[name]) for name in guests}
    material = Material(
        answers=[_answer(hostvars[name], server) for name in askers],
        guests={name: found for name, found in answers.items() if found is not None},
        asking=asking,
        plan=plan,
        scope=Scope(len(judged["esxi_hosts"]), len(judged["vms"]), judged["errors"], in_job),
        generated_at=generated_at,
    )
    try:
        return readiness_report(material)
    except (DirectPathError, ValueError) as error:
        # Ansible would say what caused it once more.
        raise AnsibleFilterError(f"There is no report. {error}") from None


def _answer(variables: Mapping[str, Any], server: str) -> Answer:
    vcenter = str(_of(variables, "vcenter_hostname") or server)
    port = _of(variables, "vcenter_port")
    # Two servers may be behind one name.
    name = f"{vcenter}:{port}" if port and str(port) != "443" else vcenter
    return Answer(name, variables[REQUEST], _of(variables, ANSWER) or {})


def _guest(variables: Mapping[str, Any]) -> Any:
    """What its guest answered. Who is left alone by choice is not even among those that Ansible goes through."""
    return {"skipped": True} if _of(variables, ASKS) is False else _of(variables, GUEST)


def _of(variables: Mapping[str, Any], name: str) -> Any:
    return variables[name] if name in variables else None  # noqa: SIM401 (variables of a host have no get)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"readiness_report": report}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts and VMs of a readiness report that no vCenter said anything of: all about them is unknown. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, one_line
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_rows import host_unread, vm_unread

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What one vCenter was asked, and what it said.

    :param vcenter: its name, as the connection has it.
    :param request: ``hosts`` and ``vms``, as requests() makes them, and ``refused``.
    :param result: of hotplug_readiness_info, whether it failed or not; empty where there is none.
    """

    vcenter: str
    request: Facts
    result: Facts = field(default_factory=dict)

    @property
    def hosts(self) -> Sequence[Facts]:
        """Of which it said something; so of VMs. What a failed module had found by then is not all of it."""
        return self._answered("hosts")

    @property
    def vms(self) -> Sequence[Facts]:
        return self._answered("vms")

    def _answered(self, key: str) -> Sequence[Facts]:
        return [] if self.result.get("failed") else self.result.get(key) or []


def silent_hosts(answer: Answer) -> list[dict[str, Any]]:
    """Hosts that were asked for, and that the answer does not have."""
    said = {host["inventory_name"] for host in answer.hosts}
    return [_host(host, _error(answer)) for host in answer.request["hosts"] if host["inventory_name"] not in said]


def silent_vms(answer: Answer) -> list[dict[str, Any]]:
    """VMs that were asked for, and that the answer does not have; and those that could not be asked for."""
    said = {vm["inventory_name"] for vm in answer.vms}
    silent = [_vm(vm, _error(answer)) for vm in answer.request["vms"] if vm["inventory_name"] not in said]
    refused = [(vm, DirectPathError(vm["reason"], "invalid_argument")) for vm in answer.request.get("refused", [])]
    return [*silent, *(_vm(vm, error) for vm, error in refused)]


def _error(answer: Answer) -> DirectPathError:
    """Why a vCenter said nothing, in the words of the module."""
    known = dict(answer.result.get("error") or {})
    message = known.pop("message", None) or answer.result.get("msg") or "There is no answer."
    return DirectPathError(one_line(message), known.pop("code", None) or "no_answer", **_fields(known))


def _fields(known: Facts) -> dict[str, Any]:
    # The message of a failed module has its remedy in it.
    return {name: known.get(name) for name in ("requirement", "host", "vm", "device", "fault")}


def _host(wanted: Facts, error: DirectPathError) -> dict[str, Any]:
    unread = host_unread(wanted["esxi_host_name"], None, error)
    return {"inventory_name": wanted["inventory_name"], **unread}


def _vm(wanted: Facts, error: DirectPathError) -> dict[str, Any]:
    subject = {
        "vm": {key: wanted.get(key) for key in ("name", "moid", "uuid")},
        "host": {"name": wanted.get("esxi_host_name"), "moid": None},
    }
    return {"inventory_name": wanted["inventory_name"], **vm_unread(subject, error)}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hotplug_readiness_info reports of hosts and VMs. It reads and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import Attested, attestations
from ansible_collections.directpath.nvme.plugins.module_utils._facts.desired import DesiredHost, DesiredVm, of_entry
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import Mark
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import HostFacts
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import VmPlace
from ansible_collections.directpath.nvme.plugins.module_utils._operations.fleet import for_each
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_rows import (
    host_row,
    host_unread,
    vm_row,
    vm_unread,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.rivals import one_for_two, require_own_names
from ansible_collections.directpath.nvme.plugins.module_utils._read.fleet import own_matter
from ansible_collections.directpath.nvme.plugins.module_utils._read.fleet_find import (
    FoundVm,
    find_fleet,
    known_by_host,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.host_commands import HostCommands
from ansible_collections.directpath.nvme.plugins.module_utils._read.hosts import gone
from ansible_collections.directpath.nvme.plugins.module_utils._read.managers import host_profiles
from ansible_collections.directpath.nvme.plugins.module_utils._read.mark import mark_of
from ansible_collections.directpath.nvme.plugins.module_utils._read.readiness_hosts import (
    HostReading,
    facts_of,
    read_hosts_around,
)
from ansible_collections.directpath.nvme.plugins.module_utils._read.readiness_vms import BusyVms, read_places
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import find_hosts
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import CONNECTION_LOST, Session


@dataclass(frozen=True)
class _AskedHost:
    """A host that is to be judged.

    :param name: in the inventory; None where the arguments name hosts alone.
    :param called: what the arguments call it.
    :param moid: or why there is none.
    :param wanted: what the inventory wants of it; None where the arguments name hosts alone.
    """

    name: str | None
    called: str
    moid: str | DirectPathError
    attested: Attested
    wanted: DesiredHost | None = None


@dataclass(frozen=True)
class _Asked:
    """All that is to be judged.

    :param known: what the inventory knows of the drives of each host, by MoID.
    """

    hosts: Sequence[_AskedHost]
    vms: Sequence[FoundVm] = ()
    busy: BusyVms = field(default_factory=BusyVms)
    known: Mapping[str, Any] = field(default_factory=dict)


def operate(session: Session, params: dict[str, Any], check_mode: bool) -> Outcome:
    """Judge hosts and VMs. What one of them answers wrongly, or not at all, is told with it and hides nobody else."""
    if params["esxcli_timeout"] < 1:
        raise DirectPathError(
            f"esxcli_timeout is {params['esxcli_timeout']}, less than a second. Nothing was asked.",
            "invalid_argument",
            remedy="Give a number of seconds, or leave it out.",
        )
    fleet = params["hosts"] is not None or params["vms"] is not None
    asked = _fleet(session, params) if fleet else _selection(session, params)
    report = _Report(session, asked, params["esxcli_timeout"])
    result = {"changed": False, "hosts": report.hosts(), "vms": report.vms()}
    return Outcome(result, warnings=report.warnings)


def _today(session: Session, words: Sequence[Any]) -> date:
    """The server's date, where somebody's word has to be held against it."""
    return session.server_time().date() if any(words) else date.max


def _selection(session: Session, params: dict[str, Any]) -> _Asked:
    """The hosts that the host selection arguments name."""
    attested = attestations(params["attested"], "the hosts", _today(session, [params["attested"]]))
    return _Asked([_AskedHost(None, ref._moId, ref._moId, attested) for ref in find_hosts(session, params)])


def _fleet(session: Session, params: dict[str, Any]) -> _Asked:
    """The hosts and VMs of an inventory."""
    entries, vm_entries = params["hosts"] or [], params["vms"] or []
    today = _today(session, [item["attested"] for item in (*entries, *vm_entries)])
    words = [attestations(item["attested"], item["inventory_name"], today) for item in entries]
    for item in vm_entries:
        # What it says of guests counts beside what they tell: whoever asks them takes it from the inventory.
        attestations(item["attested"], item["inventory_name"], today)
    wanted = [of_entry(DesiredHost, item) for item in entries]
    wanted_vms = [of_entry(DesiredVm, item) for item in vm_entries]
    require_own_names("host", [item.inventory_name for item in wanted])
    require_own_names("VM", [item.inventory_name for item in wanted_vms])
    busy = BusyVms()
    found, vms = find_fleet(session, wanted, wanted_vms, busy.read)
    hosts = [
        _AskedHost(item.name, item.wanted.esxi_host_name, item.moid, word, item.wanted)
        for item, word in zip(found, words)
    ]
    return _Asked(hosts, vms, busy, known_by_host(found, vms))


class _Report:
    """Everything that is asked for, read in common first, then host by host."""

    def __init__(self, session: Session, asked: _Asked, timeout: int) -> None:
        self._session, self._asked, self._timeout = session, asked, timeout
        self.warnings: list[str] = []
        mine = list(dict.fromkeys(item.moid for item in asked.hosts if isinstance(item.moid, str)))
        homes = list(dict.fromkeys(item.home for item in asked.vms if item.home and item.home not in mine))
        self._readings = {
            **read_hosts_around(session, mine, asked.known, with_vms=True),
            **read_hosts_around(session, homes, asked.known, with_vms=False),
        }
        self._profiles = host_profiles(session) if mine else []
        wanted = {item.moid: item for item in asked.hosts}
        there = [moid for moid in mine if moid in self._readings]
        answers = for_each(there, lambda moid: self._ask(self._readings[moid], wanted[moid]))
        self._facts = dict(zip(there, answers))
        if any(isinstance(item, DirectPathError) and item.code == CONNECTION_LOST for item in answers):
            # It is no matter of hosts if it was the server that had gone: this fails then.
            session.server_time()

    def _ask(self, reading: HostReading, asked: _AskedHost) -> HostFacts | DirectPathError:
        host = reading.host
        commands = HostCommands(host, EsxCli(self._session, host.moid, host.name, self._timeout))
        try:
            return facts_of(self._session, reading, self._profiles, commands).held_against(asked.wanted)
        except (DirectPathError, SERVER_FAULT) as cause:
            return own_matter(cause, host.name)

    def hosts(self) -> list[dict[str, Any]]:
        """A row for each host that was asked for."""
        named = {item.name: item.moid for item in self._asked.hosts if item.name and isinstance(item.moid, str)}
        twice = one_for_two("host", named)
        return [
            {"inventory_name": item.name, **self._host(item, twice.get(item.name or ""))} for item in self._asked.hosts
        ]

    def _host(self, asked: _AskedHost, twice: DirectPathError | None) -> dict[str, Any]:
        if isinstance(asked.moid, DirectPathError):
            return host_unread(asked.called, None, asked.moid)
        facts = twice or self._facts.get(asked.moid, gone(asked.called))
        if isinstance(facts, DirectPathError):
            return host_unread(asked.called, asked.moid, facts)
        reading = self._readings[asked.moid]
        return host_row(reading.host, facts, asked.attested, self._mark(reading), reading.vms, reading.running)

    def _mark(self, reading: HostReading) -> Mark | None:
        try:
            return mark_of(reading.chain[0])
        except DirectPathError as error:
            self.warnings.append(str(error))
            return None

    def vms(self) -> list[dict[str, Any]]:
        """A row for each VM that was asked for."""
        found = {item.name: item.vm.moid for item in self._asked.vms if isinstance(item.vm, Vm)}
        twice = one_for_two("VM", found)
        places = self._places()

        def row(item: FoundVm) -> dict[str, Any]:
            error = item.vm if isinstance(item.vm, DirectPathError) else twice.get(item.name)
            return vm_unread(item.subject, error) if error else vm_row(places[item.name])

        return [{"inventory_name": item.name, **row(item)} for item in self._asked.vms]

    def _places(self) -> dict[str, VmPlace]:
        # Slots are known of hosts that were asked, so that drives are told by them as well.
        asked = {moid: facts.devices for moid, facts in self._facts.items() if isinstance(facts, HostFacts)}
        devices = {moid: asked.get(moid, reading.devices) for moid, reading in self._readings.items()}
        return read_places(self._session, self._asked.vms, self._readings, devices, self._asked.busy, self._timeout)

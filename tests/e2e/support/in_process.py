# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many calls of modules in the process of the test, over real SOAP: each costs a tenth of one through Ansible."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._operations import (
    hotplug_plan,
    hotplug_readiness_info,
    nvme_passthrough_toggle,
    vm_pci_hotplug,
)
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session
from labclient import Lab

Params = Mapping[str, Any]

NO_PLACE = {"cluster": None, "datacenter": None, "esxi_host_names": None}

TOGGLE: Params = {
    **NO_PLACE,
    "state": "enabled",
    "expect_count": None,
    "fail_on_missing": False,
    "allow_foreign_data": [],
    "apply_now": None,
    "known_drives": None,
}

HOTPLUG: Params = {
    "moid": None,
    "uuid": None,
    "folder": None,
    "datacenter": None,
    "esxi_host_name": None,
    "state": "present",
    "guest_evidence": None,
    "guest_evidence_max_age": 300,
    "allow_guest_unchecked": False,
    "lost_only": False,
    "timeout": 60,
    "known_drives": None,
}

PLAN_HOST: Params = {
    "datacenter": None,
    "one_drive_each": False,
    "allow_foreign_data": [],
    "attested": None,
    "shutdown_vms": False,
    "leave_maintenance": False,
    "known_drives": None,
}


PLAN_VM: Params = {
    "moid": None,
    "uuid": None,
    "use_instance_uuid": False,
    "folder": None,
    "datacenter": None,
    "prepare": False,
    "whole": True,
    "exact": False,
    "allow_power_off": False,
    "allow_firmware_change": False,
    "correct_unsupported": False,
    "deploy": False,
    "attested": None,
    "known_drives": None,
}


READINESS: Params = {
    **NO_PLACE,
    "esxi_host_name": None,
    "attested": None,
    "hosts": None,
    "vms": None,
    "esxcli_timeout": 60,
}


class Modules:
    """What modules answer to arguments, all others at their defaults; an error is the answer of one that failed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.warnings: list[str] = []
        """Of the last call."""

    def toggle(self, host: str, **params: Any) -> dict[str, Any] | DirectPathError:
        return self._call(nvme_passthrough_toggle, {**TOGGLE, "esxi_host_name": host, **params})

    def hotplug(self, vm: str, **params: Any) -> dict[str, Any] | DirectPathError:
        return self._call(vm_pci_hotplug, {**HOTPLUG, "name": vm, **params})

    def plan_of_host(self, host: str, **params: Any) -> dict[str, Any]:
        """The host's part of a plan."""
        wanted = {**PLAN_HOST, "inventory_name": host, "esxi_host_name": host, **params}
        answer = self._call(hotplug_plan, {"hosts": [wanted], "vms": []})
        assert isinstance(answer, dict), answer
        (item,) = answer["plan"]["hosts"]
        return dict(item)

    def plan_of_vm(self, vm: str, esxi_host_name: str, **params: Any) -> dict[str, Any]:
        """The VM's part of a plan."""
        named = {"inventory_name": vm, "name": vm, "esxi_host_name": esxi_host_name}
        answer = self._call(hotplug_plan, {"hosts": [], "vms": [{**PLAN_VM, **named, **params}]})
        assert isinstance(answer, dict), answer
        (item,) = answer["plan"]["vms"]
        return dict(item)

    def readiness(self, **params: Any) -> dict[str, Any]:
        """Hosts and VMs of a selection, or of an inventory: of an entry, its inventory name and what is not usual."""
        usual = {"hosts": {**PLAN_HOST, "devices": []}, "vms": {**PLAN_VM, "esxi_host_name": None, "devices": []}}
        for kind, defaults in usual.items():
            if kind in params:
                params[kind] = [{**defaults, **_named(kind, entry)} for entry in params[kind]]
        answer = self._call(hotplug_readiness_info, {**READINESS, **params})
        if isinstance(answer, DirectPathError):
            raise answer
        return answer

    def _call(self, module: Any, params: Params) -> dict[str, Any] | DirectPathError:
        try:
            outcome = module.operate(self._session, dict(params), False)
        except DirectPathError as error:
            return error
        self.warnings = outcome.warnings
        result: dict[str, Any] = outcome.result
        return result


def _named(kind: str, entry: Params) -> Params:
    """An entry with what it is called in vSphere, which is the inventory name unless it says otherwise."""
    called = {"hosts": "esxi_host_name", "vms": "name"}[kind]
    by_id = kind == "vms" and (entry.get("moid") or entry.get("uuid"))
    return {called: None if by_id else entry["inventory_name"], **entry}


@contextlib.contextmanager
def modules(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Modules]:
    """Modules in one session of the lab."""
    monkeypatch.setenv("SSL_CERT_FILE", lab.ca_file)
    account = {"hostname": lab.host, "port": lab.port, "username": lab.username, "password": lab.password}
    yield Modules(Session({**account, "validate_certs": True, "proxy_host": None, "proxy_port": None}))

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What operators vouch for, from the variables of an inventory. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import (
    KEYS,
    OF_HOSTS,
    OF_VMS,
    WRITE,
    attestations,
)

ATTESTED = "nvme_hotplug_attested"
"""The variable of hosts and of VMs."""

OF_ROLE = "host_prepare_attested"
"""What the role host_prepare goes by, which is the former where it is not set."""


def attested_of_host(variables: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """As modules take it. What attested_errors() complains of is left out."""
    return _as_arguments(variables.get(OF_ROLE, variables.get(ATTESTED)), OF_HOSTS)


def attested_of_vm(variables: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """As modules take it. What attested_errors() complains of is left out."""
    return _as_arguments(variables.get(ATTESTED), OF_VMS)


def host_attested_errors(hosts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A line for each thing that is wrong with what is vouched for of hosts."""
    return [
        line
        for name, variables in hosts.items()
        for variable in (ATTESTED, OF_ROLE)
        for line in _errors(f"{variable} of {name}", name, variables.get(variable), OF_HOSTS)
    ]


def vm_attested_errors(name: str, variables: Mapping[str, Any]) -> list[str]:
    """A line for each thing that is wrong with what is vouched for of a VM."""
    return _errors(f"{ATTESTED} of {name}", name, variables.get(ATTESTED), OF_VMS)


def _as_arguments(given: Any, ids: Collection[str]) -> dict[str, dict[str, str]]:
    if not isinstance(given, Mapping):
        return {}
    # YAML makes a date of 2026-01-31, which is text again here.
    return {
        id_: {key: str(item[key]) for key in KEYS if item.get(key) not in (None, "")}
        for id_, item in given.items()
        if id_ in ids and item and not _wrong("", id_, item)
    }


def _errors(what: str, name: str, given: Any, ids: Collection[str]) -> list[str]:
    if not given:
        return []
    if not isinstance(given, Mapping):
        return [f"{what} is {given}, and no mapping from the ids of requirements. {WRITE.format(id=next(iter(ids)))}"]
    found = []
    for id_, item in given.items():
        if id_ not in ids:
            found.append(f"{what} has {id_}, which cannot be vouched for there. It may have {', '.join(ids)}.")
        elif item:
            wrong = _wrong(name, id_, item)
            found += [f"{what}: {wrong}"] if wrong else []
    return found


def _wrong(name: str, id_: str, item: Any) -> str:
    """What is wrong with the word for one requirement; empty if nothing is."""
    if not isinstance(item, Mapping):
        return f"{id_} is {item}, which does not say whose word it is, and since when. {WRITE.format(id=id_)}"
    unknown = [str(key) for key in item if key not in KEYS]
    if unknown:
        return f"{id_} has the key '{unknown[0]}', which is none of {', '.join(KEYS)}."
    try:
        # What day it is, the module asks the server.
        attestations({id_: item}, name)
    except DirectPathError as error:
        return str(error)
    return ""

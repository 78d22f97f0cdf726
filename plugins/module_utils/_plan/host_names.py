# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which host of the inventory is meant? One rule for every role and playbook. No I/O.

A host may be called by its inventory name or by its name in vSphere (host_prepare_esxi_host_name), letter by letter, as
vSphere itself goes by. Another spelling is refused, with the one to write: to guess would be to act on a host.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan.entries import Entries


@dataclass(frozen=True)
class InventoryHost:
    """A host of the group esxi_hosts.

    :param name: in the inventory.
    :param esxi_host_name: in vSphere.
    :param place: the vCenter and datacenter that its name in vSphere belongs to.
    :param own: the drives that it lists itself; None if it takes those that VMs want of it.
    """

    name: str
    esxi_host_name: str
    place: tuple[Any, Any]
    own: Entries | None


def accepted_names(hosts: Sequence[InventoryHost]) -> dict[str, str]:
    """From what a host may be called to its name in vSphere; what it is called in the inventory counts first."""
    in_vsphere = {host.esxi_host_name: host.esxi_host_name for host in hosts}
    return {**in_vsphere, **{host.name: host.esxi_host_name for host in hosts}}


def find_host(name: str, hosts: Sequence[InventoryHost]) -> tuple[InventoryHost | None, str]:
    """The host that is called by a name, or why there is none: ``x, which is no host of the group esxi_hosts. ...``."""
    meant = [host for host in hosts if name in (host.name, host.esxi_host_name)]
    if len(meant) == 1:
        return meant[0], ""
    if meant:
        names = " and ".join(host.name for host in meant)
        return None, f"{name}, which may mean {names}. Write a name that only one of them has."
    names_known = [known for host in hosts for known in dict.fromkeys((host.name, host.esxi_host_name))]
    alike = [known for known in names_known if spelt_alike(known, name)]
    close = alike or difflib.get_close_matches(name, names_known, n=3)
    hint = "Write the host's inventory name or its host_prepare_esxi_host_name, letter by letter."
    if close:
        hint = f"Write {close[0]}." if len(alike) == 1 else f"Similar names: {', '.join(close)}."
    return None, f"{name}, which is no host of the group esxi_hosts. {hint}"


def unheard_of(name: str, hosts: Sequence[InventoryHost]) -> bool:
    """Whether no host has a name, nor one that people take for it."""
    return not any(spelt_alike(name, known) for host in hosts for known in (host.name, host.esxi_host_name))


def elsewhere(host: InventoryHost, place: tuple[Any, Any]) -> str:
    """Why a VM cannot be on a host, by vCenter and datacenter of both as far as both say; empty if it can."""
    for what, of_vm, of_host in zip(("vCenter", "datacenter"), place, host.place):
        if of_vm and of_host and of_vm != of_host:
            return f"the VM is in {what} {of_vm} and the host in {of_host}. A drive of a host goes into a VM on it."
    return ""


def spelt_alike(one: str, other: str) -> bool:
    """Two spellings that people use for one host: other case, with and without the domain."""
    first, second = sorted((one.casefold(), other.casefold()), key=len)
    return first == second or ("." not in first and second.startswith(f"{first}."))

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A VM where it is: its host, its cluster, what they offer it, and what the inventory wants of it; plain data."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.directpath.nvme.plugins.module_utils._facts.device import HostDevices
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.readiness import NOT_ASKED_FOR
from ansible_collections.directpath.nvme.plugins.module_utils._facts.selector import Selector
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm

AUTOMATED = ("fullyAutomated", "partiallyAutomated")
"""Behaviours of DRS that pick a host for a VM at power-on."""


@dataclass(frozen=True)
class ClusterFacts:
    """What a cluster does with one VM.

    :param drs: how DRS treats the VM: ``manual``, ``partiallyAutomated``, ``fullyAutomated``; None where it is off, in
        the cluster or for this VM.
    :param ha_restarts: vSphere HA starts it on another host when its own fails.
    :param rule: name of an enabled, mandatory rule that binds the VM to the host that it is on; None if none does.
    """

    name: str
    drs: str | None
    ha_restarts: bool
    rule: str | None = None


@dataclass(frozen=True)
class VmOptions:
    """What a host offers a VM of this hardware version and guest id (QueryConfigOptionEx).

    :param guest_id: what was asked for.
    :param guest_hot_plug: GuestOsDescriptor.supportsHotPlugPCI; None where the answer has no such guest id.
    :param max_passthrough: VirtualPCIControllerOption.numPCIPassthroughDevices.max; None where the host does not tell.
    """

    guest_id: str | None
    guest_hot_plug: bool | None
    max_passthrough: int | None


@dataclass(frozen=True)
class VmPlace:
    """A VM where it is.

    :param wanted_host: the host that the inventory names, by name or MoID; None where it names none.
    :param host: the host that it is on; None where the account may not see it.
    :param devices: of that host.
    :param cluster: None where that host is in none.
    :param tasks: what runs on the VM right now, by the tasks' descriptionId.
    :param wanted: the drives that the inventory wants in the VM.
    """

    vm: Vm
    wanted_host: str | None = None
    host: Host | None = None
    devices: HostDevices | Unreadable = NOT_ASKED_FOR
    cluster: ClusterFacts | Unreadable | None = None
    options: VmOptions | Unreadable = NOT_ASKED_FOR
    tasks: tuple[str, ...] | Unreadable = NOT_ASKED_FOR
    wanted: tuple[Selector, ...] = ()

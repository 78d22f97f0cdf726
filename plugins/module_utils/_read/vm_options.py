# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts offer VMs of a hardware version: guests that take PCI devices, and how many passthrough devices.

It is a call for each question, and its answer is long, so one host stands for all of its build in a cluster.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm import Vm
from ansible_collections.directpath.nvme.plugins.module_utils._facts.vm_place import VmOptions
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, describe_fault
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session, leaves_no_session

try:
    from pyVmomi import vim
except ImportError:
    pass


_TRIES = 2
"""Hosts of a build that are asked before its answer is unknown: one that hangs is not to hide what others know."""


@dataclass(frozen=True)
class Asker:
    """A VM that asks what it is offered.

    :param host: the one that it is on; None where nobody sees it.
    :param browser: the EnvironmentBrowser of what that host is in; None likewise.
    """

    vm: Vm
    host: Host | None
    browser: Any

    @property
    def unasked(self) -> str | None:
        """Why it cannot be asked for; None if it can."""
        if self.host is None or self.browser is None:
            return "the account may not see its host, or what that is in"
        if not self.vm.hardware.version:
            return "its hardware version is not known"
        return None

    @property
    def question(self) -> tuple[Any, str, str | None]:
        """What is asked for it, but for its guest id: whom, of which hardware version, on which build.

        A host whose build is not known stands for no other.
        """
        alike = (self.host.build or self.host.moid) if self.host else None
        return self.browser, f"vmx-{self.vm.hardware.version:02d}", alike


def read_options(session: Session, askers: Sequence[Asker], timeout: float | None) -> dict[str, VmOptions | Unreadable]:
    """What each VM is offered, by its MoID, in one call for all with the same cluster, hardware version and build.

    :param timeout: seconds for each answer.
    """
    found: dict[str, VmOptions | Unreadable] = {}
    alike: dict[Any, list[Asker]] = {}
    for asker in askers:
        if asker.unasked:
            found[asker.vm.moid] = Unreadable(asker.unasked)
        else:
            alike.setdefault(asker.question, []).append(asker)
    for (browser, version, _build), group in alike.items():
        answer = _ask(session, browser, version, group, timeout)
        for asker in group:
            found[asker.vm.moid] = answer if isinstance(answer, Unreadable) else _options(answer, asker.vm.guest_id)
    return found


def _ask(session: Session, browser: Any, version: str, group: Sequence[Asker], timeout: float | None) -> Any:
    """The answer of one host for all, or of another one if it has none; a ConfigOption."""
    hosts = [asker.host for asker in group if asker.host and asker.host.connection_state == "connected"]
    guests = sorted({asker.vm.guest_id for asker in group if asker.vm.guest_id})
    answer: Any = Unreadable("its host has no contact with vCenter")
    for host in list(dict.fromkeys(hosts))[:_TRIES]:
        ref = session.object(vim.HostSystem, host.moid)
        spec = vim.EnvironmentBrowser.ConfigOptionQuerySpec(key=version, host=ref, guestId=guests)
        answer = _answer(session, browser, spec, host.name, timeout)
        if not isinstance(answer, Unreadable):
            break
    return answer


def _answer(session: Session, browser: Any, spec: Any, name: str, timeout: float | None) -> Any:
    try:
        with session.patience.limited(timeout):
            answer = browser.QueryConfigOptionEx(spec)
    except socket.timeout:
        return Unreadable(f"host {name} did not answer QueryConfigOptionEx within {timeout} s")
    except SERVER_FAULT as fault:
        return Unreadable(describe_fault(fault))
    except DirectPathError as error:
        if leaves_no_session(error):
            raise
        return Unreadable(error.msg.rstrip("."))
    return answer or Unreadable(f"host {name} offers nothing for {spec.key}")


def _options(answer: Any, guest_id: str | None) -> VmOptions:
    return VmOptions(guest_id, _guests(answer.guestOSDescriptor).get(guest_id), _most(answer.hardwareOptions))


def _guests(descriptors: Iterable[Any]) -> Mapping[str | None, bool | None]:
    return {item.id: item.supportsHotPlugPCI for item in descriptors or []}


def _most(hardware: Any) -> int | None:
    """How many passthrough devices a VM can have; None where the host does not tell."""
    kind = vim.vm.device.VirtualPCIControllerOption
    for option in (hardware.virtualDeviceOption if hardware else None) or []:
        if isinstance(option, kind) and option.numPCIPassthroughDevices:
            limit: int = option.numPCIPassthroughDevices.max
            return limit
    return None

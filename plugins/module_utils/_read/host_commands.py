# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""esxcli on one host as a source of facts: what it does not answer is a finding, and who is silent is left alone."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import CACHED_SYSTEM, Host, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci_listing import PciListing
from ansible_collections.directpath.nvme.plugins.module_utils._facts.settings import KernelSetting
from ansible_collections.directpath.nvme.plugins.module_utils._read.pci_list import listing_of
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault, CliSilence, EsxCli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import SERVER_FAULT, describe_fault

try:
    from pyVmomi import vim, vmodl

    _OUT_OF_CONTACT: Any = vmodl.fault.HostCommunication
except ImportError:
    _OUT_OF_CONTACT = ()

Rows = list[dict[str, str]]


class HostCommands:
    """The commands that tell facts. After one that got no answer no other is asked, as each would wait as long."""

    def __init__(self, host: Host, cli: EsxCli) -> None:
        self._cli = cli
        state = host.connection_state
        reason = "nobody may see whether the host is connected" if state == "unknown" else f"the host is {state}"
        self._silent = None if state == "connected" else Unreadable(reason)

    def boot_device(self) -> Mapping[str, str] | Unreadable:
        """How it boots (P1)."""
        rows = self._rows("system.boot.device", "get")
        return rows if isinstance(rows, Unreadable) else rows[0] if rows else {}

    def cached_system(self, options: Any) -> str | Unreadable | None:
        """The option that a host that boots over the network has, unless it is stateless (P1).

        :param options: the host's OptionManager. Asked for one option, as it has more than a thousand.
        """
        if options is None:
            return Unreadable("vSphere does not show the host's advanced options")
        try:
            with self._cli.limited():
                found = {option.key: option.value for option in options.QueryOptions(CACHED_SYSTEM)}
        except vim.fault.InvalidName:
            return None
        except socket.timeout:
            return self._given_up("the host did not answer QueryOptions in time")
        except SERVER_FAULT as fault:
            return Unreadable(describe_fault(fault))
        return str(found[CACHED_SYSTEM]).strip().lower() if CACHED_SYSTEM in found else None

    def settings(self) -> Mapping[str, KernelSetting] | Unreadable:
        """All VMkernel settings, by name."""
        rows = self._rows("system.settings.kernel", "list")
        if isinstance(rows, Unreadable):
            return rows
        try:
            return {row["Name"]: KernelSetting.from_row(row) for row in rows}
        except KeyError as error:
            return Unreadable(f"esxcli system settings kernel list does not tell {error}")

    def listing(self) -> Mapping[str, PciListing] | Unreadable:
        """What esxcli tells of its PCI devices, by address."""
        rows = self._rows("hardware.pci", "list")
        return rows if isinstance(rows, Unreadable) else listing_of(rows)

    def _rows(self, namespace: str, method: str) -> Rows | Unreadable:
        if self._silent:
            return self._silent
        try:
            return self._cli.call(namespace, method)
        except CliFault as fault:
            return Unreadable(str(fault).rstrip("."))
        except CliSilence as error:
            return self._given_up(error.msg.rstrip("."))
        except DirectPathError as error:
            if error.code != "esxcli_no_answer":
                raise
            return Unreadable(error.msg.rstrip("."))
        except _OUT_OF_CONTACT as fault:
            return self._given_up(describe_fault(fault))
        except SERVER_FAULT as fault:
            return Unreadable(describe_fault(fault))

    def _given_up(self, reason: str) -> Unreadable:
        self._silent = Unreadable(f"it was not asked any more after this: {reason}")
        return Unreadable(reason)

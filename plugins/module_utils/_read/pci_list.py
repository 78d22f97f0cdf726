# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``esxcli hardware pci list``: where hosts before 9.0 tell slots, and all hosts owners and NUMA nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci import parse_address
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci_listing import PciListing
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import EsxCli


def read_pci_list(cli: EsxCli) -> dict[str, PciListing]:
    """All PCI devices of a host, by address, in two calls, or one if the host was asked before.

    :raises CliFault: the host refused.
    :raises DirectPathError: ``esxcli_no_answer``.
    """
    return listing_of(cli.call("hardware.pci", "list"))


def listing_of(rows: Iterable[Mapping[str, str]]) -> dict[str, PciListing]:
    """The answer of the command, by address."""
    return {address: PciListing.from_row(row) for row in rows for address in _addresses(row.get("Address", ""))}


def _addresses(text: str) -> list[str]:
    """Its address; none in a form that is not known, so that its row is of no device."""
    try:
        return [parse_address(text)]
    except DirectPathError:
        return []

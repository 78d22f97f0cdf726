# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.pci_listing import PciListing, listed_slot

ROW = {
    "PhysicalSlot": "5",
    "SlotDescription": "NVMe Bay 5",
    "CurrentOwner": "VMkernel",
    "ConfiguredOwner": "VM Passthru",
    "NUMANode": "1",
    "ResetMethod": "Function reset",
}


def test_what_a_row_tells() -> None:
    assert PciListing.from_row(ROW) == PciListing("5", "NVMe Bay 5", "VMkernel", "VM Passthru", 1, "Function reset")


def test_what_a_row_lacks_is_not_known() -> None:
    assert PciListing.from_row({}) == PciListing(None, None, None, None, None, None)
    assert PciListing.from_row(dict.fromkeys(ROW, " ")) == PciListing(None, None, None, None, None, None)


@pytest.mark.parametrize(
    ("told", "description", "slot"),
    [
        ("0", "", "0"),
        (" 5 ", "", "5"),
        ("-1", "NIC2", None),
        ("4294967295", "Chassis slot 2; function 0; relative bdf 02:00.0", None),
        ("255", "", None),
        ("255", "NVMe Bay 255", "255"),
        ("", "", None),
    ],
)
def test_what_is_a_slot(told: str, description: str, slot: str | None) -> None:
    assert listed_slot(told, description) == slot


@pytest.mark.parametrize("told", ["-1", "4294967295", "none"])
def test_what_is_no_numa_node(told: str) -> None:
    assert PciListing.from_row({"NUMANode": told}).numa_node is None

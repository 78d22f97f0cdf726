# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._read.pci_list import read_pci_list

LISTED = {"Address": "0000:D9:00.0", "PhysicalSlot": "5", "SlotDescription": "NVMe Bay 5"}


class Cli:
    """esxcli that answers with these rows."""

    def __init__(self, *rows: dict[str, str]) -> None:
        self.rows = list(rows)

    def call(self, namespace: str, method: str) -> list[dict[str, str]]:
        assert (namespace, method) == ("hardware.pci", "list")
        return self.rows


def slots(*rows: dict[str, str]) -> dict[str, Any]:
    return {address: listing.slot for address, listing in read_pci_list(Cli(*rows)).items()}  # type: ignore[arg-type]


def test_devices_by_address() -> None:
    assert slots(LISTED, {"Address": "0000:da:00.0"}) == {"0000:d9:00.0": "5", "0000:da:00.0": None}


def test_a_row_without_an_address_is_of_no_device() -> None:
    assert slots({**LISTED, "Address": "vmhba2"}, {"PhysicalSlot": "5"}) == {}

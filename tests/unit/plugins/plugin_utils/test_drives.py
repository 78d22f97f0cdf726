# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom the page shows as the owner of a drive: not seen is not the same as not there."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import Catalogue
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.drives import doubts_of, drives_of
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.subjects import hosts_of

ENGLISH = Catalogue("en")

DOUBT = "it cannot be judged: the devices of VM secret cannot be read"

NOT_KNOWN = "see below"


def told(*rows: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Owners by drive, and what is said below them."""
    drives = [{"address": f"0000:0{number}:00.0", **row} for number, row in enumerate(rows)]
    (host,) = hosts_of({"hosts": [{"inventory_name": "esxi-01", "drives": drives}]}, ENGLISH)
    return [drive.owner for drive in drives_of(host, ENGLISH)], doubts_of(host)


@pytest.mark.parametrize(
    ("row", "owner", "below"),
    [
        ({"objections": []}, "free", []),
        ({}, "unknown", []),
        ({"objections": [DOUBT]}, NOT_KNOWN, [DOUBT]),
        ({"held_by": [{"kind": "unknown", "name": DOUBT[21:]}], "objections": [DOUBT]}, NOT_KNOWN, [DOUBT]),
        ({"vm": {"name": "db-01"}, "objections": ["VM db-01 has it"]}, "db-01", []),
        (
            {"vm": {"name": "db-01"}, "objections": ["VM db-01 has it", "VM db-011 has it", DOUBT]},
            "db-01",
            ["VM db-011 has it", DOUBT],
        ),
        (
            {
                "held_by": [{"kind": "vmfs", "name": "local"}],
                "objections": ["it holds the VMFS datastore local"],
            },
            "vmfs: local",
            [],
        ),
    ],
    ids=["nobody", "not told", "not known", "doubt on the host", "a VM", "two VMs", "the host"],
)
def test_a_drive_is_free_only_where_nothing_stands_against_it(row: Any, owner: str, below: list[str]) -> None:
    assert told(row) == ([owner], [f"0000:00:00.0: {text}" for text in below])


def test_what_is_true_of_many_drives_is_said_once() -> None:
    both = {"objections": [DOUBT]}
    assert told(both, {"objections": []}, both) == (
        [NOT_KNOWN, "free", NOT_KNOWN],
        [f"0000:00:00.0, 0000:02:00.0: {DOUBT}"],
    )

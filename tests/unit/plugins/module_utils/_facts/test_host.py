# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import MINIMUM_API, Host, version_tuple


@pytest.mark.parametrize(
    ("version", "numbers", "enough"),
    [
        ("8.0.1.0", (8, 0, 1, 0), True),
        ("8.0.0.2", (8, 0, 0, 2), False),
        ("7.0.3.0", (7, 0, 3, 0), False),
        ("9.1.0.0", (9, 1, 0, 0), True),
        ("10.0", (10, 0), True),
        ("urn:vim25/8.0.1.0", (8, 0, 1, 0), True),
        ("urn:vim25/7.0", (7, 0), False),
        ("", (), False),
    ],
)
def test_versions_are_compared_as_numbers(version: str, numbers: tuple[int, ...], enough: bool) -> None:
    assert version_tuple(version) == numbers
    assert (version_tuple(version) >= MINIMUM_API) is enough


def test_results_name_a_host_by_name_and_moid() -> None:
    host = Host("host-9", "esxi-01", "connected", False, "8.0.3", "1", "8.0.3.0")
    assert host.identity == {"name": "esxi-01", "moid": "host-9"}

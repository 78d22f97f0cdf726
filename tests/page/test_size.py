# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large the page is, and that it does what it does for a thousand hosts, too."""

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.render import render
from browsing import OpenPage, look_for, shown
from readiness_fleet import make_report


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_hundred_hosts_and_two_hundred_vms_are_below_300_kb(language: str) -> None:
    report = make_report(100, 200)
    assert sum(len(item["requirements"]) for kind in ("hosts", "vms") for item in report[kind]) > 7500
    assert len(render(report, language).encode()) < 300_000
    for vm in report["vms"]:
        drives = [f"{vm['inventory_name']}-{place:016}" for place in range(4)]
        vm["guest"]["health"] = [{"serial": drive, "status": "pass", "rows": []} for drive in drives]
    assert len(render(report, language).encode()) < 300_000


def test_a_thousand_hosts_can_be_searched(open_page: OpenPage) -> None:
    page = open_page(render(make_report(1000, 2000, drives=2), "en"))
    look_for(page, "esxi-777.lab")
    assert shown(page, "host") == ["esxi-777.lab"]
    assert page.inner_text("#shown") == "Shown: 1 of 1000 hosts, 2 of 2000 VMs, 2 of 2000 drives."

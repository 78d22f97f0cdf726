# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On paper: A4 across, heads on every sheet, nothing folded away, no controls."""

from __future__ import annotations

import io
import re

from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.render import render
from browsing import OpenPage
from playwright.sync_api import Page
from pypdf import PdfReader
from readiness_fleet import make_report


def printed(page: Page) -> list[str]:
    """The text of each sheet."""
    reader = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    for sheet in reader.pages:
        width, height = sheet.mediabox.width, sheet.mediabox.height
        assert (round(width), round(height)) == (842, 595)
    return [" ".join(sheet.extract_text().split()) for sheet in reader.pages]


def test_paper_has_everything_but_the_controls(open_page: OpenPage) -> None:
    report = make_report(40, 2, drives=1)
    page = open_page(render(report, "en"))
    page.locator("#host td.f").first.click()
    sheets = printed(page)
    text = " ".join(sheets)
    for control in ("Search host", "Show all", "All requirements", "Close"):
        assert control not in text
    # All hosts warn of N6, so that their names are folded on the screen.
    warned = text[text.index("N6 Posted interrupts") : text.index("drift Nothing else")]
    assert all(host["inventory_name"] in warned for host in report["hosts"])
    assert page.locator("details[open]").count() == 0
    of_table = [sheet for sheet in sheets if re.search(r"esxi-\d+\.lab 8\.0\.3 24", sheet)]
    assert len(of_table) > 1
    for sheet in of_table:
        assert "maxIntrCookies is configured" in sheet


def test_what_was_filtered_out_is_told(open_page: OpenPage) -> None:
    page = open_page(render(make_report(4, 2), "en"))
    assert "Shown:" not in " ".join(printed(page))
    page.check("[name=status][value=f]")
    assert "Shown: 1 of 4 hosts, 0 of 2 VMs" in " ".join(printed(page))


def test_black_on_white_even_from_a_dark_screen(open_page: OpenPage) -> None:
    page = open_page(render(make_report(12, 30), "en"), color_scheme="dark")
    page.emulate_media(media="print")
    script = """() => [...new Set([...document.querySelectorAll("body, body *")].filter(node => node.checkVisibility())
        .flatMap(node => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]))]"""
    assert {*page.evaluate(script)} <= {"rgb(0, 0, 0)", "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}

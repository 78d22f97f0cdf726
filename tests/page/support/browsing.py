# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How tests read the page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]
"""Opens a page, with options of the browser's context."""

LEAD = {"host": 2, "vm": 3}
"""Columns of a table before its first requirement."""

SIGN = {
    "pass": "✓",
    "fail": "✕",
    "warn": "!",
    "unknown": "?",
    "attested": "◆",
    "not_attested": "◇",
    "not_applicable": "\N{EN DASH}",
}


def signs(page: Page, table: str) -> list[list[str]]:
    """The cells of a table of requirements, by row."""
    script = "(rows, lead) => rows.map(row => [...row.cells].slice(lead).map(cell => cell.textContent.trim()))"
    found: list[list[str]] = page.eval_on_selector_all(f"#{table} tbody tr", script, LEAD[table])
    return found


def shown(page: Page, table: str) -> list[str]:
    """The names of the rows that are to be seen."""
    script = "rows => rows.filter(row => row.offsetParent).map(row => row.cells[0].firstChild.data.trim())"
    found: list[str] = page.eval_on_selector_all(f"#{table} tbody tr", script)
    return found


def look_for(page: Page, text: str) -> None:
    """Search, and wait until what is shown follows: the page waits for a pause in typing."""
    page.fill("#search", text)
    expect(page.locator("#search")).to_have_attribute("data-applied", text)

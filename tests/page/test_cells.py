# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is behind a cell, by mouse and by keyboard."""

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import Catalogue
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.render import render
from browsing import LEAD, OpenPage, shown
from readiness_fleet import make_report

REPORT = make_report(12, 30)
PAGE = render(REPORT, "en")


def test_a_cell_tells_its_verdict(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    rows = REPORT["hosts"][3]["requirements"]
    cell = page.locator("#host tbody tr").nth(3).locator("td")
    for row, place in ((row, place) for place, row in enumerate(rows) if row["id"] in ("P1", "P2", "Q1", "Q5")):
        cell.nth(LEAD["host"] - 1 + place).click()
        said = page.inner_text("#details")
        for text in (
            "esxi-04.lab",
            row["id"],
            row["title"],
            row["value"] or "",
            row["source"],
            Catalogue("en").evidence(row),
            row["remedy"],
        ):
            assert text in said
        if row["attested"]:
            assert "M. Tanaka, 2026-11-20 (CHG-20417)" in said
    page.keyboard.press("Escape")
    assert page.is_hidden("#details")


def test_every_cell_has_its_own_verdict(open_page: OpenPage) -> None:
    """The data behind the cells are those of the report, for every host and VM and requirement."""
    page = open_page(PAGE)
    script = """kind => {
        const data = JSON.parse(document.getElementById("data").textContent), text = data.strings;
        return data[kind].rows.map((row) => row.flatMap((number, column) => {
            const [id, title, verdicts] = data[kind].columns[column];
            if (number < 0) return [];
            const [letter, ...numbers] = verdicts[number];
            return [[id, title, data.words[letter], ...[0, 1, 2, 3].map(place => text[numbers[place] || 0])]];
        }));
    }"""
    for kind in ("host", "vm"):
        wanted = [
            [
                [
                    row["id"],
                    row["title"],
                    row["status"].replace("_", " "),
                    row["value"] or "",
                    row["source"],
                    Catalogue("en").evidence(row),
                    row["remedy"],
                ]
                for row in item["requirements"]
            ]
            for item in REPORT[f"{kind}s"]
        ]
        assert page.evaluate(script, kind) == wanted


def test_ready_and_guest_tell_why(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    page.locator("#host tbody tr").nth(3).locator("td").nth(0).click()
    assert "P2, P3" in page.inner_text("#details")
    guest = page.locator("#vm tbody tr").nth(4).locator("td").nth(1)
    guest.click()
    assert "did not answer" in page.inner_text("#details")
    assert "Connection timed out" in page.inner_text("#details")


def test_a_vm_that_only_a_drive_keeps_from_being_ready_says_so(open_page: OpenPage) -> None:
    report = make_report(1, 2)
    report["vms"][0]["guest"]["health"] = [{"serial": "S1", "status": "pass"}, {"serial": "S2", "status": "fail"}]
    report["vms"][0]["ready"] = "no"
    page = open_page(render(report, "en"))
    page.check("[name=status][value=f]")
    assert shown(page, "vm") == ["db-01"]
    page.locator("#vm tbody tr").nth(0).locator("td").nth(0).click()
    assert page.inner_text("#details dl").split() == ["✕", "fail", "health"]


def test_the_arrows_move_through_what_is_shown(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    page.check("[name=status][value=f]")
    hosts = shown(page, "host")
    page.focus("#host td[tabindex]")
    focused = """(() => {
        const cell = document.activeElement;
        return [cell.parentNode.cells[0].firstChild.data.trim(), cell.cellIndex];
    })()"""
    assert page.evaluate(focused) == [hosts[0], 1]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == [hosts[1], 3]
    assert "P1" in page.inner_text("#details h3")
    for _more in range(30):
        page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == [hosts[-1], 3]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused) == [hosts[-2], 2]
    assert page.locator("#host td[tabindex]").count() == 1
    box, panel = (page.locator(name).bounding_box() for name in ("#host td:focus", "#details"))
    assert box
    assert panel
    assert box["y"] + box["height"] <= panel["y"]

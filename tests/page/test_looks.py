# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Light, dark and small: all can be read, and nothing but tables of requirements is wider than the screen."""

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.render import render
from browsing import OpenPage
from playwright.sync_api import expect
from readiness_fleet import make_report

# Of every text that is seen: the lowest ratio of contrast to what is behind it, as WCAG 2 computes it.
CONTRAST = """() => {
    const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
    const colour = (text) => text.match(/[\\d.]+/g).map(Number);
    const behind = (node) => {
        for (let at = node; at; at = at.parentElement) {
            const found = colour(getComputedStyle(at).backgroundColor);
            if (found.length < 4 || found[3] === 1) return found;
        }
        return [255, 255, 255];
    };
    const worst = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !node.checkVisibility() || node.closest("script, option")) continue;
        const [one, other] = [light(colour(getComputedStyle(node).color)), light(behind(node))];
        worst.push([(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), texts.currentNode.data.trim()]);
    }
    return worst.sort((one, other) => one[0] - other[0])[0];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out(open_page: OpenPage, scheme: str) -> None:
    page = open_page(render(make_report(12, 30), "en"), color_scheme=scheme)
    page.locator("#host td.f").first.click()
    ratio, text = page.evaluate(CONTRAST)
    assert ratio >= 4.5, text


def test_dark_is_dark(open_page: OpenPage) -> None:
    html = render(make_report(2, 2), "en")
    colours = [
        open_page(html, color_scheme=scheme).evaluate(
            "['color', 'backgroundColor'].map(name => getComputedStyle(document.body)[name].match(/\\d+/g).map(Number))"
        )
        for scheme in ("light", "dark")
    ]
    (light_ink, light_paper), (dark_ink, dark_paper) = [[sum(part) for part in pair] for pair in colours]
    assert light_paper > 3 * 240
    assert light_ink < 3 * 40
    assert dark_paper < 3 * 40
    assert dark_ink > 3 * 200


@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_but_requirements_scrolls_sideways(open_page: OpenPage, language: str) -> None:
    report = make_report(12, 30)
    report["hosts"][0]["inventory_name"] = "esxi-with-a-name-that-somebody-made-as-long-as-names-may-be" * 3
    report["plan_lines"] = ["x" * 300]
    page = open_page(render(report, language))
    page.locator("#host td.f").first.click()
    script = """width => [...document.querySelectorAll("body *")]
        .filter(node => node.checkVisibility() && !node.closest(".scroll, script"))
        .filter(node => node.getBoundingClientRect().right > width + 0.5).map(node => node.outerHTML.slice(0, 80))"""
    for width in (1280, 768, 400):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(script, width) == []
    assert page.eval_on_selector(".scroll", "area => area.scrollWidth > area.clientWidth")


def test_heads_stay_when_a_table_scrolls(open_page: OpenPage) -> None:
    page = open_page(render(make_report(40, 1), "en"), viewport={"width": 400, "height": 800})
    page.evaluate("document.querySelector('.scroll').scrollTo(150, 400)")
    script = """() => {
        const box = (selector) => document.querySelector(selector).getBoundingClientRect();
        const area = box(".scroll");
        return [box("#host thead").top - area.top, box("#host tr:nth-child(30) th").left - area.left];
    }"""
    assert page.evaluate(script) == [0, 0]


def test_focus_is_seen(open_page: OpenPage) -> None:
    page = open_page(render(make_report(2, 2), "en"))
    seen = set()
    for _stop in range(30):
        page.keyboard.press("Tab")
        tag, width = page.evaluate(
            "[document.activeElement.tagName, parseFloat(getComputedStyle(document.activeElement).outlineWidth)]"
        )
        assert width >= 2, tag
        seen.add(tag)
    assert {"A", "INPUT", "SELECT", "BUTTON", "TD"} <= seen


def test_signs_have_words_and_heads_have_scopes(open_page: OpenPage) -> None:
    page = open_page(render(make_report(3, 3), "en"))
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator(".legend dt").all_inner_texts() == [
        *("✓ pass", "✕ fail", "! warn", "? unknown", "◆ attested", "◇ not attested", "\N{EN DASH} not applicable"),
    ]
    assert page.locator("table td:first-child:not(#drive td, .health td, .figures td)").count() == 0


def test_the_filters_hide_nothing_that_is_jumped_to(open_page: OpenPage) -> None:
    page = open_page(render(make_report(12, 30), "en"))
    page.click("nav a[href='#vms']")
    head, form = (page.locator(name).bounding_box() for name in ("#vms", "form"))
    assert head
    assert form
    assert head["y"] >= form["y"] + form["height"] - 1


def test_assistive_technology_is_told_of_a_grid(open_page: OpenPage) -> None:
    """Its rows are no table rows to the layout; the browser has to know them as such all the same."""
    page = open_page(render(make_report(2, 2), "en"))
    page.locator("#vm td").last.scroll_into_view_if_needed()
    expect(page.locator("#vm tr").last).to_be_in_viewport()
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node["ignored"]]
    requirements = len(make_report(0, 1)["vms"][0]["requirements"])
    assert roles.count("grid") == 2
    assert roles.count("rowheader") >= 2
    assert roles.count("gridcell") >= 2 * (2 + requirements)
    assert roles.count("columnheader") >= 3 + requirements

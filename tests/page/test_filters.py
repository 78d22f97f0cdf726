# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters and search show what they say, and tell how much that is."""

from __future__ import annotations

import re

from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.render import render
from browsing import OpenPage, look_for, shown
from playwright.sync_api import Page, expect
from readiness_fleet import make_report, serial

REPORT = make_report(12, 30)
PAGE = render(REPORT, "en")


def names(kind: str) -> list[str]:
    return [item["inventory_name"] for item in REPORT[kind]]


def with_status(kind: str, *statuses: str, title: str = "") -> list[str]:
    """Names of the hosts or VMs that have one of these, of any requirement or of one."""
    return [
        item["inventory_name"]
        for item in REPORT[kind]
        if any(row["status"] in statuses and title in ("", row["title"]) for row in item["requirements"])
    ]


def told(page: Page) -> list[int]:
    """What the page says is shown: hosts, VMs, drives."""
    text = page.inner_text("#shown")
    found = re.fullmatch(r"Shown: (\d+) of 12 hosts, (\d+) of 30 VMs, (\d+) of 48 drives\.", text)
    assert found, text
    return [int(part) for part in found.groups()]


def test_by_status(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    letters = {"fail": "f", "unknown": "u", "not_attested": "n", "warn": "w", "not_applicable": "x"}
    for statuses in (("fail",), ("unknown",), ("not_attested",), ("warn", "fail"), ("not_applicable",)):
        for status, letter in letters.items():
            page.set_checked(f"[name=status][value={letter}]", status in statuses)
        hosts, vms = with_status("hosts", *statuses), with_status("vms", *statuses)
        assert (shown(page, "host"), shown(page, "vm")) == (hosts, vms)
        assert told(page) == [len(hosts), len(vms), 48]
        seen = page.locator(".finding:visible").evaluate_all("found => found.map(item => item.dataset.status)")
        assert {*seen} == {letters[status] for status in statuses if status != "not_applicable"}


def test_by_requirement_leaves_its_column_alone(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    page.select_option("#requirement", label="P2 maxIntrCookies is configured to 4096")
    heads = page.locator("#host thead th:visible").all_inner_texts()
    assert [" ".join(text.split()) for text in heads] == ["Host", "Ready", "P2 maxIntrCookies is configured to 4096"]
    assert told(page) == [12, 0, 48]
    assert page.locator(".finding:visible").count() == 1
    page.check("[name=status][value=f]")
    assert shown(page, "host") == with_status("hosts", "fail", title="maxIntrCookies is configured to 4096")
    page.click("button[type=reset]")
    expect(page.locator("#host thead th:visible")).to_have_count(2 + len(REPORT["hosts"][0]["requirements"]))
    assert told(page) == [12, 30, 48]


def test_a_requirement_of_vms_is_told_from_others_of_its_id(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    page.select_option("#requirement", label="P7 All guest memory reserved")
    page.check("[name=status][value=f]")
    assert shown(page, "vm") == with_status("vms", "fail", title="All guest memory reserved")
    assert told(page)[0] == 0
    assert page.locator("#vm thead th:visible").count() == 4


def test_search(open_page: OpenPage) -> None:
    """A host is found by its drives, a VM by its host and its drives, in whatever case and width of letters."""
    page = open_page(PAGE)
    kafka = (["esxi-02.lab"], ["kafka-01"], 1)
    found: dict[str, tuple[list[str], list[str], int]] = {
        "esxi-03": (["esxi-03.lab"], ["store-01", "store-05", "store-09"], 4),
        serial(3, 2): (["esxi-04.lab"], [], 1),
        "KAFKA-01": kafka,
        "\uff4b\uff41\uff46\uff4b\uff41-01": kafka,
        "no such name": ([], [], 0),
        "  ": (names("hosts"), names("vms"), 48),
    }
    for text, (hosts, vms, drives) in found.items():
        look_for(page, text)
        assert (shown(page, "host"), shown(page, "vm")) == (hosts, vms), text
        assert told(page) == [len(hosts), len(vms), drives]
        assert {*page.locator(".finding li:visible").all_inner_texts()} <= {*hosts, *vms}


def test_what_is_said_of_a_drive_stays_with_it(open_page: OpenPage) -> None:
    report = make_report(2, 1)
    doubt = "it cannot be judged: the devices of VM secret cannot be read"
    report["hosts"][0]["drives"][1]["objections"] = [doubt]
    page = open_page(render(report, "en"))
    look_for(page, serial(0, 1))
    drive, below = page.locator("#drive tbody tr:visible").all_inner_texts()[1:]
    assert "see below" in drive
    assert below == f"0000:d7:00.0: {doubt}"
    look_for(page, "esxi-02")
    assert page.get_by_text(doubt).is_hidden()


def test_search_and_status_together(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    page.check("[name=status][value=f]")
    look_for(page, "esxi-04")
    assert shown(page, "host") == ["esxi-04.lab"]
    seen = page.locator(".finding:visible li:visible").all_inner_texts()
    assert "esxi-04.lab" in seen
    assert "esxi-11.lab" not in seen


def test_the_filters_need_no_mouse(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    page.focus("#search")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "requirement"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.is_checked("[name=status][value=f]")
    assert told(page)[0] == len(with_status("hosts", "fail"))

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page says, in both languages, with and without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.render import render
from browsing import SIGN, OpenPage, signs
from readiness_fleet import SILENT, lost_host, make_report, summary


def without(rows: list[list[str]]) -> list[list[str]]:
    """Rows without the empty cells of guests that were not asked."""
    return [[sign for sign in row if sign] for row in rows]


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_every_cell_of_every_requirement_is_there(open_page: OpenPage, language: str, script: bool) -> None:
    report = make_report(12, 30)
    page = open_page(render(report, language), java_script_enabled=script)
    assert page.get_attribute("html", "lang") == language
    assert signs(page, "host") == [[SIGN[row["status"]] for row in host["requirements"]] for host in report["hosts"]]
    assert without(signs(page, "vm")) == [[SIGN[row["status"]] for row in vm["requirements"]] for vm in report["vms"]]
    assert page.is_visible("#filter") == script
    assert page.is_visible(".finding")


@pytest.mark.parametrize(
    ("hosts", "vms", "sentence"),
    [
        (12, 30, "Not ready: 9 of 42 hosts and VMs do not meet what NVMe hot plug needs."),
        (1, 1, "Not decided: of 1 of 2 hosts and VMs not all is known."),
        (0, 2, "Ready: all 2 hosts and VMs meet what NVMe hot plug needs."),
        (0, 0, "Nothing was judged: the report has no hosts and no VMs."),
    ],
)
def test_the_verdict_is_one_sentence(open_page: OpenPage, hosts: int, vms: int, sentence: str) -> None:
    report = make_report(hosts, vms)
    page = open_page(render(report, "en"))
    assert page.inner_text(".verdict") == sentence
    figures = page.eval_on_selector_all(
        ".figures td:not(:empty)", "cells => cells.map(cell => Number(cell.textContent))"
    )
    assert figures == [count for kind in ("hosts", "vms") for count in report["summary"][kind].values()]


def test_findings_come_by_weight_and_name_whom_they_concern(open_page: OpenPage) -> None:
    report = make_report(12, 30)
    page = open_page(render(report, "en"))
    order = page.eval_on_selector_all(".finding", "found => found.map(item => item.dataset.status)")
    assert order == sorted(order, key="funw".index)
    said = page.inner_text(".finding:has-text('P2 maxIntrCookies is configured')")
    for text in (
        "fail",
        "Hosts: 2",
        "4096 with directpath.nvme.host_boot_param",
        "1024",
        "kernel list",
        "esxi-04.lab",
    ):
        assert text in said
    by_page = page.locator(".finding").count()
    groups = {
        (kind, row["id"], row["title"], row["status"], row["remedy"])
        for kind in ("hosts", "vms")
        for item in report[kind]
        for row in item["requirements"]
        if row["status"] in ("fail", "unknown", "not_attested", "warn")
        and not (row["status"] == "unknown" and row["source"].startswith("guest:"))
    }
    # One for guests that did not answer, one for those that nobody asked.
    assert by_page == len(groups) + 2


def test_hosts_that_did_not_answer_are_told_once(open_page: OpenPage) -> None:
    message = "Host esxi-09.lab does not answer."
    lost = [lost_host(f"esxi-{number:02d}.lab", message) for number in range(3)]
    report: dict[str, Any] = {**make_report(0, 0), "hosts": lost, "summary": summary(lost, [])}
    page = open_page(render(report, "en"))
    assert page.locator(".finding").count() == 1
    said = page.inner_text(".finding")
    for text in ("unknown", "The host could not be asked", "Hosts: 3", message, "Reconnect the host", "esxi-02.lab"):
        assert text in said
    assert {sign for row in signs(page, "host") for sign in row} == {"?"}
    assert page.inner_text(".verdict").startswith("Not decided: of 3 of 3")


def test_the_rest_is_there_in_its_order(open_page: OpenPage) -> None:
    report = {**make_report(3, 6), "plan_lines": ["1 of 3 hosts to prepare.", "esxi-01.lab: reboot (P3)"]}
    page = open_page(render(report, "en"))
    assert page.eval_on_selector_all("h2", "heads => heads.map(head => head.id)") == [
        *("todo", "hosts", "vms", "drives", "capabilities", "attestations", "plan", "held"),
    ]
    drive = page.text_content("#drive tbody:nth-of-type(1)") or ""
    for text in ("esxi-01.lab", "S64HNE0R500100", "0000:d8:00.0", "SAMSUNG", "passthrough", "db-01", "vmfs: local-01"):
        assert text in drive
    assert "Q5_surprise" in page.inner_text("#capability")
    assert "M. Tanaka" in page.inner_text(".attestations")
    assert "CHG-20417" in page.inner_text(".attestations")
    assert page.inner_text(".plan").splitlines() == report["plan_lines"]
    assert "a drive leaves the VM through the API before it is pulled" in page.inner_text(".held")
    assert "2026-11-26 05:40 UTC" in page.inner_text(".made")
    assert "vcenter.lab" in page.inner_text(".made")


def test_health_is_shown_where_guests_told_it(open_page: OpenPage) -> None:
    report = make_report(1, 2)
    assert "Health of drives" not in open_page(render(report, "en")).inner_text("main")
    worn = {
        "address": "0000:0b:00.0",
        "path": "/dev/nvme1",
        "serial": "S64HNE0R500123",
        "model": "PM173X",
        "firmware": "GDC7302Q",
        "status": "fail",
        "reasons": ["The drive is in read-only mode."],
    }
    report["vms"][0]["guest"]["health"] = [worn]
    said = open_page(render(report, "en")).inner_text(".health tbody")
    for text in ("✕ fail", "db-01", "/dev/nvme1", "S64HNE0R500123", "GDC7302Q", "read-only"):
        assert text in said


def test_drives_that_are_well_are_told_in_short(open_page: OpenPage) -> None:
    report = make_report(1, 2)
    report["vms"][0]["guest"]["health"] = [
        {"serial": name, "path": "/dev/nvme1", "status": "pass"} for name in ("S1", "S2")
    ]
    page = open_page(render(report, "en"))
    assert "db-01: S1, S2" in page.inner_text("main")
    assert page.locator("table.health").count() == 0


def test_what_is_missing_does_not_break_the_page(open_page: OpenPage) -> None:
    page = open_page(render({}, "en"))
    for text in ("no hosts", "no VMs", "Nobody attests anything.", "No plan was given."):
        assert text in page.inner_text("main")
    bare = {"inventory_name": "esxi-01", "host": None, "requirements": [{"id": "P1", "status": "odd"}], "drives": None}
    page = open_page(render({"generated_at": "yesterday", "hosts": [bare]}, "ja"))
    assert signs(page, "host") == [["?"]]
    assert "yesterday" in page.inner_text(".made")


ENGLISH = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
"""Three words in a row: a sentence, or nearly one."""

NAMES = ("esxcli system settings kernel", "esxcli hardware pci list", "esxcli system boot device", "no_answer", SILENT)


def test_japanese_leaves_no_english_but_names_and_what_others_said(open_page: OpenPage) -> None:
    report = make_report(12, 30)
    report["hosts"].append(lost_host("esxi-99.lab", "timed out"))
    page = open_page(render(report, "ja"))
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    shown = page.text_content("body > header") + page.text_content("main") + page.text_content("#filter")
    texts = page.evaluate("JSON.parse(document.getElementById('data').textContent).strings.join('\\n')")
    found = {line.strip() for line in f"{shown}\n{texts}".splitlines() if ENGLISH.search(line)}
    assert {line for line in found if not any(name in line for name in NAMES)} == set()

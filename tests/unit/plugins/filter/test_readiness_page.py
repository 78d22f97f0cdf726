# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page's filter as a template calls it; what is in the page, tests/page looks at with a browser."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("jinja2", reason="filters run on the controller, and this Python is one of modules alone")

from ansible.errors import AnsibleFilterError
from ansible_collections.directpath.nvme.plugins.filter.readiness_page import FilterModule
from readiness_fleet import make_report

readiness_page = FilterModule().filters()["readiness_page"]


@pytest.mark.parametrize(("language", "title"), [("en", "Readiness for NVMe hot plug"), ("ja", "NVMe ホットプラグ")])
def test_a_page_in_the_language_that_is_asked_for(language: str, title: str) -> None:
    page = readiness_page(make_report(2, 3), language)
    assert page.startswith(f"<!DOCTYPE html>\n<html lang={language}>")
    assert title in page


def test_english_is_the_default() -> None:
    report = make_report(2, 3)
    assert readiness_page(report) == readiness_page(report, "en")


@pytest.mark.parametrize(
    ("report", "language", "named"),
    [({}, "de", "en, ja"), ({}, ["ja"], "en, ja"), (None, "en", "report"), ([], "ja", "report")],
)
def test_what_is_no_report_is_refused(report: Any, language: Any, named: str) -> None:
    with pytest.raises(AnsibleFilterError, match=named):
        readiness_page(report, language)


@pytest.mark.parametrize(
    "changes",
    [
        {"hosts": "esxi-01"},
        {"hosts": [{"requirements": [{"status": "pass"}]}]},
        {"vms": [{"requirements": [{"id": "P7", "status": ["pass"]}]}]},
        {"held": [{"id": "L1"}]},
        {"plan": {"hosts": []}},
    ],
    ids=["no list", "no id", "odd status", "no title", "half a plan"],
)
def test_a_report_of_another_shape_is_refused_in_words(changes: dict[str, Any]) -> None:
    with pytest.raises(AnsibleFilterError, match="of another version of this collection: make it again"):
        readiness_page({**make_report(1, 1), **changes}, "ja")

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page says of the report itself: what it is about, and what is wrong with the inventory."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("jinja2", reason="pages are made on the controller, and this Python is one of modules alone")

from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_report import IN_JOB
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.render import render
from readiness_fleet import make_report


def page(language: str = "en", note: str = "", judged: int = 3, **more: Any) -> str:
    counts = {"judged": judged, "inventory": 3}
    return render({**make_report(3, 3), "scope": {"hosts": counts, "vms": counts, "note": note}, **more}, language)


def test_a_report_of_the_whole_inventory_does_not_say_so() -> None:
    assert "class=scope" not in page()


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "A part of the inventory: 2 of 3 hosts, 2 of 3 VMs."), ("ja", "ホスト 2 / 3、仮想マシン 2 / 3")],
)
def test_a_report_of_a_part_says_of_how_much(language: str, told: str) -> None:
    assert told in page(language, judged=2)


@pytest.mark.parametrize(("language", "told"), [("en", IN_JOB), ("ja", "AWX のジョブです。")])
def test_a_job_of_awx_may_be_a_slice(language: str, told: str) -> None:
    assert told in page(language, note=IN_JOB)


@pytest.mark.parametrize(
    ("language", "told"), [("en", "What is wrong with the inventory"), ("ja", "インベントリの問題点")]
)
def test_what_is_wrong_with_the_inventory_stands_before_all_else(language: str, told: str) -> None:
    shown = page(language, inventory=["db-01 and <b>db-02</b> both want one drive."])
    assert shown.index(f"<h2 id=inventory>{told}") < shown.index("<h2 id=todo>")
    assert "db-01 and &lt;b&gt;db-02&lt;/b&gt; both want one drive." in shown
    assert "id=inventory" not in page(language)


def test_of_several_vcenters_each_host_and_vm_names_its_own() -> None:
    one, both = page(), page(vcenters=["vcenter.lab", "other.lab"])
    assert one.count("vcenter.lab") == 1
    assert both.count("vcenter.lab</small>") == 6


@pytest.mark.parametrize(("count", "told"), [(2, True), (0, False)])
def test_obstacles_of_the_plan_stand_beside_the_verdict(count: int, told: bool) -> None:
    html = page(plan={"summary": {"obstacles": count}})
    assert ("Obstacles: 2" in html[: html.index("<main>")]) == told


FAILING = {"id": "P7", "title": "Something", "status": "fail"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "Ready: all 1"),
        ({"ready": "no"}, "Not ready: 1 of 1"),
        ({"ready": True}, "Not decided: of 1"),
        ({"requirements": []}, "Not decided: of 1"),
        ({"requirements": [FAILING]}, "Not ready: 1 of 1"),
        ({"requirements": [{**FAILING, "status": "some newer word"}]}, "Not decided: of 1"),
        ({"error": {"message": "No answer."}}, "Not decided: of 1"),
        ({"guest": {"answered": True, "health": [{"status": "fail"}]}}, "Not ready: 1 of 1"),
    ],
)
def test_nothing_is_called_ready_that_the_page_shows_otherwise(changes: dict[str, Any], told: str) -> None:
    (vm,) = make_report(0, 1)["vms"]
    assert f"class=verdict>{told}" in page(hosts=[], vms=[{**vm, **changes}])


def test_nothing_is_ready_by_an_inventory_that_is_wrong() -> None:
    html = page(hosts=[], vms=make_report(0, 1)["vms"], inventory=["db-01 and db-02 want one drive."])
    assert "class=verdict>Not decided: something is wrong with the inventory" in html

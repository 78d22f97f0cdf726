# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan in another language says what plan_lines says in English."""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._plan import plans, readiness_report
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import Catalogue
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.plan import NOT_JUDGED, STEPS, plan_lines


def step(kind: str, **changes: Any) -> dict[str, Any]:
    facts = {"what": "NVMe SSD", "before": 1024, "after": 4096, "requirement": "P2", "device": "0000:d9:00.0"}
    return {"kind": kind, **facts, "serial": None, "needs_power_off": False, **changes}


def plan() -> dict[str, Any]:
    steps = [step(kind, after="in force: maxIntrCookies" if kind == "reboot" else 4096) for kind in STEPS]
    host = {"inventory_name": "esxi-01", "steps": steps, "notes": [], "obstacles": []}
    vm = {
        "inventory_name": "db-01",
        "steps": [step("setting", what="firmware", needs_power_off=True), step("hot_add", serial="S64")],
        "notes": [{"id": "P6", "message": "A note."}],
        "obstacles": [{"message": "First this.", "mendable": True}, {"message": "Never.", "mendable": False}],
    }
    summary = {"hosts": 1, "reboots": 1, "vms": 1, "added": 2, "removed": 1, "obstacles": 2}
    return {"hosts": [host], "vms": [vm], "summary": summary}


class InEnglish(Catalogue):
    """Says everything through the catalogue, and finds no translation."""

    def __init__(self) -> None:
        super().__init__("en")
        self.language = "none"


def test_every_kind_of_step_is_known_by_the_same_words() -> None:
    assert STEPS == plans._TEXTS


def test_no_line_says_something_else() -> None:
    assert plan_lines({"plan": plan()}, InEnglish()) == plans.plan_lines(plan())


def test_japanese_has_the_same_lines_and_leaves_messages_as_they_are() -> None:
    lines = plan_lines({"plan": plan(), "plan_lines": ["never shown"]}, Catalogue("ja"))
    assert len(lines) == len(plans.plan_lines(plan()))
    assert "db-01: firmware を 1024 から 4096 に設定 (P2)、そのためにパワーオフ" in lines
    assert "db-01: 0000:d9:00.0 をホットアド (NVMe SSD、シリアル番号 S64、P2)" in lines
    assert lines[-3:] == ["db-01: 注記: A note.", "db-01: 先に必要: First this.", "db-01: 阻害要因: Never."]


def test_what_the_report_does_not_judge_stands_first() -> None:
    lines = plan_lines({"plan": plan(), "plan_lines": [], "plan_strangers": ["esxi-01", "db-01"]}, Catalogue("ja"))
    assert lines[0].endswith(": esxi-01, db-01")
    assert NOT_JUDGED == readiness_report.NOT_JUDGED


def test_without_a_plan_there_are_no_lines() -> None:
    assert list(plan_lines({"plan": None, "plan_lines": []}, Catalogue("ja"))) == []
    assert list(plan_lines({"plan": plan(), "plan_lines": ["as it is"]}, Catalogue("en"))) == ["as it is"]

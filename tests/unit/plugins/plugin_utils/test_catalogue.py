# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Japanese page has no English sentence left, and the catalogue none that nobody says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan import readiness_guests
from ansible_collections.directpath.nvme.plugins.module_utils._plan.capabilities import CAPABILITIES
from ansible_collections.directpath.nvme.plugins.module_utils._plan.readiness_report import IN_JOB
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import Requirement
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements import remedies
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.catalogue import held
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.drive import DRIVE_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import GUEST_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import HOST_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.place import PLACE_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import VM_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.catalogue import VALUES, Catalogue
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.japanese_requirements import REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.japanese_ui import UI
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.plan import NOT_JUDGED, STEPS, SUMMARY
from ansible_collections.directpath.nvme.plugins.plugin_utils._readiness_page.words import SCRIPT_TEXTS, STATUSES

PLUGINS = Path(__file__).resolve().parents[4] / "plugins"
PAGE = PLUGINS / "plugin_utils" / "_readiness_page"
TABLES: tuple[Requirement[Any], ...] = (
    *HOST_REQUIREMENTS,
    *VM_REQUIREMENTS,
    *PLACE_REQUIREMENTS,
    *GUEST_REQUIREMENTS,
    *DRIVE_REQUIREMENTS,
)

CALLED = re.compile(r"\b_\(\"([^\"]+)\"")
FIELDS = re.compile(r"\{\w+\}")
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")

NAMES = re.compile(
    r"(Host(System|Profile)|VirtualMachine|Cluster|ComputeResource|EnvironmentBrowser|esxcli|User|Service)[.\w]*"
)
"""How a source begins that is names and nothing else."""


def constants(*folders: Path) -> set[str]:
    """Every string that stands in the code of these folders."""
    files = (file for folder in folders for file in folder.rglob("*.py") if not file.name.startswith("japanese"))
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files)
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {node.value for node in nodes if isinstance(node.value, str)}


def templates() -> Iterator[str]:
    """What the tables say they have seen: the first argument of every text()."""
    for file in sorted((PLUGINS / "module_utils" / "_plan").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                (first, *_more) = node.args
                if file.name != "requirement.py":
                    assert isinstance(first, ast.Constant), f"{file.name}: a template is no constant"
                    yield str(first.value)


def said_of_requirements() -> set[str]:
    titles = {item.title for item in TABLES} | {item.title for item in CAPABILITIES}
    kept = {text for item in held() for text in (item["title"], item["enforced"])}
    general = {value for name, value in vars(remedies).items() if name.isupper()}
    own = {item.remedy for item in TABLES} - {""}
    reasons = {value for name, value in vars(readiness_guests).items() if name.isupper() and isinstance(value, str)}
    return {*templates(), *titles, *kept, *general, *own, *reasons, IN_JOB}


def said_by_the_page() -> set[str]:
    called = {
        str(node.args[0].value)
        for file in PAGE.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") == "say" or ast.unparse(node.func) == "self")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    words = {
        *SCRIPT_TEXTS,
        NOT_JUDGED,
        SUMMARY,
        *VALUES,
        *STEPS.values(),
        *(text for texts in STATUSES.values() for text in texts),
    }
    return called | words | {*CALLED.findall((PAGE / "page.html.j2").read_text(encoding="utf-8"))}


def test_everything_that_is_said_of_requirements_is_translated() -> None:
    assert said_of_requirements() - {*REQUIREMENTS} == set()


def test_everything_that_the_page_says_itself_is_translated() -> None:
    assert said_by_the_page() - {*UI} == set()


def test_nothing_is_translated_that_nobody_says() -> None:
    assert {*REQUIREMENTS} - said_of_requirements() - constants(PLUGINS / "module_utils") == set()
    assert {*UI} - said_by_the_page() == set()
    assert {*UI} & {*REQUIREMENTS} == set()


@pytest.mark.parametrize("catalogue", [UI, REQUIREMENTS], ids=["page", "requirements"])
def test_a_translation_has_the_fields_of_its_text(catalogue: dict[str, str]) -> None:
    for english, japanese in catalogue.items():
        assert {*FIELDS.findall(english)} == {*FIELDS.findall(japanese)}, english
        has_words = re.search("[a-z]{3}", FIELDS.sub("", english))
        assert JAPANESE.search(japanese) or not has_words, english
        assert not JAPANESE.search(english)


def test_sources_are_names_or_translated() -> None:
    for item in TABLES:
        assert item.source in REQUIREMENTS or all(NAMES.match(part.strip()) for part in item.source.split(";")), item


def test_evidence_is_said_with_its_values() -> None:
    japanese = Catalogue("ja")
    row = {
        "evidence": "with what the inventory wants it has 2 of 32 NVMe drives",
        "evidence_template": "with what the inventory wants it has {count} NVMe drives",
        "evidence_values": {"count": "2 of 32"},
    }
    assert japanese.evidence(row) == "インベントリが求めるものを含めて、NVMe ドライブは 2 / 32 台です。"
    assert Catalogue("en").evidence(row) == "With what the inventory wants it has 2 of 32 NVMe drives"
    assert japanese.value("2 of 8") == "2 / 8"
    assert japanese.value("0 of 4096 MB") == "0 / 4096 MB"
    assert [japanese.value(name) for name in ("Plan", "free", "unknown")] == ["Plan", "free", "不明"]
    assert japanese.value("node 2 of 8") == "node 2 of 8"
    assert Catalogue("en").value("2 of 8") == "2 of 8"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_no_table_says_stays_as_it_is(language: str) -> None:
    say = Catalogue(language)
    assert say.evidence({"evidence": "maxIntrCookies is odd {x}", "evidence_template": "{x} is odd"}) == (
        "maxIntrCookies is odd {x}"
    )
    assert say.evidence({"evidence": None}) == ""
    assert say("A server's own words {0}") == "A server's own words {0}"

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts are translated by what they say in the source: they have to stand there whole."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements import remedies

FOLDER = Path(remedies.__file__).parent
ROOT = FOLDER.parents[3]
FILES = [path for path in sorted(FOLDER.glob("*.py")) if path.stat().st_size]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_a_text_is_a_constant(file: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    texts = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "text"]
    assert all(isinstance(node.args[0], ast.Constant) for node in texts)


def test_remedies_are_sentences_and_no_two_say_the_same() -> None:
    said = [value for name, value in vars(remedies).items() if name.isupper()]
    assert all(isinstance(text, str) and text[0].isupper() and text.endswith(".") for text in said)
    assert len(set(said)) == len(said)


def test_every_remedy_has_a_use() -> None:
    used: set[str] = set()
    for path in FOLDER.parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    assert {name for name in vars(remedies) if name.isupper()} <= used


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (r"[Pp]laybook (\w+)", "playbooks/{}.yml"),
        (r"\brole (\w+)", "roles/{}/tasks/main.yml"),
        (r"\bdirectpath\.nvme\.(\w+)", "plugins/modules/{}.py"),
    ],
)
def test_what_a_remedy_names_is_there(words: str, place: str) -> None:
    said = " ".join(value for name, value in vars(remedies).items() if name.isupper())
    named = set(re.findall(words, said))
    assert named
    assert [name for name in sorted(named) if not (ROOT / place.format(name)).is_file()] == []

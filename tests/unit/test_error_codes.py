# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error codes are what rescue blocks and event rules match on: each has a row in docs/errors.md, and the other way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.faults import KNOWN
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.login import REFUSALS, REFUSED

REPO = Path(__file__).resolve().parents[2]

CODE_AT = {"DirectPathError": 1, "as_error": 2, "error": 1, "_refused": 1, "refused": 2}
"""Which argument of a call is the code."""


def sources() -> Iterator[ast.Module]:
    for path in sorted((REPO / "plugins").rglob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"))


def raised() -> set[str]:
    found = {code for code, _remedy in KNOWN.values()} | {row[0] for row in (*REFUSALS.values(), REFUSED)}
    for tree in sources():
        for call in ast.walk(tree):
            name = getattr(call.func, "id", getattr(call.func, "attr", "")) if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and len(call.args) > CODE_AT.get(name, 99):
                argument = call.args[CODE_AT[name]]
                if isinstance(argument, ast.Constant) and re.fullmatch("[a-z_]+", str(argument.value)):
                    found.add(str(argument.value))
    return found


def documented() -> list[str]:
    return re.findall(r"^\| `([a-z_]+)` \|", (REPO / "docs" / "errors.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_code_has_one_row() -> None:
    assert raised() - set(documented()) == set()
    assert len(documented()) == len(set(documented()))


def test_every_row_has_a_code() -> None:
    words = {node.value for tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert set(documented()) - words == set()

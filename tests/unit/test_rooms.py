# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rooms of module_utils: who may import whom (docs/architecture.md), and how large files and functions may be."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
ROOMS = PLUGINS / "module_utils"
OURS = "ansible_collections.directpath.nvme.plugins.module_utils."

ERRORS = {"_errors"}
MAY_IMPORT = {
    "_facts": ERRORS,
    "_vsphere": ERRORS,
    "_plan": ERRORS | {"_facts"},
    "_read": ERRORS | {"_vsphere", "_facts"},
    "_write": ERRORS | {"_read", "_vsphere", "_facts", "_plan"},
    "_ansible": ERRORS | {"_vsphere", "_facts"},
    "_events": ERRORS | {"_facts", "_vsphere", "_plan", "_read", "_ansible.arguments"},
    "_operations": ERRORS | {"_facts", "_vsphere", "_plan", "_read", "_write", "_ansible.outcome"},
    "_guest": {"_facts.guest", "_facts.health", "_facts.use"},
}

LINES, FUNCTION_LINES = 200, 45


def imports(file: Path) -> set[str]:
    """The modules that a file imports, wherever in it, TYPE_CHECKING included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: import by absolute name"
            found.add(node.module or "")
    return found


def ours(file: Path) -> set[str]:
    """What a file imports of module_utils: ``_facts.pci``."""
    return {name[len(OURS) :] for name in imports(file) if name.startswith(OURS)}


def files(room: str) -> list[Path]:
    return sorted((ROOMS / room).rglob("*.py"))


def reached(start: Path) -> set[str]:
    """All modules that a file imports, by whatever way, within the collection and outside."""
    found: set[str] = set()
    todo = [start]
    while todo:
        for name in imports(todo.pop()) - found:
            found.add(name)
            if name.startswith(OURS):
                todo.append(ROOMS.joinpath(*name[len(OURS) :].split(".")).with_suffix(".py"))
    return found


def test_every_file_is_in_a_room_of_the_table() -> None:
    assert {path.name for path in ROOMS.iterdir() if path.name != "__pycache__"} == {*MAY_IMPORT, "_errors.py"}


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_the_table_allows(room: str) -> None:
    allowed = {*MAY_IMPORT[room], room}
    for file in files(room):
        wrong = {name for name in ours(file) if name not in allowed and name.split(".")[0] not in allowed}
        assert not wrong, f"{file.relative_to(ROOMS)} imports {sorted(wrong)}"


@pytest.mark.parametrize("module", sorted((PLUGINS / "modules").glob("*.py")), ids=lambda path: path.stem)
def test_a_module_knows_its_own_operation(module: Path) -> None:
    """A module that runs in guests has none: it knows the readers of the guest."""
    own = f"_operations.{module.stem}"
    operations = {name for name in ours(module) if name.startswith("_operations")}
    assert operations == ({own} if (ROOMS / "_operations" / f"{module.stem}.py").exists() else set())
    rest = {name.split(".")[0] for name in ours(module) - operations}
    assert rest <= {"_ansible", "_plan"} if operations else rest == {"_guest"}


@pytest.mark.parametrize("room", ["_facts", "_plan", "_guest"])
def test_pure_rooms_never_reach_vsphere(room: str) -> None:
    for file in files(room):
        foreign = {name for name in reached(file) if name.split(".")[0] in ("pyVmomi", "pyVim", "requests")}
        foreign |= {name for name in reached(file) if name.startswith("ansible_collections.vmware")}
        assert not foreign, f"{file.relative_to(ROOMS)} reaches {sorted(foreign)}"


def test_rooms_have_empty_inits() -> None:
    """Ansible sends a package's __init__.py along: what it imported would end up in guests."""
    assert [path for room in MAY_IMPORT for path in (ROOMS / room).rglob("__init__.py") if path.read_bytes()] == []


@pytest.mark.parametrize("file", sorted(ROOMS.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOMS)))
def test_files_and_functions_stay_small(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES, node.name

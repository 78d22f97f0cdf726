# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of docs/requirements.md come from the code that judges; the prose between them is written by hand.

`requirements.py` compares, `requirements.py --write` writes.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import layout

sys.path.insert(0, str(layout.COLLECTIONS))

from ansible_collections.directpath.nvme.plugins.module_utils._facts.attestation import ATTESTABLE
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirement import (
    ATTESTED,
    Requirement,
)
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.catalogue import CATALOGUE, Known
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.drive import DRIVE_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.guest import GUEST_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.host import HOST_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.place import PLACE_REQUIREMENTS
from ansible_collections.directpath.nvme.plugins.module_utils._plan.requirements.vm import VM_REQUIREMENTS

PAGE = layout.ROOT / "docs" / "requirements.md"

JUDGED: Mapping[str, Sequence[Requirement[Any]]] = {
    "Host": HOST_REQUIREMENTS,
    "VM": (*VM_REQUIREMENTS, *PLACE_REQUIREMENTS),
    "Guest": GUEST_REQUIREMENTS,
    "Drive": DRIVE_REQUIREMENTS,
}

_PART = re.compile(r"(<!-- begin (?P<name>[^>]+) -->\n).*?(<!-- end -->)", re.DOTALL)

_CODE = re.compile(r"(?<![\w`.])(?:[A-Za-z]+\.)*(?:\w+_\w+|[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*)(?:=\w+)?(?![\w`])")
"""What is a name of code: it has an underscore or a hump in it. OF_PRODUCTS have, too, and are none."""

OF_PRODUCTS = ("DirectPath", "vSphere", "vCenter", "vCPUs", "vMotion")


def tables() -> dict[str, str]:
    """All tables of the page, by name."""
    columns, details = ("Id", "What", "Enforced"), ("Id", "Required", "States", "Source", "What to do")
    known = {f"what: {heading}": _table(columns, map(_known, group)) for heading, group in CATALOGUE.items()}
    return {**known, **{f"judged: {subject}": _table(details, map(_judged, rows)) for subject, rows in JUDGED.items()}}


def _known(item: Known) -> tuple[str, ...]:
    return item.id, _marked(item.title), _marked(item.enforced)


def _judged(row: Requirement[Any]) -> tuple[str, ...]:
    states = [*row.states, *([ATTESTED] if row.id in ATTESTABLE else [])]
    source = "; ".join(f"`{part}`" for part in row.source.split("; "))
    return row.id, _marked(row.title), ", ".join(states), source, _marked(row.remedy)


def _marked(text: str) -> str:
    return _CODE.sub(lambda found: found[0] if found[0] in OF_PRODUCTS else f"`{found[0]}`", text)


def _table(columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [columns, tuple("---" for _column in columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def problems(page: Path, write: bool) -> Iterator[str]:
    made = tables()
    text = page.read_text(encoding="utf-8")
    missing = made.keys() ^ {found["name"] for found in _PART.finditer(text)}
    if missing:
        yield f"{page.name}: these tables are in the page or in the code only: {', '.join(sorted(missing))}"
        return
    wanted = _PART.sub(lambda found: f"{found[1]}\n{made[found['name']]}\n{found[3]}", text)
    if wanted != text and write:
        page.write_text(wanted, encoding="utf-8")
    elif wanted != text:
        yield f"{page.name} has other tables than the code; run tests/tools/requirements.py --write"


def main(arguments: list[str]) -> int:
    found = list(problems(PAGE, "--write" in arguments))
    print(*found or ["docs/requirements.md says what the code judges"], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

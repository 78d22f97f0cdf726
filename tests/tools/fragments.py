# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `error` that failed modules return is documented in each; all but its codes and its sample comes from here.

`fragments.py` compares, `fragments.py --write` writes. (What ansible-doc calls fragments cannot hold returned values.)
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import layout

EDGE = "module_utils._ansible.run import run"
"""What all modules import that return an error of this shape."""

BLOCK = re.compile(
    r"""^error:\n(?:[ ]{2,}.*\n)*?"""
    r"""    code:\n      description:(?P<codes>.*\n(?:[ ]{8,}.*\n)*)(?:[ ]{2,}.*\n)*?"""
    r"""  sample:\n(?P<sample>(?:[ ]{4}.*\n)+)""",
    re.MULTILINE,
)

FIELDS = {
    "requirement": "Id of the requirement behind it, if any.",
    "host": "Name of the host it is about, if it is about one.",
    "vm": "Name of the VM it is about, if it is about one.",
    "device": "PCI address of the device it is about, if it is about one.",
    "fault": "Type of the vSphere fault, if one was the cause.",
    "remedy": "What to do next.",
}


def block(codes: str, sample: str) -> str:
    """
    :param codes: what a module says of its codes: the rest of the line and the lines below.
    :param sample: its sample, indented.
    """
    fields = "".join(f"    {name}:\n      description: {text}\n      type: str\n" for name, text in FIELDS.items())
    return (
        "error:\n"
        "  description: What went wrong, for a rescue block or an event rule to match on.\n"
        "  returned: failure\n"
        "  type: dict\n"
        "  contains:\n"
        f"    code:\n      description:{codes}      type: str\n"
        f"{fields}"
        f"  sample:\n{sample}"
    )


def rewritten(text: str) -> str | None:
    """A module's source with the block as it should be; None if it has none."""
    return BLOCK.sub(lambda found: block(found["codes"], found["sample"]), text) if BLOCK.search(text) else None


def problems(modules: list[Path], write: bool) -> Iterator[str]:
    for path in modules:
        text = path.read_text(encoding="utf-8")
        if EDGE not in text:
            continue
        wanted = rewritten(text)
        if wanted is None:
            yield f"{path.name}: RETURN has no error with code and sample"
        elif wanted != text and write:
            path.write_text(wanted, encoding="utf-8")
        elif wanted != text:
            yield f"{path.name}: RETURN has another error than tests/tools/fragments.py; run it with --write"


def main(arguments: list[str]) -> int:
    found = list(problems(sorted((layout.ROOT / "plugins" / "modules").glob("[!_]*.py")), "--write" in arguments))
    print(*found or ["every module documents the same error"], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what users are told: ansible-doc shows all modules, filters and roles in full; the action group is right."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import layout
import yaml

COLLECTION = "directpath.nvme"
CONNECTION_FRAGMENT = f"{COLLECTION}.connection"


def ansible_doc(kind: str, names: list[str]) -> dict[str, Any]:
    """The documentation of modules, filters or roles, by full name; a name that cannot be shown is not in it."""
    full_names = [f"{COLLECTION}.{name}" for name in names]
    command = ["ansible-doc", "--type", kind, *full_names]
    # As people read it: this fails where a reference or a format in the text is broken.
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    answer = subprocess.run([*command, "--json"], stdout=subprocess.PIPE, check=True).stdout
    return dict(json.loads(answer))


def plugin_problems(kind: str, names: list[str]) -> Iterator[str]:
    shown = ansible_doc(kind, names)
    for name in names:
        for part in ("doc", "examples", "return"):
            if not shown.get(f"{COLLECTION}.{name}", {}).get(part):
                yield f"{kind} {name}: ansible-doc shows no {part}"


def role_problems(names: list[str]) -> Iterator[str]:
    shown = ansible_doc("role", names)
    for name in names:
        entry = shown.get(f"{COLLECTION}.{name}", {}).get("entry_points", {}).get("main", {})
        for part in ("short_description", "description", "options"):
            if part not in entry:
                yield f"role {name}: ansible-doc shows no {part}"


def action_group_problems(modules: list[Path]) -> Iterator[str]:
    """The group's defaults carry the vCenter's password: it holds the modules that connect to vSphere, and no other."""
    runtime = yaml.safe_load((layout.ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    group = set(runtime["action_groups"]["vsphere"])
    connect = {path.stem for path in modules if CONNECTION_FRAGMENT in path.read_text(encoding="utf-8")}
    yield from (f"module {name} is missing in the action group" for name in sorted(connect - group))
    yield from (f"the action group has {name}, which does not connect to vSphere" for name in sorted(group - connect))


def plugins(folder: str) -> list[Path]:
    return sorted((layout.ROOT / "plugins" / folder).glob("[!_]*.py"))


def main() -> int:
    modules = plugins("modules")
    filters, lookups = plugins("filter"), plugins("lookup")
    roles = sorted(path.name for path in (layout.ROOT / "roles").iterdir() if path.is_dir())
    problems = [
        *plugin_problems("module", [path.stem for path in modules]),
        *plugin_problems("filter", [path.stem for path in filters]),
        *plugin_problems("lookup", [path.stem for path in lookups]),
        *role_problems(roles),
        *action_group_problems(modules),
    ]
    shown = f"{len(modules)} modules, {len(filters) + len(lookups)} plugins and {len(roles)} roles are shown in full"
    print(*problems or [shown], sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

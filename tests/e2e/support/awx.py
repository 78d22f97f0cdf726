# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: the inventory of a job, in whole or as one of several slices, and the job's own variables.

After Inventory.get_script_data, get_sliced_hosts and awx_meta_vars of AWX 24.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class AwxInventory:
    """An inventory as AWX keeps it: hosts with their variables, groups of their names, and variables of all."""

    hosts: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, tuple[str, ...]]
    variables: Mapping[str, Any] = field(default_factory=dict)

    def job(self, folder: Path, number: int = 1, count: int = 1) -> Path:
        """The script that is the inventory of slice `number` of `count`. Without slices, of the whole."""
        names = sorted(self.hosts)[number - 1 :: count]
        grouped = {name for members in self.groups.values() for name in members}
        data: dict[str, Any] = {
            "all": {"hosts": [name for name in names if name not in grouped], "children": list(self.groups)}
        }
        if self.variables:
            data["all"]["vars"] = dict(self.variables)
        for group, members in self.groups.items():
            here = [name for name in members if name in names]
            if here:
                data[group] = {"hosts": here}
        data["_meta"] = {"hostvars": {name: dict(self.hosts[name]) for name in names}}
        for number_of_host, name in enumerate(names, start=1):
            ids = {f"remote_{kind}_id": number_of_host for kind in ("host", "tower")}
            enabled = {f"remote_{kind}_enabled": "true" for kind in ("host", "tower")}
            data["_meta"]["hostvars"][name].update(ids | enabled)
        script = folder / f"hosts-{number}-of-{count}"
        script.write_text(f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(data)!r})\n")
        script.chmod(0o700)
        return script


JOB = {
    f"{prefix}_{name}": value
    for prefix in ("awx", "tower")
    for name, value in {"job_id": 17, "job_launch_type": "manual", "inventory_id": 2, "inventory_name": "fleet"}.items()
}
"""Extra variables of every job. None of them says whether it is a slice."""

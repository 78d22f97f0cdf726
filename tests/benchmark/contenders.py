# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is measured: commands that do the same work, with what they need of the environment and nothing of the user's."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fleets
from labclient import Lab

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
COLLECTIONS = REPO / ".cache" / "collections"
WORKERS = "workers"
"""Name of the file, in a run's folder, in which Ansible's workers are counted."""

Prepare = Callable[[fleets.Pairs, Path], list[str]]


@dataclass(frozen=True)
class Contender:
    """
    :param name: as in the tables.
    :param prepare: the pairs and a folder for files -> the command.
    """

    name: str
    prepare: Prepare


def environment(lab: Lab, folder: Path) -> dict[str, str]:
    """Ansible with its own defaults, five forks among them, and no setting of the user's."""
    settings = folder / "ansible.cfg"
    settings.touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VMWARE_", "PYTHON"))}
    return {
        **kept,
        **lab.environment(),
        "ANSIBLE_CONFIG": str(settings),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "worker_count",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "WORKER_COUNT_FILE": str(folder / WORKERS),
    }


def playbook(name: str) -> Contender:
    """A playbook of the collection, for the inventory of the pairs."""

    def prepare(pairs: fleets.Pairs, folder: Path) -> list[str]:
        file = write(folder / "inventory.json", fleets.inventory(pairs))
        return [program("ansible-playbook"), "-i", file, name]

    return Contender(name, prepare)


def module(name: str, arguments: Mapping[str, Any]) -> Contender:
    """One task on localhost."""

    def prepare(pairs: fleets.Pairs, folder: Path) -> list[str]:
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"name": name, name: dict(arguments)}]}
        return [program("ansible-playbook"), "-i", os.devnull, write(folder / "play.yml", [play])]

    return Contender(name, prepare)


def plan() -> Contender:
    """hotplug_plan for all pairs at once, which has to find nothing to do."""
    name = "directpath.nvme.hotplug_plan"

    def prepare(pairs: fleets.Pairs, folder: Path) -> list[str]:
        task = {"name": name, name: fleets.desired(pairs), "register": "found"}
        nothing = "not found.plan.summary.drift and not found.plan.summary.obstacles"
        judged = {"name": "Nothing to do", "ansible.builtin.assert": {"that": [nothing]}}
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [task, judged]}
        return [program("ansible-playbook"), "-i", os.devnull, write(folder / "play.yml", [play])]

    return Contender(name, prepare)


def readiness() -> Contender:
    """hotplug_readiness_info for all pairs at once, which has to find everything it asks for."""
    name = "directpath.nvme.hotplug_readiness_info"

    def prepare(pairs: fleets.Pairs, folder: Path) -> list[str]:
        task = {"name": name, name: fleets.judged(pairs), "register": "found"}
        found = "(found.hosts + found.vms) | rejectattr('error', 'none') | length == 0"
        checked = {"name": "All were found", "ansible.builtin.assert": {"that": [found]}}
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [task, checked]}
        return [program("ansible-playbook"), "-i", os.devnull, write(folder / "play.yml", [play])]

    return Contender(name, prepare)


def by_hand(work: str) -> Contender:
    """The hand-written script."""

    def prepare(pairs: fleets.Pairs, folder: Path) -> list[str]:
        return [sys.executable, str(HERE / "by_hand.py"), work, write(folder / "pairs.json", pairs)]

    return Contender("by hand", prepare)


def program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def write(file: Path, content: Any) -> str:
    file.write_text(json.dumps(content), encoding="utf-8")
    return str(file)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each test step consists of: the parts of the set-up it needs, and the commands to run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import interpreters
import layout
import prepare

PLUGINS = "ansible_collections.directpath.nvme.plugins"
PYTEST = ("python", "-m", "pytest", "-q", "--durations=5", "--timeout=600")
WORKERS = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
"""Files in their order: guests, which have few tests and take long, come first, so that no worker ends with them."""


@dataclass(frozen=True)
class Check:
    """One command, run with the programs and the environment of a virtual environment."""

    name: str
    venv: str
    command: tuple[str | Path, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = layout.ROOT


@dataclass(frozen=True)
class Step:
    """
    :param alone: it uses all processors, and what it times must not wait for others.
    """

    needs: tuple[str, ...]
    checks: Callable[[], Iterable[Check]]
    alone: bool = False


def environment(venv: str) -> dict[str, str]:
    """The user's environment with a virtual environment on PATH, the collections, and nothing of their own Ansible.

    VMWARE_* goes too: no test may ever reach the vCenter that a developer works with.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "VMWARE_", "PYTHON"))}
    plain = {} if sys.stdout.isatty() else {"NO_COLOR": "1"}
    return {
        **kept,
        **plain,
        "PATH": os.pathsep.join([str(layout.venv(venv) / "bin"), os.environ.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": str(layout.venv(venv)),
        "ANSIBLE_HOME": str(layout.CACHE / "ansible-home"),
        "ANSIBLE_COLLECTIONS_PATH": str(layout.COLLECTIONS),
        "DPN_COLLECTIONS": str(layout.COLLECTIONS),
        "LAB_BIN": str(layout.BIN / "lab"),
        "GOVC_BIN": str(layout.BIN / "govc"),
        "RULEBOOK_BIN": str(layout.venv_bin("rulebook", "ansible-rulebook")),
    }


def lint() -> Iterable[Check]:
    yield Check("ruff check", "dev", ("ruff", "check"))
    yield Check("ruff format", "dev", ("ruff", "format", "--diff", "--quiet"))
    # 3.10 is the oldest that mypy knows; on 3.9 the unit and import tests run.
    yield Check("mypy of plugins", "dev", ("mypy", "--python-version", "3.10", "-p", PLUGINS))
    yield Check("mypy of extensions", "dev", ("mypy", "--python-version", "3.10", "extensions"))
    yield Check("mypy of tests", "dev", ("mypy", "tests"))
    yield Check("yamllint", "dev", ("yamllint", "--strict", "."))
    yield Check("ansible-lint", "dev", ("ansible-lint",))


def sanity() -> Iterable[Check]:
    for venv in ("dev", "oldest"):
        yield Check(f"ansible-test sanity, {prepare.core(venv)}", venv, ("python", "tests/tools/sanity.py", venv))
    if interpreters.OLDEST_FOR_MODULES.python():
        yield Check("ansible-test sanity, Python 3.9", "dev", ("python", "tests/tools/sanity.py", "dev", "3.9"))


def importer() -> Iterable[Check]:
    yield Check("galaxy-importer", "dev", ("python", "tests/tools/importer.py"))
    introspect = f"ansible-builder introspect {layout.COLLECTIONS} | grep 'from collection directpath.nvme'"
    yield Check("execution environment", "dev", ("sh", "-c", introspect))


def unit() -> Iterable[Check]:
    yield Check("tests of the tools", "newest", (*PYTEST, "tests/tools", "tests/benchmark"))
    yield Check(f"ansible-test units, {prepare.core('newest')}", "newest", ("python", "tests/tools/units.py"))
    yield Check(f"unit tests, {prepare.core('oldest')}", "oldest", (*PYTEST, "tests/unit"))
    if interpreters.OLDEST_FOR_MODULES.python():
        yield Check("unit tests, Python 3.9", "modules", (*PYTEST, "tests/unit"))


def lab() -> Iterable[Check]:
    go = prepare.go()
    gofmt = 'unformatted=$("$("$0" env GOROOT)/bin/gofmt" -l .) && echo "$unformatted" && test -z "$unformatted"'
    yield Check("gofmt", "dev", ("sh", "-c", gofmt, go), prepare.GO_SETTINGS, layout.LAB)
    yield Check("go vet", "dev", (go, "vet", "./..."), prepare.GO_SETTINGS, layout.LAB)
    yield Check("go test", "dev", (go, "test", "./..."), prepare.GO_SETTINGS, layout.LAB)


def e2e() -> Iterable[Check]:
    """Real playbook runs over real SOAP, and over SSH to real guests.

    The oldest cell has roles and playbooks, which use every module, and of modules those that move drives. It leaves
    out what depends neither on ansible-core nor on pyVmomi's types: the judgement of others' clients on the lab, the
    lab's own client, the benchmark, the wire, searches, selectors, events, killed runs and lost answers, what goes
    wrong in a replacement or a reboot, each requirement in each state, and all tests with guests but the whole life of
    a drive, with native hot plug.
    """
    yield Check(f"end to end, {prepare.core('newest')}", "newest", (*PYTEST, *WORKERS, "tests/e2e"))
    lab_guests = ("guest_lab", "guestimage", "bad_guests", "unseen")
    guests = (*lab_guests, "drive_by_serial", "new_drive", "hooks", "pulled", "surprise_removal")
    modules = (
        "host_drive_memory",
        "host_maintenance_claim",
        "host_reboot",
        "hotplug_readiness_info",
        "hotplug_readiness_info_fleet",
        "nvme_drive_wait",
        "nvme_locator_led",
        "vm_hotplug_config_power",
        "vm_nvme_info",
        "vm_pci_hotplug_lost_answers",
    )
    others = (
        "benchmark",
        "connection",
        "interrupted",
        "interrupted_host",
        "labclient",
        "readiness_states",
        "replace_drive_troubles",
        "roles_host_prepare_reboot",
        "search",
        "selectors",
        "unseen_users",
        "waiting",
    )
    own = (*modules, *others)
    left_out = ("eda", "foreign", *(f"guest/test_{name}.py" for name in guests), *(f"test_{name}.py" for name in own))
    cycle = "tests/e2e/guest/test_drive_cycle.py::"
    single = (f"{cycle}test_in_used_refused_out_and_pulled[acpi]", f"{cycle}test_every_kind_of_user_is_seen")
    ignored = (f"--ignore=tests/e2e/{path}" for path in left_out)
    product = ("tests/e2e", *ignored, *(f"--deselect={test}" for test in single))
    yield Check(f"end to end, {prepare.core('oldest')}", "oldest", (*PYTEST, *WORKERS, *product))


def integration() -> Iterable[Check]:
    name = f"ansible-test integration, {prepare.core('newest')}"
    yield Check(name, "newest", ("python", "tests/tools/integration.py"), {"PYTHONPATH": str(layout.LAB)})


def page() -> Iterable[Check]:
    yield Check("readiness page in Chromium", "page", (*PYTEST, "tests/page"))


def docs() -> Iterable[Check]:
    yield Check("ansible-doc", "dev", ("python", "tests/tools/docs.py"))
    yield Check("returned errors", "dev", ("python", "tests/tools/fragments.py"))
    yield Check("tables of requirements", "dev", ("python", "tests/tools/requirements.py"))
    everything = ("--plugin-docs", "--validate-collection-refs=all", "--skip-rstcheck")
    yield Check("markup and references", "dev", ("antsibull-docs", "lint-collection-docs", *everything, "."))
    yield Check("changelog", "dev", ("antsibull-changelog", "lint"))


def molecule() -> Iterable[Check]:
    """A scenario for each role. What a killed run has left goes first: its lab has ended, or is not as it started."""
    yield Check("molecule", "dev", ("sh", "-c", "molecule destroy && molecule test --all"))


STEPS = {
    "sanity": Step(("dev", "oldest", "collections"), sanity),
    "molecule": Step(("dev", "collections", "lab"), molecule),
    "lint": Step(("dev", "collections"), lint),
    "unit": Step(("newest", "oldest", "modules", "collections"), unit),
    "importer": Step(("dev", "collections"), importer),
    "integration": Step(("newest", "collections", "lab"), integration),
    "lab-tests": Step(("dev", "go"), lab),
    "page": Step(("browser", "collections"), page),
    "docs": Step(("dev", "collections"), docs),
    "e2e": Step(("newest", "oldest", "rulebook", "collections", "lab", "guest"), e2e, alone=True),
}
"""The longest first, so that no lane is left with one when the others have ended."""

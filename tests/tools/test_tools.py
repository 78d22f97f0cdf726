# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the tools themselves, where a silent mistake would leave something untested or installed from elsewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import fragments
import integration
import interpreters
import layout
import prepare
import pytest
import registry
import yaml
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError

import requirements

TARGETS = layout.ROOT / "tests" / "integration" / "targets"


@pytest.fixture
def pip_config(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let `pip config list` answer given lines."""

    def answer(*lines: str) -> None:
        done = subprocess.CompletedProcess([], 0, stdout="\n".join(lines))
        monkeypatch.setattr(subprocess, "run", lambda *_args, **_options: done)
        registry.pip_options.cache_clear()

    yield answer
    registry.pip_options.cache_clear()


def test_environment_beats_sections_of_pip_conf(pip_config: Any) -> None:
    pip_config(":env:.index-url='https://c/simple'", "global.index-url='https://a'", "install.index-url='https://b'")
    assert registry.pip_options() == {"index-url": "https://c/simple"}


def test_several_indexes_and_default_timeout(pip_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_INDEX", raising=False)
    pip_config("global.extra-index-url='https://a\\nhttps://b'", ":env:.default-timeout='9'", "global.pre='yes'")
    settings = registry.uv_settings()
    assert (settings["UV_INDEX"], settings["UV_HTTP_TIMEOUT"]) == ("https://a https://b", "9")


def test_missing_folder_of_wheels_is_left_out(pip_config: Any, tmp_path: Path) -> None:
    pip_config(f"global.find-links='{tmp_path} {tmp_path}/none https://a/wheels'")
    assert registry.pip_options() == {"find-links": f"{tmp_path} https://a/wheels"}


def test_pip_conf_is_private(pip_config: Any, tmp_path: Path) -> None:
    pip_config("global.index-url='https://user:p%40ss@a/simple'")
    registry.write_pip_conf(tmp_path / "pip" / "pip.conf")
    written = tmp_path / "pip" / "pip.conf"
    assert "index-url = https://user:p%40ss@a/simple" in written.read_text(encoding="utf-8")
    assert written.stat().st_mode & 0o077 == 0


def test_stamp_wants_a_new_folder_when_an_input_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "ROOT", tmp_path)
    lock, folder = tmp_path / "lock.txt", tmp_path / "folder"
    lock.write_text("a==1", encoding="utf-8")
    folder.mkdir()
    (folder / "left behind").touch()
    stamp = prepare.Stamp(folder, lock)
    assert stamp.stale()
    assert not folder.exists()
    folder.mkdir()
    stamp.write()
    assert not prepare.Stamp(folder, lock).stale()
    lock.write_text("a==2", encoding="utf-8")
    assert prepare.Stamp(folder, lock).stale()


@pytest.mark.parametrize(
    ("there", "python", "reported"),
    [
        ([(3, 12), (3, 11)], (3, 11), False),
        ([(3, 12)], (3, 12), False),
        ([(3, 13)], (3, 13), True),
        ([(3, 9)], None, True),
    ],
)
def test_what_a_machine_cannot_cover_is_reported(
    there: list[interpreters.Version],
    python: interpreters.Version | None,
    reported: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paths = {version: Path(f"python{version}") for version in there}
    monkeypatch.setattr(interpreters, "found", lambda: paths)
    choice = interpreters.OLDEST_CORE
    assert choice.python() == (paths[python] if python else None)
    assert (choice.not_covered() is not None) == reported


@pytest.mark.parametrize(
    ("version", "installs"), [("17.0.15", False), ("25", False), ("11.0.2", True), ("1.8.0", True)]
)
def test_a_java_that_ansible_rulebook_does_not_take_counts_as_none(
    version: str, installs: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "java").write_text(
        f"#!/bin/sh\necho 'openjdk version \"{version}\" 2026-01-01' >&2\n", encoding="utf-8"
    )
    (tmp_path / "java").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(prepare, "venv", lambda name: None)
    prepare.rulebook()
    assert ("needs Java 17 or newer" in capfd.readouterr().out) == installs


@pytest.mark.parametrize("there", [True, False])
def test_a_machine_without_chromium_is_told_what_pages_need(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    if there:
        (tmp_path / prepare.BROWSER).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(prepare, "venv", lambda name: None)
    prepare.browser()
    assert ("apt-get install chromium" in capfd.readouterr().out) != there


def test_returned_errors_are_compared_and_written(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    documented = fragments.block(" V(lost).\n", "    code: lost\n")
    right = f"RETURN = '''\n{documented}'''\nfrom {fragments.EDGE}\n"
    module.write_text(right.replace("What to do next.", "What now."), encoding="utf-8")
    (problem,) = fragments.problems([module], write=False)
    assert "another error" in problem
    assert list(fragments.problems([module], write=True)) == []
    assert module.read_text(encoding="utf-8") == right
    assert list(fragments.problems([module], write=False)) == []
    module.write_text(f"from {fragments.EDGE}\n", encoding="utf-8")
    assert "no error" in next(fragments.problems([module], write=True))


def test_tables_of_requirements_are_compared_and_written(tmp_path: Path) -> None:
    page = tmp_path / "requirements.md"
    right = requirements.PAGE.read_text(encoding="utf-8")
    page.write_text(right.replace("| L4 | At most 32", "| L4 | At most 64"), encoding="utf-8")
    (problem,) = requirements.problems(page, write=False)
    assert "other tables than the code" in problem
    assert list(requirements.problems(page, write=True)) == []
    assert page.read_text(encoding="utf-8") == right
    assert list(requirements.problems(page, write=False)) == []
    page.write_text(right.replace("<!-- begin what: Limits -->", ""), encoding="utf-8")
    assert "in the code only: what: Limits" in next(requirements.problems(page, write=True))


def test_what_is_documented_is_what_errors_have() -> None:
    assert ["code", *fragments.FIELDS] == list(DirectPathError("x", "y").fields())


def test_every_module_of_vsphere_has_an_integration_target() -> None:
    """A target named like a role of the collection would be taken for it."""
    runtime = yaml.safe_load((layout.ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    roles = {path.parent.name for path in (layout.ROOT / "roles").glob("*/tasks")}
    modules = set(runtime["action_groups"]["vsphere"])
    wanted = {f"{name}_module" if name in roles else name for name in modules}
    assert {path.parent.name for path in TARGETS.glob("*/tasks")} == wanted


def test_every_role_has_a_molecule_scenario() -> None:
    scenarios = {path.parent.name for path in (layout.ROOT / "extensions" / "molecule").glob("*/molecule.yml")}
    assert scenarios - {"default"} == {path.parent.name for path in (layout.ROOT / "roles").glob("*/tasks")}


def test_the_configuration_of_targets_names_all_that_they_may_touch() -> None:
    wanted: set[str] = set()
    for path in TARGETS.glob("*/meta/argument_specs.yml"):
        options = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
        wanted |= set(options)
        # A target whose section was left out has to fail before it does anything.
        optional = {name for name, spec in options.items() if not spec.get("required")}
        assert optional <= {"vcenter_port", "vcenter_ca_bundle"}
    template = (layout.ROOT / integration.CONFIG).with_suffix(".yml.template")
    assert set(yaml.safe_load(template.read_text(encoding="utf-8"))) == wanted
    assert set(integration.ALLOWED) == {name for name in wanted if not name.startswith("vcenter_")}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the event source keeps, and how it takes its arguments."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._events.serve import parameters
from ansible_collections.directpath.nvme.plugins.module_utils._events.state import State
from ansible_collections.directpath.nvme.plugins.module_utils._facts.watched import Drive, Fleet, WatchedHost

FLEET = Fleet({"host-1": WatchedHost("esxi-01", {"0000:d9:00.0": Drive("144d:a80a", "PM9A3", "5", "S9")})})


def test_what_was_told_is_kept_for_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    State(str(path)).save("vcenter-1", FLEET)
    assert State(str(path)).load("vcenter-1") == FLEET
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == ["state.json"]


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    assert State(str(tmp_path / "state.json")).load("vcenter-1") == Fleet()
    State(None).save("vcenter-1", FLEET)
    assert State(None).load("vcenter-1") == Fleet()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"server": "vcenter-1", "hosts": {"host-1": 5}, "vms": {}}'])
def test_a_file_that_is_none_of_ours_ends_the_source(tmp_path: Path, content: str) -> None:
    """To begin anew in silence would be to miss what was pulled."""
    path = tmp_path / "state.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DirectPathError, match="cannot be used") as caught:
        State(str(path)).load("vcenter-1")
    assert caught.value.code == "state_file_unusable"
    assert path.read_text(encoding="utf-8") == content


def test_a_file_of_another_server_ends_the_source(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    State(str(path)).save("vcenter-1", FLEET)
    with pytest.raises(DirectPathError, match=r"state\.json .* of another server \(vcenter-1\)"):
        State(str(path)).load("vcenter-2")
    assert State(str(path)).load("vcenter-1") == FLEET


def test_a_file_that_cannot_be_written_ends_the_source(tmp_path: Path) -> None:
    with pytest.raises(DirectPathError) as caught:
        State(str(tmp_path / "none" / "state.json")).save("vcenter-1", FLEET)
    assert caught.value.code == "state_file_unusable"


def test_arguments_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VMWARE_HOST", "of-the-environment")
    monkeypatch.setenv("VMWARE_PASSWORD", "secret")
    monkeypatch.setenv("VMWARE_VALIDATE_CERTS", "no")
    given = {"hostname": "", "username": "watcher", "port": "8443", "feedback": True, "state_file": ""}
    found = parameters(given)
    assert (found["hostname"], found["username"], found["password"]) == ("of-the-environment", "watcher", "secret")
    assert (found["port"], found["validate_certs"], found["state_file"]) == (8443, False, None)
    assert parameters({"hostname": "vcenter", "validate_certs": "yes"})["validate_certs"] is True
    assert json.dumps(found)


def test_an_argument_that_is_none_is_refused() -> None:
    with pytest.raises(DirectPathError, match="sate_file") as caught:
        parameters({"hostname": "vcenter", "sate_file": "/var/lib/state.json"})
    assert caught.value.code == "invalid_argument"

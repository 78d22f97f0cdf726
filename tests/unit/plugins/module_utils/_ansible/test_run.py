# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The edge: what an operation hands back becomes what Ansible is told, and nothing gets past it as a traceback."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible_collections.directpath.nvme.plugins.module_utils._ansible import run as edge
from ansible_collections.directpath.nvme.plugins.module_utils._ansible.outcome import Outcome
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from pyVmomi import vim

CONNECTION = {"hostname": "vcenter.lab", "username": "operator", "password": "secret"}


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The API versions of the server that every session of the test is on."""
    found = {"api": "8.0.3.0", "spoken": "urn:vim25/8.0.3.0"}

    def session(params: dict[str, Any]) -> Any:
        return SimpleNamespace(
            server=f"{params['hostname']}:443", api_version=found["api"], spoken_version=found["spoken"]
        )

    monkeypatch.setattr(edge, "Session", session)
    return found


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], versions: dict[str, str]) -> Any:
    """Run an operation as a module, and return what it prints, with what it warned of."""
    warnings: list[str] = []
    # Ansible keeps warnings for as long as a process lives, and shows them in other forms from release to release.
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, text, **_options: warnings.append(text))

    def call(operation: Any, check: bool = False, any_api: bool = False, **args: Any) -> dict[str, Any]:
        given = {"ANSIBLE_MODULE_ARGS": {**CONNECTION, "_ansible_check_mode": check, **args}}
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps(given).encode())
        if hasattr(basic, "_ANSIBLE_PROFILE"):
            monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy")
        warnings.clear()
        with pytest.raises(SystemExit):
            edge.run(operation, {"name": {"type": "str"}}, any_api=any_api)
        printed: dict[str, Any] = json.loads(capsys.readouterr().out)
        return {**printed, "warned": list(warnings)}

    return call


def raising(error: Exception) -> Any:
    def operation(*_args: Any) -> Outcome:
        raise error

    return operation


def test_an_outcome_becomes_a_result_and_a_diff(answer: Any) -> None:
    outcome = Outcome({"changed": True, "hosts": ["h"]}, before={"a": 1}, after={"a": 2}, warnings=["Mind it."])
    printed = answer(lambda *_args: outcome)
    assert (printed["changed"], printed["hosts"]) == (True, ["h"])
    assert printed["diff"] == {"before": {"a": 1}, "after": {"a": 2}}
    assert printed["warned"] == ["Mind it."]


def test_what_only_reads_has_no_diff(answer: Any) -> None:
    printed = answer(lambda *_args: Outcome({"changed": False}))
    assert "diff" not in printed
    assert printed["warned"] == []


@pytest.mark.parametrize("check", [True, False])
def test_an_operation_gets_arguments_and_check_mode(answer: Any, check: bool) -> None:
    def operation(session: Any, params: dict[str, Any], check_mode: bool) -> Outcome:
        return Outcome({"changed": False, "seen": [session.server, params["name"], check_mode]})

    assert answer(operation, check=check, name="vm-01")["seen"] == ["vcenter.lab:443", "vm-01", check]


def test_an_error_becomes_a_failure_with_what_had_been_done(answer: Any) -> None:
    error = DirectPathError("It failed.", "failed", host="h", remedy="Mend it.", changed=True, devices=["d"])
    printed = answer(raising(error))
    assert (printed["failed"], printed["msg"]) == (True, "It failed. Mend it.")
    assert printed["error"] == error.fields()
    assert (printed["changed"], printed["devices"]) == (True, ["d"])


def test_a_failure_changed_nothing_unless_it_says_so(answer: Any) -> None:
    assert answer(raising(DirectPathError("It failed.", "failed")))["changed"] is False


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (vim.fault.NoPermission(privilegeId="Host.Config.Power"), "no_permission"),
        (vim.fault.HostConfigFault(msg="Oh."), "vsphere_fault"),
    ],
)
def test_a_fault_that_nobody_expected_is_no_traceback(answer: Any, fault: Exception, code: str) -> None:
    printed = answer(raising(fault))
    assert (printed["error"]["code"], printed["error"]["remedy"] in printed["msg"]) == (code, True)
    assert "Traceback" not in str(printed)


@pytest.mark.parametrize(
    ("api", "spoken", "refused"),
    [
        ("8.0.1.0", "urn:vim25/8.0.1.0", False),
        ("9.0.0.0", "urn:vim25/8.0.3.0", False),
        ("8.0.0.1", "urn:vim25/8.0.0.1", True),
        ("8.0.3.0", "urn:vim25/6.0", True),
        ("7.0.3.2", "urn:vim25/7.0.3.2", True),
    ],
)
def test_a_server_that_is_too_old_is_refused_before_the_operation(
    answer: Any, versions: dict[str, str], api: str, spoken: str, refused: bool
) -> None:
    versions.update(api=api, spoken=spoken)
    done = Outcome({"changed": True})
    printed = answer(lambda *_args: done)
    assert printed.get("error", {}).get("code") == ("api_too_old" if refused else None)
    assert printed["changed"] is not refused
    assert answer(lambda *_args: done, any_api=True)["changed"]


@pytest.mark.parametrize(
    ("variable", "argument", "warned"), [("false", None, True), (None, False, False), ("true", None, False)]
)
def test_certificate_checks_that_the_environment_turns_off_are_warned_about(
    answer: Any, monkeypatch: pytest.MonkeyPatch, variable: Any, argument: Any, warned: bool
) -> None:
    monkeypatch.delenv("VMWARE_VALIDATE_CERTS", raising=False)
    if variable:
        monkeypatch.setenv("VMWARE_VALIDATE_CERTS", variable)
    args = {} if argument is None else {"validate_certs": argument}
    for operation in (lambda *_args: Outcome({"changed": False}), raising(DirectPathError("It failed.", "failed"))):
        assert ["VMWARE_VALIDATE_CERTS" in text for text in answer(operation, **args)["warned"]] == [True] * warned


def test_no_password_is_printed(answer: Any) -> None:
    assert "secret" not in str(answer(raising(DirectPathError("It failed.", "failed")), hostname="h"))

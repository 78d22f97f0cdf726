# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules say of servers that cannot be reached, trusted or used; and they keep the password to themselves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_run import run_module, run_playbook
from labclient import Lab
from module_steps import Answer, error_of, run_steps

MODULE = "directpath.nvme.host_boot_param"
ARGS = {"esxi_host_name": "esxi-01.lab", "name": "maxIntrCookies", "value": "4096"}
SECRET = "hunter2-is-not-to-be-seen"
NOBODY = {"hostname": "127.0.0.1", "username": "nobody", "password": SECRET}

DEVICES = [{"address": "0000:d9:00.0"}]
WRITERS: dict[str, dict[str, Any]] = {
    "host_boot_param": ARGS,
    "host_reboot": {"esxi_host_name": "esxi-01.lab", "reboot": "always", "force": True},
    "host_maintenance_claim": {"esxi_host_name": "esxi-01.lab"},
    "nvme_passthrough_toggle": {"esxi_host_name": "esxi-01.lab", "devices": DEVICES},
    "vm_hotplug_config": {"name": "nvme-vm-01", "allow_firmware_change": True},
    "vm_pci_hotplug": {"name": "nvme-vm-01", "devices": DEVICES},
    "vm_power_on": {"name": "nvme-vm-01"},
}
"""Arguments with which each module would change something on a server that is new enough."""


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A TCP port of this machine; every connection to it is given to ``serve``."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection = server.accept()[0]
                except OSError:  # closed: the test is over
                    return
                serve(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield int(server.getsockname()[1])


def call(port: int, **options: Any) -> Answer:
    """One call without a lab, to whatever listens on a port."""
    return run_module(MODULE, {**ARGS, **NOBODY, "port": port}, None, **options)


def test_a_wrong_password(lab: Lab) -> None:
    answer = run_module(MODULE, {**ARGS, "password": SECRET}, lab)
    error = error_of(answer)
    assert (error["code"], error["fault"]) == ("authentication_failed", "InvalidLogin")
    assert f"refused the login of {lab.username}" in answer["msg"]
    # One attempt: more could lock the account.
    assert lab.stats()["calls"]["Login"] == 1


@pytest.mark.parametrize(
    ("fault", "code", "text"),
    [
        ("PasswordExpired", "password_expired", "has expired"),
        ("NoPermission", "login_not_permitted", "lockdown mode"),
        ("InvalidState", "login_refused", "InvalidState"),
    ],
)
def test_a_login_that_is_refused_otherwise(lab: Lab, fault: str, code: str, text: str) -> None:
    lab.fault("Login", fault_type=fault, immediate=True, count=9)
    answer = run_module(MODULE, ARGS, lab)
    error = error_of(answer)
    assert (error["code"], error["fault"]) == (code, fault)
    assert text in answer["msg"]
    assert "dynamicType" not in str(answer)
    assert lab.stats()["calls"]["Login"] == 1


def test_arguments_that_cannot_be_right_are_not_tried(lab: Lab) -> None:
    wrong = [{"hostname": f"https://{lab.host}/sdk"}, {"hostname": f"{lab.host}\n"}, {"password": f"{lab.password}\n"}]
    answers = run_steps(lab, MODULE, *({**ARGS, **args} for args in wrong))
    assert [error_of(answer)["code"] for answer in answers] == ["invalid_connection"] * 3
    assert lab.password not in str(answers)
    assert "Login" not in lab.stats()["calls"]


def test_a_certificate_that_is_not_trusted(lab: Lab) -> None:
    answer = run_module(MODULE, ARGS, lab, env={"SSL_CERT_FILE": "", "REQUESTS_CA_BUNDLE": ""})
    assert error_of(answer)["code"] == "certificate_untrusted"
    assert "SSL_CERT_FILE" in answer["msg"]
    assert "validate_certs" not in answer["msg"]
    assert "Login" not in lab.stats()["calls"]


def test_certificate_checks_that_the_environment_turns_off_are_warned_about_once_in_a_run(lab: Lab) -> None:
    task = {"name": "set", MODULE: ARGS}
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [task, task]}
    run = run_playbook([play, play], lab, env={"VMWARE_VALIDATE_CERTS": "false", "SSL_CERT_FILE": ""})
    assert [item.status for item in run.tasks] == ["ok"] * 4, run.output
    # Every result has it, for those who read one result; ansible-playbook shows the same text once.
    assert ["VMWARE_VALIDATE_CERTS" in str(item.result["warnings"]) for item in run.tasks] == [True] * 4
    assert run.output.count("VMWARE_VALIDATE_CERTS") == 1
    on_purpose = run_module(MODULE, {**ARGS, "validate_certs": False}, lab, env={"SSL_CERT_FILE": ""})
    assert "warnings" not in on_purpose


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    answer = call(port)
    assert error_of(answer)["code"] == "connection_failed"
    assert f"127.0.0.1:{port}" in answer["msg"]


def test_a_name_that_nobody_knows() -> None:
    answer = run_module(MODULE, {**ARGS, **NOBODY, "hostname": "vcenter.invalid"}, None)
    assert error_of(answer)["code"] == "connection_failed"
    assert "vcenter.invalid:443" in answer["msg"]


def test_a_server_that_accepts_and_never_answers() -> None:
    held: list[socket.socket] = []
    with listening(held.append) as port:
        answer = call(port)
    assert error_of(answer)["code"] == "connection_timeout"
    assert "did not answer within 30 s" in answer["msg"]
    # Nobody waits for such a server a second time.
    assert len(held) == 1


def test_a_server_that_hangs_up() -> None:
    with listening(lambda connection: connection.close()) as port:
        answer = call(port)
    assert error_of(answer)["code"] == "connection_failed"


def test_a_server_that_does_not_speak_tls() -> None:
    def serve(connection: socket.socket) -> None:
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with listening(serve) as port:
        answer = call(port)
    assert error_of(answer)["code"] == "connection_failed"


def test_no_credentials_at_all() -> None:
    answer = run_module(MODULE, ARGS, None)
    assert answer["failed"]
    assert "hostname" in answer["msg"].lower()
    assert "VMWARE_HOST" in answer["msg"]


@pytest.mark.parametrize("module", WRITERS)
def test_nothing_is_written_to_a_vcenter_that_is_too_old(old_vcenter: Lab, module: str) -> None:
    (answer,) = run_steps(old_vcenter, f"directpath.nvme.{module}", WRITERS[module])
    error = error_of(answer)
    assert (error["code"], error["requirement"]) == ("api_too_old", "Q8")
    assert "speaks vSphere API 7.0.3.0" in answer["msg"]
    assert old_vcenter.mutating_calls() == {}


@pytest.fixture(scope="module")
def old_vcenter() -> Iterator[Lab]:
    config = {"vcenter_version": "7.0.3", "hosts": [{"name": "esxi-01.lab", "version": "7.0.3"}]}
    with Lab.start(config) as server:
        yield server


def test_a_session_that_ends_is_renewed(lab: Lab) -> None:
    lab.fault("RetrievePropertiesEx", expire_session=True, skip=1)
    answer = run_module(MODULE, ARGS, lab)
    assert answer["changed"], answer
    assert lab.stats()["calls"]["Login"] == 2


def test_a_connection_that_is_lost_once_does_not_matter(lab: Lab) -> None:
    lab.fault("RetrievePropertiesEx", drop_connection="before")
    lab.fault("ExecuteSoap:vim.EsxCLI.system.settings.kernel.set", drop_connection="after")
    answer = run_module(MODULE, ARGS, lab)
    assert answer["changed"], answer


@pytest.mark.parametrize("method", ["Fetch", "RetrievePropertiesEx"])
def test_a_connection_that_stays_lost(lab: Lab, method: str) -> None:
    lab.fault(method, drop_connection="before", count=20)
    answer = run_module(MODULE, ARGS, lab)
    assert error_of(answer)["code"] in ("connection_lost", "connection_failed")


@pytest.mark.parametrize("right", [True, False])
def test_the_password_never_shows(lab: Lab, right: bool) -> None:
    password = lab.password if right else SECRET
    task = {
        "name": "set",
        MODULE: {**ARGS, "hostname": lab.host, "port": lab.port, "username": lab.username, "password": password},
    }
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [task]}
    # Newer releases of ansible-core only show a module's arguments if they are told to.
    env = {"SSL_CERT_FILE": lab.ca_file, "ANSIBLE_INJECT_INVOCATION": "true"}
    run = run_playbook([play], None, env=env, arguments=["-vvvv"], diff=True)
    assert [item.status for item in run.tasks] == ["ok" if right else "failed"]
    assert lab.username in run.output
    assert password not in run.output
    assert password not in str(run.tasks)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How hosts may be written, and what is told of servers that are no vSphere; over real TLS, without a lab."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere import endpoint
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.endpoint import check_arguments, what_answers

PASSWORD = "not-to-be-seen"
GOOD: dict[str, Any] = {
    "hostname": "vcenter.lab",
    "port": 443,
    "username": "operator",
    "password": PASSWORD,
    "validate_certs": True,
}


def refusal(**params: Any) -> str:
    with pytest.raises(DirectPathError) as caught:
        check_arguments({**GOOD, **params})
    assert caught.value.code == "invalid_connection"
    assert PASSWORD not in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "host",
    ["vcenter", "vcenter.lab", "10.0.0.1", "fd00::12", "[fd00::12]", "::1", "fe80::1%eth0", "mu-1_2.example", None, ""],
)
def test_names_and_addresses_are_taken_as_they_are(host: Any) -> None:
    check_arguments({**GOOD, "hostname": host})


@pytest.mark.parametrize(
    ("host", "write"),
    [
        ("https://vcenter.lab", "hostname: vcenter.lab (or"),
        ("HTTPS://vcenter.lab/", "hostname: vcenter.lab (or"),
        ("https://vcenter.lab/sdk", "hostname: vcenter.lab (or"),
        ("https://vcenter.lab:8443/ui?locale=en", "hostname: vcenter.lab, port: 8443 (or"),
        ("vcenter.lab:443", "hostname: vcenter.lab, port: 443 (or"),
        ("[fd00::12]:443", "hostname: [fd00::12], port: 443 (or"),
        (" vcenter.lab", "hostname: vcenter.lab (or"),
        ("vcenter.lab\n", "hostname: vcenter.lab (or"),
        ("vcenter.lab\r", "hostname: vcenter.lab (or"),
        ('"vcenter.lab"', "hostname: vcenter.lab (or"),
        (f"https://operator:{PASSWORD}@vcenter.lab/sdk", "hostname: vcenter.lab (or"),
        (f"operator:{PASSWORD}@vcenter.lab", "hostname: vcenter.lab (or"),
        (" ", "hostname: vcenter.example.com (or"),
    ],
)
def test_anything_else_is_told_how_to_be_written(host: str, write: str) -> None:
    text = refusal(hostname=host)
    assert f"Write {write} set VMWARE_HOST so)." in text
    assert "No connection was made." in text


@pytest.mark.parametrize("name", ["port", "proxy_port"])
@pytest.mark.parametrize("number", [-1, 0, 65536, 99999])
def test_a_port_that_is_none(name: str, number: int) -> None:
    assert f"The {name} has to be a number from 1 to 65535, and is {number}." in refusal(**{name: number})


@pytest.mark.parametrize("number", [1, 65535, None])
def test_a_port_that_is_one(number: int | None) -> None:
    check_arguments({**GOOD, "port": 443, "proxy_port": number})


def test_a_proxy_is_a_host_as_well() -> None:
    assert "Write proxy_host: proxy, proxy_port: 3128" in refusal(proxy_host="http://proxy:3128")


@pytest.mark.parametrize("name", ["username", "password"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x00"])
def test_a_line_break_is_told_before_it_is_sent(name: str, end: str) -> None:
    assert f"The {name} has a line break in it" in refusal(**{name: GOOD[name] + end})


def test_blanks_may_be_part_of_a_password() -> None:
    check_arguments({**GOOD, "password": " a b ", "username": "LAB\\the operator"})


VERSIONS = b'<?xml version="1.0"?><namespaces version="1.0"><namespace/></namespaces>'


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        ((503, "Service Unavailable", b""), "server_starting", "answers 503 Service Unavailable"),
        ((200, "OK", b"<html><body>Sign in</body></html>"), "not_vsphere", "a page of another kind"),
        ((200, "OK", b"<p>Sign in<br>"), "not_vsphere", "a page of another kind"),
        ((200, "OK", b""), "not_vsphere", "a page of another kind"),
        ((404, "Not Found", b""), "not_vsphere", "404 Not Found"),
        ((302, "Found", b""), "not_vsphere", "302 Found"),
        ((200, "OK", VERSIONS), None, ""),
    ],
)
def test_what_answers(monkeypatch: pytest.MonkeyPatch, answer: Any, code: Any, text: str) -> None:
    monkeypatch.setattr(endpoint, "_ask", lambda _params: answer)
    error = what_answers(GOOD, "vcenter.lab:443")
    assert (error and error.code) == code
    assert text in str(error)


def test_nothing_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for proxy in ({}, {"proxy_host": "127.0.0.1", "proxy_port": port}):
        assert what_answers({**GOOD, "hostname": "127.0.0.1", "port": port, **proxy}, "127.0.0.1") is None

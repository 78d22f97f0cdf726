# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The endpoint that the connection arguments name: how they have to be written, and what answers there."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from http.client import HTTPException, HTTPSConnection
from typing import Any
from xml.etree import ElementTree

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, one_line

CONNECT_TIMEOUT = 30
"""Seconds a server may take for each answer until we are logged in."""

_LINE_BREAK = re.compile(r"[\r\n\x00]")

_VERSIONS = "/sdk/vimServiceVersions.xml"
"""What every vSphere API endpoint has, and shows without a login."""


def check_arguments(params: Mapping[str, Any]) -> None:
    """Refuse, before any connection, what no server could be reached or logged in to with.

    :raises DirectPathError: ``invalid_connection``.
    """
    for name, variable in (("hostname", "VMWARE_HOST"), ("proxy_host", "VMWARE_PROXY_HOST")):
        _check_host(name, variable, params.get(name))
    for name, variable in (("port", "VMWARE_PORT"), ("proxy_port", "VMWARE_PROXY_PORT")):
        # Sockets take a port modulo 65536, and would say of another one that nothing listens there.
        if params.get(name) is not None and not 0 < params[name] < 65536:
            raise DirectPathError(
                f"The {name} has to be a number from 1 to 65535, and is {params[name]}. No connection was made.",
                "invalid_connection",
                remedy=f"Correct {name} (or {variable}).",
            )
    for name, variable in (("username", "VMWARE_USER"), ("password", "VMWARE_PASSWORD")):
        if _LINE_BREAK.search(params.get(name) or ""):
            raise DirectPathError(
                f"The {name} has a line break in it, often the last one of a file or of a secret. It was not sent.",
                "invalid_connection",
                remedy=f"Give {name} (or {variable}) without it, for example by the filter trim.",
            )


def _check_host(name: str, variable: str, value: str | None) -> None:
    """A host is a name or an address, no more. What stands before an @ may be a password, so it is not shown."""
    text = (value or "").rpartition("@")[2]
    bare = re.sub(r"^[a-z]+://", "", text.strip().strip("\"'"), flags=re.IGNORECASE).split("/")[0].strip()
    host, port = bare, ""
    found = re.fullmatch(r"([^:\[\]]*|\[[^\]]*\]):(\d+)", bare)
    if found:
        host, port = found.groups()
    if value in (None, "", host):
        return
    partner = "port" if name == "hostname" else "proxy_port"
    write = f"{name}: {host or 'vcenter.example.com'}" + (f", {partner}: {port}" if port else "")
    raise DirectPathError(
        f"The {name} has to be a name or an address alone, and is {text!r}. No connection was made.",
        "invalid_connection",
        remedy=f"Write {write} (or set {variable} so).",
    )


def what_answers(params: Mapping[str, Any], server: str) -> DirectPathError | None:
    """What a server that is no vSphere, or no vSphere yet, answers to a question that needs no login."""
    try:
        status, reason, body = _ask(params)
    except (OSError, HTTPException, ValueError):
        return None
    if status == 503:
        return DirectPathError(
            f"{server} answers 503 {reason}: its services are starting, or stopped.",
            "server_starting",
            remedy="Wait until they run (vCenter: port 5480; ESXi: hostd and vpxa), then run the play again.",
        )
    try:
        is_api = status == 200 and ElementTree.fromstring(body).tag == "namespaces"  # noqa: S314  a few known bytes
    except ElementTree.ParseError:
        is_api = False
    if is_api:
        return None
    found = "a page of another kind" if status == 200 else f"{status} {reason}"
    return DirectPathError(
        f"{server} answers, but is no vSphere API: it has {found} where that has its versions.",
        "not_vsphere",
        remedy="Check the address and the port; a captive portal, a proxy or a load balancer may answer in its place.",
    )


def _ask(params: Mapping[str, Any]) -> tuple[int, str, bytes]:
    context = ssl.create_default_context()
    if not params["validate_certs"]:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    target = (params["hostname"], params["port"])
    proxy = (params["proxy_host"], params["proxy_port"]) if params.get("proxy_host") else None
    connection = HTTPSConnection(*(proxy or target), timeout=CONNECT_TIMEOUT, context=context)
    try:
        if proxy:
            connection.set_tunnel(*target)
        connection.request("GET", _VERSIONS)
        answer = connection.getresponse()
        return answer.status, one_line(answer.reason), answer.read()
    finally:
        connection.close()

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere import esxcli
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault, CliSilence, EsxCli

XSI = 'xmlns="urn:vim25/5.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

ROWS = f"""<obj {XSI} versionId="5.0" xsi:type="ArrayOfDataObject">
<DataObject xsi:type="VimEsxCLIsystemsettingskernellistKernelModule">
<Configured>4096</Configured><Default>1024</Default><Name>maxIntrCookies</Name><Runtime/></DataObject>
<DataObject xsi:type="VimEsxCLIsystemsettingskernellistKernelModule">
<Configured></Configured><Name>BOOTUUID</Name><Runtime>a&amp;b</Runtime></DataObject></obj>"""

ONE = f"""<obj {XSI} xsi:type="VimEsxCLIsystembootdevicegetBootDevice">
<BootFilesystemUUID>655f0a1c</BootFilesystemUUID><StatelessBootNIC></StatelessBootNIC></obj>"""

FAULT = f"""<fault {XSI} xsi:type="LocalizedMethodFault">
<fault xsi:type="VimEsxCLICLIFault"><errMsg>Unable to find
 option nothing.</errMsg><errMsg>See list.</errMsg></fault></fault>"""


def cli(
    monkeypatch: pytest.MonkeyPatch, response: str | None = None, fault: Any = None, silent: bool = False
) -> EsxCli:
    """esxcli of a host that gives this answer."""
    answer = None if silent else SimpleNamespace(response=response, fault=fault)
    executer = SimpleNamespace(ExecuteSoap=lambda **_arguments: answer)
    monkeypatch.setattr(EsxCli, "_get_executer", lambda _self: executer)
    session: Any = None
    return EsxCli(session, "host-1", "esxi-01")


def test_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli(monkeypatch, ROWS).call("system.settings.kernel", "list") == [
        {"Configured": "4096", "Default": "1024", "Name": "maxIntrCookies", "Runtime": ""},
        {"Configured": "", "Name": "BOOTUUID", "Runtime": "a&b"},
    ]


def test_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli(monkeypatch, f'<obj {XSI} xsi:type="ArrayOfDataObject"/>').call("a.b", "list") == []


def test_a_single_object_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli(monkeypatch, ONE).call("system.boot.device", "get") == [
        {"BootFilesystemUUID": "655f0a1c", "StatelessBootNIC": ""}
    ]


def test_success_alone_gives_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = f'<obj {XSI} xsi:type="xsd:boolean">true</obj>'
    assert cli(monkeypatch, answer).call("system.settings.kernel", "set") == []


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (SimpleNamespace(faultMsg="EsxCLI.CLIFault", faultDetail=FAULT), "Unable to find option nothing. See list."),
        (SimpleNamespace(faultMsg="A general\nerror", faultDetail=None), "A general error"),
        (SimpleNamespace(faultMsg="EsxCLI.CLIFault", faultDetail="no <xml"), "no <xml"),
        (SimpleNamespace(faultMsg="EsxCLI.CLIFault", faultDetail="<fault/>"), "EsxCLI.CLIFault"),
    ],
)
def test_faults(monkeypatch: pytest.MonkeyPatch, fault: Any, text: str) -> None:
    with pytest.raises(CliFault) as caught:
        cli(monkeypatch, fault=fault).call("system.settings.kernel", "list")
    assert str(caught.value) == text


@pytest.mark.parametrize("answer", [{"silent": True}, {"response": None}, {"response": ""}, {"response": "no <xml"}])
def test_no_answer(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any]) -> None:
    with pytest.raises(DirectPathError) as caught:
        cli(monkeypatch, **answer).call("system.settings.kernel", "list")
    assert (caught.value.code, caught.value.host) == ("esxcli_no_answer", "esxi-01")
    assert "esxcli system settings kernel list" in caught.value.msg


def test_arguments_are_escaped() -> None:
    esxcli._declare_types()
    argument = esxcli._soap_argument("value", "<4096 & more>")
    assert argument.name == "value"
    assert argument.val == '<value xmlns="urn:vim25/5.0">&lt;4096 &amp; more&gt;</value>'


def test_types_can_be_declared_twice() -> None:
    esxcli._declare_types()
    esxcli._declare_types()


def test_a_host_that_is_silent_for_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed: list[float | None] = []

    @contextlib.contextmanager
    def limited(seconds: float | None) -> Iterator[None]:
        allowed.append(seconds)
        yield

    def hang(_self: EsxCli) -> Any:
        raise socket.timeout("timed out")

    monkeypatch.setattr(EsxCli, "_get_executer", hang)
    session: Any = SimpleNamespace(patience=SimpleNamespace(limited=limited))
    with pytest.raises(CliSilence) as caught:
        EsxCli(session, "host-1", "esxi-01", timeout=60).call("system.boot.device", "get")
    assert allowed == [60]
    assert (caught.value.code, caught.value.host) == ("esxcli_no_answer", "esxi-01")
    assert "Host esxi-01 did not answer esxcli system boot device get within 60 s." in str(caught.value)

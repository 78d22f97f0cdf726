# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""esxcli through the vSphere API, without SSH: what PowerCLI's Get-EsxCli and govc's host.esxcli do.

HostSystem.RetrieveManagedMethodExecuter gives an object whose ExecuteSoap runs a method of a CLI handler on the host,
through vCenter as well as on ESXi directly. The API has both, pyVmomi's type library has neither, so their types are
declared here.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError, one_line
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import Session

try:
    from pyVmomi import VmomiSupport
except ImportError:
    pass


_VERSION = "vim.version.version5"

_EXECUTER = "vmodl.reflect.ManagedMethodExecuter"

_DECLARING = threading.Lock()

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


class CliFault(Exception):
    """esxcli understood and refused; the text is what it would have printed."""


class CliSilence(DirectPathError):
    """esxcli gave no answer in the time that it had."""


class EsxCli:
    """esxcli on one host."""

    def __init__(self, session: Session, host_moid: str, host_name: str, timeout: float | None = None) -> None:
        """
        :param host_moid: of the HostSystem.
        :param host_name: its name, for messages.
        :param timeout: seconds for each answer, for commands that only read; None is what the session allows.
        """
        self._session = session
        self._host_moid = host_moid
        self._host_name = host_name
        self._timeout = timeout
        self._executer: Any = None

    def call(self, namespace: str, method: str, arguments: Mapping[str, str] | None = None) -> list[dict[str, str]]:
        """Run ``esxcli <namespace> <method>`` and return its rows: field name -> text.

        A command that answers one object gives one row; one that answers nothing but success gives none.

        :param namespace: dotted, for example ``system.settings.kernel``.
        :param arguments: argument name of the API -> value.
        :raises CliFault: the host refused.
        :raises DirectPathError: ``esxcli_no_answer``; CliSilence if it was the time that was over.
        """
        command = f"esxcli {namespace.replace('.', ' ')} {method}"
        try:
            with self.limited():
                answer = self._get_executer().ExecuteSoap(
                    moid="ha-cli-handler-" + namespace.replace(".", "-"),
                    version="urn:vim25/5.0",
                    method=f"vim.EsxCLI.{namespace}.{method}",
                    argument=[_soap_argument(name, value) for name, value in (arguments or {}).items()],
                )
        except socket.timeout as error:
            raise self._no_answer(CliSilence, f"did not answer {command} within {self._timeout} s") from error
        if answer is not None and answer.fault is not None:
            raise CliFault(_fault_text(answer.fault))
        try:
            return _rows((answer and answer.response) or "")
        except ElementTree.ParseError as error:
            raise self._no_answer(DirectPathError, f"gave no usable answer to {command}") from error

    def limited(self) -> contextlib.AbstractContextManager[None]:
        """Whatever is asked of the host meanwhile may take as long as a command, and then raises socket.timeout."""
        return contextlib.nullcontext() if self._timeout is None else self._session.patience.limited(self._timeout)

    def _no_answer(self, kind: type[DirectPathError], what: str) -> DirectPathError:
        return kind(
            f"Host {self._host_name} {what}.",
            "esxcli_no_answer",
            host=self._host_name,
            remedy="Check in vSphere that the host is connected, then run the play again.",
        )

    def _get_executer(self) -> Any:
        if self._executer is None:
            with _DECLARING:
                _declare_types()
            finder = VmomiSupport.GetVmodlType("vmodl.reflect.ManagedMethodExecuterFinder")
            method = finder._methodInfo["RetrieveManagedMethodExecuter"]
            host = self._session.object(VmomiSupport.GetVmodlType("vim.HostSystem"), self._host_moid)
            # The method belongs to HostSystem, whose published type does not list it.
            self._executer = self._session.stub.InvokeMethod(host, method, [])
        return self._executer


@functools.cache
def _declare_types() -> None:
    """Tell pyVmomi about the three data types and two methods. It refuses to be told twice."""
    optional = VmomiSupport.F_OPTIONAL
    base = "vmodl.DynamicData"

    def data(name: str, *fields: Any) -> None:
        VmomiSupport.CreateDataType(
            f"{_EXECUTER}.{name}", f"ReflectManagedMethodExecuter{name}", base, _VERSION, fields
        )

    data("SoapArgument", ("name", "string", _VERSION, 0), ("val", "string", _VERSION, 0))
    data("SoapFault", ("faultMsg", "string", _VERSION, 0), ("faultDetail", "string", _VERSION, optional))
    data(
        "SoapResult",
        ("response", "string", _VERSION, optional),
        ("fault", f"{_EXECUTER}.SoapFault", _VERSION, optional),
    )
    execute_soap = (
        "executeSoap",
        "ExecuteSoap",
        _VERSION,
        (
            ("moid", "string", _VERSION, 0, None),
            ("version", "string", _VERSION, 0, None),
            ("method", "string", _VERSION, 0, None),
            ("argument", f"{_EXECUTER}.SoapArgument[]", _VERSION, optional, None),
        ),
        (optional, f"{_EXECUTER}.SoapResult", f"{_EXECUTER}.SoapResult"),
        None,
        None,
    )
    find = (
        "retrieveManagedMethodExecuter",
        "RetrieveManagedMethodExecuter",
        _VERSION,
        (),
        (0, _EXECUTER, _EXECUTER),
        None,
        None,
    )
    managed = "vmodl.ManagedObject"
    VmomiSupport.CreateManagedType(_EXECUTER, "ReflectManagedMethodExecuter", managed, _VERSION, None, [execute_soap])
    VmomiSupport.CreateManagedType(
        f"{_EXECUTER}Finder", "ReflectManagedMethodExecuterFinder", managed, _VERSION, None, [find]
    )


def _soap_argument(name: str, value: str) -> Any:
    argument = VmomiSupport.GetVmodlType(f"{_EXECUTER}.SoapArgument")
    return argument(name=name, val=f'<{name} xmlns="urn:vim25/5.0">{escape(value)}</{name}>')


def _fault_text(fault: Any) -> str:
    """The errMsg elements of a CLI fault's detail hold the reason; faultMsg alone is a generic word."""
    texts: list[str] = []
    if fault.faultDetail:
        try:
            detail = ElementTree.fromstring(fault.faultDetail)  # noqa: S314  from the server we logged in to
            texts = [element.text or "" for element in detail.iter() if _local(element.tag) == "errMsg"]
        except ElementTree.ParseError:
            texts = [fault.faultDetail]
    return one_line(" ".join(texts)) or one_line(fault.faultMsg)


def _rows(response: str) -> list[dict[str, str]]:
    root = ElementTree.fromstring(response)  # noqa: S314  from the server we logged in to
    if root.get(_XSI_TYPE, "").rpartition(":")[2].startswith("ArrayOf"):
        return [_row(element) for element in root]
    return [_row(root)] if len(root) else []


def _row(element: Any) -> dict[str, str]:
    return {_local(child.tag): child.text or "" for child in element}


def _local(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]

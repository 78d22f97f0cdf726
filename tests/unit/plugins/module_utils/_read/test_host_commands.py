# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What esxcli on a host tells, or why not."""

from __future__ import annotations

import contextlib
import socket
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Host, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._read.host_commands import HostCommands
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault, CliSilence
from pyVmomi import vim, vmodl

SETTING = {"Name": "a", "Type": "uint32", "Configured": "1", "Runtime": "1", "Default": "1"}
ANSWERS: dict[str, Any] = {
    "system.boot.device": [{"BootFilesystemUUID": "1"}],
    "system.settings.kernel": [SETTING],
    "hardware.pci": [{"Address": "0000:d9:00.0", "PhysicalSlot": "5"}],
}


class Cli:
    """A host that gives each command an answer, or raises it."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {**ANSWERS, **{name.replace("_", "."): answer for name, answer in answers.items()}}
        self.asked: list[str] = []

    def limited(self) -> Any:
        return contextlib.nullcontext()

    def call(self, namespace: str, method: str) -> Any:
        self.asked.append(namespace)
        answer = self.answers[namespace]
        if isinstance(answer, Exception):
            raise answer
        return answer


def commands(cli: Any, state: str = "connected") -> HostCommands:
    return HostCommands(Host("host-1", "esxi-01", state, False, "8.0.3", "1", "8.0.3.0"), cli)


def all_of(cli: Any, state: str = "connected") -> tuple[Any, ...]:
    asked = commands(cli, state)
    return asked.boot_device(), asked.settings(), asked.listing()


def reasons(answers: tuple[Any, ...]) -> list[str | None]:
    return [answer.reason if isinstance(answer, Unreadable) else None for answer in answers]


def test_what_a_host_tells() -> None:
    device, settings, listing = all_of(Cli())
    assert device == {"BootFilesystemUUID": "1"}
    assert settings["a"].runtime == "1"
    assert listing["0000:d9:00.0"].slot == "5"
    assert commands(Cli(system_boot_device=[])).boot_device() == {}


@pytest.mark.parametrize("state", ["disconnected", "notResponding"])
def test_a_host_that_vcenter_has_no_contact_with_is_not_asked(state: str) -> None:
    cli = Cli()
    assert reasons(all_of(cli, state)) == [f"the host is {state}"] * 3
    assert cli.asked == []


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (CliFault("Unknown command or namespace."), "Unknown command or namespace"),
        (DirectPathError("Host x gave no usable answer.", "esxcli_no_answer"), "Host x gave no usable answer"),
        (vmodl.fault.ManagedObjectNotFound(msg="It is gone."), "ManagedObjectNotFound: It is gone"),
        (
            vim.fault.NoPermission(privilegeId="Host.Config.Settings"),
            "NoPermission: The privilege Host.Config.Settings is missing",
        ),
    ],
)
def test_a_command_that_fails_is_a_finding_and_the_others_are_asked(failure: Exception, reason: str) -> None:
    cli = Cli(system_boot_device=failure)
    assert reasons(all_of(cli)) == [reason, None, None]
    assert len(cli.asked) == 3


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (CliSilence("Host x did not answer esxcli y within 60 s.", "esxcli_no_answer"), "Host x did not answer"),
        (vmodl.fault.HostNotConnected(), "HostNotConnected"),
        (vmodl.fault.HostNotReachable(), "HostNotReachable"),
    ],
)
def test_a_silent_host_is_not_asked_again(failure: Exception, reason: str) -> None:
    cli = Cli(system_settings_kernel=failure)
    first, second, third = reasons(all_of(cli))
    assert (first, cli.asked) == (None, ["system.boot.device", "system.settings.kernel"])
    assert second is not None
    assert second.startswith(reason)
    assert third == f"it was not asked any more after this: {second}"


def test_settings_without_what_each_has_are_unknown() -> None:
    answer = commands(Cli(system_settings_kernel=[{"Name": "a"}])).settings()
    assert answer == Unreadable("esxcli system settings kernel list does not tell 'Type'")


def test_a_lost_connection_is_no_finding() -> None:
    with pytest.raises(DirectPathError, match="The connection was lost"):
        commands(Cli(hardware_pci=DirectPathError("The connection was lost.", "connection_lost"))).listing()


def option_manager(answer: Any) -> Any:
    def query(name: str) -> Any:
        assert name == "UserVars.ImageCachedSystem"
        if isinstance(answer, Exception):
            raise answer
        return answer

    return SimpleNamespace(QueryOptions=query)


@pytest.mark.parametrize(
    ("manager", "option"),
    [
        (option_manager([vim.option.OptionValue(key="UserVars.ImageCachedSystem", value="Stateful ")]), "stateful"),
        (option_manager([vim.option.OptionValue(key="UserVars.ImageCachedSystem", value="")]), ""),
        (option_manager([]), None),
        (option_manager(vim.fault.InvalidName(name="UserVars.ImageCachedSystem")), None),
        (option_manager(vmodl.fault.NotSupported(msg="Not here.")), Unreadable("NotSupported: Not here")),
        (None, Unreadable("vSphere does not show the host's advanced options")),
    ],
)
def test_only_the_hosts_word_means_that_it_has_no_such_option(manager: Any, option: Any) -> None:
    assert commands(Cli()).cached_system(manager) == option


def test_the_option_is_waited_for_no_longer_than_a_command_and_then_nothing_else_is_asked() -> None:
    cli = Cli()
    asked = commands(cli)
    found = asked.cached_system(option_manager(socket.timeout()))
    assert reasons((found, asked.settings())) == [
        "the host did not answer QueryOptions in time",
        "it was not asked any more after this: the host did not answer QueryOptions in time",
    ]
    assert cli.asked == []

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what readiness is judged by, where no lab can show it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Boot, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._read import readiness
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.esxcli import CliFault
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from pyVmomi import vim, vmodl

HOST, CLUSTER = vim.HostSystem("host-1"), vim.ClusterComputeResource("domain-c1")
OTHER = vim.HostSystem("host-2")


def profile(*entities: Any) -> ObjectProperties:
    return ObjectProperties(vim.profile.host.HostProfile("p-1"), {"name": "gold", "entity": list(entities)}, {})


def chain(managed: bool | None = None) -> list[ObjectProperties]:
    """A host in a cluster."""
    values = {} if managed is None else {"configManagerEnabled": managed}
    return [ObjectProperties(HOST, {}, {}), ObjectProperties(CLUSTER, values, {})]


@pytest.mark.parametrize(
    ("profiles", "managed", "names"),
    [
        ([], None, ()),
        ([], False, ()),
        ([], True, ("vSphere Configuration Profiles",)),
        ([profile(OTHER)], False, ()),
        ([profile(HOST)], False, ("Host profile gold",)),
        ([profile(CLUSTER, OTHER)], False, ("Host profile gold",)),
        ([profile(HOST)], True, ("vSphere Configuration Profiles", "Host profile gold")),
    ],
)
def test_who_manages_the_settings_of_a_host(
    profiles: list[ObjectProperties], managed: bool | None, names: tuple[str, ...]
) -> None:
    assert readiness._managers(chain(managed), profiles) == names


def test_host_profiles_that_may_not_be_read_are_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise vim.fault.NoPermission(privilegeId="Profile.View")

    monkeypatch.setattr(readiness, "retrieve", refuse)
    session: Any = SimpleNamespace(content=SimpleNamespace(hostProfileManager=vim.profile.host.ProfileManager("m")))
    found = readiness.host_profiles(session)
    assert isinstance(found, Unreadable)
    assert "NoPermission" in found.reason
    assert readiness._managers(chain(), found) is found


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (CliFault("Unknown command or namespace."), "Unknown command or namespace"),
        (DirectPathError("Host x gave no answer to esxcli.", "esxcli_no_answer"), "Host x gave no answer to esxcli"),
        (vmodl.fault.ManagedObjectNotFound(msg="It is gone."), "ManagedObjectNotFound: It is gone"),
    ],
)
def test_a_command_that_fails_is_a_finding(failure: Exception, reason: str) -> None:
    def fail(namespace: str, method: str) -> Any:
        raise failure

    cli: Any = SimpleNamespace(call=fail)
    properties = ObjectProperties(HOST, {}, {})
    assert readiness._settings(cli) == Unreadable(reason)
    assert readiness._boot(cli, properties, None) == Boot(Unreadable(reason))


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
    assert readiness._cached_system(manager) == option


@pytest.mark.parametrize(("nic", "option"), [("00:50:56:00:00:01", "stateful"), ("", None)])
def test_the_option_is_asked_of_hosts_that_boot_over_the_network_only(nic: str, option: str | None) -> None:
    manager = option_manager([vim.option.OptionValue(key="UserVars.ImageCachedSystem", value="stateful")])
    row = {"BootFilesystemUUID": "1", "BootNIC": nic, "StatelessBootNIC": ""}
    cli: Any = SimpleNamespace(call=lambda namespace, method: [row])
    info = vim.host.DeploymentInfo(bootedFromStatelessCache=False)
    values = {"configManager.advancedOption": manager, "config.deploymentInfo": info}
    found = readiness._boot(cli, ObjectProperties(HOST, values, {}), None)
    assert found == Boot(row, option, from_stateless_cache=False)


def test_a_disconnected_host_is_not_asked_how_it_boots() -> None:
    away = Unreadable("the host is disconnected")
    properties = ObjectProperties(HOST, {}, {})
    assert readiness._boot(SimpleNamespace(), properties, away) == Boot(away)  # type: ignore[arg-type]


def test_a_lost_connection_is_a_failure() -> None:
    def fail(namespace: str, method: str) -> Any:
        raise DirectPathError("The connection was lost.", "connection_lost")

    cli: Any = SimpleNamespace(call=fail)
    with pytest.raises(DirectPathError, match="The connection was lost"):
        readiness._settings(cli)


def test_an_older_server_is_not_asked_for_what_it_does_not_have() -> None:
    def asked(api_version: str) -> set[str]:
        session: Any = SimpleNamespace(api_version=api_version)
        return {path for paths in readiness.readiness_paths(session).values() for path in paths}

    assert asked("8.0.1.0") - asked("7.0.3.0") == {"capability.fptHotplugSupported", "configManagerEnabled"}

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what readiness is judged by, where no lab can show it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Boot, Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._read import readiness
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from pyVmomi import vim

HOST, FOLDER, DATACENTER = vim.HostSystem("host-1"), vim.Folder("group-h1"), vim.Datacenter("datacenter-1")
LACKS = "NoPermission, the account lacks System.Read"


def commands(device: Any) -> Any:
    return SimpleNamespace(boot_device=lambda: device, cached_system=lambda options: options)


@pytest.mark.parametrize(("nic", "option"), [("00:50:56:00:00:01", "stateful"), ("", None)])
def test_the_option_is_asked_of_hosts_that_boot_over_the_network_only(nic: str, option: str | None) -> None:
    row = {"BootFilesystemUUID": "1", "BootNIC": nic, "StatelessBootNIC": ""}
    info = vim.host.DeploymentInfo(bootedFromStatelessCache=False)
    values = {"configManager.advancedOption": "stateful", "config.deploymentInfo": info}
    found = readiness._boot(commands(row), ObjectProperties(HOST, values, {}))
    assert found == Boot(row, option, from_stateless_cache=False)


def test_a_host_that_does_not_tell_how_it_boots() -> None:
    away = Unreadable("the host is disconnected")
    assert readiness._boot(commands(away), ObjectProperties(HOST, {}, {})) == Boot(away)


def above(**folder: Any) -> list[ObjectProperties]:
    """A host in a folder."""
    return [
        ObjectProperties(HOST, {"parent": FOLDER}, {}),
        ObjectProperties(FOLDER, **{"values": {}, "missing": {}, **folder}),
    ]


@pytest.mark.parametrize(
    ("chain", "datacenter"),
    [
        ([*above(), ObjectProperties(DATACENTER, {"name": "EU%2fDC0"}, {})], "EU/DC0"),
        ([*above(), ObjectProperties(DATACENTER, {}, {"name": LACKS})], Unreadable(LACKS)),
        (above(), None),
        (above(missing={"parent": LACKS}), Unreadable(LACKS)),
        (above(values={"parent": DATACENTER}), Unreadable("the account may not see datacenter-1, which it is in")),
    ],
)
def test_a_datacenter_that_is_not_seen_is_not_missing(chain: list[ObjectProperties], datacenter: Any) -> None:
    assert readiness._datacenter(chain) == datacenter


@pytest.mark.parametrize(
    ("properties", "firmware"),
    [
        (ObjectProperties(HOST, {}, {}), None),
        (ObjectProperties(HOST, {}, {"hardware.biosInfo": LACKS}), Unreadable(LACKS)),
        (ObjectProperties(HOST, {"hardware.biosInfo": vim.host.BIOSInfo(firmwareType="UEFI")}, {}), "UEFI"),
    ],
)
def test_a_firmware_that_may_not_be_read_is_told_from_one_that_is_not_told(
    properties: ObjectProperties, firmware: Any
) -> None:
    assert readiness._firmware(properties) == firmware


def test_an_older_server_is_not_asked_for_what_it_does_not_have() -> None:
    def asked(api_version: str) -> set[str]:
        session: Any = SimpleNamespace(api_version=api_version)
        return {path for paths in readiness.readiness_paths(session).values() for path in paths}

    assert asked("8.0.1.0") - asked("7.0.3.0") == {"capability.fptHotplugSupported", "configManagerEnabled"}

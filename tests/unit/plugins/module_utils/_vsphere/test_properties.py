# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading many objects in parts."""

from __future__ import annotations

import weakref
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import (
    retrieve,
    retrieve_in_parts,
    understood,
)
from memory_vsphere import Vsphere
from pyVmomi import vim

PATHS = {vim.HostSystem: ["name"]}


@pytest.fixture
def vsphere() -> Vsphere:
    vsphere = Vsphere()
    for number in range(5):
        vsphere.add_host(f"host-{number}", f"esxi-{number}.lab")
    return vsphere


@pytest.mark.parametrize(("size", "calls"), [(1, 5), (2, 3), (5, 1), (250, 1)])
def test_the_parts_are_the_whole(vsphere: Vsphere, size: int, calls: int) -> None:
    session = vsphere.session()
    found = list(retrieve_in_parts(session, vsphere.hosts, PATHS, size))
    assert vsphere.calls == ["RetrievePropertiesEx"] * calls
    assert [item.get("name") for item in found] == [f"esxi-{number}.lab" for number in range(5)]
    assert found == retrieve(session, vsphere.hosts, PATHS)


def test_of_nothing_nothing_is_asked(vsphere: Vsphere) -> None:
    assert list(retrieve_in_parts(vsphere.session(), [], PATHS, 250)) == []
    assert vsphere.calls == []


class Content(SimpleNamespace):
    """What the server sends of an object; SimpleNamespace itself cannot be watched."""


def test_who_keeps_nothing_holds_no_part_while_the_next_is_read(
    vsphere: Vsphere, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[weakref.ref[Content]] = []
    held: list[int] = []

    def content(obj: Any, paths: list[str]) -> Any:
        # At the start of a part, all that is alive is of parts before.
        if len(sent) % 2 == 0:
            held.append(sum(each() is not None for each in sent))
        value = Content(name=obj._moId)
        sent.append(weakref.ref(value))
        return SimpleNamespace(obj=obj, propSet=[SimpleNamespace(name="name", val=value)], missingSet=[])

    monkeypatch.setattr(vsphere, "_content", content)
    found = [item.get("name").name for item in retrieve_in_parts(vsphere.session(), vsphere.hosts, PATHS, 2)]
    assert len(found) == 5
    # The last of a part is the caller's until he gets the next.
    assert held == [0, 1, 1]


@pytest.mark.parametrize(
    ("api_version", "paths"),
    [
        ("8.0.1.0", ["config.fixedPassthruHotPlugEnabled", "config.firmware", "config.managedBy", "name"]),
        ("8.0.0.0", ["config.firmware", "config.managedBy", "name"]),
        ("7.0.3.0", ["config.firmware", "config.managedBy", "name"]),
        ("4.1", ["name"]),
    ],
)
def test_an_older_server_is_not_asked_for_what_it_does_not_have(api_version: str, paths: list[str]) -> None:
    session: Any = SimpleNamespace(api_version=api_version)
    asked = ["config.fixedPassthruHotPlugEnabled", "config.firmware", "config.managedBy", "config.invented", "name"]
    assert understood(session, {vim.VirtualMachine: asked}) == {vim.VirtualMachine: paths}

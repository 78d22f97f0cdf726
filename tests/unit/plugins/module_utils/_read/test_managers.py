# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may set the settings of a host back, where no lab can show it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._facts.host import Unreadable
from ansible_collections.directpath.nvme.plugins.module_utils._read import managers
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from pyVmomi import vim

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
    assert managers.managers_of(chain(managed), profiles) == names


def test_host_profiles_that_may_not_be_read_are_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise vim.fault.NoPermission(privilegeId="Profile.View")

    monkeypatch.setattr(managers, "retrieve", refuse)
    session: Any = SimpleNamespace(content=SimpleNamespace(hostProfileManager=vim.profile.host.ProfileManager("m")))
    found = managers.host_profiles(session)
    assert isinstance(found, Unreadable)
    assert "NoPermission" in found.reason
    assert managers.managers_of(chain(), found) is found


def test_a_cluster_that_may_not_be_read_may_have_configuration_profiles() -> None:
    hidden = ObjectProperties(CLUSTER, {}, {"configManagerEnabled": "NoPermission, the account lacks System.Read"})
    found = managers.managers_of([ObjectProperties(HOST, {}, {}), hidden], [])
    assert isinstance(found, Unreadable)
    assert "the account lacks System.Read" in found.reason


def test_a_profile_of_which_nobody_may_see_what_it_is_attached_to_may_be_that_of_the_host() -> None:
    hidden = ObjectProperties(
        profile().obj, {"name": "gold"}, {"entity": "NoPermission, the account lacks Profile.View"}
    )
    found = managers.managers_of(chain(), [hidden])
    assert isinstance(found, Unreadable)
    assert "the account lacks Profile.View" in found.reason


@pytest.mark.parametrize(("values", "missing"), [({"parent": CLUSTER}, {}), ({}, {"parent": "the account lacks it"})])
def test_what_is_not_seen_above_a_host_may_be_managed(values: dict[str, Any], missing: dict[str, str]) -> None:
    assert isinstance(managers.managers_of([ObjectProperties(HOST, values, missing)], []), Unreadable)

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host of the inventory is meant by a name."""

from __future__ import annotations

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._plan.host_names import (
    InventoryHost,
    accepted_names,
    find_host,
    spelt_alike,
)


def hosts(**names: str) -> list[InventoryHost]:
    """Names in vSphere by inventory name."""
    return [InventoryHost(name, vsphere, (None, None), None) for name, vsphere in names.items()]


SITE = hosts(alpha="esxi-01.lab", beta="host-12", gamma="gamma")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("alpha", "alpha"), ("esxi-01.lab", "alpha"), ("beta", "beta"), ("host-12", "beta"), ("gamma", "gamma")],
)
def test_a_host_is_called_by_its_inventory_name_or_its_name_in_vsphere(name: str, meant: str) -> None:
    host, complaint = find_host(name, SITE)
    assert host is not None
    assert (host.name, complaint) == (meant, "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("esxi-01", "is no host of the group esxi_hosts. Write esxi-01.lab."),
        ("ESXI-01.LAB", "Write esxi-01.lab."),
        ("Alpha", "Write alpha."),
        ("gamma.lab", "Write gamma."),
        ("esxi-02.lab", "Similar names: esxi-01.lab."),
        ("host-99", "Similar names: host-12."),
        ("elsewhere", "Write the host's inventory name or its host_prepare_esxi_host_name, letter by letter."),
    ],
)
def test_another_spelling_is_refused_with_the_one_to_use(name: str, words: str) -> None:
    host, complaint = find_host(name, SITE)
    assert host is None
    assert complaint.startswith(f"{name}, which ")
    assert complaint.endswith(words)


@pytest.mark.parametrize(
    "site",
    [
        pytest.param(hosts(a="same", b="same"), id="one name in two vCenters"),
        pytest.param(hosts(same="other", b="same"), id="a host's inventory name is another's name in vSphere"),
    ],
)
def test_a_name_that_two_hosts_have_is_refused(site: list[InventoryHost]) -> None:
    host, complaint = find_host("same", site)
    assert host is None
    assert f"may mean {site[0].name} and {site[1].name}" in complaint


def test_names_lead_to_those_in_vsphere() -> None:
    assert accepted_names(SITE) == {
        "alpha": "esxi-01.lab",
        "esxi-01.lab": "esxi-01.lab",
        "beta": "host-12",
        "host-12": "host-12",
        "gamma": "gamma",
    }
    assert accepted_names(hosts(one="two", two="three"))["two"] == "three"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("esxi-01", "esxi-01.lab", True),
        ("ESXI-01", "esxi-01.lab", True),
        ("esxi-01.LAB", "esxi-01.lab", True),
        ("esxi-01", "esxi-010.lab", False),
        ("esxi-01.a", "esxi-01.b", False),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_spellings_that_people_use_for_one_host(one: str, other: str, alike: bool) -> None:
    for pair in ((one, other), (other, one)):
        assert spelt_alike(*pair) is alike

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How hosts and VMs are found by what operators call them, and what is said if they are not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._read.search import (
    Search,
    find_hosts,
    find_vm,
    named_host,
)
from memory_vsphere import Vsphere
from pyVmomi import vim

VM: dict[str, Any] = dict.fromkeys(("name", "moid", "uuid", "use_instance_uuid", "folder", "datacenter"))


@pytest.fixture
def vsphere() -> Vsphere:
    """Two datacenters, a cluster, and names that repeat."""
    vsphere = Vsphere()
    vsphere.add_host("host-1", "esxi-01.lab")
    vsphere.add_host("host-2", "esxi-02.lab")
    cluster = vsphere.add(vim.ClusterComputeResource, "domain-c1", "cluster-1", vsphere.host_folder)
    vsphere.values[cluster]["host"] = [vsphere.add_host("host-3", "esxi-03.lab", parent=cluster)]
    vsphere.add(vim.ClusterComputeResource, "domain-c2", "empty", vsphere.host_folder, host=[])
    other = vsphere.add(vim.Datacenter, "datacenter-2", "DC1", vsphere.root)
    hosts = vsphere.add(vim.Folder, "group-h2", "host", other)
    vms = vsphere.add(vim.Folder, "group-v2", "vm", other)
    vsphere.add_host("host-4", "esxi-02.lab", parent=hosts)
    storage = vsphere.add(vim.Folder, "group-v3", "storage", vsphere.vm_folder)
    for moid, name, parent, uuid in (
        ("vm-1", "web", vsphere.vm_folder, "u-1"),
        ("vm-2", "db", storage, "u-2"),
        ("vm-3", "db", vms, "u-3"),
        ("vm-4", "100%25 sure", vms, "u-4"),
    ):
        values: dict[str, Any] = {"config__uuid": uuid, "config__instanceUuid": f"i{uuid}"}
        vsphere.add(vim.VirtualMachine, moid, name, parent, **values)
    return vsphere


def moids(found: list[Any]) -> list[str]:
    return [obj._moId for obj in found]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"esxi_host_name": "esxi-01.lab"}, ["host-1"]),
        ({"esxi_host_name": "host-2"}, ["host-2"]),
        ({"esxi_host_name": "DC1/host/esxi-02.lab"}, ["host-4"]),
        ({"esxi_host_name": "/DC1/host/esxi-02.lab"}, ["host-4"]),
        ({"esxi_host_name": "esxi-02.lab", "datacenter": "DC0"}, ["host-2"]),
        ({"esxi_host_name": "esxi-02.lab", "datacenter": "datacenter-2"}, ["host-4"]),
        # Each once, in the order given.
        ({"esxi_host_names": ["esxi-03.lab", "host-1", "esxi-01.lab"]}, ["host-3", "host-1"]),
        ({"cluster": "cluster-1"}, ["host-3"]),
        ({"cluster": "domain-c1"}, ["host-3"]),
        ({"cluster": "DC0/host/cluster-1"}, ["host-3"]),
    ],
)
def test_hosts(vsphere: Vsphere, params: dict[str, Any], found: list[str]) -> None:
    assert moids(find_hosts(vsphere.session(), params)) == found


@pytest.mark.parametrize(
    ("params", "code", "text"),
    [
        ({"esxi_host_name": "esxi-1.lab"}, "not_found", "Similar names: esxi-01.lab"),
        ({"esxi_host_name": "esxi-02.lab"}, "ambiguous_name", "DC0/host/esxi-02.lab (host-2), DC1/host/esxi-02.lab"),
        ({"esxi_host_name": "DC0/host/none"}, "not_found", "no host DC0/host/none"),
        # A path that leads to something else than a host.
        ({"esxi_host_name": "DC0/host/cluster-1"}, "not_found", "no host DC0/host/cluster-1"),
        ({"esxi_host_name": "esxi-01.lab", "datacenter": "DC9"}, "not_found", "no datacenter DC9"),
        ({"esxi_host_names": []}, "invalid_argument", "No host is named"),
        ({"cluster": "none"}, "not_found", "no cluster none"),
        ({"cluster": "empty"}, "not_found", "Cluster empty has no hosts"),
    ],
)
def test_hosts_that_are_not_found(vsphere: Vsphere, params: dict[str, Any], code: str, text: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        find_hosts(vsphere.session(), params)
    assert caught.value.code == code
    assert text in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"name": "web"}, "vm-1"),
        ({"name": "DC1/vm/db"}, "vm-3"),
        ({"name": "db", "folder": "DC0/vm/storage"}, "vm-2"),
        ({"name": "db", "folder": "storage", "datacenter": "DC0"}, "vm-2"),
        ({"name": "db", "datacenter": "DC1"}, "vm-3"),
        ({"moid": "vm-2"}, "vm-2"),
        ({"uuid": "u-3"}, "vm-3"),
        ({"uuid": "iu-3", "use_instance_uuid": True}, "vm-3"),
        # vSphere keeps a percent sign as %25.
        ({"name": "100% sure"}, "vm-4"),
    ],
)
def test_vms(vsphere: Vsphere, params: dict[str, Any], found: str) -> None:
    assert find_vm(vsphere.session(), params)._moId == found


@pytest.mark.parametrize(
    ("params", "code", "text"),
    [
        ({"name": "wep"}, "not_found", "Similar names: web"),
        ({"name": "db"}, "ambiguous_name", "DC0/vm/storage/db (vm-2), DC1/vm/db (vm-3)"),
        # A VM may be called like another's MoID: only moid takes one.
        ({"name": "vm-1"}, "not_found", "no VM vm-1"),
        ({"moid": "vm-9"}, "not_found", "MoID vm-9"),
        ({"uuid": "u-9"}, "not_found", "UUID u-9"),
        ({"name": "db", "folder": "none"}, "not_found", "no folder none"),
    ],
)
def test_vms_that_are_not_found(vsphere: Vsphere, params: dict[str, Any], code: str, text: str) -> None:
    with pytest.raises(DirectPathError) as caught:
        find_vm(vsphere.session(), params)
    assert caught.value.code == code
    assert text in str(caught.value)
    assert caught.value.remedy


def test_one_retrieval_serves_all_names(vsphere: Vsphere) -> None:
    find_hosts(vsphere.session(), {"esxi_host_names": ["esxi-01.lab", "host-2", "esxi-03.lab"]})
    assert vsphere.calls == ["CreateContainerView", "RetrievePropertiesEx"]


def test_one_search_lists_each_part_once_and_never_takes_the_wrong_one_of_two(vsphere: Vsphere) -> None:
    search = Search(vsphere.session())
    hosts = [search.hosts({"esxi_host_name": name})[0]._moId for name in ("esxi-01.lab", "esxi-03.lab", "host-4")]
    vms = [search.vm({**VM, **one})._moId for one in ({"name": "web"}, {"name": "100% sure"}, {"moid": "vm-2"})]
    assert (hosts, vms) == (["host-1", "host-3", "host-4"], ["vm-1", "vm-4", "vm-2"])
    for look, code in (
        (lambda: search.hosts({"esxi_host_name": "esxi-02.lab"}), "ambiguous_name"),
        (lambda: search.vm({**VM, "name": "db"}), "ambiguous_name"),
        (lambda: search.vm({**VM, "name": "vm-1"}), "not_found"),
    ):
        with pytest.raises(DirectPathError) as caught:
            look()
        assert caught.value.code == code
    # In another datacenter the name is another one's.
    assert search.vm({**VM, "name": "db", "datacenter": "DC1"})._moId == "vm-3"
    assert vsphere.calls.count("CreateContainerView") == 3


def test_a_host_to_hold_against_is_asked_for_only_by_path(vsphere: Vsphere) -> None:
    session = vsphere.session()
    assert (named_host(session, None), named_host(session, "esxi-01.lab")) == (None, "esxi-01.lab")
    assert vsphere.calls == []
    assert named_host(session, "DC1/host/esxi-02.lab") == "host-4"
    with pytest.raises(DirectPathError) as caught:
        named_host(session, "DC1/host/none")
    assert caught.value.code == "not_found"

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VMs of a host: what it lists and the answer lacks is there all the same."""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._facts.owners import VmsOnHost
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import vms_by_host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from pyVmomi import vim

HOST = vim.HostSystem("host-1", None)


def host(*listed: str, missing: dict[str, str] | None = None) -> ObjectProperties:
    values = {} if missing else {"vm": [vim.VirtualMachine(moid, None) for moid in listed]}
    return ObjectProperties(HOST, values, missing or {})


def vm(moid: str, on: Any = HOST, missing: dict[str, str] | None = None) -> ObjectProperties:
    return ObjectProperties(vim.VirtualMachine(moid, None), {"name": f"name-{moid}", "runtime.host": on}, missing or {})


def vms_on(host: ObjectProperties, found: list[ObjectProperties]) -> VmsOnHost:
    (around,) = vms_by_host([host], found).values()
    return around


def names(host: ObjectProperties, found: list[ObjectProperties]) -> list[str]:
    return [each.name for each in vms_on(host, found).vms]


def test_all_that_are_listed() -> None:
    found = [host("vm-1", "vm-2"), vm("vm-1"), vm("vm-2"), vm("vm-3", on=vim.HostSystem("host-2", None))]
    assert names(found[0], found) == ["name-vm-1", "name-vm-2"]
    assert vms_on(found[0], found).unseen == ()


def test_a_vm_that_moves_while_it_is_read_is_on_both_hosts() -> None:
    other = ObjectProperties(vim.HostSystem("host-2", None), {"vm": [vim.VirtualMachine("vm-2", None)]}, {})
    found = [host("vm-1"), other, vm("vm-1", on=other.obj), vm("vm-2", on=other.obj)]
    around = vms_by_host(found[:2], found)
    assert [each.moid for each in around["host-1"].vms] == ["vm-1"]
    assert sorted(each.moid for each in around["host-2"].vms) == ["vm-1", "vm-2"]


def test_a_host_without_vms() -> None:
    assert vms_on(host(), []).unseen == vms_on(ObjectProperties(HOST, {}, {}), []).unseen == ()


def test_a_vm_that_is_listed_but_not_shown() -> None:
    found = [host("vm-1", "vm-42"), vm("vm-1")]
    (unseen,) = vms_on(found[0], found).unseen
    assert "vm-42" in unseen
    assert "System.Read" in unseen


def test_a_host_that_does_not_show_its_vms() -> None:
    found = [host(missing={"vm": "NoPermission"}), vm("vm-1")]
    around = vms_on(found[0], found)
    assert [each.name for each in around.vms] == ["name-vm-1"]
    (unseen,) = around.unseen
    assert "which VMs are on the host: NoPermission" in unseen


def test_a_vm_that_may_not_be_read_is_listed_and_doubted() -> None:
    found = [host("vm-1"), vm("vm-1", on=None, missing={"config.hardware": "NoPermission"})]
    around = vms_on(found[0], found)
    (hidden,) = around.vms
    assert hidden.unreadable == {"config.hardware": "NoPermission"}
    assert len(around.owners().doubts) == 1

# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VMs of a host: what it lists and the answer lacks is there all the same."""

from __future__ import annotations

from typing import Any

from ansible_collections.directpath.nvme.plugins.module_utils._read.vms_on_host import vms_on_host
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.properties import ObjectProperties
from pyVmomi import vim

HOST = vim.HostSystem("host-1", None)


def host(*listed: str, missing: dict[str, str] | None = None) -> ObjectProperties:
    values = {} if missing else {"vm": [vim.VirtualMachine(moid, None) for moid in listed]}
    return ObjectProperties(HOST, values, missing or {})


def vm(moid: str, on: Any = HOST, missing: dict[str, str] | None = None) -> ObjectProperties:
    return ObjectProperties(vim.VirtualMachine(moid, None), {"name": f"name-{moid}", "runtime.host": on}, missing or {})


def names(*args: Any) -> list[str]:
    return [found.name for found in vms_on_host(*args).vms]


def test_all_that_are_listed() -> None:
    found = [host("vm-1", "vm-2"), vm("vm-1"), vm("vm-2"), vm("vm-3", on=vim.HostSystem("host-2", None))]
    assert names(found[0], found) == ["name-vm-1", "name-vm-2"]
    assert vms_on_host(found[0], found).unseen == ()


def test_a_host_without_vms() -> None:
    assert vms_on_host(host(), []).unseen == vms_on_host(ObjectProperties(HOST, {}, {}), []).unseen == ()


def test_a_vm_that_is_listed_but_not_shown() -> None:
    found = [host("vm-1", "vm-42"), vm("vm-1")]
    (unseen,) = vms_on_host(found[0], found).unseen
    assert "vm-42" in unseen
    assert "System.Read" in unseen


def test_a_host_that_does_not_show_its_vms() -> None:
    found = [host(missing={"vm": "NoPermission"}), vm("vm-1")]
    around = vms_on_host(found[0], found)
    assert [each.name for each in around.vms] == ["name-vm-1"]
    (unseen,) = around.unseen
    assert "which VMs are on the host: NoPermission" in unseen


def test_a_vm_that_may_not_be_read_is_listed_and_doubted() -> None:
    found = [host("vm-1"), vm("vm-1", on=None, missing={"config.hardware": "NoPermission"})]
    around = vms_on_host(found[0], found)
    (hidden,) = around.vms
    assert hidden.unreadable == {"config.hardware": "NoPermission"}
    assert len(around.owners().doubts) == 1

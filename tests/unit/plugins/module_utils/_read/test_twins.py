# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.directpath.nvme.plugins.module_utils._facts.twins import Twins
from ansible_collections.directpath.nvme.plugins.module_utils._read.placement import read_placement, with_twins
from ansible_collections.directpath.nvme.plugins.module_utils._read.twins import read_twins, read_twins_of_few
from ansible_collections.directpath.nvme.plugins.module_utils._read.vms import read_vm
from memory_vsphere import Vsphere
from pyVmomi import vim

UUID = "42200102-0304-0506-0708-090a0b0c0d0e"
OTHER_ORDER = "02012042-0403-0605-0708-090a0b0c0d0e"
OTHER = "42200102-0304-0506-0708-090a0b0c0dff"


def fleet() -> Vsphere:
    """Two hosts; on the first db-01, a copy that is off, and a VM that nobody sees; on the second copies that run."""
    vsphere = Vsphere()
    first, second = vsphere.add_host(), vsphere.add_host("host-2", "esxi-02.lab")
    vsphere.add_vm(first, "vm-1", "db-01", config__uuid=UUID)
    vsphere.add_vm(first, "vm-2", "db-01-old", config__uuid=UUID, runtime__powerState="poweredOff")
    vsphere.values[first]["vm"].append(vim.VirtualMachine("vm-99", vsphere))
    vsphere.add_vm(second, "vm-3", "db-01%2freplica", config__uuid=UUID)
    vsphere.add_vm(second, "vm-4", "db-01-swapped", config__uuid=OTHER_ORDER)
    vsphere.add_vm(second, "vm-5", "web-01", config__uuid=OTHER)
    return vsphere


def test_copies_anywhere_and_vms_of_the_host_that_nobody_sees() -> None:
    vsphere = fleet()
    session = vsphere.session()
    mine, other = read_vm(session, "vm-1"), read_vm(session, "vm-5")
    vsphere.calls.clear()
    twins = read_twins(session, [mine, other])
    assert vsphere.calls == ["RetrievePropertiesEx", "CreateContainerView", "RetrievePropertiesEx"]
    assert set(twins["vm-1"].names) == {"db-01/replica", "db-01-swapped"}
    (doubt,) = twins["vm-1"].doubts
    assert "the host lists the VM vm-99, which the account may not see" in doubt
    assert twins["vm-5"] == Twins()


def test_nothing_is_asked_for_no_vms() -> None:
    vsphere = fleet()
    assert read_twins(vsphere.session(), []) == {}
    assert vsphere.calls == []


def test_one_vm_finds_the_same_as_many() -> None:
    session = fleet().session()
    found = with_twins(session, read_placement(session, "vm-1", [])).placement.twins
    many = read_twins(session, [read_vm(session, "vm-1")])["vm-1"]
    few = read_twins_of_few(session, [read_vm(session, "vm-1")])["vm-1"]
    assert (set(found.names), found.doubts) == (set(many.names), many.doubts)
    assert (set(few.names), few.doubts) == (set(many.names), many.doubts)


def test_few_vms_cost_no_look_at_all_of_them() -> None:
    vsphere = fleet()
    session = vsphere.session()
    mine = read_vm(session, "vm-1")
    vsphere.calls.clear()
    read_twins_of_few(session, [mine])
    assert vsphere.calls == ["RetrievePropertiesEx", "FindAllByUuid", "FindAllByUuid", "RetrievePropertiesEx"]

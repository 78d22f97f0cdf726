# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read back decides what is told of a toggle; all hosts are judged before the first is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._operations.nvme_passthrough_toggle import operate
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import connection_lost
from memory_vsphere import Vsphere, vm_device
from pyVmomi import vim, vmodl

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
UPDATE = "UpdatePassthruConfig"


def lost() -> DirectPathError:
    return connection_lost("vcenter.lab:443", UPDATE, ConnectionResetError())


@pytest.fixture
def vsphere() -> Vsphere:
    """Two hosts, each with a drive that is a VM's and one that is free."""
    vsphere = Vsphere()
    for number in (1, 2):
        host = vsphere.add_host(f"host-{number}", f"esxi-0{number}.lab")
        vsphere.add_drives(host, d8=True, d9=False)
        vsphere.add_vm(host, f"vm-{number}", f"db-{number}", vm_device(0, D8))
    return vsphere


def toggle(vsphere: Vsphere, address: str = D9, hosts: int = 2, check: bool = False, **changes: Any) -> Any:
    params = {
        "esxi_host_names": [f"esxi-0{number}.lab" for number in range(1, hosts + 1)],
        "devices": [{"address": address}],
        "state": "enabled",
        "expect_count": None,
        "fail_on_missing": True,
        "apply_now": None,
        "allow_foreign_data": None,
        "known_drives": None,
    }
    return operate(vsphere.session(), {**params, **changes}, check)


def refusal(vsphere: Vsphere, **changes: Any) -> DirectPathError:
    with pytest.raises(DirectPathError) as caught:
        toggle(vsphere, **changes)
    return caught.value


def enabled(vsphere: Vsphere) -> list[bool]:
    """Of each host, whether D9 is set to passthrough."""
    infos = [vsphere.values[host]["config.pciPassthruInfo"] for host in vsphere.hosts]
    return [next(info.passthruEnabled for info in found if info.id == D9) for found in infos]


def test_free_drives_are_enabled_and_read_back(vsphere: Vsphere) -> None:
    outcome = toggle(vsphere)
    assert (outcome.result["changed"], outcome.result["reboot_required"]) == (True, True)
    assert enabled(vsphere) == [True, True]
    assert vsphere.calls.count(UPDATE) == 2
    assert outcome.before["esxi-01.lab"][D9] == {"passthruEnabled": False, "passthruActive": False}
    assert outcome.after["esxi-01.lab"][D9] == {"passthruEnabled": True, "passthruActive": False}


def remembered(vsphere: Vsphere) -> list[list[str]]:
    """Of each host, the serial numbers in its custom attribute."""
    values = [vsphere.values[host].get("customValue", []) for host in vsphere.hosts]
    return [[drive["serial"] for item in found for drive in json.loads(item.value)["drives"]] for found in values]


def test_drives_are_remembered_before_they_are_taken(vsphere: Vsphere) -> None:
    outcome = toggle(vsphere)
    assert remembered(vsphere) == [[f"S-{D9}"], [f"S-{D9}"]]
    assert [host["devices"][0]["serial"] for host in outcome.result["hosts"]] == [f"S-{D9}", f"S-{D9}"]
    last_set = len(vsphere.calls) - vsphere.calls[::-1].index("SetField")
    assert last_set < vsphere.calls.index(UPDATE)
    assert outcome.warnings == []
    # Nothing is to be learnt where passthrough is given back, or is on already.
    vsphere.calls.clear()
    toggle(vsphere, state="disabled")
    assert "SetField" not in vsphere.calls


def test_check_mode_remembers_nothing(vsphere: Vsphere) -> None:
    toggle(vsphere, check=True)
    assert {"SetField", "AddCustomFieldDef"}.isdisjoint(vsphere.calls)


def test_a_drive_is_taken_all_the_same_if_it_cannot_be_remembered(vsphere: Vsphere) -> None:
    vsphere.errors["AddCustomFieldDef"] = [vim.fault.NoPermission(privilegeId="Global.ManageCustomFields")]
    outcome = toggle(vsphere, hosts=1)
    assert enabled(vsphere) == [True, False]
    (warning,) = outcome.warnings
    for word in ("Global.ManageCustomFields", "esxi-01.lab", f"S-{D9} at {D9}", "nvme_hotplug_known_drives"):
        assert word in warning


def test_esxi_itself_remembers_nothing_but_an_inventory_may(vsphere: Vsphere) -> None:
    def warnings(known: list[dict[str, str]] | None) -> list[str]:
        infos = vsphere.values[vsphere.hosts[0]]["config.pciPassthruInfo"]
        next(info for info in infos if info.id == D9).passthruEnabled = False
        params = {
            "esxi_host_names": ["esxi-01.lab"],
            "devices": [{"address": D9}],
            "state": "enabled",
            "known_drives": known,
        }
        left = dict.fromkeys(("expect_count", "fail_on_missing", "apply_now", "allow_foreign_data"))
        return operate(vsphere.session(is_vcenter=False), {**left, **params}, False).warnings

    (warning,) = warnings(None)
    assert f"S-{D9} at {D9}" in warning
    assert warnings([{"serial": f"S-{D9}", "address": D9}]) == []
    assert "SetField" not in vsphere.calls


def test_what_is_so_already_is_not_written(vsphere: Vsphere) -> None:
    assert not toggle(vsphere, state="disabled").result["changed"]
    assert UPDATE not in vsphere.calls


def test_check_mode_tells_the_same_and_writes_nothing(vsphere: Vsphere) -> None:
    planned = toggle(vsphere, check=True)
    assert UPDATE not in vsphere.calls
    done = toggle(vsphere)
    assert (planned.result, planned.before, planned.after) == (done.result, done.before, done.after)


STORAGE, DEVICES = "config.storageDevice.scsiLun", "hardware.pciDevice"


def read_of(vsphere: Vsphere, path: str, **changes: Any) -> list[str]:
    """The hosts whose property was read during a run, in order."""
    asked: list[str] = []

    def content(obj: Any, paths: list[str]) -> Any:
        if path in paths:
            asked.append(obj._moId)
        return Vsphere._content(vsphere, obj, paths)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vsphere, "_content", content)
        toggle(vsphere, **changes)
    return asked


def test_storage_is_read_only_where_a_drive_is_to_be_taken(vsphere: Vsphere) -> None:
    first, second = "host-1", "host-2"
    assert read_of(vsphere, STORAGE, state="disabled") == []
    assert read_of(vsphere, STORAGE, check=True) == [first, second]
    assert read_of(vsphere, STORAGE, hosts=1) == [first]
    # The first host waits for its reboot, which is judged as well.
    assert read_of(vsphere, STORAGE) == [first, second]
    assert read_of(vsphere, STORAGE, state="disabled") == []
    assert enabled(vsphere) == [False, False]


def test_only_hosts_that_were_written_to_are_read_back(vsphere: Vsphere) -> None:
    assert read_of(vsphere, DEVICES, hosts=1) == ["host-1", "host-1"]
    assert read_of(vsphere, DEVICES) == ["host-1", "host-2", "host-2"]
    assert enabled(vsphere) == [True, True]


def test_one_drive_in_use_keeps_all_hosts_as_they_are(vsphere: Vsphere) -> None:
    vsphere.values[vsphere.hosts[1]]["config.storageDevice.hostBusAdapter"] = []
    error = refusal(vsphere)
    assert (error.code, error.host, error.device) == ("device_in_use", "esxi-02.lab", D9)
    assert UPDATE not in vsphere.calls
    assert enabled(vsphere) == [False, False]


def test_a_drive_of_a_running_vm_is_not_taken_from_it(vsphere: Vsphere) -> None:
    error = refusal(vsphere, address=D8, hosts=1, state="disabled")
    assert (error.code, error.device) == ("device_in_use", D8)
    assert "db-1" in str(error)
    assert UPDATE not in vsphere.calls


def test_a_host_that_lacks_the_drive(vsphere: Vsphere) -> None:
    host = vsphere.add_host("host-3", "esxi-03.lab")
    vsphere.add_drives(host, d8=False)
    assert refusal(vsphere, hosts=3).code == "device_not_found"
    outcome = toggle(vsphere, hosts=3, fail_on_missing=False)
    assert "esxi-03.lab" in outcome.warnings[0]
    assert [item["changed"] for item in outcome.result["hosts"]] == [True, True, False]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (vim.fault.HostConfigFault(msg="Unable to configure."), "passthrough_refused"),
        (vim.fault.NoPermission(privilegeId="Host.Config.PciPassthru"), "no_permission"),
        (vmodl.fault.HostNotConnected(), "host_not_connected"),
    ],
)
def test_a_refusal_names_host_drive_and_reason(vsphere: Vsphere, fault: Exception, code: str) -> None:
    vsphere.errors[UPDATE] = [fault]
    error = refusal(vsphere, hosts=1)
    assert (error.code, error.requirement, error.host, error.device) == (code, "P5", "esxi-01.lab", D9)
    assert error.msg.startswith(f"Host esxi-01.lab refused to enable passthrough of {D9}: ")
    assert error.result["changed"] is False


def test_after_a_lost_answer_the_read_back_decides(vsphere: Vsphere) -> None:
    class Drops(Vsphere):
        def UpdatePassthruConfig(self, system: Any, config: Any) -> None:
            Vsphere.UpdatePassthruConfig(self, system, config)
            raise lost()

    done = Drops()
    done.add_drives(done.add_host(), d9=False)
    assert toggle(done, hosts=1).result["changed"]
    vsphere.errors[UPDATE] = [lost()]
    error = refusal(vsphere, hosts=1)
    assert (error.code, error.host, error.result["changed"]) == ("connection_lost", "esxi-01.lab", False)


def test_a_write_that_does_not_stay_is_told() -> None:
    class Forgets(Vsphere):
        def UpdatePassthruConfig(self, system: Any, config: Any) -> None:
            pass

    vsphere = Forgets()
    vsphere.add_drives(vsphere.add_host(), d9=False)
    error = refusal(vsphere, hosts=1)
    assert (error.code, error.requirement, error.device) == ("not_applied", "P5", D9)

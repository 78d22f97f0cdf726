# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose matter it is when something cannot be read, and what a plan costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.directpath.nvme.plugins.module_utils._errors import DirectPathError
from ansible_collections.directpath.nvme.plugins.module_utils._facts.mark import ATTRIBUTE
from ansible_collections.directpath.nvme.plugins.module_utils._operations.hotplug_plan import operate
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.login import login_error
from ansible_collections.directpath.nvme.plugins.module_utils._vsphere.session import connection_lost
from memory_vsphere import Vsphere, vm_device
from pyVmomi import vim, vmodl

D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
EXECUTER, RETRIEVE = "RetrieveManagedMethodExecuter", "RetrievePropertiesEx"

FIT = {
    "config__firmware": "efi",
    "config__fixedPassthruHotPlugEnabled": True,
    "config__memoryReservationLockedToMax": True,
}

Facts = dict[str, Any]


def lost() -> DirectPathError:
    return connection_lost("vcenter.lab:443", "ExecuteSoap", TimeoutError("timed out"))


def refused() -> DirectPathError:
    return login_error(vim.fault.InvalidLogin(), "vcenter.lab:443", "operator", again=True)


class Leaving(Vsphere):
    """A vSphere of which an object leaves the inventory before the n-th retrieval."""

    leaves: tuple[int, Any] = (0, None)

    def RetrievePropertiesEx(self, collector: Any, specs: Any, options: Any) -> Any:
        number, obj = self.leaves
        self.leaves = (number - 1, obj)
        if number == 1:
            del self.values[obj]
            for values in self.values.values():
                values.update({path: [x for x in value if x != obj] for path, value in values.items() if path == "vm"})
        return super().RetrievePropertiesEx(collector, specs, options)


@pytest.fixture
def vsphere() -> Leaving:
    """Two hosts, each with a drive of a running VM and one that ESXi has; on the second, nothing is in the way."""
    vsphere = Leaving()
    for number in (1, 2):
        host = vsphere.add_host(f"host-{number}", f"esxi-0{number}.lab", runtime__bootTime=None)
        vsphere.add_drives(host, d8=True, d9=False)
        vsphere.add_setting(host, "maxIntrCookies", "4096", "4096")
        vm = vsphere.add_vm(host, f"vm-{number}", f"db-{number}", vm_device(0, D8), **FIT)
        vsphere.values[vm]["config.hardware"].motherboardLayout = "acpiHostBridges"
    return vsphere


def wanted_hosts(*addresses: str) -> list[Facts]:
    facts: Facts = {
        "datacenter": None,
        "one_drive_each": True,
        "allow_foreign_data": [],
        "attested": None,
        "shutdown_vms": True,
        "leave_maintenance": False,
    }
    devices = [{"address": address} for address in addresses]
    return [
        {"inventory_name": name, "esxi_host_name": f"{name}.lab", "devices": devices, **facts}
        for name in ("esxi-01", "esxi-02")
    ]


def wanted_vms(*addresses: str) -> list[Facts]:
    search = dict.fromkeys(("moid", "uuid", "use_instance_uuid", "folder", "datacenter"))
    allowed = dict.fromkeys(
        ("exact", "allow_power_off", "allow_firmware_change", "correct_unsupported", "deploy"), False
    )
    devices = [{"address": address, "state": "present"} for address in addresses]
    return [
        {
            "inventory_name": name,
            "name": name,
            "esxi_host_name": None,
            "devices": devices,
            "prepare": True,
            "whole": True,
            **search,
            **allowed,
        }
        for name in ("db-1", "db-2")
    ]


def plan(vsphere: Vsphere, hosts: list[Facts], vms: list[Facts]) -> Facts:
    found: Facts = operate(vsphere.session(), {"hosts": hosts, "vms": vms}, False).result
    return found


def codes(found: Facts) -> dict[str, list[str]]:
    """Of each host and VM, what is in its way for good."""
    return {
        item["inventory_name"]: [o["error"]["code"] for o in item["obstacles"] if not o["mendable"]]
        for item in [*found["plan"]["hosts"], *found["plan"]["vms"]]
    }


def test_nothing_to_do_is_read_and_no_more(vsphere: Vsphere) -> None:
    found = plan(vsphere, wanted_hosts(D8), wanted_vms(D8))
    assert codes(found) == {"esxi-01": [], "esxi-02": [], "db-1": [], "db-2": []}
    assert (found["changed"], found["plan"]["vcenters"]) == (False, ["uuid-of-vcenter"])
    assert found["plan"]["summary"]["drift"] is False
    assert list(found["verification"]) == ["db-1", "db-2"]
    assert [vsphere.calls.count(method) for method in (EXECUTER, "system.settings.kernel.list")] == [2, 2]
    assert "storage.core.device.list" not in vsphere.calls


def test_no_hosts_and_no_vms_are_a_plan_too(vsphere: Vsphere) -> None:
    found = plan(vsphere, [], [])
    assert (found["plan"]["hosts"], found["plan"]["vms"], found["verification"]) == ([], [], {})
    assert vsphere.calls == []


def test_the_order_of_the_inventory_makes_no_other_plan(vsphere: Vsphere) -> None:
    forth = plan(vsphere, wanted_hosts(D8, D9), wanted_vms(D9))
    back = plan(vsphere, wanted_hosts(D9, D8)[::-1], wanted_vms(D9)[::-1])
    assert json.dumps(forth["plan"], sort_keys=True) == json.dumps(back["plan"], sort_keys=True)
    assert forth["plan"]["summary"]["added"] == 2


def no_answer(vsphere: Vsphere) -> None:
    vsphere.errors[EXECUTER] = [lost()]


def no_permission(vsphere: Vsphere) -> None:
    vsphere.errors[EXECUTER] = [vim.fault.NoPermission(privilegeId="Host.Config.Settings")]


def no_settings(vsphere: Vsphere) -> None:
    vsphere.kernel["host-1"].clear()


def no_number(vsphere: Vsphere) -> None:
    vsphere.kernel["host-1"]["maxIntrCookies"]["Runtime"] = "many"


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (no_answer, "connection_lost"),
        (no_permission, "no_permission"),
        (no_settings, "unknown_setting"),
        (no_number, "esxcli_no_answer"),
    ],
)
def test_what_esxcli_of_a_host_says_is_a_matter_of_that_host(
    vsphere: Vsphere, happens: Callable[[Vsphere], None], code: str
) -> None:
    # One host, so that it is the one that the error meets.
    mine, other = wanted_hosts(D8)
    happens(vsphere)
    found = plan(vsphere, [mine], wanted_vms(D8))
    assert codes(found) == {"esxi-01": [code], "db-1": [], "db-2": []}
    assert found["plan"]["hosts"][0]["obstacles"][0]["error"]["host"] == "esxi-01.lab"
    assert codes(plan(vsphere, [other], []))["esxi-02"] == []


@pytest.mark.parametrize("moment", ["while esxcli is asked", "while it is judged"])
def test_a_login_that_is_refused_leaves_no_plan_at_all(vsphere: Vsphere, moment: str) -> None:
    vsphere.errors[EXECUTER if moment == "while esxcli is asked" else "CurrentTime"] = [refused()]
    with pytest.raises(DirectPathError) as caught:
        plan(vsphere, wanted_hosts(D8), wanted_vms(D8))
    assert caught.value.code == "authentication_failed"


@pytest.mark.parametrize("error", [lost(), refused(), vim.fault.NotAuthenticated()])
def test_a_server_that_is_gone_is_asked_for_the_first_only(vsphere: Vsphere, error: Exception) -> None:
    vsphere.errors["CreateContainerView"] = [error]
    with pytest.raises(DirectPathError) as caught:
        plan(vsphere, wanted_hosts(D8), wanted_vms(D8))
    assert caught.value.code in ("connection_lost", "authentication_failed", "session_ended")
    assert vsphere.calls == ["CreateContainerView"]


def test_what_the_server_refuses_for_one_is_that_one_s_obstacle(vsphere: Vsphere) -> None:
    vsphere.errors["CreateContainerView"] = [vim.fault.NoPermission(privilegeId="System.View")]
    found = plan(vsphere, wanted_hosts(D8), [])
    assert codes(found) == {"esxi-01": ["no_permission"], "esxi-02": []}
    assert found["plan"]["hosts"][0]["obstacles"][0]["error"]["host"] == "esxi-01.lab"
    assert found["plan"]["hosts"][0]["host"] == {"name": "esxi-01.lab", "moid": None}


def test_a_host_s_failure_is_no_matter_of_the_vms_on_it(vsphere: Vsphere) -> None:
    """Its mark cannot be read, so that it is not prepared; who has its drives is known all the same."""
    field = vim.CustomFieldsManager.FieldDef(key=7, name=ATTRIBUTE)
    mark = vim.CustomFieldsManager.StringValue(key=7, value="scribbled")
    vsphere.values[vsphere.hosts[0]].update({"availableField": [field], "customValue": [mark]})
    found = plan(vsphere, wanted_hosts(D9), wanted_vms(D8))
    assert codes(found)["esxi-01"].count("claim_unreadable") == 1
    assert [step["kind"] for step in found["plan"]["hosts"][0]["steps"]] == ["passthrough", "reboot"]
    assert (codes(found)["db-1"], codes(found)["db-2"]) == ([], [])
    assert list(found["verification"]) == ["db-1", "db-2"]


def test_a_host_that_leaves_at_any_moment_is_its_own_obstacle(vsphere: Leaving) -> None:
    expected = codes(plan(vsphere, wanted_hosts(D9), []))["esxi-02"]
    retrievals = vsphere.calls.count(RETRIEVE)
    host, values = vsphere.hosts[0], vsphere.values[vsphere.hosts[0]]
    for moment in range(2, retrievals + 1):
        vsphere.leaves = (moment, host)
        found = codes(plan(vsphere, wanted_hosts(D9), []))
        assert found["esxi-01"], moment
        assert found["esxi-02"] == expected, moment
        # Back, and in its place, for the next moment.
        vsphere.values = {host: values, **vsphere.values}


def test_a_host_that_the_account_may_not_see_is_told_as_the_modules_would(vsphere: Leaving) -> None:
    """A host that is gone looks the same, while the VM still names it."""
    del vsphere.values[vsphere.hosts[0]]
    found = plan(vsphere, [], wanted_vms(D8))
    assert codes(found) == {"db-1": ["host_not_readable"], "db-2": []}
    (error,) = (item["error"] for item in found["plan"]["vms"][0]["obstacles"])
    assert (error["vm"], list(found["verification"])) == ("db-1", ["db-2"])


def test_a_vm_that_leaves_is_its_own_obstacle(vsphere: Leaving) -> None:
    (vm,) = (obj for obj in vsphere.values if isinstance(obj, vim.VirtualMachine) and obj._moId == "vm-1")
    vsphere.leaves = (2, vm)
    found = plan(vsphere, [], wanted_vms(D8))
    assert codes(found) == {"db-1": ["not_found"], "db-2": []}
    assert list(found["verification"]) == ["db-2"]


def test_a_host_and_a_vm_may_have_one_inventory_name(vsphere: Vsphere) -> None:
    first, second = wanted_hosts(D8)
    twin = {**second, "esxi_host_name": "host-1"}
    of_vm = {**wanted_vms(D8)[0], "inventory_name": "esxi-01"}
    found = plan(vsphere, [first, twin], [of_vm])
    assert [o["error"]["code"] for o in found["plan"]["hosts"][0]["obstacles"]] == ["named_twice"]
    assert found["plan"]["vms"][0]["obstacles"] == []


def test_a_wrong_entry_is_told_with_its_name(vsphere: Vsphere) -> None:
    with pytest.raises(DirectPathError, match=r"^db-1: 'nowhere' ") as caught:
        plan(vsphere, wanted_hosts(D8), wanted_vms("nowhere"))
    assert caught.value.code == "invalid_selector"
    assert vsphere.calls == []


def test_whose_drives_a_vm_that_is_off_has_is_asked_of_its_host(vsphere: Vsphere) -> None:
    (vm,) = (obj for obj in vsphere.values if isinstance(obj, vim.VirtualMachine) and obj._moId == "vm-1")
    vsphere.values[vm]["runtime.powerState"] = "poweredOff"
    vsphere.values[vm]["environmentBrowser"] = vim.EnvironmentBrowser("browser-1", vsphere)
    vsphere.errors["QueryConfigTarget"] = [vmodl.fault.SystemError()]
    found = plan(vsphere, [], wanted_vms(D8))
    (error,) = [o["error"] for o in found["plan"]["vms"][0]["obstacles"] if not o["mendable"]]
    assert (error["code"], error["host"], error["vm"]) == ("vsphere_fault", "esxi-01.lab", "db-1")

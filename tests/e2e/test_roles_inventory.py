# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory that contradicts itself is refused before the first change, and a drive is a drive of one host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_run import Result, run_playbook
from labclient import Lab
from vsphere import write_attribute

EFI = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
D8, D9 = "0000:d8:00.0", "0000:d9:00.0"
CONFIG: dict[str, Any] = {
    "hosts": [
        {"name": "esxi-01.lab", "version": "8.0.3", "cluster": "c", "rebind_without_reboot": True},
        {
            "name": "esxi-02.lab",
            "version": "8.0.3",
            "cluster": "c",
            "rebind_without_reboot": True,
            "passthrough_enabled": [D8, D9],
        },
    ],
    "vms": [
        {"name": "db-01", "host": "esxi-01.lab", "power": "poweredOn", **EFI},
        {"name": "db-02", "host": "esxi-01.lab", "power": "poweredOff", **EFI},
        {"name": "db-03", "host": "esxi-02.lab", "power": "poweredOn", "passthrough": [D9], **EFI},
    ],
}
HOSTS: dict[str, Any] = {"hosts": {"esxi-01.lab": {}, "esxi-02.lab": {}}}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


def vm(*drives: Any, host: str = "esxi-01.lab", **more: Any) -> dict[str, Any]:
    return {
        "nvme_hotplug_esxi_host": host,
        "nvme_hotplug_devices": list(drives),
        "hotplug_verify_guest": False,
        **more,
    }


def inventory(hosts: dict[str, Any] | None = None, **vms: Any) -> dict[str, Any]:
    return {"esxi_hosts": hosts or HOSTS, "vms": {"hosts": {name.replace("_", "-"): of for name, of in vms.items()}}}


def drives(lab: Lab) -> dict[str, list[str]]:
    return {vm["name"]: [device["address"] for device in vm["pci_devices"]] for vm in lab.state()["vms"]}


def refusal(run: Result, lab: Lab) -> str:
    """The one message of a run that was refused before anybody was asked."""
    assert run.rc != 0, run.output
    messages = {str(task.result["msg"]) for task in run.failed}
    assert len(messages) == 1, messages
    assert lab.stats()["calls"] == {}
    return messages.pop()


@pytest.mark.parametrize("check", [True, False], ids=["check mode", "real run"])
def test_all_of_the_inventory_is_judged_whatever_the_limit(lab: Lab, check: bool) -> None:
    lab.stats(reset=True)
    told = refusal(
        run_playbook(
            "directpath.nvme.site",
            lab,
            inventory=inventory(
                db_01=vm({"address": D8}),
                db_02=vm({"address": D8}),
                db_03=vm({"address": D9, "state": "Absent"}, host="esxi-02"),
            ),
            check=check,
            limit="esxi-02.lab",
        ),
        lab,
    )
    assert told.startswith("Nothing was changed.")
    assert f"db-01 and db-02 both want one drive of esxi-01.lab (address={D8})" in told
    assert "nvme_hotplug_devices of db-03, entry 1: its state is the text 'Absent'. Write present or absent" in told
    assert "nvme_hotplug_esxi_host of db-03 is esxi-02, which is no host of the group esxi_hosts" in told


@pytest.mark.parametrize("playbook", ["prepare_vms", "hot_add_nvme", "hot_remove_nvme", "verify_hotplug"])
def test_every_playbook_judges_also_what_its_first_host_has_no_part_in(lab: Lab, playbook: str) -> None:
    """Most VMs of a dynamic inventory want no drives, the first of them perhaps, and one value cannot be evaluated."""
    lab.stats(reset=True)
    wrong = vm({"address": "{{ no_such_variable }}"})
    run = run_playbook(f"directpath.nvme.{playbook}", lab, inventory=inventory(a_vm={}, db_01=wrong))
    assert "no_such_variable" in refusal(run, lab)


@pytest.mark.parametrize("role", ["nvme_hot_add", "nvme_hot_remove"])
def test_roles_used_alone_judge_their_own_entries(lab: Lab, role: str) -> None:
    lab.stats(reset=True)
    own = {f"{role}_devices": [{"address": D8, "state": "removed"}], f"{role}_esxi_host": "esxi-01.lab"}
    play = {"hosts": "vms", "gather_facts": False, "roles": [{"role": f"directpath.nvme.{role}", "vars": own}]}
    run = run_playbook([play], lab, inventory=inventory(db_01={}))
    told = refusal(run, lab)
    assert "removed" in told
    assert "present" in told


@pytest.mark.parametrize("role", ["nvme_hot_add", "nvme_hot_remove"])
def test_roles_used_alone_ask_for_the_host(lab: Lab, role: str) -> None:
    lab.stats(reset=True)
    play = {
        "hosts": "vms",
        "gather_facts": False,
        "roles": [{"role": f"directpath.nvme.{role}", "vars": {f"{role}_devices": [{"address": D8}]}}],
    }
    told = refusal(run_playbook([play], lab, inventory=inventory(db_01={})), lab)
    assert told.startswith("Set nvme_hotplug_esxi_host for db-01")


def test_a_host_may_have_another_name_in_the_inventory_than_in_vsphere(lab: Lab) -> None:
    """VMs say where they are by either. A host of which nobody wants a drive is told of before the first change."""
    hosts = {"hosts": {"alpha": {"host_prepare_esxi_host_name": "esxi-01.lab"}, "esxi-02.lab": {}}}
    vms = inventory(hosts, db_01=vm({"address": D8}, host="alpha"), db_02=vm({"address": D9}, host="esxi-01.lab"))
    run = run_playbook("directpath.nvme.site", lab, inventory=vms)
    assert run.rc == 0, run.output
    assert drives(lab) == {"db-01": [D8], "db-02": [D9], "db-03": [D9]}
    note = run.output.index("No drive is wanted of esxi-02.lab")
    assert note < run.output.index("TASK [directpath.nvme.host_prepare")


def test_a_vm_is_started_on_the_host_that_the_inventory_names(lab: Lab) -> None:
    """A power-on without a host leaves the choice to DRS. The fault meets only one that names a host."""
    lab.fault("PowerOnVM_Task", fault_type="NoPermission", message="it names a host", when_request_contains="<host")
    run = run_playbook("directpath.nvme.prepare_vms", lab, inventory=inventory(db_02=vm({"address": D8})))
    assert "it names a host" in str(run.failed[-1].result["msg"])
    assert lab.mutating_calls() == {"PowerOnVM_Task": 1}


@pytest.mark.parametrize("playbook", ["prepare_vms", "hot_add_nvme", "hot_remove_nvme"])
def test_a_vm_on_another_host_is_left_alone(lab: Lab, playbook: str) -> None:
    """Where it is, both addresses are other drives: one of them nobody's yet, the other one it has."""
    before = drives(lab)
    wanted = vm({"address": D8}, {"address": D9, "state": "absent"}, nvme_hot_remove_allow_guest_unchecked=True)
    run = run_playbook(f"directpath.nvme.{playbook}", lab, inventory=inventory(db_03=wanted))
    (failed,) = run.failed
    assert failed.result["error"]["code"] == "wrong_host"
    assert "VM db-03 is on host esxi-02.lab, not on esxi-01.lab" in failed.result["msg"]
    assert "may be pulled" not in run.output
    assert drives(lab) == before
    assert lab.mutating_calls() == {}


def test_a_removal_says_of_which_host_the_drive_may_be_pulled(lab: Lab) -> None:
    """And nothing of the kind of a drive that this VM did not have."""
    wanted = vm(
        {"address": D9, "state": "absent"},
        {"address": D8, "state": "absent"},
        host="esxi-02.lab",
        nvme_hot_remove_allow_guest_unchecked=True,
    )
    write_attribute(
        lab, "esxi-02.lab", "directpath.nvme.drives", f'{{"drives":[{{"serial":"SN-9","address":"{D9}"}}]}}'
    )
    run = run_playbook("directpath.nvme.hot_remove_nvme", lab, inventory=inventory(db_03=wanted))
    assert run.rc == 0, run.output
    told = {line.split()[3]: line for line in run.output.splitlines() if '"msg": "Host esxi-02.lab, ' in line}
    assert set(told) == {D8, D9}
    assert told[D9].endswith('has left VM db-03 and may be pulled from this host. Pull no other drive."')
    assert "was not in VM db-03, and nothing was done. Another VM may have it" in told[D8]
    # Whoever pulls it compares that with its label, and should know where it is from.
    assert "serial number SN-9 as remembered, " in told[D9]
    assert "serial number unknown, " in told[D8]


def test_verification_says_on_which_host_a_vm_is(lab: Lab) -> None:
    run = run_playbook("directpath.nvme.verify_hotplug", lab, inventory=inventory(db_03=vm({"address": D9})))
    (failed,) = run.failed
    assert "VM db-03 is on host esxi-02.lab, not on esxi-01.lab" in failed.result["msg"]
    assert lab.mutating_calls() == {}

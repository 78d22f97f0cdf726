# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole documented workflow with the example inventory, from factory settings to hot-removed drives and back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_run import REPO, Result, run_playbook
from labclient import Lab
from module_steps import error_of

INVENTORY = REPO / "playbooks" / "inventory.example" / "static"
SITE = "directpath.nvme.site"
HOT_REMOVE = "directpath.nvme.hot_remove_nvme"
WANTED = {"nvme-vm-01": ["0000:d8:00.0", "0000:d9:00.0"], "nvme-vm-02": ["0000:dc:00.0"]}
EVERY_DRIVE = ("-e", "nvme_hot_remove_devices={{ nvme_hotplug_devices }}")
UNCHECKED = ("-e", "nvme_hot_remove_allow_guest_unchecked=true")

# How hosts and guests are reached must not matter where guests are not asked: nothing of the workflow runs on them.
GROUPS = ("esxi_hosts", "vms")
HARMLESS = {"ansible_connection": "ssh", "ansible_python_interpreter": "/nonexistent"}

# Guests at a port at which nobody answers.
SILENT = {"ansible_host": "127.0.0.1", "ansible_port": 1, "ansible_ssh_common_args": "-F none"}


@dataclass(frozen=True)
class Chapter:
    """One run, what it changed on the server by method, and the drives in each VM after it."""

    run: Result
    mutating: dict[str, int]
    drives: dict[str, list[str]]


def drives(lab: Lab) -> dict[str, list[str]]:
    return {vm["name"]: [device["address"] for device in vm["pci_devices"]] for vm in lab.state()["vms"]}


def by_inventory(lab: Lab) -> dict[str, Any]:
    """The connection as inventory variables, for a run that finds none in its environment."""
    return {
        "vcenter_hostname": lab.host,
        "vcenter_port": lab.port,
        "vcenter_username": lab.username,
        "vcenter_password": lab.password,
    }


def chapter(server: Lab, playbook: str, *arguments: str, environment: bool = True, **options: Any) -> Chapter:
    """One run with the example inventory; without environment, the run has to know the connection otherwise."""
    server.stats(reset=True)
    lab = server if environment else None
    run = run_playbook(playbook, lab, arguments=arguments, **{"inventory": INVENTORY, **options})
    return Chapter(run, server.stats()["mutating"]["calls"], drives(server))


# Runs that build on each other, made once for all tests of this module.


@pytest.fixture(scope="module")
def plan(lab_server: Lab) -> Chapter:
    return chapter(lab_server, SITE, check=True, diff=True)


@pytest.fixture(scope="module")
def first(lab_server: Lab, plan: Chapter, tmp_path_factory: pytest.TempPathFactory) -> Chapter:
    more = tmp_path_factory.mktemp("inventory") / "more.json"
    more.write_text(json.dumps({group: {"vars": HARMLESS | by_inventory(lab_server)} for group in GROUPS}))
    trusted = {"SSL_CERT_FILE": lab_server.ca_file}
    return chapter(lab_server, SITE, "-vvv", environment=False, env=trusted, inventory=[INVENTORY, more])


@pytest.fixture(scope="module")
def second(lab_server: Lab, first: Chapter) -> Chapter:
    return chapter(lab_server, SITE, "-vvv")


@pytest.fixture(scope="module")
def refused(lab_server: Lab, second: Chapter, tmp_path_factory: pytest.TempPathFactory) -> Chapter:
    more = tmp_path_factory.mktemp("inventory") / "more.json"
    more.write_text(json.dumps({"vms": {"vars": SILENT}}))
    return chapter(lab_server, HOT_REMOVE, *EVERY_DRIVE, inventory=[INVENTORY, more])


@pytest.fixture(scope="module")
def removal(lab_server: Lab, refused: Chapter) -> Chapter:
    return chapter(lab_server, HOT_REMOVE, *EVERY_DRIVE, *UNCHECKED)


@pytest.fixture(scope="module")
def again(lab_server: Lab, removal: Chapter) -> Chapter:
    return chapter(lab_server, HOT_REMOVE, *EVERY_DRIVE, *UNCHECKED)


@pytest.fixture(scope="module")
def disagreement(lab_server: Lab, again: Chapter) -> Chapter:
    return chapter(lab_server, "directpath.nvme.verify_hotplug")


def test_check_mode_shows_the_whole_plan_and_touches_nothing(plan: Chapter) -> None:
    assert plan.run.rc == 0, plan.run.output
    assert plan.mutating == {}
    changed = {(task.host, task.action.rsplit(".", 1)[-1]) for task in plan.run.changed}
    assert changed == {
        ("esxi-01.lab", "host_boot_param"),
        ("esxi-01.lab", "nvme_passthrough_toggle"),
        ("esxi-01.lab", "host_maintenance_claim"),
        ("esxi-01.lab", "esxi_maintenance_mode"),
        ("esxi-01.lab", "host_reboot"),
        ("esxi-02.lab", "nvme_passthrough_toggle"),
        *((vm, module) for vm in WANTED for module in ("vm_hotplug_config", "vm_pci_hotplug")),
    }


def test_the_first_run_ends_with_the_drives_in_their_vms(first: Chapter) -> None:
    assert first.run.rc == 0, first.run.output
    assert first.drives == WANTED
    tables = {
        task.host: task.result["ansible_facts"]["hotplug_verify_table"]
        for task in first.run.of("set_fact")
        if "hotplug_verify_table" in task.result.get("ansible_facts", {})
    }
    assert {vm: [row["address"] for row in table] for vm, table in tables.items()} == WANTED
    assert {row["status"] for table in tables.values() for row in table} == {"present"}
    assert [row["pci_slot_number"] for row in tables["nvme-vm-01"]] == [64, 65]


def test_only_the_host_with_pending_settings_reboots(first: Chapter) -> None:
    """8.0.3 has the boot parameter in force by default, and its host rebinds devices without a reboot."""
    assert first.mutating["RebootHost_Task"] == 1
    assert {task.host for task in first.run.of("host_reboot")} == {"esxi-01.lab"}


def test_hosts_are_prepared_one_after_the_other(first: Chapter) -> None:
    hosts = [task.host for task in first.run.tasks if " : settings |" in task.task or " : reboot |" in task.task]
    assert hosts == sorted(hosts)
    assert set(hosts) == {"esxi-01.lab", "esxi-02.lab"}


def test_the_second_run_changes_nothing(second: Chapter) -> None:
    assert second.run.rc == 0, second.run.output
    assert second.run.changed == []
    assert second.mutating == {}


def test_hot_remove_is_refused_until_somebody_vouches_for_the_guests(refused: Chapter) -> None:
    """A guest that does not answer is no evidence that it does not use its drives."""
    assert refused.run.rc != 0
    asked = {task.host: task.status for task in refused.run.of("guest_nvme_info")}
    assert asked == dict.fromkeys(WANTED, "unreachable")
    answers = {
        task.host: {"failed": task.status == "failed", **task.result} for task in refused.run.of("vm_pci_hotplug")
    }
    assert set(answers) == set(WANTED)
    for vm, answer in answers.items():
        error = error_of(answer)
        assert (error["code"], error["requirement"], error["vm"]) == ("guest_unchecked", "C3", vm)
        assert all(address in answer["msg"] for address in WANTED[vm])
        assert "guest_nvme_info" in error["remedy"]
        assert f"{vm} could not be asked whether it uses its drives" in refused.run.output
        assert "Mend what keeps it from answering, then run the play again. Pull no drive" in refused.run.output
        assert "nvme_hot_remove_allow_guest_unchecked" not in refused.run.output
    assert refused.drives == WANTED
    assert refused.mutating == {}


def test_hot_remove_takes_the_drives_out_and_verifies_that(removal: Chapter) -> None:
    assert removal.run.rc == 0, removal.run.output
    assert removal.mutating == {"ReconfigVM_Task": 3}
    assert removal.drives == {"nvme-vm-01": [], "nvme-vm-02": []}
    told = {tuple(line.split()[2:4]) for line in removal.run.output.splitlines() if "and may be pulled from" in line}
    assert told == {
        *(("esxi-01.lab,", address) for address in WANTED["nvme-vm-01"]),
        *(("esxi-02.lab,", address) for address in WANTED["nvme-vm-02"]),
    }
    assert "0000:d9:00.0, nvme-vm-01: absent" in removal.run.output


def test_a_second_removal_changes_nothing(again: Chapter) -> None:
    assert again.run.rc == 0, again.run.output
    assert again.run.changed == []
    assert again.mutating == {}


def test_verification_fails_for_drives_that_are_wanted_and_not_there(disagreement: Chapter) -> None:
    assert disagreement.run.rc != 0
    messages = {task.host: task.result["msg"] for task in disagreement.run.failed}
    assert set(messages) == set(WANTED)
    assert "0000:d9:00.0: wanted, but not in nvme-vm-01" in messages["nvme-vm-01"]


def test_the_password_is_never_shown(
    lab_server: Lab, first: Chapter, second: Chapter, removal: Chapter, disagreement: Chapter
) -> None:
    """At -vvv, from the inventory and from the environment; and in no result."""
    for told in (first, second, removal, disagreement):
        assert lab_server.password not in told.run.output
        assert all(lab_server.password not in str(task.result) for task in told.run.tasks)

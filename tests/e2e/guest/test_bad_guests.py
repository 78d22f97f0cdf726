# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guests that cannot be asked, answer in part, cannot tell drives apart, or do not react: the truth is told of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from guest_rig import FIRST, NAME, SECOND, ConfigOf, Rig, refusal, rig, table
from pyVim.task import WaitForTask
from pyVmomi import vim
from virtual_machine import virtual_machine

COPY = "vm-01-copy"
IMPATIENT: dict[str, Any] = {"hotplug_verify_guest_timeout": 5}


@pytest.fixture(scope="module")
def asked(guest_config: ConfigOf) -> Iterator[Rig]:
    """A guest with one drive that each test leaves as it was, and beside it a VM that is off."""
    config = guest_config(hotplug="native", passthrough=[SECOND])
    with rig({**config, "vms": [*config["vms"], {"name": COPY}]}) as found:
        yield found


def wrong_key(asked: Rig, folder: Path) -> dict[str, Any]:
    return {"ansible_ssh_private_key_file": "/dev/null"}


def changed_host_key(asked: Rig, folder: Path) -> dict[str, Any]:
    """What is known of the guest's host is another key: it may be another machine that answers."""
    known = folder / "known_hosts"
    other = Path(asked.guest.key_file).with_suffix(".pub").read_text(encoding="utf-8")
    known.write_text(f"[{asked.guest.host}]:{asked.guest.port} {other}", encoding="utf-8")
    trust = f"-o UserKnownHostsFile={known} -o StrictHostKeyChecking=yes -o BatchMode=yes -o IdentitiesOnly=yes"
    return {"ansible_ssh_common_args": f"-F none {trust}", "ansible_host_key_checking": True}


def test_the_host_key_is_what_the_guest_has(asked: Rig, guest_image: Any, tmp_path: Path) -> None:
    """The other side of the next test: with the right key in that place, the guest is asked."""
    right = changed_host_key(asked, tmp_path)
    key = guest_image.host_key_file.read_text(encoding="utf-8")
    (tmp_path / "known_hosts").write_text(f"[{asked.guest.host}]:{asked.guest.port} {key}", encoding="utf-8")
    (device,) = asked.look(**right)["devices"]
    assert device["physical_slot"] == "64"


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [(wrong_key, "Permission denied"), (changed_host_key, "Host key verification failed")],
    ids=["wrong key", "changed host key"],
)
def test_a_guest_that_cannot_be_asked(asked: Rig, tmp_path: Path, spoilt: Any, why: str) -> None:
    """It keeps its drive, and is never called verified."""
    deaf = {**spoilt(asked, tmp_path), **IMPATIENT}
    unverified = asked.play("verify_hotplug", **deaf)
    assert unverified.rc != 0
    assert table(unverified)["guest"] == "not verified"
    refused = asked.play("hot_remove_nvme", "absent", **deaf)
    assert refusal(refused).result["error"]["code"] == "guest_unchecked"
    assert why in refused.output
    assert asked.in_vm() == [SECOND]


def test_the_answer_of_a_guest_counts_for_nothing_while_a_copy_of_its_vm_runs(asked: Rig) -> None:
    with asked.machine() as vm, virtual_machine(asked.lab, COPY) as copy:
        WaitForTask(copy.machine.ReconfigVM_Task(vim.vm.ConfigSpec(uuid=vm.machine.config.uuid)))
        copy.power_on()
        try:
            unverified = asked.play("verify_hotplug", **IMPATIENT)
            refused = asked.play("hot_remove_nvme", "absent")
        finally:
            copy.power_off()
    assert unverified.rc != 0
    assert table(unverified)["guest"] == "not verified"
    assert f"may be the guest of another VM: VM {COPY} has the same BIOS UUID" in refusal(unverified).result["msg"]
    assert refusal(refused).result["error"]["code"] == "guest_evidence_invalid"
    assert asked.in_vm() == [SECOND]
    verified = asked.play("verify_hotplug", **IMPATIENT)
    assert (verified.rc, table(verified)["guest"]) == (0, "verified")


def test_without_lspci_sysfs_suffices(asked: Rig) -> None:
    asked.guest.ssh("mv /usr/bin/lspci /usr/bin/lspci.gone")
    try:
        seen = asked.look()
        verified = asked.play("verify_hotplug", **IMPATIENT)
    finally:
        asked.guest.ssh("mv /usr/bin/lspci.gone /usr/bin/lspci")
    assert seen["lspci"] is False
    assert [device["lspci"] for device in seen["devices"]] == [None]
    row = table(verified)
    assert (verified.rc, row["guest"], row["guest_lspci"]) == (0, "verified", None)
    assert row["guest_address"] == seen["devices"][0]["address"]


def test_without_python_lspci_shows_the_drive_but_is_no_evidence(asked: Rig) -> None:
    asked.guest.ssh("mv /usr/bin/python3.11 /usr/bin/python3.gone")
    try:
        present = asked.play("verify_hotplug", **IMPATIENT)
        assert present.rc == 0, present.output
        assert table(present)["guest"] == "verified"
        assert "has no Python 3.9 or later, so only lspci is asked" in " ".join(present.output.split())
        refused = asked.play("hot_remove_nvme", "absent")
        assert refusal(refused).result["error"]["code"] == "guest_unchecked"
        assert "python3: not found" in refused.output
        assert asked.in_vm() == [SECOND]
    finally:
        asked.guest.ssh("mv /usr/bin/python3.gone /usr/bin/python3.11")


def test_a_guest_that_reboots_is_waited_for(asked: Rig) -> None:
    with asked.machine() as vm:
        vm.machine.ResetVM_Task()
    verified = asked.play("verify_hotplug", hotplug_verify_guest_timeout=60)
    assert verified.rc == 0, verified.output
    assert table(verified)["guest"] == "verified"


def test_the_operator_may_vouch_for_a_guest_and_is_told_what_that_means(guest_config: ConfigOf) -> None:
    with rig(guest_config(hotplug="native", passthrough=[SECOND])) as own:
        (warning,) = own.module("absent", allow_guest_unchecked=True)["warnings"]
        assert "WITHOUT evidence" in warning
        assert (own.in_vm(), own.look()["devices"]) == ([], [])


def test_of_drives_that_cannot_be_told_apart_none_leaves_while_one_is_used(guest_config: ConfigOf) -> None:
    """ACPI hot plug gives slots other names, and the ids of these drives are the same."""
    with rig(guest_config(hotplug="acpi", passthrough=[FIRST, SECOND])) as own:
        verified = own.play("verify_hotplug")
        assert (verified.rc, table(verified)["guest_address"]) == (0, None)
        (first, second) = own.look()["devices"]
        assert (first["vendor_device"], first["model"]) == (second["vendor_device"], second["model"])
        own.guest.ssh(f"mkswap {first['namespaces'][0]['path']} && swapon {first['namespaces'][0]['path']}")
        refused = own.module("absent", guest_evidence=own.look(), fails=True)
        assert refused["error"]["code"] == "device_in_use_by_guest"
        assert "one of 2 drives that cannot be told apart" in refused["msg"]
        own.guest.ssh(f"swapoff {first['namespaces'][0]['path']}")
        assert own.module("absent", guest_evidence=own.look())["changed"]
        assert (own.in_vm(), len(own.look()["devices"])) == ([FIRST], 1)


def test_vsphere_believes_in_a_hot_add_that_the_guest_never_sees(guest_config: ConfigOf) -> None:
    config = guest_config(hotplug="native", append="pcie_ports=compat")
    with rig(config, guest_unresponsive_add="succeed", guest_timeout_seconds=2) as own:
        added = own.module("present")
        assert (added["changed"], own.in_vm()) == (True, [SECOND])
        verified = own.play("verify_hotplug", **IMPATIENT)
        assert verified.rc != 0
        assert table(verified)["guest"] == "not in the guest"
        message = refusal(verified).result["msg"]
        assert f"The guest does not see {SECOND}" in message
        assert "pciehp no, acpiphp yes" in message


def test_vsphere_answers_for_a_guest_that_hangs(guest_config: ConfigOf) -> None:
    """Both of its answers to a removal: refused, the drive is still in; believed, it is out, and nobody calls the
    guest verified."""
    config = guest_config(hotplug="native", passthrough=[SECOND])
    answers = {"guest_unresponsive_add": "fail", "guest_unresponsive_remove": "fail"}
    with rig(config, guest_timeout_seconds=2, **answers) as own:
        evidence = own.look()
        own.lab.freeze(NAME)
        failed = own.module("absent", guest_evidence=evidence, fails=True)
        assert failed["error"]["fault"] == "GenericVmConfigFault"
        assert failed["devices"][0]["status"] == "failed"
        refused = own.module("present", FIRST, fails=True)
        assert refused["error"]["fault"] == "GenericVmConfigFault"
        assert own.in_vm() == [SECOND]
    with rig(config, guest_timeout_seconds=2, guest_unresponsive_remove="succeed") as own:
        evidence = own.look()
        own.lab.freeze(NAME)
        removed = own.module("absent", guest_evidence=evidence)
        assert (removed["devices"][0]["status"], own.in_vm()) == ("removed", [])
        unverified = own.play("verify_hotplug", "absent", **IMPATIENT)
        assert unverified.rc != 0
        assert table(unverified)["guest"] == "not verified"

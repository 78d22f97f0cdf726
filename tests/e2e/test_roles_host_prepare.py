# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role host_prepare against hosts that it must refuse, and what it finds and leaves on others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml
from ansible_run import Result, run_playbook
from host_preparation import DRIVE, FREE, NO_DRIVE, PLAYBOOK, failure, prepare, state
from labclient import Lab
from vsphere import enter_maintenance_mode, maintenance_mark

EFI = {"firmware": "efi", "layout": "acpiHostBridges", "mem_locked": True, "fpt_hotplug": True}
PENDING = {"maxIntrCookies": {"configured": "4096"}}
CONFIG: dict[str, Any] = {
    "settings": {"reboot_seconds": 0.5},
    "hosts": [
        {"name": "plain.lab", "version": "8.0.1"},
        {"name": "busy.lab", "version": "8.0.1", "kernel": PENDING, "passthrough_enabled": ["0000:d9:00.0"]},
        {"name": "stateless.lab", "version": "8.0.1", "boot": "stateless"},
        {"name": "mute.lab", "version": "8.0.1", "boot": "unreadable"},
        {"name": "vouched.lab", "version": "8.0.1", "boot": "unreadable"},
        {"name": "gone.lab", "version": "8.0.1", "connected": False},
        {"name": "left.lab", "version": "8.0.1", "devices": [{"address": "0000:17:00.0", "passthrough_enabled": True}]},
        {"name": "profiled.lab", "version": "8.0.1", "managed_by_profile": True},
        {"name": "masked.lab", "version": "8.0.1"},
    ],
    "vms": [
        {"name": "storage-vm", "host": "busy.lab", "power": "poweredOn", "tools_running": True, **EFI},
        {"name": "deaf-vm", "host": "busy.lab", "power": "poweredOn"},
    ],
}


@pytest.fixture(scope="module")
def lab_config() -> dict[str, Any]:
    return CONFIG


@pytest.fixture(scope="module")
def judged(lab_server: Lab, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """One look at hosts of all kinds, at the same time. The inventory is YAML, which has a type for dates."""
    stateful = {"nvme_hotplug_attested": {"P1": {"by": "J. Doe", "date": date(2026, 1, 31)}}}
    hosts = {
        "stateless.lab": stateful,
        "mute.lab": {},
        "vouched.lab": stateful,
        "gone.lab": {},
        "profiled.lab": {},
        "masked.lab": {},
        "busy.lab": {},
    }
    inventory = tmp_path_factory.mktemp("inventory") / "hosts.yml"
    inventory.write_text(yaml.safe_dump({"esxi_hosts": {"hosts": hosts, "vars": NO_DRIVE}}), encoding="utf-8")
    lab_server.deny(path="customValue", object_type="HostSystem", name="masked.lab")
    run = run_playbook(
        PLAYBOOK, lab_server, inventory=inventory, check=True, arguments=["-e", "prepare_hosts_serial=7"]
    )
    lab_server.allow_all()
    assert lab_server.stats()["mutating"]["calls"] == {}
    return run


def refusals(run: Result) -> dict[str, str]:
    return {task.host: str(task.result["msg"]) for task in run.failed}


def test_unfit_hosts_are_refused_and_fit_ones_are_not(judged: Result) -> None:
    assert set(refusals(judged)) == {"stateless.lab", "mute.lab", "gone.lab", "masked.lab", "busy.lab"}


def test_a_stateless_host_is_refused_whatever_is_attested(judged: Result) -> None:
    message = refusals(judged)["stateless.lab"]
    assert "stateless.lab cannot be prepared. P1" in message
    assert "Install ESXi to a disk" in message


def test_a_host_that_does_not_tell_how_it_boots_has_to_be_attested(judged: Result) -> None:
    """vouched.lab is the same, but for the operator's word."""
    assert "can be attested in nvme_hotplug_attested" in refusals(judged)["mute.lab"]


def test_a_disconnected_host_is_refused(judged: Result) -> None:
    message = refusals(judged)["gone.lab"]
    assert message.startswith("gone.lab is ")
    assert "Connect it in vSphere" in message


def test_a_host_whose_mark_may_not_be_read_may_be_another_runs(judged: Result) -> None:
    assert refusals(judged)["masked.lab"].startswith("Whether another run works on masked.lab cannot be read")


def test_drift_by_a_profile_is_pointed_out(judged: Result) -> None:
    assert "can set the boot parameter and passthrough back" in judged.output


def test_running_vms_that_pin_the_host_are_named(judged: Result) -> None:
    message = refusals(judged)["busy.lab"]
    assert "storage-vm (" in message
    assert "deaf-vm (" in message
    assert "host_prepare_shutdown_vms" in message


def test_a_vm_that_cannot_shut_down_stops_the_reboot_and_all_goes_on_as_before(lab: Lab) -> None:
    """deaf-vm has no VMware Tools."""
    message = failure(prepare(lab, "busy.lab", host_prepare_shutdown_vms=True))
    assert "busy.lab: VMware tools should be installed for guest shutdown/reboot. The host is" in message
    assert "out of maintenance mode and the VMs shut down for it are started again" in message
    assert {vm["name"]: vm["power"] for vm in lab.state()["vms"]} == {"storage-vm": "poweredOn", "deaf-vm": "poweredOn"}
    assert state(lab, "busy.lab") == FREE


def test_a_maintenance_mode_of_somebody_else_is_used_and_not_left(lab: Lab) -> None:
    enter_maintenance_mode(lab, "plain.lab")
    run = prepare(lab, "plain.lab", **DRIVE)
    assert run.rc == 0, run.output
    calls = lab.stats()["mutating"]["calls"]
    assert calls["RebootHost_Task"] == 1
    assert not {"EnterMaintenanceMode_Task", "ExitMaintenanceMode_Task"} & set(calls)
    assert state(lab, "plain.lab") == {"maintenance": True, "ours": False}


def test_a_reboot_does_not_take_a_drive_that_somebody_else_left_pending(lab: Lab) -> None:
    """The boot disk, whose passthrough somebody enabled without a reboot, would be lost with the next one."""
    boot = "0000:17:00.0"
    for options in ({"check": True}, {}):
        inventory = {"esxi_hosts": {"hosts": {"left.lab": DRIVE}}}
        run = run_playbook(PLAYBOOK, lab, inventory=inventory, **options)
        message = failure(run)
        assert f"Device {boot}" in message
        assert "the reboot would take it" in message
        assert f"nvme_passthrough_toggle on {boot} with state disabled" in message
    assert not {"RebootHost_Task", "EnterMaintenanceMode_Task"} & set(lab.mutating_calls())
    assert not maintenance_mark(lab, "left.lab")


def test_drives_that_a_vm_does_not_name_exactly_stay_with_the_host(lab: Lab) -> None:
    """Three drives of a host are of this kind, one of them of unknown use; the VM's entry means one."""
    entry = {"vendor_device": "144d:a80a"}
    vm = {"nvme_hotplug_esxi_host": "plain.lab", "nvme_hotplug_devices": [entry]}
    inventory = {"esxi_hosts": {"hosts": {"plain.lab": {}}}, "vms": {"hosts": {"some-vm": vm}}}
    run = run_playbook(PLAYBOOK, lab, inventory=inventory)
    assert run.rc != 0
    assert {task.action for task in run.failed} == {"directpath.nvme.nvme_passthrough_toggle"}
    assert "UpdatePassthruConfig" not in lab.stats()["mutating"]["calls"]
